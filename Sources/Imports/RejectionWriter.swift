/// Writes rejections as a CSV file that can be mended and imported, and is safe to open in a spreadsheet.
///
/// Columns: `row_number,error_code,error_message`, then the file's own. An import passes over the three where a
/// file starts with them. Cells that a spreadsheet would run as a formula get an apostrophe before them
/// (OWASP ASVS 5.0, 1.2.10), which an import takes away again; numbers are no formulas.
package struct RejectionWriter: Sendable {
    /// The columns that are put before the file's own.
    package static let leadingColumns = ["row_number", "error_code", "error_message"]

    /// The column that a JSON line is in.
    static let textColumn = "row"

    /// The text so far; the shell writes it away and calls `removeAll`.
    package private(set) var bytes: [UInt8] = []

    /// - Parameter columns: The file's own; none for JSON lines.
    package init(columns: [String]) {
        bytes.append(contentsOf: Self.leadingColumns.joined(separator: ",").utf8)
        for column in columns.isEmpty ? [Self.textColumn] : columns {
            bytes.append(UInt8(ascii: ","))
            appendCell(column)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func append(_ rejection: RowRejection) {
        bytes.append(contentsOf: String(rejection.rowNumber).utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: rejection.code.rawValue.utf8)
        bytes.append(UInt8(ascii: ","))
        appendQuoted(rejection.message)
        for cell in rejection.cells {
            bytes.append(UInt8(ascii: ","))
            appendCell(cell)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func appendCell(_ text: String) {
        let needsQuotes = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
                || $0 == UInt8(ascii: "'")
        }
        let isSpaced = text.utf8.first == 0x20 || text.utf8.last == 0x20
        if needsQuotes || isSpaced || FormulaGuard.isNeeded(text.utf8Span.span) {
            appendQuoted(text)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if FormulaGuard.isNeeded(text.utf8Span.span) { bytes.append(FormulaGuard.mark) }
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// The apostrophe before a cell that a spreadsheet would run.
enum FormulaGuard {
    static let mark = UInt8(ascii: "'")

    /// Whether a cell that starts with this byte can be a formula.
    static func isStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
            UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0:
            true
        default: false
        }
    }

    /// Whether the text, apostrophes before it apart, could be run: it starts like a formula and isn't a
    /// number. Exactly these get an apostrophe more, and lose one again.
    static func isNeeded(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index < text.count, text[index] == mark { index += 1 }
        guard index < text.count, isStart(text[index]) else { return false }
        guard text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") else {
            return true
        }
        index += 1
        while index < text.count {
            let byte = text[index]
            let isNumeric =
                byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
                || byte == 0x20
            if !isNumeric { return true }
            index += 1
        }
        return false
    }
}

extension ImportRow {
    /// Takes away the apostrophes that `RejectionWriter` put before cells.
    mutating func removeFormulaGuards() {
        for index in fields.indices where isGuarded(index) { fields[index].start += 1 }
    }

    private func isGuarded(_ index: Int) -> Bool {
        let text = field(index)
        return !text.isEmpty && text[0] == FormulaGuard.mark && FormulaGuard.isNeeded(text)
    }
}
