/// Works on the inside of JSON strings.
package enum JSONText {
    /// Appends the text that a string's bytes (between its quotes) stand for.
    ///
    /// - Parameter content: Checked by `JSONReader`. What isn't correct becomes U+FFFD.
    package static func decode(_ content: Span<UInt8>, into output: inout [UInt8]) {
        var index = 0
        let count = content.count
        while index < count {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < count else {
                output.append(byte)
                index += 1
                continue
            }
            let letter = content[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"): append(scalar(at: &index, in: content), to: &output)
            default: output.append(letter)
            }
        }
    }

    /// Whether two runs of bytes are the same.
    package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        let count = left.count
        var index = 0
        while index < count {
            if left[index] != right[index] { return false }
            index &+= 1
        }
        return true
    }

    /// The four hexadecimal digits at an offset as a number; nil where they aren't four.
    static func hexadecimal(at index: Int, in bytes: Span<UInt8>) -> UInt32? {
        guard index >= 0, index + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for place in index..<index + 4 {
            let byte = bytes[place]
            let lower = byte | 0x20
            if byte &- 0x30 < 10 {
                value = value << 4 | UInt32(byte &- 0x30)
            } else if lower &- 0x61 < 6 {
                value = value << 4 | UInt32(lower &- 0x61 + 10)
            } else {
                return nil
            }
        }
        return value
    }

    /// The scalar of the `\u` escape whose digits start at `index`, which is moved behind it (and
    /// behind the low half of a pair).
    private static func scalar(at index: inout Int, in content: Span<UInt8>) -> UInt32 {
        guard let first = hexadecimal(at: index, in: content) else { return 0xFFFD }
        index += 4
        guard first & 0xF800 == 0xD800 else { return first }
        guard first < 0xDC00, index + 6 <= content.count, content[index] == UInt8(ascii: "\\"),
            content[index + 1] == UInt8(ascii: "u"),
            let second = hexadecimal(at: index + 2, in: content), second & 0xFC00 == 0xDC00
        else { return 0xFFFD }
        index += 6
        return 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)
    }

    private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(scalar) else { return }
        for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { output.append(unit) }
    }
}
