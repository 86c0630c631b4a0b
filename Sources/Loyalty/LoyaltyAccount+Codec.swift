package import Kernel

extension LoyaltyAccount {
    /// The form that this code writes.
    package static let codec: UInt8 = 5
    /// The oldest form that it reads: 1 is without the orders' versions of the program, 2 without challenges, credits
    /// and segments, 3 without the tier's name, 4 without since when points weren't free.
    private static let oldestCodec: UInt8 = 1

    /// The account's bytes, which `init(decoding:)` reads; the same account has the same bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 256 + lots.count * 48 + orders.byteCount)
        encode(to: &writer)
        return writer.take()
    }

    /// Writes the account's bytes.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeSigned(latest.milliseconds)
        writer.writeTime(active)
        writer.writeVarint(UInt64(bitPattern: entryCount))
        writer.writeVarint(UInt64(bitPattern: debt))
        writer.writeVarint(UInt64(tier))
        writer.writeTime(graceUntil)
        writer.writeCount(enteredTiers.count)
        for name in enteredTiers.isEmpty ? [] : enteredTiers.sorted() { writer.writeCounted(name) }
        writer.writeCount(lots.count)
        // Lent, not copied: it is done for each operation.
        let ownLots = lots.span
        for index in ownLots.indices { ownLots[index].encode(to: &writer) }
        orders.encode(to: &writer)
        writer.writeCount(spendings.count)
        for (id, spending) in Self.inOrder(spendings, by: <) {
            writer.writeCounted(id)
            writer.writeCounted(spending.reference)
            writer.writeDraws(spending.draws)
            for back in spending.givenBack { writer.writeVarint(UInt64(bitPattern: back)) }
            writer.writeSigned(spending.since.milliseconds)
        }
        writer.writeCount(holdings.count)
        for (id, holding) in Self.inOrder(holdings, by: <) {
            writer.writeCounted(id)
            writer.writeCounted(holding.reference)
            writer.writeDraws(holding.draws)
            writer.writeSigned(holding.expiresAt.milliseconds)
            writer.writeSigned(holding.since.milliseconds)
        }
        writer.writeCount(usage.count)
        for (usage, points) in Self.inOrder(usage, by: Usage.isBefore) {
            writer.writeCounted(usage.rule)
            writer.writeSigned(usage.period)
            writer.writeSigned(points)
        }
        writer.writeTime(warnedOf)
        writer.writeCount(challenges.count)
        for (usage, progress) in Self.inOrder(challenges, by: Usage.isBefore) {
            writer.writeCounted(usage.rule)
            writer.writeSigned(usage.period)
            writer.writeCount(progress.times.count)
            for time in progress.times { writer.writeSigned(time.milliseconds) }
            progress.encodeByOrders(to: &writer)
        }
        writer.writeCount(credits.count)
        for credit in credits {
            writer.writeCounted(credit.rule)
            writer.writeSigned(credit.at.milliseconds)
            writer.writeSigned(credit.points)
        }
        writer.writeCounted(tierName)
        writer.writeCount(shortfalls.count)
        for shortfall in shortfalls {
            writer.writeCounted(shortfall.reason)
            writer.writeVarint(UInt64(bitPattern: shortfall.points))
            writer.writeSigned(shortfall.at.milliseconds)
        }
    }

    /// Most are empty, and are not to be sorted for each operation.
    private static func inOrder<Key, Value>(
        _ values: [Key: Value], by isBefore: (Key, Key) -> Bool
    ) -> [(key: Key, value: Value)] {
        values.isEmpty ? [] : values.sorted { isBefore($0.key, $1.key) }
    }

    /// Reads what `encoded()` wrote; empty bytes are a new account.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one account of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        self.init()
        if bytes.isEmpty { return }
        var reader = ByteReader(bytes)
        let codec = try reader.readByte()
        guard (Self.oldestCodec...Self.codec).contains(codec) else {
            throw ByteReader.Damaged(offset: 0)
        }
        latest = try reader.readMoment()
        active = try reader.readTime()
        entryCount = try reader.readPoints(upTo: .max / 4)
        debt = try reader.readPoints(upTo: .max / 4)
        tier = try reader.readCount()
        graceUntil = try reader.readTime()
        for _ in 0..<(try reader.readCount()) {
            enteredTiers.insert(try reader.readCountedString())
        }
        for number in 0..<(try reader.readCount()) {
            lots.append(try LoyaltyLot(id: Int64(number) + 1, decoding: &reader))
        }
        orders = try LoyaltyOrders(decoding: &reader, codec: codec)
        for _ in 0..<(try reader.readCount()) {
            let id = try reader.readCountedString()
            let reference = try reader.readCountedString()
            let draws = try reader.readDraws()
            var back: [Int64] = []
            for _ in draws { back.append(try reader.readPoints()) }
            // Older ones were there before anything that comes now.
            let since = codec >= 5 ? try reader.readMoment() : Self.longAgo
            spendings[id] = Spending(
                draws: draws, givenBack: back, reference: reference, since: since)
        }
        for _ in 0..<(try reader.readCount()) {
            let id = try reader.readCountedString()
            let reference = try reader.readCountedString()
            let draws = try reader.readDraws()
            let expiresAt = try reader.readMoment()
            let since = codec >= 5 ? try reader.readMoment() : Self.longAgo
            holdings[id] = Holding(
                draws: draws, expiresAt: expiresAt, reference: reference, since: since)
        }
        for _ in 0..<(try reader.readCount()) {
            let rule = try reader.readCountedString()
            let period = try reader.readSigned()
            usage[Usage(rule: rule, period: period)] = try reader.readAmount()
        }
        if codec >= 3 { try decodeRest(&reader, codec) }
        if codec >= 4 { tierName = try reader.readCountedString() }
        if codec >= 5 {
            for _ in 0..<(try reader.readCount()) {
                let reason = try reader.readCountedString()
                let points = try reader.readPoints()
                shortfalls.append(
                    Shortfall(reason: reason, points: points, at: try reader.readMoment()))
            }
        }
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }

    private mutating func decodeRest(
        _ reader: inout ByteReader, _ codec: UInt8
    ) throws(ByteReader.Damaged) {
        warnedOf = try reader.readTime()
        for _ in 0..<(try reader.readCount()) {
            let rule = try reader.readCountedString()
            let key = Usage(rule: rule, period: try reader.readSigned())
            var progress = ChallengeProgress()
            for _ in 0..<(try reader.readCount()) {
                progress.times.append(try reader.readMoment())
            }
            if codec >= 5 {
                try progress.decodeByOrders(&reader)
            } else {
                try progress.decodeByLots(&reader, lots)
            }
            challenges[key] = progress
        }
        for _ in 0..<(try reader.readCount()) {
            let rule = try reader.readCountedString()
            let at = try reader.readMoment()
            credits.append(
                QualifyingCredit(rule: rule, at: at, points: try reader.readAmount()))
        }
    }
}

extension ChallengeProgress {
    fileprivate func encodeByOrders(to writer: inout ByteWriter) {
        writer.writeCount(done.count)
        for completion in done {
            writer.writeSigned(completion.at.milliseconds)
            writer.writeVarint(UInt64(bitPattern: completion.points))
        }
        writer.writeCount(lots.count)
        for lot in lots { writer.writeVarint(UInt64(bitPattern: lot)) }
        writer.writeVarint(UInt64(bitPattern: forgone))
        writer.writeTime(forgoneAt)
    }

    fileprivate mutating func decodeByOrders(
        _ reader: inout ByteReader
    ) throws(ByteReader.Damaged) {
        for _ in 0..<(try reader.readCount()) {
            let at = try reader.readMoment()
            done.append(Completion(at: at, points: try reader.readPoints()))
        }
        for _ in 0..<(try reader.readCount()) {
            lots.append(Int64(bitPattern: try reader.readVarint()))
        }
        forgone = try reader.readPoints()
        forgoneAt = try reader.readTime()
    }

    /// As codecs 3 and 4 have it: of each completion the lot that it gave, 0 where what it gave was there still.
    fileprivate mutating func decodeByLots(
        _ reader: inout ByteReader, _ all: [LoyaltyLot]
    ) throws(ByteReader.Damaged) {
        for _ in 0..<(try reader.readCount()) {
            let id = Int64(bitPattern: try reader.readVarint())
            guard id > 0, id <= all.count else {
                done.append(Completion(at: LoyaltyAccount.longAgo, points: 0))
                continue
            }
            let lot = all[Int(id) - 1]
            let points = max(0, lot.issued - lot.reversed)
            done.append(Completion(at: lot.createdAt, points: points))
            lots.append(id)
        }
        forgone = try reader.readPoints()
    }
}

extension LoyaltyLot {
    fileprivate func encode(to writer: inout ByteWriter) {
        switch source {
        case .order(let id):
            writer.writeByte(0)
            writer.writeCounted(id)
        case .event(let rule):
            writer.writeByte(1)
            writer.writeCounted(rule)
        case .award(let reason):
            writer.writeByte(2)
            writer.writeCounted(reason)
        case .tier(let tier):
            writer.writeByte(3)
            writer.writeCounted(tier)
        case .bonus(let rule):
            writer.writeByte(4)
            writer.writeCounted(rule)
        case .correction(let reason):
            writer.writeByte(5)
            writer.writeCounted(reason)
        }
        writer.writeSigned(createdAt.milliseconds)
        writer.writeTime(availableAt)
        writer.writeTime(expiresAt)
        writer.writeVarint(UInt64(bitPattern: issued))
        writer.writeVarint(UInt64(bitPattern: remaining))
        writer.writeVarint(UInt64(bitPattern: held))
        writer.writeVarint(UInt64(bitPattern: expired))
        writer.writeVarint(UInt64(bitPattern: reversed))
    }

    fileprivate init(
        id: Int64, decoding reader: inout ByteReader
    ) throws(ByteReader.Damaged) {
        let kind = try reader.readByte()
        let text = try reader.readCountedString()
        switch kind {
        case 0: source = .order(text)
        case 1: source = .event(rule: text)
        case 2: source = .award(reason: text)
        case 3: source = .tier(text)
        case 4: source = .bonus(rule: text)
        case 5: source = .correction(reason: text)
        default: throw ByteReader.Damaged(offset: reader.offset)
        }
        self.id = id
        createdAt = try reader.readMoment()
        availableAt = try reader.readTime()
        expiresAt = try reader.readTime()
        issued = try reader.readPoints()
        remaining = try reader.readPoints()
        held = try reader.readPoints()
        expired = try reader.readPoints()
        reversed = try reader.readPoints()
    }
}
