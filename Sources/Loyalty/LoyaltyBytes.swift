import Kernel

extension ByteWriter {
    mutating func writeCount(_ count: Int) { writeVarint(UInt64(count)) }

    /// A flag, then the time.
    mutating func writeTime(_ time: Timestamp?) {
        writeByte(time == nil ? 0 : 1)
        if let time { writeSigned(time.milliseconds) }
    }

    mutating func writeTexts(_ texts: [String]) {
        writeCount(texts.count)
        for text in texts { writeCounted(text) }
    }

    mutating func writeDraws(_ draws: [Draw]) {
        writeCount(draws.count)
        for draw in draws {
            writeVarint(UInt64(bitPattern: draw.lot))
            writeVarint(UInt64(bitPattern: draw.points))
        }
    }
}

extension ByteReader {
    /// How many parts follow, each of a byte at least.
    mutating func readCount() throws(Damaged) -> Int {
        let count = try readVarint()
        guard count <= UInt64(bytes.count) else { throw Damaged(offset: offset) }
        return Int(count)
    }

    /// Far beyond what any account has, and so small that a thousand of them add up in an Int64.
    static let amountBound: Int64 = 1 << 53

    /// Points or money; what is beyond every account is damage, before a sum of it overflows.
    mutating func readAmount(_ isAny: Bool = false) throws(Damaged) -> Int64 {
        let amount = try readSigned()
        guard isAny || amount.magnitude <= Self.amountBound.magnitude else {
            throw Damaged(offset: offset)
        }
        return amount
    }

    /// As above, written without a sign.
    mutating func readPoints(
        _ isAny: Bool = false, upTo bound: Int64 = amountBound
    ) throws(Damaged) -> Int64 {
        let points = Int64(bitPattern: try readVarint())
        guard isAny || points.magnitude <= bound.magnitude else { throw Damaged(offset: offset) }
        return points
    }

    /// A time within what calendars are reckoned with.
    mutating func readMoment(_ isAny: Bool = false) throws(Damaged) -> Timestamp {
        let moment = try readSigned()
        guard isAny || (Int64.min / 4...Int64.max / 4).contains(moment) else {
            throw Damaged(offset: offset)
        }
        return Timestamp(milliseconds: moment)
    }

    mutating func readTime(_ isAny: Bool = false) throws(Damaged) -> Timestamp? {
        guard try readByte() != 0 else { return nil }
        return try readMoment(isAny)
    }

    mutating func readTexts() throws(Damaged) -> [String] {
        var texts: [String] = []
        for _ in 0..<(try readCount()) { texts.append(try readCountedString()) }
        return texts
    }

    mutating func readDraws() throws(Damaged) -> [Draw] {
        var draws: [Draw] = []
        for _ in 0..<(try readCount()) {
            draws.append(
                Draw(
                    lot: Int64(bitPattern: try readVarint()),
                    points: try readPoints()))
        }
        return draws
    }
}
