import Events
import Kernel

/// What orders of a file have in common, however many rows one has.
struct OrderTerms: Sendable {
    var context: RowContext
    private let ownCurrency: Currency?
    private var lastCurrency: Currency?
    private var lastMinorDigits = 2

    init(context: RowContext) {
        self.context = context
        ownCurrency = context.options.currency
        if let ownCurrency { remember(ownCurrency) }
    }

    /// The row's currency, or the import's.
    ///
    /// - Throws: `missing_currency`, `invalid_currency`.
    func currency(_ row: borrowing ImportRow) throws(RowProblem) -> Currency {
        let text = context.cell(.currency, row)
        if text.isEmpty {
            guard let ownCurrency else {
                throw RowProblem(
                    .missingCurrency, "'currency' is empty, and no --currency is given")
            }
            return ownCurrency
        }
        guard text.count == 3,
            let currency = Currency(
                packed: UInt32(text[0] & 0xDF) << 16 | UInt32(text[1] & 0xDF) << 8
                    | UInt32(text[2] & 0xDF))
        else {
            throw RowProblem(
                .invalidCurrency, "'\(String(copying: text))' isn't an ISO 4217 currency code")
        }
        return currency
    }

    mutating func minorDigits(_ currency: Currency) -> Int {
        if lastCurrency != currency { remember(currency) }
        return lastMinorDigits
    }

    private mutating func remember(_ currency: Currency) {
        lastCurrency = currency
        lastMinorDigits = currency.minorDigits
    }

    /// What the row's status makes of the order; most files have none.
    func standing(_ row: borrowing ImportRow) throws(RowProblem) -> OrderStanding {
        let text = context.cell(.status, row)
        if text.isEmpty { return .placed }
        switch normalizedName(String(copying: text)) {
        case "cancelled", "canceled", "voided", "void": return .cancelled
        case "refunded", "returned", "fullyrefunded": return .refunded
        case "pending", "failed", "draft", "checkoutdraft", "unpaid", "abandoned", "onhold",
            "expired", "authorized":
            throw RowProblem(
                .orderNotPlaced, "an order with status '\(String(copying: text))' isn't placed")
        default: return .placed
        }
    }

    /// Members of the order beside its amount, products and id.
    func appendExtras(_ row: borrowing ImportRow, to json: inout ByteWriter) throws(RowProblem) {
        json.writeJSONMember("status", context.cell(.status, row))
        json.writeJSONMember("coupon", context.cell(.coupon, row))
        if context.mapping.has(.discount), !context.cell(.discount, row).isEmpty {
            let discount = try context.amounts.read(
                context.cell(.discount, row), .invalidAmount)
            json.writeJSONName("discount")
            json.writeDecimal(discount)
        }
        json.writeJSONMember("country", context.cell(.country, row))
    }
}

/// What became of an order.
enum OrderStanding: UInt8, Sendable {
    case placed, refunded, cancelled
}

/// One product of an order, before it is known whether the order is a refund.
struct OrderLine {
    var quantity: Decimal
    /// nil where the file has no unit price.
    var price: Decimal?

    /// The line as an element of `products`; of a refund, with the opposite amount.
    ///
    /// - Parameter texts: The members before quantity and price, without brackets.
    func append(texts: Span<UInt8>, isRefund: Bool, to json: inout ByteWriter) {
        let changesPrice = isRefund && quantity.mantissa > 0 && (price?.isNegative ?? false)
        json.writeByte(UInt8(ascii: "{"))
        json.writeRaw(texts)
        json.writeJSONName("quantity")
        json.writeDecimal(isRefund && !changesPrice ? quantity.negated : quantity)
        if let price {
            json.writeJSONName("price")
            json.writeDecimal(changesPrice ? price.negated : price)
        }
        json.writeByte(UInt8(ascii: "}"))
    }
}

extension Decimal {
    /// Mantissas come from at most 18 digits or Int64's range without its minimum.
    var negated: Decimal { Decimal(mantissa: 0 &- mantissa, scale: scale) }
}
