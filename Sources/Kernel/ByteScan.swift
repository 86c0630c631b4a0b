extension Span<UInt8> {
    /// The eight bytes from an offset as a number, the first the lowest.
    @inlinable
    @inline(__always)
    package func littleEndianWord(at offset: Int) -> UInt64 {
        // Bounds are checked by the load; unsafe is only that it takes any type, and all bits are numbers.
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Whether these are the same bytes as those.
    @inlinable
    package func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index &+ 8 <= count {
            if littleEndianWord(at: index) != other.littleEndianWord(at: index) { return false }
            index &+= 8
        }
        while index < count {
            if self[index] != other[index] { return false }
            index &+= 1
        }
        return true
    }
}

/// Answers about all bytes of a text, eight at a time.
///
/// Sums and differences of whole words carry from byte to byte only above a byte that is looked for, so
/// that "none" is exact (Mycroft 1987; Warren, "Hacker's Delight", 2002, §6-1).
package enum ByteScan {
    @usableFromInline static let ones: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Whether a byte is a control character: below 0x20, or 0x7F.
    package static func hasControls(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index &+ 8 <= text.count {
            if controls(text.littleEndianWord(at: index)) != 0 { return true }
            index &+= 8
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == 0x7F { return true }
            index &+= 1
        }
        return false
    }

    /// Whether all bytes are below 0x80.
    package static func isASCII(_ text: Span<UInt8>) -> Bool {
        var index = 0
        var all: UInt64 = 0
        while index &+ 8 <= text.count {
            all |= text.littleEndianWord(at: index)
            index &+= 8
        }
        while index < text.count {
            all |= UInt64(text[index])
            index &+= 1
        }
        return all & highs == 0
    }

    /// Not zero where one of the eight bytes is a control character.
    @inline(__always)
    private static func controls(_ word: UInt64) -> UInt64 {
        let deletes = word ^ (ones &* 0x7F)
        return (((word &- (ones &* 0x20)) & ~word) | ((deletes &- ones) & ~deletes)) & highs
    }
}
