/// Why a file can't be imported at all; what is wrong with single rows is a `RowRejection`.
package enum ImportFailure: Error, Equatable, Sendable {
    /// `--map` names a field that this kind of import doesn't have.
    case unknownField(String, known: [String])
    /// `--map` names a column that the file doesn't have.
    case unknownColumn(field: String, column: String, columns: [String])
    /// Two columns of the file have the name that a field was mapped to.
    case ambiguousColumn(field: String, column: String)
    /// A field that is needed has no column.
    case missingField(anyOf: [String], columns: [String])
    /// Amounts without a currency.
    case missingCurrency(columns: [String])
    /// It can't be told whether days or months come first.
    case ambiguousDates(column: String, example: String)
    /// It can't be told whether commas or points stand before decimals.
    case ambiguousAmounts(column: String, example: String)
    /// No header, or not a byte.
    case emptyFile
    /// Not delimited text, JSON lines or gzip of these; what it seems to be.
    case unsupportedFormat(String)
    /// The compressed data break off or are damaged, after this many bytes of good text.
    case damagedGzip(reason: String, bytesRead: Int)
    /// The orders of a file of lines need more memory than `ImportLimits.groupedBytesMax`.
    case tooManyLines
}

extension ImportFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownField(let field, let known):
            "there is no field '\(field)'; the fields are \(known.joined(separator: ", "))"
        case .unknownColumn(let field, let column, let columns):
            "the file has no column '\(column)' for '\(field)'; \(Self.list(columns))"
        case .ambiguousColumn(let field, let column):
            "the file has more than one column '\(column)', which is mapped to '\(field)'"
        case .missingField(let fields, let columns):
            "no column was found for \(fields.joined(separator: " or ")): "
                + "name it with --map \(fields.first ?? "field")=COLUMN; \(Self.list(columns))"
        case .missingCurrency(let columns):
            "the amounts need a currency: --currency CODE, or --map currency=COLUMN; "
                + Self.list(columns)
        case .ambiguousDates(let column, let example):
            "the dates in column '\(column)', such as '\(example)', can be read day first or "
                + "month first: say which with --date-format dmy or --date-format mdy"
        case .ambiguousAmounts(let column, let example):
            "the amounts in column '\(column)', such as '\(example)', can be read with a decimal "
                + "comma or with a decimal point, and no other amount shows which: say it with "
                + "--decimal-comma (1.234,50) or --decimal-point (1,234.50)"
        case .emptyFile: "the file is empty"
        case .unsupportedFormat(let what):
            "this is \(what); an import reads CSV, TSV, JSON lines, and gzip of these"
        case .damagedGzip(let reason, let bytesRead):
            "the gzip data are damaged after \(bytesRead) bytes of text (\(reason)); "
                + "the rows before that were imported"
        case .tooManyLines:
            "the file's orders need more than \(ImportLimits.groupedBytesMax >> 20) MiB of memory: "
                + "split the file so that the lines of an order stay in one part"
        }
    }

    private static func list(_ columns: [String]) -> String {
        columns.isEmpty
            ? "the file names no columns" : "its columns are \(columns.joined(separator: ", "))"
    }
}
