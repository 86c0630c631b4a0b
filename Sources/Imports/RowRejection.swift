/// Why a row was left out; the text is stable and goes into the file of rejections.
package enum RejectionCode: String, Sendable, CaseIterable {
    case rowTooLong = "row_too_long"
    case tooManyFields = "too_many_fields"
    case unclosedQuote = "unclosed_quote"
    case textAfterQuote = "text_after_quote"
    case invalidUTF8 = "invalid_utf8"
    case invalidJSON = "invalid_json"
    case fieldCount = "field_count"
    case missingOrderID = "missing_order_id"
    case missingTime = "missing_time"
    case missingTotal = "missing_total"
    case missingName = "missing_name"
    case missingCustomer = "missing_customer"
    case missingCurrency = "missing_currency"
    case invalidTime = "invalid_time"
    case ambiguousTime = "ambiguous_time"
    case invalidAmount = "invalid_amount"
    case ambiguousAmount = "ambiguous_amount"
    case amountOutOfRange = "amount_out_of_range"
    case invalidQuantity = "invalid_quantity"
    case invalidCurrency = "invalid_currency"
    case identifierTooLong = "identifier_too_long"
    case invalidEvent = "invalid_event"
    case orderNotPlaced = "order_not_placed"
    case orderRepeated = "order_repeated"
    case orderConflict = "order_conflict"
    case orderIncomplete = "order_incomplete"
}

/// What is wrong with a row, before it is known which row it was.
struct RowProblem: Error {
    var code: RejectionCode
    var message: String

    init(_ code: RejectionCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// One row that was left out of an import.
package struct RowRejection: Sendable, Equatable {
    /// 1 for the first row below the header (or the first JSON line); empty lines don't count.
    package var rowNumber: Int
    package var code: RejectionCode
    package var message: String
    /// The row as it stands in the file, cut at `ImportLimits.rejectedTextBytesMax`; empty for a whole order.
    package var rowText: String

    package init(rowNumber: Int, code: RejectionCode, message: String, rowText: String) {
        self.rowNumber = rowNumber
        self.code = code
        self.message = message
        self.rowText = rowText
    }
}

extension RejectionCode {
    /// What to tell about text that can't be read as a row.
    var readingMessage: String {
        switch self {
        case .rowTooLong: "the row is longer than \(ImportLimits.rowBytesMax) bytes"
        case .tooManyFields: "the row has more than \(ImportLimits.fieldsMax) fields"
        case .unclosedQuote: "a quote is opened and never closed"
        case .textAfterQuote: "text follows a closing quote; quotes inside quotes are doubled"
        case .invalidUTF8:
            "the row isn't UTF-8; if the file is Latin-1 (Windows-1252), convert it first: "
                + "iconv -f WINDOWS-1252 -t UTF-8"
        default: "the row can't be read"
        }
    }
}
