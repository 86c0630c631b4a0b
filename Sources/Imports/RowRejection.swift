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
    case contradictoryAmount = "contradictory_amount"
    case amountOutOfRange = "amount_out_of_range"
    case invalidQuantity = "invalid_quantity"
    case invalidCurrency = "invalid_currency"
    case ambiguousCurrency = "ambiguous_currency"
    case currencyConflict = "currency_conflict"
    case invalidIdentifier = "invalid_identifier"
    case identifierTooLong = "identifier_too_long"
    case invalidEvent = "invalid_event"
    case invalidProducts = "invalid_products"
    case invalidOrder = "invalid_order"
    case unknownStatus = "unknown_status"
    case orderNotPlaced = "order_not_placed"
    case partialRefund = "partial_refund"
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
    /// The row's values in the order of the file's columns; of what isn't a row, and of a JSON line, its
    /// text as the only one. Empty for a line of an order that is left out at the file's end: read the file
    /// again for it (`FileImporter.init(options:collecting:)`).
    package var cells: [String]

    package init(rowNumber: Int, code: RejectionCode, message: String, cells: [String]) {
        self.rowNumber = rowNumber
        self.code = code
        self.message = message
        self.cells = cells
    }
}

/// Rejections that wait to be written away.
struct RejectionList: Sendable {
    private(set) var items: [RowRejection] = []
    /// With those that were taken.
    private(set) var count = 0
    private var byteCount = 0

    /// Whether they are to be taken before more rows are read.
    var isFull: Bool {
        items.count >= ImportLimits.rejectionsWaitingMax
            || byteCount >= ImportLimits.rejectedBytesWaitingMax
    }

    mutating func append(_ rejection: RowRejection) {
        items.append(rejection)
        count += 1
        for cell in rejection.cells { byteCount += cell.utf8.count }
    }

    mutating func take() -> [RowRejection] {
        defer {
            items = []
            byteCount = 0
        }
        return items
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
