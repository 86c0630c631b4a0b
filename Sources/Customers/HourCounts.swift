import Kernel

/// How much happened in each hour of the day, by the workspace's clock.
package struct HourCounts: Sendable, Equatable {
    private var counts = InlineArray<24, UInt32>(repeating: 0)

    package init() {}

    /// - Parameter hour: 0..<24.
    package subscript(hour: Int) -> Int { Int(counts[hour]) }

    /// The hour with most, the earliest of those with the same; nil where nothing happened.
    package var highest: Int? {
        var best: Int?
        for hour in 0..<24 where counts[hour] > best.map({ counts[$0] }) ?? 0 { best = hour }
        return best
    }

    mutating func add(_ hour: Int) {
        precondition((0..<24).contains(hour), "an hour of the day is 0 to 23")
        counts[hour] = Self.sum(counts[hour], 1)
    }

    mutating func merge(_ other: Self) {
        for hour in 0..<24 { counts[hour] = Self.sum(counts[hour], other.counts[hour]) }
    }

    /// Stays at the highest number, in whatever order it is added.
    private static func sum(_ one: UInt32, _ other: UInt32) -> UInt32 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    package static func == (left: Self, right: Self) -> Bool {
        for hour in 0..<24 where left.counts[hour] != right.counts[hour] { return false }
        return true
    }

    func write(to writer: inout ByteWriter) {
        for hour in 0..<24 { writer.writeVarint(UInt64(counts[hour])) }
    }

    init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        for hour in 0..<24 {
            guard let count = UInt32(exactly: try reader.readVarint()) else {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            counts[hour] = count
        }
    }
}
