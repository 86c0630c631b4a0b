package import Kernel

extension ReferralState {
    /// The form that this code writes.
    /// Form 1, which is still read, has no judgement.
    package static let codec: UInt8 = 2

    /// Appends the referral's bytes, which `init(decoding:)` reads: some 40, and 30 for each order.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeCounted(id.program)
        writer.writeVarint(UInt64(bitPattern: id.advocate.rawValue))
        writer.writeVarint(UInt64(bitPattern: id.friend.rawValue))
        writer.writeVarint(UInt64(programVersion))
        writer.writeSigned(now.milliseconds)
        writer.writeTime(joinedAt)
        writer.writeByte(wasReleased ? 1 : 0)
        writer.writeByte(review == nil ? 0 : 1)
        if let review {
            writer.writeByte(review.block?.rawValue ?? 0)
            writer.writeSigned(review.version)
        }
        writer.writeByte(judgement?.word.rawValue ?? 0)
        judgement?.encode(to: &writer)
        writer.writeVarint(UInt64(orders.count))
        for order in orders {
            writer.writeCounted(order.id)
            writer.writeSigned(order.placedAt.milliseconds)
            writer.writeVarint(UInt64(order.amount.currency.packed))
            writer.writeSigned(order.amount.minor)
            writer.writeSigned(order.refunded)
            writer.writeByte(order.isCancelled ? 1 : 0)
            writer.writeSigned(order.version)
        }
        writer.writeVarint(UInt64(events.count))
        for event in events { writer.writeSigned(event.milliseconds) }
        friendGrant.encode(to: &writer)
    }

    /// Reads what `encode(to:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one referral of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        let form = try reader.readByte()
        guard (1...Self.codec).contains(form) else { throw ByteReader.Damaged(offset: 0) }
        let program = try reader.readCountedString()
        let advocate = Int64(bitPattern: try reader.readVarint())
        let friend = Int64(bitPattern: try reader.readVarint())
        let version = try reader.readCount(upTo: Int.max)
        self.init(
            id: ReferralID(
                program: program, advocate: ID(rawValue: advocate), friend: ID(rawValue: friend)),
            programVersion: version)
        now = try reader.readTime()
        joinedAt = try reader.readOptionalTime()
        wasReleased = try reader.readFlag()
        if try reader.readFlag() {
            let code = try reader.readByte()
            let block = ReferralBlock(rawValue: code)
            guard block != nil || code == 0 else {
                throw ByteReader.Damaged(offset: reader.offset - 1)
            }
            review = Review(block: block, version: try reader.readSigned())
        }
        if form > 1 { judgement = try ReferralJudgement(reading: &reader) }
        for _ in 0..<(try reader.readCount(upTo: Self.ordersMax)) {
            let order = try ReferralOrder(reading: &reader)
            if let last = orders.last, !ReferralOrder.isBefore(last, order) {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            orders.append(order)
        }
        for _ in 0..<(try reader.readCount(upTo: Self.eventsMax)) {
            let time = try reader.readTime()
            if let last = events.last, last >= time {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            events.append(time)
        }
        friendGrant = try ReferralGrant(reading: &reader)
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}

extension ReferralOrder {
    fileprivate init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        let start = reader.offset
        let id = try reader.readCountedString()
        let placedAt = try reader.readTime()
        guard let packed = UInt32(exactly: try reader.readVarint()),
            let currency = Currency(packed: packed), !id.isEmpty,
            id.utf8.count <= ReferralState.orderIDBytesMax
        else { throw ByteReader.Damaged(offset: start) }
        self.init(
            id: id, placedAt: placedAt,
            amount: Money(minor: try reader.readSigned(), currency: currency),
            refunded: try reader.readSigned(), isCancelled: try reader.readFlag(),
            version: try reader.readSigned())
    }
}

extension ByteReader {
    mutating func readFlag() throws(Damaged) -> Bool {
        switch try readByte() {
        case 0: return false
        case 1: return true
        default: throw Damaged(offset: offset - 1)
        }
    }
}
