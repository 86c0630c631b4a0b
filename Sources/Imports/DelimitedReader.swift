/// Reads the rows of delimited text (RFC 4180 and what is seen in practice) from bytes that come in pieces.
///
/// Rows end with LF, CRLF or CR; a field may be quoted, with quotes in it doubled and line breaks in it
/// kept; a quote inside an unquoted field stands for itself; empty lines are passed over. What can't
/// be read is reported row by row, and reading goes on: a quote that is never closed costs the line it
/// opens in, not the rest of the file. The rows don't depend on how the bytes are cut into pieces.
package struct DelimitedReader: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// `row` holds the next row.
        case row
        /// `row` holds the text of something that isn't a row.
        case malformed(RejectionCode)
        /// The bytes end within a row; append more or call `finish`.
        case needsInput
        /// After `finish`: no more rows.
        case end
    }

    private enum State {
        case fieldStart, leadingSpace, unquoted, quoted, quoteSeen, skippingLine
    }

    package private(set) var row = ImportRow()
    package let delimiter: UInt8

    private var state = State.fieldStart
    /// Where the row being read starts, and how far it has been looked at.
    private var rowStart = 0
    private var index = 0
    /// Counts from `rowStart`.
    private var fieldStart = 0
    private var hasDoubledQuotes = false
    private var hasTextAfterQuote = false
    private var isQuotedRow = false
    private var highBits: UInt8 = 0
    private var skipsLineFeed = false
    private var isFinished = false
    private var rowsRead = 0
    private var mark: Mark?

    private struct Mark {
        var position: Int
        var skipsLineFeed: Bool
        var rowsRead: Int
    }

    package init(delimiter: UInt8) {
        self.delimiter = delimiter
    }

    /// Adds the next piece of the file. The row read before is gone.
    package mutating func append(_ piece: Span<UInt8>) {
        if mark == nil, rowStart > 0 {
            row.bytes.removeSubrange(0..<rowStart)
            index -= rowStart
            rowStart = 0
        }
        piece.withUnsafeBufferPointer { row.bytes.append(contentsOf: $0) }
    }

    /// Says that the file has ended.
    package mutating func finish() { isFinished = true }

    /// Bytes that are held.
    package var heldBytes: Int { row.bytes.count }

    /// Rows from here on can be read again after `rewind`; they are held until then.
    package mutating func setMark() {
        mark = Mark(position: rowStart, skipsLineFeed: skipsLineFeed, rowsRead: rowsRead)
    }

    /// Goes back to the mark and forgets it.
    package mutating func rewind() {
        guard let mark else { return }
        beginRow(at: mark.position)
        skipsLineFeed = mark.skipsLineFeed
        rowsRead = mark.rowsRead
        self.mark = nil
    }

    /// Takes the apostrophes of a file of rejections away from the row.
    mutating func removeFormulaGuards() { row.removeFormulaGuards() }

    /// Numbers the rows anew: the one just read was the header.
    package mutating func restartNumbering() { rowsRead = 0 }

    /// Reads on to the next row.
    package mutating func next() -> Outcome {
        while true {
            if state == .skippingLine, !skipLine() { return isFinished ? .end : .needsInput }
            if skipsLineFeed, rowStart < row.bytes.count {
                skipsLineFeed = false
                if row.bytes[rowStart] == Self.lineFeed { beginRow(at: rowStart + 1) }
            }
            if index == rowStart, state == .fieldStart { row.removeFields() }
            let limit = rowStart + ImportLimits.rowBytesMax
            if scan(to: min(row.bytes.count, limit)) {
                if let outcome = takeRow(end: index) { return outcome }
                continue
            }
            if index == limit, row.bytes.count > limit, !isLineBreak(row.bytes[limit]) || isInQuotes
            {
                return abandonRow(.rowTooLong)
            }
            guard isFinished else { return .needsInput }
            if rowStart == row.bytes.count { return .end }
            if state == .quoted { return abandonRow(.rowTooLong) }
            endLastField()
            if let outcome = takeRow(end: index) { return outcome }
        }
    }

    private var isInQuotes: Bool { state == .quoted }

    // MARK: Scanning

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let quote = UInt8(ascii: "\"")

    private func isLineBreak(_ byte: UInt8) -> Bool {
        byte == Self.lineFeed || byte == Self.carriageReturn
    }

    /// Looks at bytes up to `end`; true when a line break ends the row there (`index` stays before it).
    private mutating func scan(to end: Int) -> Bool {
        let delimiter = delimiter
        var index = index
        var high = highBits
        defer {
            self.index = index
            highBits = high
        }
        while index < end {
            switch state {
            case .fieldStart:
                fieldStart = index - rowStart
                switch row.bytes[index] {
                case Self.quote: openQuote(&index)
                case 0x20: state = .leadingSpace
                default: state = .unquoted
                }
            case .leadingSpace:
                switch row.bytes[index] {
                case Self.quote: openQuote(&index)
                case 0x20: index += 1
                default: state = .unquoted
                }
            case .unquoted:
                index = row.plainEnd(index..<end, delimiter: delimiter, highBits: &high)
                guard index < end else { return false }
                endField(at: index - rowStart)
                guard row.bytes[index] == delimiter else { return true }
                index += 1
            case .quoted:
                index = row.quoteStart(index..<end, highBits: &high)
                guard index < end else { return false }
                index += 1
                state = .quoteSeen
            case .quoteSeen:
                let byte = row.bytes[index]
                if byte == Self.quote {
                    hasDoubledQuotes = true
                    index += 1
                    state = .quoted
                } else if byte == delimiter || isLineBreak(byte) {
                    endField(at: index - rowStart - 1)
                    guard byte == delimiter else { return true }
                    index += 1
                } else {
                    hasTextAfterQuote = true
                    state = .unquoted
                }
            case .skippingLine: return false
            }
        }
        // A line break just behind the last byte looked at still ends the row.
        guard index < row.bytes.count, isLineBreak(row.bytes[index]), state != .quoted else {
            return false
        }
        self.index = index
        endLastField()
        return true
    }

    private mutating func openQuote(_ index: inout Int) {
        index += 1
        fieldStart = index - rowStart
        isQuotedRow = true
        state = .quoted
    }

    private mutating func endField(at end: Int) {
        if row.fields.count <= ImportLimits.fieldsMax {
            var field = ImportRow.Field(start: Int32(fieldStart), end: Int32(end))
            if hasDoubledQuotes { row.unescape(&field, rowStart: rowStart) }
            row.fields.append(field)
        }
        hasDoubledQuotes = false
        state = .fieldStart
    }

    private mutating func endLastField() {
        switch state {
        case .quoteSeen: endField(at: index - rowStart - 1)
        case .fieldStart:
            fieldStart = index - rowStart
            endField(at: fieldStart)
        case .leadingSpace, .unquoted, .quoted, .skippingLine: endField(at: index - rowStart)
        }
    }

    // MARK: Rows

    /// Makes the fields read so far the row, unless the line is empty.
    private mutating func takeRow(end: Int) -> Outcome? {
        let isEmptyLine = end == rowStart
        let isQuoted = isQuotedRow
        let isMalformed = hasTextAfterQuote
        let isASCII = highBits < 0x80
        row.start = rowStart
        row.end = end
        stepPast(end)
        // A line of blanks alone is as good as empty.
        if isEmptyLine || (!isQuoted && row.fields.count == 1 && row.trimmed(0).isEmpty) {
            return nil
        }
        rowsRead += 1
        row.number = rowsRead
        if isMalformed { return .malformed(.textAfterQuote) }
        if row.fields.count > ImportLimits.fieldsMax { return .malformed(.tooManyFields) }
        guard isASCII || isUTF8(row.bytes.span.extracting(row.start..<row.end)) else {
            return .malformed(.invalidUTF8)
        }
        return .row
    }

    /// Goes on behind the line break at `end`, if there is one.
    private mutating func stepPast(_ end: Int) {
        guard end < row.bytes.count else { return beginRow(at: end) }
        let isReturn = row.bytes[end] == Self.carriageReturn
        beginRow(at: end + 1)
        skipsLineFeed = isReturn
    }

    private mutating func beginRow(at position: Int) {
        rowStart = position
        index = position
        fieldStart = 0
        state = .fieldStart
        hasDoubledQuotes = false
        hasTextAfterQuote = false
        isQuotedRow = false
        highBits = 0
    }

    /// Gives up the row: its first line is the malformed one, and reading goes on behind that.
    private mutating func abandonRow(_ code: RejectionCode) -> Outcome {
        let code: RejectionCode = state == .quoted ? .unclosedQuote : code
        var end = rowStart
        while end < index, !isLineBreak(row.bytes[end]) { end += 1 }
        row.removeFields()
        row.start = rowStart
        row.end = end
        rowsRead += 1
        row.number = rowsRead
        if end < index || (isFinished && index == row.bytes.count) {
            stepPast(end)
        } else {
            beginRow(at: index)
            state = .skippingLine
        }
        return .malformed(code)
    }

    /// Passes over the rest of a line that is too long; false when its end isn't there yet.
    private mutating func skipLine() -> Bool {
        while index < row.bytes.count {
            if isLineBreak(row.bytes[index]) {
                stepPast(index)
                return true
            }
            index += 1
        }
        rowStart = index
        return false
    }
}

extension ImportRow {
    /// Where the next delimiter or line break is; the range's end without one.
    fileprivate func plainEnd(
        _ range: Range<Int>, delimiter: UInt8, highBits: inout UInt8
    ) -> Int {
        let bytes = bytes.span
        var high = highBits
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
            high |= byte
            index += 1
        }
        highBits = high
        return index
    }

    /// Where the next quote is; the range's end without one.
    fileprivate func quoteStart(_ range: Range<Int>, highBits: inout UInt8) -> Int {
        let bytes = bytes.span
        var high = highBits
        var index = range.lowerBound
        while index < range.upperBound, bytes[index] != UInt8(ascii: "\"") {
            high |= bytes[index]
            index += 1
        }
        highBits = high
        return index
    }

    fileprivate mutating func removeFields() {
        fields.removeAll(keepingCapacity: true)
        unescaped.removeAll(keepingCapacity: true)
    }

    /// Copies the field's text, which counts from `rowStart`, with single quotes for doubled ones.
    fileprivate mutating func unescape(_ field: inout Field, rowStart: Int) {
        let first = unescaped.count
        var index = rowStart + Int(field.start)
        let end = rowStart + Int(field.end)
        while index < end {
            let byte = bytes[index]
            unescaped.append(byte)
            index += byte == UInt8(ascii: "\"") ? 2 : 1
        }
        field = Field(start: Int32(first), end: Int32(unescaped.count), isUnescaped: true)
    }
}

/// Whether the bytes are well-formed UTF-8.
func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    // Only the answer is wanted; where the fault lies isn't.
    (try? UTF8Span(validating: bytes)) != nil
}
