/// What the text of a file is made of, found out from its first bytes, not from its name.
package enum InputFormat: Sendable, Equatable {
    case gzip
    case jsonLines
    /// `headBytes`: a byte order mark and a `sep=` line at the start, which aren't rows.
    case delimited(by: UInt8, headBytes: Int)

    /// How many first bytes are looked at, at most.
    static let headBytesMax = 1 << 16

    /// The format of a file that starts with these bytes.
    ///
    /// - Parameter isComplete: Whether this is the whole file.
    /// - Returns: nil if more bytes are needed.
    /// - Throws: `.emptyFile`; `.unsupportedFormat` for what is known to be something else.
    package static func detect(
        _ head: Span<UInt8>, isComplete: Bool
    ) throws(ImportFailure) -> InputFormat? {
        if head.count < 6, !isComplete { return nil }
        if starts(head, [0x1F, 0x8B]) { return .gzip }
        for (magic, what) in foreign where starts(head, magic) { throw .unsupportedFormat(what) }
        // Text has no zeros; every other byte of UTF-16 is one where it is Latin.
        if head.count > 1, head[0] == 0 || head[1] == 0 {
            throw .unsupportedFormat("UTF-16 text or no text at all (save it as UTF-8)")
        }
        let textStart = starts(head, [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var index = textStart
        while index < head.count, head[index] <= 0x20 { index += 1 }
        if index == head.count {
            guard isComplete || head.count >= headBytesMax else { return nil }
            throw .emptyFile
        }
        if head[index] == UInt8(ascii: "{") { return .jsonLines }
        if head[index] == UInt8(ascii: "[") {
            throw .unsupportedFormat("a JSON array (write one object per line)")
        }
        // A tab may be the first, empty column's end: the line starts where the line break before it ends.
        var lineStart = textStart
        for position in textStart..<index where head[position] == 0x0A || head[position] == 0x0D {
            lineStart = position + 1
        }
        guard
            let line = firstLine(head, from: lineStart)
                ?? (isComplete || head.count >= headBytesMax ? lineStart..<head.count : nil)
        else { return nil }
        if let separator = declaredSeparator(head.extracting(line)) {
            return .delimited(by: separator, headBytes: line.upperBound)
        }
        return .delimited(by: delimiter(of: head.extracting(line)), headBytes: textStart)
    }

    private static let foreign: [(magic: [UInt8], what: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive or a spreadsheet (save it as CSV)"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old spreadsheet (save it as CSV)"),
        ([0xFF, 0xFE], "UTF-16 text (save it as UTF-8)"),
        ([0xFE, 0xFF], "UTF-16 text (save it as UTF-8)"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd data"),
        ([0x42, 0x5A, 0x68], "bzip2 data"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data"),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet file"),
    ]

    private static func starts(_ head: Span<UInt8>, _ magic: [UInt8]) -> Bool {
        guard head.count >= magic.count else { return false }
        return magic.indices.allSatisfy { head[$0] == magic[$0] }
    }

    /// The line from there on, without its break, which may not be inside quotes; nil if it doesn't end.
    private static func firstLine(_ head: Span<UInt8>, from start: Int) -> Range<Int>? {
        var isQuoted = false
        for index in start..<head.count {
            switch head[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case 0x0A, 0x0D: if !isQuoted { return start..<index }
            default: break
            }
        }
        return nil
    }

    /// The separator of a line `sep=;`, which spreadsheets write.
    private static func declaredSeparator(_ line: Span<UInt8>) -> UInt8? {
        guard line.count == 5, starts(line, Array("sep=".utf8)) else { return nil }
        return line[4]
    }

    /// Which of `, ; tab |` is most frequent outside quotes; a comma without any.
    static func delimiter(of line: Span<UInt8>) -> UInt8 {
        let candidates = Array(",;\t|".utf8)
        var counts = candidates.map { _ in 0 }
        var isQuoted = false
        for index in line.indices {
            if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let which = candidates.firstIndex(of: line[index]) { counts[which] += 1 }
        }
        let best = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        return counts[best] == 0 ? candidates[0] : candidates[best]
    }
}
