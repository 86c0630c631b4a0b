/// A key whose bits are spread evenly enough to be looked up by, or are at the cost of a multiplication.
protocol SpreadKey: Equatable, Sendable {
    /// Evenly spread in its high bits.
    var spread: UInt64 { get }
    static var zero: Self { get }
}

extension Int64: SpreadKey {
    /// For counters and positions as for hashes (Fibonacci hashing; Knuth, TAOCP 3, §6.4).
    var spread: UInt64 { UInt64(bitPattern: self) &* 0x9E37_79B9_7F4A_7C15 }
}

extension SipHash.Digest: SpreadKey {
    var spread: UInt64 { first }
    static var zero: Self { Self(first: 0, second: 0) }
}

/// Small numbers by key, for the fold's inner loops: what is a hash already, or a number that nobody outside
/// chooses, isn't hashed anew. Open addressing with linear probing; entries are added and replaced, and go
/// together.
struct SpreadTable<Key: SpreadKey>: Sendable {
    private struct Entry: Sendable {
        var key = Key.zero
        /// Below zero where the entry is free.
        var value: Int32 = -1
    }

    private var entries: [Entry]
    private var shift: UInt64
    private(set) var count = 0

    init() { self.init(reserving: 0) }

    /// - Parameter count: Keys for which there is room from the beginning.
    init(reserving count: Int) {
        let bits = max(6, Int.bitWidth - (count * 3 / 2).leadingZeroBitCount)
        entries = Array(repeating: Entry(), count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    /// The index of a key, or the free one where it would go.
    @inline(__always)
    private func index(of key: Key) -> Int {
        let mask = entries.count - 1
        var index = Int(truncatingIfNeeded: key.spread >> shift)
        while entries[index].value >= 0, entries[index].key != key { index = (index + 1) & mask }
        return index
    }

    func value(of key: Key) -> Int32 { entries[index(of: key)].value }

    mutating func set(_ key: Key, _ value: Int32) {
        if count * 4 >= entries.count * 3 { grow() }
        let index = index(of: key)
        if entries[index].value < 0 { count += 1 }
        entries[index] = Entry(key: key, value: value)
    }

    private mutating func grow() {
        let former = entries
        shift -= 1
        entries = Array(repeating: Entry(), count: former.count * 2)
        for entry in former where entry.value >= 0 { entries[index(of: entry.key)] = entry }
    }
}

/// Places in a list by a number that no one outside chooses freely: a position, or a keyed hash.
package struct NumberPlaces: Sendable {
    private var table = SpreadTable<Int64>()

    package init() {}

    package var count: Int { table.count }

    /// The place of a number; nil without one.
    package subscript(number: Int64) -> Int? {
        let place = table.value(of: number)
        return place < 0 ? nil : Int(place)
    }

    /// Adds a place, from 0 to 2³¹ − 1, or replaces the one that the number had.
    package mutating func set(_ number: Int64, _ place: Int) { table.set(number, Int32(place)) }
}

/// Places in a list by a keyed hash.
package struct DigestPlaces: Sendable {
    private var table: SpreadTable<SipHash.Digest>

    /// - Parameter count: Keys for which there is room from the beginning.
    package init(reserving count: Int = 0) {
        table = SpreadTable(reserving: count)
    }

    package var count: Int { table.count }

    /// The place of a digest; nil without one.
    package subscript(digest: SipHash.Digest) -> Int? {
        let place = table.value(of: digest)
        return place < 0 ? nil : Int(place)
    }

    /// Adds a place, from 0 to 2³¹ − 1, or replaces the one that the digest had.
    package mutating func set(_ digest: SipHash.Digest, _ place: Int) {
        table.set(digest, Int32(place))
    }
}
