package import Kernel

/// How often each of several names occurred, and when first and last.
///
/// Holds a bounded number of names: those that come first in the order of their bytes. A name that
/// is held has never been let go, so its figures are exact, and what is held doesn't depend on the
/// order of events or of merging; an order of importance or age would break both. What happened under
/// other names is counted together.
package struct NameTallies: Sendable, Equatable {
    /// One name's figures.
    package struct Tally: Sendable, Equatable {
        package let name: String
        package var count: Int64
        package var first: Timestamp
        package var last: Timestamp
    }

    /// Longer names are counted with the others.
    package static let nameBytesMax = 128

    /// In the order of the names' bytes.
    package private(set) var tallies: [Tally] = []
    /// How often something happened under a name that isn't held.
    package private(set) var others: Int64 = 0
    /// How many names are held at most.
    let countMax: Int

    init(countMax: Int) {
        self.countMax = countMax
    }

    package subscript(name: String) -> Tally? {
        let (index, found) = place(of: name.utf8.span)
        return found ? tallies[index] : nil
    }

    /// The name with the highest count, the first in order of those with the same; nil without any.
    package var mostFrequent: Tally? {
        tallies.max { ($0.count, $1.name) < ($1.count, $0.name) }
    }

    mutating func add(_ name: Span<UInt8>, at time: Timestamp) {
        guard name.count <= Self.nameBytesMax else {
            others &+= 1
            return
        }
        let (index, found) = place(of: name)
        if found {
            tallies[index].count &+= 1
            tallies[index].first = min(tallies[index].first, time)
            tallies[index].last = max(tallies[index].last, time)
            return
        }
        guard index < countMax else {
            others &+= 1
            return
        }
        let text = name.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        tallies.insert(Tally(name: text, count: 1, first: time, last: time), at: index)
        letGo()
    }

    mutating func merge(_ other: Self) {
        others &+= other.others
        if other.tallies.isEmpty { return }
        var merged: [Tally] = []
        merged.reserveCapacity(tallies.count + other.tallies.count)
        var index = 0
        for theirs in other.tallies {
            while index < tallies.count, order(tallies[index].name, theirs.name) < 0 {
                merged.append(tallies[index])
                index += 1
            }
            if index < tallies.count, order(tallies[index].name, theirs.name) == 0 {
                var both = tallies[index]
                both.count &+= theirs.count
                both.first = min(both.first, theirs.first)
                both.last = max(both.last, theirs.last)
                merged.append(both)
                index += 1
            } else {
                merged.append(theirs)
            }
        }
        merged.append(contentsOf: tallies[index...])
        tallies = merged
        letGo()
    }

    private mutating func letGo() {
        while tallies.count > countMax { others &+= tallies.removeLast().count }
    }

    /// Where a name is or would be.
    private func place(of name: Span<UInt8>) -> (index: Int, found: Bool) {
        var low = 0
        var high = tallies.count
        while low < high {
            let middle = (low + high) / 2
            let order = byteOrder(tallies[middle].name.utf8.span, name)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }
}

extension NameTallies {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(bitPattern: others))
        writer.writeVarint(UInt64(tallies.count))
        for tally in tallies {
            writer.writeCounted(tally.name)
            writer.writeVarint(UInt64(bitPattern: tally.count))
            writer.writeSigned(tally.first.milliseconds)
            writer.writeSigned(tally.last.milliseconds)
        }
    }

    init(reading reader: inout ByteReader, countMax: Int) throws(ByteReader.Damaged) {
        self.countMax = countMax
        others = Int64(bitPattern: try reader.readVarint())
        let count = try reader.readVarint()
        guard count <= UInt64(countMax) else { throw ByteReader.Damaged(offset: reader.offset) }
        tallies.reserveCapacity(Int(count))
        for _ in 0..<count {
            let start = reader.offset
            let name = try reader.readCountedString()
            if let before = tallies.last, order(before.name, name) >= 0 {
                throw ByteReader.Damaged(offset: start)
            }
            tallies.append(
                Tally(
                    name: name, count: Int64(bitPattern: try reader.readVarint()),
                    first: Timestamp(milliseconds: try reader.readSigned()),
                    last: Timestamp(milliseconds: try reader.readSigned())))
        }
    }
}

/// Negative where the left one comes first by its bytes, positive where the right one does, else 0.
func byteOrder(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    let shared = min(left.count, right.count)
    for index in 0..<shared where left[index] != right[index] {
        return Int(left[index]) - Int(right[index])
    }
    return left.count - right.count
}

/// The order of two texts by the bytes of their UTF-8.
func order(_ left: String, _ right: String) -> Int { byteOrder(left.utf8.span, right.utf8.span) }
