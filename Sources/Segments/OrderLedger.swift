package import Kernel

/// The orders of a fragment that count, one by one: as they are now, after corrections and cancellations.
///
/// Holds the newest `heldMax`; of earlier ones only how many they are and what they came to.
package struct OrderLedger: Sendable, Equatable {
    /// One order.
    package struct Entry: Sendable, Equatable {
        /// The order's key, as the archive's.
        package let key: Int64
        package let orderedAt: Timestamp
        /// Before refunds.
        package let total: Money

        package init(key: Int64, orderedAt: Timestamp, total: Money) {
            self.key = key
            self.orderedAt = orderedAt
            self.total = total
        }

        func isBefore(_ other: Self) -> Bool {
            (orderedAt, key) < (other.orderedAt, other.key)
        }
    }

    package static let heldMax = 10_000

    /// The oldest first.
    package private(set) var entries: [Entry] = []
    /// How many earlier ones aren't held.
    package private(set) var olderCount: Int64 = 0
    /// What those came to, in minor units; by currency, in order of the code.
    package private(set) var olderTotals: [Money] = []

    package init() {}

    package var count: Int64 { Int64(entries.count) + olderCount }
    package var isEmpty: Bool { count == 0 }
    package var last: Entry? { entries.last }

    /// Puts an order in, in the place of the one with its key.
    mutating func set(_ entry: Entry) {
        if let place = entries.lastIndex(where: { $0.key == entry.key }) {
            entries.remove(at: place)
        }
        add(entry)
    }

    /// Puts an order in, of whose key there is none.
    mutating func add(_ entry: Entry) {
        insert(entry)
        letGo()
    }

    /// Takes an order out.
    ///
    /// - Parameter total: What it came to, where it was let go as too old to be held.
    mutating func remove(key: Int64, total: Money) {
        if let place = entries.lastIndex(where: { $0.key == key }) {
            entries.remove(at: place)
        } else if olderCount > 0 {
            olderCount -= 1
            addOlder(Money(minor: 0 &- total.minor, currency: total.currency))
        }
    }

    mutating func merge(_ other: Self) {
        olderCount += other.olderCount
        for total in other.olderTotals { addOlder(total) }
        if other.entries.isEmpty { return }
        if let last = entries.last, let first = other.entries.first, !last.isBefore(first) {
            for entry in other.entries { insert(entry) }
        } else {
            entries += other.entries
        }
        letGo()
    }

    private mutating func insert(_ entry: Entry) {
        var place = entries.count
        while place > 0, entry.isBefore(entries[place - 1]) { place -= 1 }
        entries.insert(entry, at: place)
    }

    private mutating func letGo() {
        let extra = entries.count - Self.heldMax
        guard extra > 0 else { return }
        for entry in entries[..<extra] {
            olderCount += 1
            addOlder(entry.total)
        }
        entries.removeFirst(extra)
    }

    private mutating func addOlder(_ total: Money) {
        let place = olderTotals.firstIndex { $0.currency >= total.currency } ?? olderTotals.count
        if place < olderTotals.count, olderTotals[place].currency == total.currency {
            olderTotals[place].minor &+= total.minor
        } else {
            olderTotals.insert(total, at: place)
        }
    }

    /// Where the orders after a moment begin.
    func start(after moment: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].orderedAt.milliseconds > moment {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}

extension OrderLedger {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(bitPattern: olderCount))
        writer.writeVarint(UInt64(olderTotals.count))
        for total in olderTotals {
            writer.writeVarint(UInt64(total.currency.packed))
            writer.writeSigned(total.minor)
        }
        writer.writeVarint(UInt64(entries.count))
        var before: Int64 = 0
        for entry in entries {
            writer.writeSigned(entry.orderedAt.milliseconds &- before)
            before = entry.orderedAt.milliseconds
            writer.writeFixed(UInt64(bitPattern: entry.key))
            writer.writeVarint(UInt64(entry.total.currency.packed))
            writer.writeSigned(entry.total.minor)
        }
    }

    init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        olderCount = Int64(bitPattern: try reader.readVarint())
        for _ in 0..<(try reader.readVarint()) {
            let currency = try reader.readCurrency()
            olderTotals.append(Money(minor: try reader.readSigned(), currency: currency))
        }
        let count = try reader.readVarint()
        guard count <= UInt64(Self.heldMax) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        entries.reserveCapacity(Int(count))
        var before: Int64 = 0
        for _ in 0..<count {
            before &+= try reader.readSigned()
            let key = Int64(bitPattern: try reader.readFixed64())
            let currency = try reader.readCurrency()
            let entry = Entry(
                key: key, orderedAt: Timestamp(milliseconds: before),
                total: Money(minor: try reader.readSigned(), currency: currency))
            if let last = entries.last, entry.isBefore(last) {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            entries.append(entry)
        }
    }
}

extension ByteReader {
    fileprivate mutating func readCurrency() throws(Damaged) -> Currency {
        let start = offset
        guard let packed = UInt32(exactly: try readVarint()),
            let currency = Currency(packed: packed)
        else { throw Damaged(offset: start) }
        return currency
    }
}
