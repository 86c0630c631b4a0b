extension JSONScanner {
    /// Checks a string from its opening quote to behind its closing one.
    ///
    /// Plain ASCII is passed over eight bytes at a time.
    ///
    /// - Returns: Where it ended, and whether it holds escapes.
    static func string(
        in bytes: Span<UInt8>, from start: Int
    ) throws(JSONError) -> (end: Int, hasEscapes: Bool) {
        var hasEscapes = false
        var index = start &+ 1
        while true {
            skipPlain(in: bytes, at: &index)
            guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                return (index &+ 1, hasEscapes)
            }
            if byte >= 0x80 {
                index = try scalar(in: bytes, from: index, lead: byte)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try escape(in: bytes, from: index)
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: index)
            } else {
                index &+= 1
            }
        }
    }

    /// Moves to the first byte that is a quote, a backslash, a control character or not ASCII, or
    /// to the last seven bytes.
    ///
    /// Each mask has the high bit of a byte set where that byte is looked for; a borrow can set
    /// bits above a true one only, and only the lowest is used.
    @inline(__always)
    private static func skipPlain(in bytes: Span<UInt8>, at index: inout Int) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let raw = bytes.bytes
        while index &+ 8 <= raw.byteCount {
            let word = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5C)
            let found =
                ((quotes &- ones) & ~quotes)
                | ((slashes &- ones) & ~slashes)
                | ((word &- (ones &* 0x20)) & ~word)
                | word
            let marks = found & highs
            if marks != 0 {
                index &+= marks.trailingZeroBitCount >> 3
                return
            }
            index &+= 8
        }
    }

    /// Checks one scalar of two to four bytes (Unicode 15, table 3-7: no overlong forms, no
    /// surrogates, nothing above U+10FFFF).
    private static func scalar(
        in bytes: Span<UInt8>, from index: Int, lead: UInt8
    ) throws(JSONError) -> Int {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF1...0xF3: length = 4
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        default: throw JSONError(.badUTF8, at: index)
        }
        guard index &+ length <= bytes.count, second.contains(bytes[index &+ 1]) else {
            throw JSONError(.badUTF8, at: index)
        }
        var place = 2
        while place < length {
            guard bytes[index &+ place] & 0xC0 == 0x80 else { throw JSONError(.badUTF8, at: index) }
            place &+= 1
        }
        return index &+ length
    }

    /// Checks one escape; a surrogate only as a pair.
    private static func escape(in bytes: Span<UInt8>, from index: Int) throws(JSONError) -> Int {
        guard index &+ 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
        switch bytes[index &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index &+ 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(in: bytes, at: index)
            if unit & 0xF800 == 0xD800 {
                let next = index &+ 6
                guard unit < 0xDC00, next &+ 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"),
                    bytes[next &+ 1] == UInt8(ascii: "u"),
                    try codeUnit(in: bytes, at: next) & 0xFC00 == 0xDC00
                else { throw JSONError(.loneSurrogate, at: index) }
                return index &+ 12
            }
            return index &+ 6
        default: throw JSONError(.badEscape, at: index)
        }
    }

    /// The code unit of the `\u` escape whose backslash is at the index.
    private static func codeUnit(
        in bytes: Span<UInt8>, at index: Int
    ) throws(JSONError) -> UInt32 {
        guard index &+ 6 <= bytes.count else { throw JSONError(.badEscape, at: index) }
        guard let unit = JSONText.hexadecimal(at: index &+ 2, in: bytes) else {
            throw JSONError(.badEscape, at: index)
        }
        return unit
    }
}
