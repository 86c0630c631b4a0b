import Kernel

/// A number for each digest, in 24 bytes a place and without hashing what is a hash already.
struct DigestTable: Sendable {
    private struct Entry {
        var key = SipHash.Digest(first: 0, second: 0)
        /// 0 where the place is free.
        var value: UInt32 = 0
    }

    private var entries: [Entry]
    private(set) var count = 0

    init() {
        entries = Array(repeating: Entry(), count: 1024)
    }

    /// The number stored for the digest, 0 without one; `change` gives the number to keep, not 0.
    mutating func update(_ key: SipHash.Digest, _ change: (UInt32) -> UInt32) -> UInt32 {
        if count * 8 >= entries.count * 5 { grow() }
        let place = place(of: key)
        let former = entries[place].value
        if former == 0 {
            entries[place].key = key
            count += 1
        }
        entries[place].value = change(former)
        return former
    }

    /// Nil without a number.
    func value(_ key: SipHash.Digest) -> UInt32? {
        let value = entries[place(of: key)].value
        return value == 0 ? nil : value
    }

    private func place(of key: SipHash.Digest) -> Int {
        let mask = entries.count - 1
        var place = Int(truncatingIfNeeded: key.first) & mask
        while entries[place].value != 0, entries[place].key != key { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let former = entries
        entries = Array(repeating: Entry(), count: former.count * 2)
        for entry in former where entry.value != 0 { entries[place(of: entry.key)] = entry }
    }
}
