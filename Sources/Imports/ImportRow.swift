/// One row of a file, its fields as ranges of the reader's bytes: nothing is allocated per row.
package struct ImportRow: Sendable {
    /// Where one field's text is.
    struct Field: Sendable {
        var start: Int32
        var end: Int32
        /// In `unescaped`, not in `bytes`.
        var isUnescaped = false
        /// A JSON value's own text, to be passed on as it is, not a text to be quoted.
        var isJSON = false
    }

    /// What the reader holds; the row is `start ..< end`, and the fields' offsets count from `start`.
    var bytes: [UInt8] = []
    /// Fields whose text in the file differs from their value (doubled quotes, JSON escapes).
    var unescaped: [UInt8] = []
    var fields: [Field] = []
    var start = 0
    var end = 0

    /// 1 for the first row below the header (or the first JSON line); empty lines don't count.
    package internal(set) var number = 0

    package var fieldCount: Int { fields.count }

    /// The field's value; empty where the row has no such field.
    @_lifetime(borrow self)
    package func field(_ index: Int) -> Span<UInt8> {
        guard index >= 0, index < fields.count else { return bytes.span.extracting(first: 0) }
        let field = fields[index]
        if field.isUnescaped {
            return unescaped.span.extracting(Int(field.start)..<Int(field.end))
        }
        return bytes.span.extracting(start + Int(field.start)..<start + Int(field.end))
    }

    /// The field's value without the blanks around it.
    @_lifetime(borrow self)
    package func trimmed(_ index: Int) -> Span<UInt8> {
        guard index >= 0, index < fields.count else { return bytes.span.extracting(first: 0) }
        let field = fields[index]
        if field.isUnescaped {
            let text = unescaped.span
            return text.extracting(trimmedRange(text, Int(field.start)..<Int(field.end)))
        }
        let text = bytes.span
        return text.extracting(
            trimmedRange(text, start + Int(field.start)..<start + Int(field.end)))
    }

    package func isJSON(_ index: Int) -> Bool {
        index >= 0 && index < fields.count && fields[index].isJSON
    }

    package func text(_ index: Int) -> String { String(copying: trimmed(index)) }

    /// The row as it stands in the file.
    var rawBytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(start..<end) }
    }

    /// The same, cut at `ImportLimits.rejectedTextBytesMax`.
    package var rawText: String {
        String(copying: rawBytes.extracting(first: ImportLimits.rejectedTextBytesMax))
    }

    /// The fields' values from a column on.
    func cells(from first: Int = 0) -> [String] {
        guard first < fieldCount else { return [] }
        return (first..<fieldCount).map { String(copying: field($0)) }
    }
}

/// The range without ASCII blanks at its ends.
func trimmedRange(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, isBlank(text[lower]) { lower += 1 }
    while lower < upper, isBlank(text[upper - 1]) { upper -= 1 }
    return lower..<upper
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

extension String {
    /// The text of these bytes; what isn't UTF-8 is replaced.
    init(copying bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
