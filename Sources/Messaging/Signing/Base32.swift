/// Crockford's base32 in small letters: an address part whose case a server on the way may change.
enum Base32 {
    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                text.unicodeScalars.append(digit(bits >> bitCount))
            }
            bits &= 0xFF
        }
        if bitCount > 0 { text.unicodeScalars.append(digit(bits << (5 - bitCount))) }
        return text
    }

    /// Reads letters of either case; nil for other characters, a length that can't be, and bits left over that aren't
    /// zero, so that each run of bytes has one text.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in text.utf8 {
            guard let value = value(byte) else { return nil }
            bits = bits << 5 | value
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
                bits &= (1 << bitCount) - 1
            }
        }
        guard bitCount < 5, bits == 0 else { return nil }
        return bytes
    }

    private static func digit(_ bits: UInt32) -> Unicode.Scalar {
        let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        return Unicode.Scalar(digits.utf8Start[Int(bits & 31)])
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        let small = byte >= 0x41 ? byte | 0x20 : byte
        let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        return digits.withUTF8Buffer { $0.firstIndex(of: small) }.map(UInt32.init)
    }
}
