package import Kernel

extension ByteWriter {
    /// Writes bytes as base64 (RFC 4648 §4).
    ///
    /// - Parameter lineBytes: A multiple of 4, after which a line ends; nil for one line without an end.
    package mutating func writeBase64(_ bytes: Span<UInt8>, lineBytes: Int? = nil) {
        makeRoom(for: bytes.count * 4 / 3 + bytes.count / 24 + 8)
        var column = 0
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let first = UInt32(bytes[index]) << 16
            let second = left > 1 ? UInt32(bytes[index + 1]) << 8 : 0
            let bits = first | second | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            writeByte(base64Digit(bits >> 18))
            writeByte(base64Digit(bits >> 12))
            writeByte(left > 1 ? base64Digit(bits >> 6) : UInt8(ascii: "="))
            writeByte(left > 2 ? base64Digit(bits) : UInt8(ascii: "="))
            index += 3
            column += 4
            if column == lineBytes {
                writeRaw("\r\n" as StaticString)
                column = 0
            }
        }
        if lineBytes != nil, column > 0 { writeRaw("\r\n" as StaticString) }
    }
}

private func base64Digit(_ bits: UInt32) -> UInt8 {
    let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return digits.utf8Start[Int(bits & 63)]
}

/// Base64 as one text.
func base64(_ bytes: Span<UInt8>) -> String {
    var writer = ByteWriter(reserving: bytes.count * 4 / 3 + 4)
    writer.writeBase64(bytes)
    return String(decoding: writer.take(), as: UTF8.self)
}

/// Reads base64 as mail has it: other characters are passed over, and what comes after a `=`.
func decodedBase64(_ text: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for index in text.indices {
        let byte = text[index]
        let value: UInt8
        switch byte {
        case 0x41...0x5A: value = byte - 0x41
        case 0x61...0x7A: value = byte - 0x61 + 26
        case 0x30...0x39: value = byte - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
        case UInt8(ascii: "="): return bytes
        default: continue
        }
        bits = (bits << 6 | UInt32(value)) & 0xFFFF
        bitCount += 6
        if bitCount >= 8 {
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
    }
    return bytes
}
