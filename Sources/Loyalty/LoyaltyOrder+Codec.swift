import Kernel

extension LoyaltyOrder {
    func encode(to writer: inout ByteWriter) {
        writer.writeCounted(id)
        writer.writeTime(placedAt)
        writer.writeTime(linesAt)
        writer.writeTime(releasedAt)
        writer.writeByte((isCurrencyOther ? 1 : 0) | (isCancelled ? 2 : 0) | (isFirst ? 4 : 0))
        writer.writeCounted(tier)
        writer.writeVarint(UInt64(bitPattern: version))
        writer.writeCount(lines.count)
        for line in lines {
            writer.writeCounted(line.id)
            writer.writeCounted(line.product)
            writer.writeCounted(line.category)
            writer.writeSigned(line.quantityMilli)
            writer.writeSigned(line.amount)
            writer.writeSigned(line.discount)
            writer.writeSigned(line.tax)
        }
        writer.writeCount(refunds.count)
        for refund in refunds {
            writer.writeCounted(refund.id)
            writer.writeByte(refund.isWhole ? 1 : 0)
            writer.writeSigned(refund.amount)
            writer.writeCount(refund.parts.count)
            for part in refund.parts {
                writer.writeCounted(part.line)
                writer.writeSigned(part.quantityMilli)
                writer.writeByte(part.amount == nil ? 0 : 1)
                if let amount = part.amount { writer.writeSigned(amount) }
            }
        }
        writer.writeCount(granted.count)
        if granted.count > 1 {
            for (rule, points) in granted.sorted(by: { $0.key < $1.key }) {
                writer.writeCounted(rule)
                writer.writeSigned(points)
            }
        } else if let (rule, points) = granted.first {
            writer.writeCounted(rule)
            writer.writeSigned(points)
        }
        writer.writeSigned(given)
        writer.writeSigned(forgone)
        writer.writeSigned(net)
        writer.writeCount(lots.count)
        for lot in lots { writer.writeVarint(UInt64(bitPattern: lot)) }
        writer.writeTexts(segments)
        writer.writeTexts(challenges)
        writer.writeSigned(qualifying)
        writer.writeSigned(spendableOnly)
        if forgone > 0 { writer.writeTime(forgoneAt) }
    }

    /// - Parameter isOwn: Whether it was written in this process: then it may say what is beyond all accounts, where an
    ///   account was read that nearly does.
    init(
        decoding reader: inout ByteReader, codec: UInt8, isOwn: Bool = false
    ) throws(ByteReader.Damaged) {
        self.init(id: try reader.readCountedString())
        placedAt = try reader.readTime(isOwn)
        linesAt = try reader.readTime(isOwn)
        releasedAt = try reader.readTime(isOwn)
        let flags = try reader.readByte()
        isCurrencyOther = flags & 1 != 0
        isCancelled = flags & 2 != 0
        isFirst = flags & 4 != 0
        tier = try reader.readCountedString()
        if codec >= 2 { version = try reader.readPoints(isOwn) }
        for _ in 0..<(try reader.readCount()) {
            var line = OrderLine(
                id: try reader.readCountedString(), product: try reader.readCountedString(),
                category: try reader.readCountedString(), amount: 0)
            line.quantityMilli = try reader.readAmount(isOwn)
            line.amount = try reader.readAmount(isOwn)
            line.discount = try reader.readAmount(isOwn)
            line.tax = try reader.readAmount(isOwn)
            lines.append(line)
        }
        for _ in 0..<(try reader.readCount()) {
            var refund = OrderRefund(id: try reader.readCountedString())
            refund.isWhole = try reader.readByte() != 0
            refund.amount = try reader.readAmount(isOwn)
            for _ in 0..<(try reader.readCount()) {
                var part = OrderRefund.Part(
                    line: try reader.readCountedString(),
                    quantityMilli: try reader.readAmount(isOwn))
                if try reader.readByte() != 0 { part.amount = try reader.readAmount(isOwn) }
                refund.parts.append(part)
            }
            refunds.append(refund)
        }
        for _ in 0..<(try reader.readCount()) {
            let rule = try reader.readCountedString()
            granted[rule] = try reader.readAmount(isOwn)
        }
        given = try reader.readAmount(isOwn)
        forgone = try reader.readAmount(isOwn)
        net = try reader.readSigned()
        for _ in 0..<(try reader.readCount()) {
            lots.append(Int64(bitPattern: try reader.readVarint()))
        }
        guard codec >= 3 else { return }
        segments = try reader.readTexts()
        challenges = try reader.readTexts()
        qualifying = try reader.readAmount(isOwn)
        spendableOnly = try reader.readAmount(isOwn)
        if codec >= 5, forgone > 0 { forgoneAt = try reader.readTime(isOwn) }
    }
}

extension LoyaltyOrder {
    /// What is asked of an order more often than all of it; the same size for each.
    struct Note: Sendable, Equatable {
        /// Where the order's bytes end among those of the account's orders.
        var end = 0
        /// Of its id, so that few are compared with one that is looked for.
        var hash: UInt32 = 0
        /// Whether it counts for any challenge.
        var hasChallenges = false
        var hasRefunds = false
        var placedAt: Timestamp?
        var net: Int64 = 0
        var given: Int64 = 0
        var forgone: Int64 = 0
        var spendableOnly: Int64 = 0
        var qualifying: Int64 = 0
    }

    var note: Note {
        var id = id
        return Note(
            hash: id.withUTF8 { Self.hash(of: $0.span) }, hasChallenges: !challenges.isEmpty,
            hasRefunds: !refunds.isEmpty, placedAt: placedAt, net: net, given: given,
            forgone: forgone, spendableOnly: spendableOnly, qualifying: qualifying)
    }

    /// FNV-1a (Fowler, Noll & Vo).
    static func hash(of id: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x811c_9dc5
        for index in id.indices { hash = (hash ^ UInt32(id[index])) &* 0x0100_0193 }
        return hash
    }

    /// Goes past an order as this code writes it, or one of codec 3 on did.
    ///
    /// - Throws: Where `init(decoding:codec:)` does; what passes here is read by that.
    static func note(
        skimming reader: inout ByteReader, codec: UInt8
    ) throws(ByteReader.Damaged) -> Note {
        var note = Note()
        note.hash = hash(of: reader.bytes.extracting(try reader.skipText()))
        note.placedAt = try reader.readTime()
        _ = try reader.readTime()
        _ = try reader.readTime()
        _ = try reader.readByte()
        _ = try reader.skipText()
        _ = try reader.readPoints()
        for _ in 0..<(try reader.readCount()) {
            for _ in 0..<3 { _ = try reader.skipText() }
            for _ in 0..<4 { _ = try reader.readAmount() }
        }
        let refunds = try reader.readCount()
        note.hasRefunds = refunds > 0
        for _ in 0..<refunds {
            _ = try reader.skipText()
            _ = try reader.readByte()
            _ = try reader.readAmount()
            for _ in 0..<(try reader.readCount()) {
                _ = try reader.skipText()
                _ = try reader.readAmount()
                if try reader.readByte() != 0 { _ = try reader.readAmount() }
            }
        }
        for _ in 0..<(try reader.readCount()) {
            _ = try reader.skipText()
            _ = try reader.readAmount()
        }
        note.given = try reader.readAmount()
        note.forgone = try reader.readAmount()
        note.net = try reader.readSigned()
        for _ in 0..<(try reader.readCount()) { _ = try reader.readVarint() }
        for _ in 0..<(try reader.readCount()) { _ = try reader.skipText() }
        let challenges = try reader.readCount()
        note.hasChallenges = challenges > 0
        for _ in 0..<challenges { _ = try reader.skipText() }
        note.qualifying = try reader.readAmount()
        note.spendableOnly = try reader.readAmount()
        if codec >= 5, note.forgone > 0 { _ = try reader.readTime() }
        note.end = reader.offset
        return note
    }
}

extension ByteReader {
    /// A counted text, which isn't made one.
    ///
    /// - Throws: Where `readCountedString()` does.
    fileprivate mutating func skipText() throws(Damaged) -> Range<Int> {
        let range = try readCountedRange()
        var all: UInt8 = 0
        for index in range { all |= bytes[index] }
        if all < 0x80 { return range }
        let isText = bytes.extracting(range).withUnsafeBufferPointer {
            String(validating: $0, as: UTF8.self) != nil
        }
        guard isText else { throw Damaged(offset: range.lowerBound) }
        return range
    }
}
