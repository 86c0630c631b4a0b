import Events
import Kernel

/// Makes events of a file with one row an order.
///
/// With an order id, the same id may come again in the file only with the same content. Without one,
/// an order is known by its customer, time and total as they are written, and by how often these came
/// before in the file: a second import of the file gives the same ids, and real repeats are kept.
struct OrderRows: Sendable {
    private var terms: OrderTerms
    private let hasOrderID: Bool
    private let hasProduct: Bool
    /// How often each order without an id came; or, of each order id, the row that it came in.
    private var seen = DigestTable()
    /// The content that each order id came with.
    private var contents: [SipHash.Digest] = []
    private var identity = ByteWriter(reserving: 256)
    private var texts = ByteWriter(reserving: 256)

    init(context: RowContext) {
        terms = OrderTerms(context: context)
        hasOrderID = context.mapping.has(.orderId)
        hasProduct = context.mapping.has(.sku) || context.mapping.has(.name)
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { terms.context = context }

    /// Adds the row's events: an `Order Completed`, an `Order Refunded` for a negative total, both for
    /// an order that was paid back, an `Order Cancelled`.
    mutating func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let context = terms.context
        let time = try context.time(.orderedAt, row)
        let standing = try terms.standing(row)
        let currency = try terms.currency(row)
        let digits = terms.minorDigits(currency)
        let line = try line(row)
        let total = try total(row, line, digits: digits)
        let isRefund = total < 0 || total == 0 && (line?.quantity.isNegative ?? false)
        emitter.begin(.track, at: time)
        _ = try context.putPerson(row, into: &emitter)
        emitter.draft.properties.writeRaw("{\"order_id\":" as StaticString)
        try putOrderID(row, into: &emitter.draft.properties)
        emitter.draft.properties.writeJSONName("total")
        emitter.draft.properties.writeDecimal(total < 0 ? 0 - total : total, scale: digits)
        emitter.draft.properties.writeJSONName("currency")
        appendCurrency(currency, to: &emitter.draft.properties)
        try terms.appendExtras(row, to: &emitter.draft.properties)
        context.appendKept(row, to: &emitter.draft.properties)
        if hasProduct, let line {
            appendProductTexts(row)
            // Behind the bracket, by which the first member knows that it is the first.
            if texts.count > 1 {
                emitter.draft.properties.writeJSONName("products")
                emitter.draft.properties.writeByte(UInt8(ascii: "["))
                line.append(
                    texts: texts.span.extracting(droppingFirst: 1), isRefund: isRefund,
                    to: &emitter.draft.properties)
                emitter.draft.properties.writeByte(UInt8(ascii: "]"))
            }
        }
        emitter.draft.properties.writeByte(UInt8(ascii: "}"))
        emitter.draft.name.set(
            standing == .cancelled
                ? OrderEvent.cancelled : isRefund ? OrderEvent.refunded : OrderEvent.completed)
        let digest = emitter.contentDigest()
        if hasOrderID, try isRepeat(row, digest) { return }
        emitter.emit(digest: digest, into: &builder)
        if standing == .refunded, !isRefund {
            emitter.draft.name.set(OrderEvent.refunded)
            emitter.draft.messageID.removeAll()
            emitter.emit(into: &builder)
        }
    }

    private func total(
        _ row: borrowing ImportRow, _ line: OrderLine?, digits: Int
    ) throws(RowProblem) -> Int64 {
        let text = terms.context.cell(.total, row)
        if !text.isEmpty {
            let amount = try terms.context.amounts.read(text, .invalidAmount)
            return try roundedMinor(Int128(amount.mantissa), scale: amount.scale, digits: digits)
        }
        guard let line, let price = line.price else {
            throw RowProblem(.missingTotal, "'total' is empty")
        }
        let amount = Int128(line.quantity.mantissa) * Int128(price.mantissa)
        return try roundedMinor(
            amount, scale: line.quantity.scale + price.scale, digits: digits)
    }

    /// The product of the row, if it has quantity or price.
    private func line(_ row: borrowing ImportRow) throws(RowProblem) -> OrderLine? {
        let context = terms.context
        guard hasProduct || context.mapping.has(.unitPrice) else { return nil }
        let quantityText = context.cell(.quantity, row)
        let priceText = context.cell(.unitPrice, row)
        var line = OrderLine(quantity: Decimal(mantissa: 1, scale: 0), price: nil)
        if !quantityText.isEmpty {
            line.quantity = try context.amounts.read(quantityText, .invalidQuantity)
        }
        if !priceText.isEmpty { line.price = try context.amounts.read(priceText, .invalidAmount) }
        return line
    }

    private mutating func appendProductTexts(_ row: borrowing ImportRow) {
        texts.removeAll()
        texts.writeByte(UInt8(ascii: "{"))
        texts.writeJSONMember("sku", terms.context.cell(.sku, row))
        texts.writeJSONMember("name", terms.context.cell(.name, row))
        texts.writeJSONMember("category", terms.context.cell(.category, row))
    }

    private mutating func putOrderID(
        _ row: borrowing ImportRow, into json: inout ByteWriter
    ) throws(RowProblem) {
        if hasOrderID {
            let id = try terms.context.identifier(.orderId, row)
            if id.isEmpty { throw RowProblem(.missingOrderID, "'orderId' is empty") }
            return json.writeJSONString(id)
        }
        identity.removeAll()
        for field in Self.identityFields where terms.context.mapping.has(field) {
            let text = terms.context.cell(field, row)
            identity.writeRaw(text)
            identity.writeByte(0x1F)
        }
        let occurrence = seen.update(ImportDigest.hash.digest(identity.span)) { $0 + 1 } + 1
        identity.writeFixed(occurrence)
        let digest = ImportDigest.hash.digest(identity.span, domain: 1)
        json.writeByte(UInt8(ascii: "\""))
        ImportDigest.write("row-", digest, digits: 16, to: &json)
        json.writeByte(UInt8(ascii: "\""))
    }

    /// What an order without an id is known by.
    private static let identityFields: [ImportField] = [
        .customer, .anonymousId, .email, .phone, .orderedAt, .total, .sku, .quantity, .unitPrice,
    ]

    /// Whether the order came before in this file with the same content.
    ///
    /// - Throws: `order_repeated` if it came with other content.
    private mutating func isRepeat(
        _ row: borrowing ImportRow, _ content: SipHash.Digest
    ) throws(RowProblem) -> Bool {
        let id = terms.context.cell(.orderId, row)
        let next = UInt32(contents.count + 1)
        let former = seen.update(ImportDigest.hash.digest(id)) { $0 == 0 ? next : $0 }
        if former == 0 {
            contents.append(content)
            return false
        }
        guard contents[Int(former - 1)] == content else {
            throw RowProblem(
                .orderRepeated,
                "order '\(String(copying: id))' came before in this file with other content; for a "
                    + "file of lines, map sku, quantity and unitPrice, not total")
        }
        return true
    }
}

/// The names of orders' events (Segment's e-commerce spec).
enum OrderEvent {
    static let completed: StaticString = "Order Completed"
    static let refunded: StaticString = "Order Refunded"
    static let cancelled: StaticString = "Order Cancelled"
}

func appendCurrency(_ currency: Currency, to json: inout ByteWriter) {
    let quote = UInt8(ascii: "\"")
    let text: InlineArray<5, UInt8> = [
        quote, UInt8(truncatingIfNeeded: currency.packed >> 16),
        UInt8(truncatingIfNeeded: currency.packed >> 8),
        UInt8(truncatingIfNeeded: currency.packed), quote,
    ]
    json.writeRaw(text.span)
}

/// `amount × 10^-scale` in units of `10^-digits`, halves to even: the one rounding of an order's total.
///
/// - Throws: `amount_out_of_range` beyond what minor units in 64 bits hold.
func roundedMinor(_ amount: Int128, scale: Int, digits: Int) throws(RowProblem) -> Int64 {
    var value = amount
    var step = scale - digits
    while step < 0 {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { throw RowProblem(.amountOutOfRange, "the total is too large") }
        value = product
        step += 1
    }
    if step > 0 {
        var divisor: Int128 = 1
        for _ in 0..<step { divisor *= 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let roundsAway =
            twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        value = roundsAway ? quotient + (value < 0 ? -1 : 1) : quotient
    }
    guard value.magnitude <= Int64.max.magnitude else {
        throw RowProblem(.amountOutOfRange, "the total is too large")
    }
    return Int64(value)
}
