package import Kernel

extension ByteWriter {
    /// Writes text as quoted-printable (RFC 2045 §6.7), with CRLF for line ends of any kind.
    ///
    /// Lines have 76 bytes at most. A dot or `From ` at a line's start is escaped, which neither dot-stuffing nor a
    /// mailbox file then touches, and no character is divided between lines. It never has `=_` inside, by which
    /// boundaries can't be met.
    ///
    /// - Parameter text: UTF-8; bytes that aren't are carried over as they are.
    package mutating func writeQuotedPrintable(_ text: Span<UInt8>) {
        // In pieces, so that the room for the worst case, three for one and soft line breaks, stays small.
        var room = [UInt8](repeating: 0, count: QuotedLine.pieceBytes * 4 + 64)
        var line = QuotedLine()
        var index = 0
        makeRoom(for: text.count + text.count / 16 + 64)
        while index < text.count {
            line.end = 0
            var output = room.mutableSpan
            index = line.write(text, from: index, to: &output)
            writeRaw(room.span.extracting(first: line.end))
        }
    }
}

/// A digit of hexadecimal as quoted-printable has it: capitals.
func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }

/// Where a line of quoted-printable stands.
private struct QuotedLine {
    /// How much text is taken before what was written is handed on.
    static let pieceBytes = 4_096
    /// The `=` of a soft line break comes after.
    static let columnMax = 75
    var column = 0
    /// How many bytes were written.
    var end = 0

    /// Writes a piece of the text, up to a character's end.
    ///
    /// - Returns: Where the next piece starts.
    mutating func write(
        _ text: Span<UInt8>, from start: Int, to output: inout MutableSpan<UInt8>
    ) -> Int {
        let limit = min(text.count, start &+ Self.pieceBytes)
        var index = start
        while index < limit {
            let byte = text[index]
            switch byte {
            case 0x0A, 0x0D:
                let isPair = byte == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A
                index &+= isPair ? 2 : 1
                put(0x0D, in: &output)
                put(0x0A, in: &output)
                column = 0
            case 0x20...0x3C, 0x3E...0x7E:
                if column == Self.columnMax { breakLine(in: &output) }
                if column == 0, Self.isEscapedAtStart(text, at: index) {
                    putEscaped(byte, in: &output)
                    index &+= 1
                    continue
                }
                index = writePlain(text, from: index, to: &output)
            default:
                let count = Self.characterBytes(text, at: index)
                if column &+ count &* 3 > Self.columnMax { breakLine(in: &output) }
                for place in index..<(index &+ count) { putEscaped(text[place], in: &output) }
                index &+= count
            }
        }
        return index
    }

    /// Writes what stands for itself, up to the line's end; a space before a line end is escaped.
    private mutating func writePlain(
        _ text: Span<UInt8>, from start: Int, to output: inout MutableSpan<UInt8>
    ) -> Int {
        let limit = min(text.count, start &+ Self.columnMax &- column)
        var index = start
        while index &+ 8 <= limit {
            let word = text.littleEndianWord(at: index)
            guard Self.specials(word) == 0 else { break }
            var bytes = output.mutableBytes
            bytes.storeBytes(of: word.littleEndian, toByteOffset: end, as: UInt64.self)
            end &+= 8
            index &+= 8
        }
        while index < limit {
            let byte = text[index]
            guard byte &- 0x20 < 0x5F, byte != UInt8(ascii: "=") else { break }
            output[end] = byte
            end &+= 1
            index &+= 1
        }
        column &+= index &- start
        let isAtEnd = index == text.count || text[index] == 0x0A || text[index] == 0x0D
        if isAtEnd {
            guard text[index &- 1] == 0x20 else { return index }
            end &-= 1
            column &-= 1
            if column &+ 3 > Self.columnMax { breakLine(in: &output) }
            putEscaped(0x20, in: &output)
        } else if column == Self.columnMax {
            breakLine(in: &output)
        }
        return index
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8, in output: inout MutableSpan<UInt8>) {
        output[end] = byte
        end &+= 1
    }

    @inline(__always)
    private mutating func putEscaped(_ byte: UInt8, in output: inout MutableSpan<UInt8>) {
        put(UInt8(ascii: "="), in: &output)
        put(hexDigit(byte >> 4), in: &output)
        put(hexDigit(byte & 15), in: &output)
        column &+= 3
    }

    private mutating func breakLine(in output: inout MutableSpan<UInt8>) {
        put(UInt8(ascii: "="), in: &output)
        put(0x0D, in: &output)
        put(0x0A, in: &output)
        column = 0
    }

    /// Whether a line that starts here would be taken for the end of the data or of a message.
    static func isEscapedAtStart(_ text: Span<UInt8>, at index: Int) -> Bool {
        switch text[index] {
        case UInt8(ascii: "."): true
        case UInt8(ascii: "F"):
            index + 4 < text.count && text[index + 1] == UInt8(ascii: "r")
                && text[index + 2] == UInt8(ascii: "o") && text[index + 3] == UInt8(ascii: "m")
                && text[index + 4] == 0x20
        default: false
        }
    }

    /// Zero where all eight bytes stand for themselves (Warren, "Hacker's Delight", 2002, §6-1).
    @inline(__always)
    private static func specials(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let deletes = word ^ (ones &* 0x7F)
        let equals = word ^ (ones &* 0x3D)
        return
            (word | ((word &- (ones &* 0x20)) & ~word) | ((deletes &- ones) & ~deletes)
            | ((equals &- ones) & ~equals)) & highs
    }

    /// How many bytes the character here has, as far as they are there.
    static func characterBytes(_ text: Span<UInt8>, at index: Int) -> Int {
        let wanted =
            switch text[index] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        var count = 1
        while count < wanted, index + count < text.count, text[index + count] & 0xC0 == 0x80 {
            count += 1
        }
        return count
    }
}
