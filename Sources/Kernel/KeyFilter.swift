/// Knows of most keys that were never added that they weren't, so that nothing needs to be read for them.
///
/// Bloom filters of 64-byte blocks (Putze, Sanders & Singler, Cache-, Hash- and Space-Efficient Bloom
/// Filters, 2009), each of four times the capacity of the one before: it grows without the keys at hand.
/// Some 2 bytes a key; about one key in a hundred that wasn't added looks as if it was.
package struct KeyFilter: Sendable {
    private var layers: [Layer]
    /// Keys that were added; more than once counts as often.
    package private(set) var count = 0

    package init(capacity: Int = 65_536) {
        layers = [Layer(capacity: max(capacity, 1))]
    }

    /// - Parameter key: Evenly spread, as hashes are.
    package mutating func insert(_ key: UInt64) {
        let last = layers.count - 1
        if layers[last].count >= layers[last].capacity {
            layers.append(Layer(capacity: layers[last].capacity * 4))
        }
        layers[layers.count - 1].insert(Self.mixed(key))
        count += 1
    }

    /// False for a key that was certainly never added.
    package func mayContain(_ key: UInt64) -> Bool {
        let mixed = Self.mixed(key)
        for layer in layers where layer.mayContain(mixed) { return true }
        return false
    }

    /// Neighbouring keys are spread, too.
    private static func mixed(_ key: UInt64) -> UInt64 {
        var mixed = key &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return mixed &* 0xD6E8_FEB8_6659_FD93
    }

    private struct Layer: Sendable {
        static let bitsPerKey = 12
        static let wordsPerBlock = 8

        let capacity: Int
        var count = 0
        private var words: [UInt64]
        private let blockCount: UInt64

        init(capacity: Int) {
            self.capacity = capacity
            let blocks = max(1, (capacity * Self.bitsPerKey + 511) / 512)
            blockCount = UInt64(blocks)
            words = [UInt64](repeating: 0, count: blocks * Self.wordsPerBlock)
        }

        mutating func insert(_ key: UInt64) {
            let start = start(of: key)
            var bits = key
            for _ in 0..<6 {
                words[start + Int(bits >> 6 & 7)] |= 1 << (bits & 63)
                bits >>= 9
            }
            count += 1
        }

        func mayContain(_ key: UInt64) -> Bool {
            let start = start(of: key)
            var bits = key
            for _ in 0..<6 {
                if words[start + Int(bits >> 6 & 7)] & 1 << (bits & 63) == 0 { return false }
                bits >>= 9
            }
            return true
        }

        /// The first word of a key's block, by the bits that don't choose within it.
        private func start(of key: UInt64) -> Int {
            let high = (key ^ (key << 29)) >> 32
            return Int((high &* blockCount) >> 32) * Self.wordsPerBlock
        }
    }
}
