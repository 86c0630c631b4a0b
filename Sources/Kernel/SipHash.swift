/// A keyed 128-bit hash: short, fast, and not to be steered by who doesn't know the key.
///
/// SipHash-2-4 with 128-bit output (Aumasson & Bernstein 2012 and the authors' reference for the
/// 128-bit variant). Used for message keys and look-ups by value; not a signature.
package struct SipHash: Sendable {
    /// A 128-bit key.
    package struct Key: Sendable, Equatable {
        package let low: UInt64
        package let high: UInt64

        package init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }
    }

    /// A 128-bit hash.
    package struct Digest: Hashable, Sendable, Comparable {
        package let first: UInt64
        package let second: UInt64

        @inlinable
        package init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }

        @inlinable
        package static func == (left: Self, right: Self) -> Bool {
            left.first == right.first && left.second == right.second
        }

        package static func < (left: Self, right: Self) -> Bool {
            (left.first, left.second) < (right.first, right.second)
        }

        /// The 16 bytes, most significant first, so that they sort as the digests do.
        package var bytes: [UInt8] {
            [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
                for index in 0..<8 {
                    let shift = UInt64(56 - index * 8)
                    buffer.initializeElement(
                        at: index, to: UInt8(truncatingIfNeeded: first >> shift))
                }
                for index in 0..<8 {
                    let shift = UInt64(56 - index * 8)
                    buffer.initializeElement(
                        at: index + 8, to: UInt8(truncatingIfNeeded: second >> shift))
                }
                count = 16
            }
        }
    }

    private let key: Key

    package init(key: Key) {
        self.key = key
    }

    /// Hashes the bytes; `domain` keeps hashes for different purposes apart.
    package func digest(_ bytes: Span<UInt8>, domain: UInt8 = 0) -> Digest {
        var state = State(key: key, domain: domain)
        let count = bytes.count
        var index = 0
        while index &+ 8 <= count {
            state.absorb(bytes.littleEndianWord(at: index))
            index &+= 8
        }
        var last = UInt64(truncatingIfNeeded: count) << 56
        var shift: UInt64 = 0
        while index < count {
            last |= UInt64(bytes[index]) << shift
            shift &+= 8
            index &+= 1
        }
        state.absorb(last)
        return state.finish()
    }

    /// Hashes the text's UTF-8 bytes.
    package func digest(_ text: String, domain: UInt8 = 0) -> Digest {
        var text = text
        return text.withUTF8 { digest($0.span, domain: domain) }
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        init(key: Key, domain: UInt8) {
            v0 = key.low ^ 0x736f_6d65_7073_6575
            v1 = key.high ^ 0x646f_7261_6e64_6f6d ^ 0xee
            v2 = key.low ^ 0x6c79_6765_6e65_7261 ^ UInt64(domain) << 32
            v3 = key.high ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> Digest {
            v2 ^= 0xee
            for _ in 0..<4 { round() }
            let first = v0 ^ v1 ^ v2 ^ v3
            v1 ^= 0xdd
            for _ in 0..<4 { round() }
            return Digest(first: first, second: v0 ^ v1 ^ v2 ^ v3)
        }
    }
}
