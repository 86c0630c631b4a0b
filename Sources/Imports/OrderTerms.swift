import Events
import Kernel

/// What orders of a file have in common, however many rows one has.
struct OrderTerms: Sendable {
    var context: RowContext
    private let ownCurrency: Currency?
    /// The last row's currency, which most often is the next row's too, and how many decimals it has.
    private var lastPacked: UInt32 = 0
    private var lastMinorDigits = 2
    /// The last row's status, likewise.
    private var lastStatus = ByteWriter(reserving: 32)
    private var lastStanding = OrderStanding.placed

    init(context: RowContext) {
        self.context = context
        ownCurrency = context.options.currency
        if let ownCurrency { remember(ownCurrency) }
    }

    /// The row's currency, or the import's.
    ///
    /// - Parameter sign: What the row's amounts themselves say.
    /// - Throws: `missing_currency`, `invalid_currency`; `currency_conflict` where column and sign disagree,
    ///   `ambiguous_currency` for a sign that several currencies have.
    mutating func currency(
        _ row: borrowing ImportRow, sign: CurrencySign
    ) throws(RowProblem) -> Currency {
        if let named = try namedCurrency(row) {
            if case .none = sign { return named }
            guard sign.fits(named) else {
                throw RowProblem(
                    .currencyConflict,
                    "the row's currency is \(named), but an amount has the sign of another")
            }
            return named
        }
        switch sign {
        case .currency(let currency): return currency
        case .none:
            guard let ownCurrency else {
                throw RowProblem(
                    .missingCurrency, "'currency' is empty, and no --currency is given")
            }
            return ownCurrency
        case .shared:
            guard let ownCurrency, sign.fits(ownCurrency) else {
                throw RowProblem(
                    .ambiguousCurrency,
                    "the amount's sign is that of several currencies (\(sign.examples), …): name "
                        + "one with --currency CODE or --map currency=COLUMN")
            }
            return ownCurrency
        }
    }

    /// What the row's currency column says; nil without it.
    private mutating func namedCurrency(
        _ row: borrowing ImportRow
    ) throws(RowProblem) -> Currency? {
        let text = context.cell(.currency, row)
        if text.isEmpty { return nil }
        if let currency = Currency(utf8: text) {
            if currency.packed == lastPacked { return currency }
            if currency.isListed {
                remember(currency)
                return currency
            }
        }
        throw RowProblem(
            .invalidCurrency, "'\(String(copying: text))' isn't an ISO 4217 currency code")
    }

    mutating func minorDigits(_ currency: Currency) -> Int {
        if lastPacked != currency.packed { remember(currency) }
        return lastMinorDigits
    }

    private mutating func remember(_ currency: Currency) {
        lastPacked = currency.packed
        lastMinorDigits = currency.minorDigits
    }

    /// What the row's status makes of the order; nil where it has none.
    ///
    /// - Throws: `order_not_placed`, `partial_refund`, `unknown_status`.
    mutating func standing(_ row: borrowing ImportRow) throws(RowProblem) -> OrderStanding? {
        let text = context.cell(.status, row)
        if text.isEmpty { return nil }
        if text.isSame(as: lastStatus.span) { return lastStanding }
        guard let status = OrderStatus(text) else { throw unknownStatus(text) }
        switch status {
        case .completed: lastStanding = .placed
        case .refunded: lastStanding = .refunded
        case .cancelled: lastStanding = .cancelled
        case .pending:
            throw RowProblem(
                .orderNotPlaced, "an order with status '\(String(copying: text))' isn't placed")
        case .partlyRefunded:
            throw RowProblem(
                .partialRefund,
                "'\(String(copying: text))' doesn't say how much was paid back: give the order the "
                    + "status completed, and the refund a row of its own with the same order id, "
                    + "its date and a negative total")
        }
        lastStatus.set(text)
        return lastStanding
    }

    private func unknownStatus(_ text: Span<UInt8>) -> RowProblem {
        RowProblem(
            .unknownStatus,
            "'\(String(copying: text))' isn't a status that is known; orders: "
                + "\(OrderStatus.completed.list); refunds: \(OrderStatus.refunded.list); "
                + "cancellations: \(OrderStatus.cancelled.list); no orders: "
                + OrderStatus.pending.list)
    }

    /// The sum of money in a field.
    func amount(
        _ field: ImportField, _ row: borrowing ImportRow
    ) throws(RowProblem) -> Amount {
        let column = context.mapping.column(field)
        return try context.amounts.amount(row.trimmed(column), isNumber: row.isJSON(column))
    }

    /// The quantity of the row's line; nil without one.
    func quantity(_ row: borrowing ImportRow) throws(RowProblem) -> Decimal? {
        let column = context.mapping.column(.quantity)
        let text = row.trimmed(column)
        guard !text.isEmpty else { return nil }
        return try context.amounts.number(text, isNumber: row.isJSON(column), .invalidQuantity)
    }

    /// What the signs of several of a row's amounts say together.
    ///
    /// - Throws: `currency_conflict`.
    func joined(_ one: CurrencySign, _ other: CurrencySign) throws(RowProblem) -> CurrencySign {
        if case .none = one { return other }
        guard let both = one.joined(with: other) else {
            throw RowProblem(
                .currencyConflict, "the row's amounts have the signs of different currencies")
        }
        return both
    }

    /// Members of the order beside its amount, products and id.
    func appendExtras(
        _ row: borrowing ImportRow, currency: Currency, to json: inout ByteWriter
    ) throws(RowProblem) {
        json.writeJSONMember("status", context.cell(.status, row))
        json.writeJSONMember("coupon", context.cell(.coupon, row))
        if context.mapping.has(.discount), !context.cell(.discount, row).isEmpty {
            let discount = try amount(.discount, row)
            guard discount.sign.fits(currency) else {
                throw RowProblem(
                    .currencyConflict, "'discount' has the sign of another currency than the order")
            }
            json.writeJSONName("discount")
            json.writeDecimal(discount.number)
        }
        json.writeJSONMember("country", context.cell(.country, row))
    }
}

/// One product of an order, before it is known whether the order is a refund.
struct OrderLine {
    var quantity: Decimal
    /// nil where the file has no unit price.
    var price: Decimal?

    /// Whether it takes value away: a return, a discount.
    var isNegative: Bool { quantity.isNegative || (price?.isNegative ?? false) }

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
