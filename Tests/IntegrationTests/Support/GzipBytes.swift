import Foundation

/// Gzip made by hand (RFC 1951, RFC 1952), so that tests need no library.
enum GzipBytes {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    /// A text, stored without compression.
    static func stored(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        precondition(bytes.count < 65536, "one stored block holds less than 64 KiB")
        let count = UInt16(bytes.count)
        return header + [1] + little(count) + little(~count) + bytes + little(crc(bytes))
            + little(UInt32(bytes.count))
    }

    /// So many megabytes of zeros in a few kilobytes; the checksum is wrong, but nobody gets that far.
    static func zeros(megabytes: Int) -> [UInt8] {
        // A fixed-code block: a zero, then copies of 258 bytes from one back, each of 8 + 5 bits.
        var bits = BitWriter()
        bits.write(1, count: 1)
        bits.write(1, count: 2)
        bits.writeCode(0x30, count: 8)
        for _ in 0..<(megabytes * 1_000_000 / 258) {
            bits.writeCode(0b1100_0101, count: 8)
            bits.writeCode(0, count: 5)
        }
        bits.writeCode(0, count: 7)
        return header + bits.finish() + [UInt8](repeating: 0, count: 8)
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~value
    }

    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var pending: UInt32 = 0
        private var count = 0

        /// Lowest bit first, as numbers are.
        mutating func write(_ bits: UInt32, count: Int) {
            pending |= bits << self.count
            self.count += count
            while self.count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                self.count -= 8
            }
        }

        /// Highest bit first, as codes are.
        mutating func writeCode(_ code: UInt32, count: Int) {
            for bit in (0..<count).reversed() { write(code >> UInt32(bit) & 1, count: 1) }
        }

        mutating func finish() -> [UInt8] {
            if count > 0 { write(0, count: 8 - count) }
            return bytes
        }
    }
}
