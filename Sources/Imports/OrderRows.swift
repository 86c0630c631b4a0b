import Events
import Kernel

/// Makes events of a file with one row an order.
///
/// With an order id, an order may come again in the file only with the same content; what is paid back or
/// cancelled of it has rows of its own, with the same id, before or behind it. Without an id, an order
/// is known by its customer, time and total as they are written, and by how often these came before in
/// the file: a second import of the file gives the same ids, and real repeats are kept.
struct OrderRows: Sendable {
    /// An order of the file that was completed.
    private struct Placed {
        var content: SipHash.Digest
        /// Known only from a row that says it was paid back; the order's own row may follow.
        var isByRefund: Bool
    }

    private var terms: OrderTerms
    private var products: OrderProducts
    private let hasOrderID: Bool
    private let hasProduct: Bool
    /// How often each order without an id came; or, of each order id, its place in `placed`.
    private var seen = DigestTable()
    private var placed: [Placed] = []
    /// Refunds and cancellations that came before.
    private var reversals = DigestTable()
    private var identity = ByteWriter(reserving: 256)
    private var texts = ByteWriter(reserving: 256)

    init(context: RowContext) {
        terms = OrderTerms(context: context)
        products = OrderProducts(context: context)
        hasOrderID = context.mapping.has(.orderId)
        hasProduct = context.mapping.has(.sku) || context.mapping.has(.name)
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) {
        terms.context = context
        products = OrderProducts(context: context)
    }

    /// What a row says of an order, read and not yet written.
    private struct Content {
        var time: Timestamp
        var standing: OrderStanding
        var line: OrderLine?
        /// Negative for a refund.
        var total: Money
        var isRefund: Bool
    }

    /// Adds the row's events: an `Order Completed`, an `Order Refunded` for a negative total, both for
    /// an order that was paid back, an `Order Cancelled`.
    mutating func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let products = try products.array(row)
        let content = try content(row, products)
        emitter.begin(.track, at: content.time)
        _ = try terms.context.putPerson(row, into: &emitter)
        try putProperties(row, content, products, into: &emitter.draft.properties)
        if content.standing == .cancelled || content.isRefund {
            emitter.draft.name.set(
                content.standing == .cancelled ? OrderEvent.cancelled : OrderEvent.refunded)
            return emitReversal(emitter.contentDigest(), &emitter, &builder)
        }
        emitter.draft.name.set(OrderEvent.completed)
        let digest = emitter.digest(
            emitter.contentDigest(), version: terms.context.cell(.updatedAt, row))
        if try isToBeCompleted(row, content, digest) {
            emitter.emit(digest: digest, into: &builder)
        }
        guard content.standing == .refunded else { return }
        emitter.draft.name.set(OrderEvent.refunded)
        emitter.draft.messageID.removeAll()
        let refund =
            hasOrderID
            ? emitter.refundDigest(
                orderID: terms.context.cell(.orderId, row), total: content.total)
            : emitter.refundDigest(orderID: identity.span, total: content.total)
        emitReversal(refund, &emitter, &builder)
    }

    private mutating func content(
        _ row: borrowing ImportRow, _ products: Span<UInt8>
    ) throws(RowProblem) -> Content {
        let time = try terms.context.time(.orderedAt, row)
        let standing = try terms.standing(row) ?? .placed
        let (line, lineSign) = try line(row)
        var sign = lineSign
        var number: Decimal?
        if !terms.context.cell(.total, row).isEmpty {
            let total = try terms.amount(.total, row)
            sign = try terms.joined(sign, total.sign)
            number = total.number
        }
        let currency = try terms.currency(row, sign: sign)
        let digits = terms.minorDigits(currency)
        let sum = products.isEmpty ? nil : try self.products.total(products, currency: currency)
        let minor: Int64
        if let number {
            minor = try roundedMinor(Int128(number.mantissa), scale: number.scale, digits: digits)
        } else if let sum {
            minor = sum
        } else if let line, let price = line.price {
            minor = try roundedMinor(
                Int128(line.quantity.mantissa) * Int128(price.mantissa),
                scale: line.quantity.scale + price.scale, digits: digits)
        } else {
            throw RowProblem(.missingTotal, "'total' is empty")
        }
        let isRefund = minor < 0 || minor == 0 && (line?.quantity.isNegative ?? false)
        return Content(
            time: time, standing: standing, line: line,
            total: Money(minor: minor, currency: currency), isRefund: isRefund)
    }

    /// The product of the row, if it has quantity or price, and what its price says of the currency.
    private func line(
        _ row: borrowing ImportRow
    ) throws(RowProblem) -> (OrderLine?, CurrencySign) {
        let context = terms.context
        guard hasProduct || context.mapping.has(.unitPrice) else { return (nil, .none) }
        var line = OrderLine(quantity: Decimal(mantissa: 1, scale: 0), price: nil)
        if let quantity = try terms.quantity(row) { line.quantity = quantity }
        if context.cell(.unitPrice, row).isEmpty { return (line, .none) }
        let price = try terms.amount(.unitPrice, row)
        line.price = price.number
        return (line, price.sign)
    }

    private mutating func putProperties(
        _ row: borrowing ImportRow, _ content: Content, _ products: Span<UInt8>,
        into json: inout ByteWriter
    ) throws(RowProblem) {
        let total = content.total
        json.writeRaw("{\"order_id\":" as StaticString)
        try putOrderID(row, into: &json)
        json.writeJSONName("total")
        json.writeDecimal(
            total.minor < 0 ? 0 - total.minor : total.minor,
            scale: terms.minorDigits(total.currency))
        json.writeJSONName("currency")
        appendCurrency(total.currency, to: &json)
        try terms.appendExtras(row, currency: total.currency, to: &json)
        terms.context.appendKept(row, to: &json)
        if !products.isEmpty {
            json.writeJSONName("products")
            json.writeRaw(products)
        } else if hasProduct, let line = content.line {
            appendProductTexts(row)
            // Behind the bracket, by which the first member knows that it is the first.
            if texts.count > 1 {
                json.writeJSONName("products")
                json.writeByte(UInt8(ascii: "["))
                line.append(
                    texts: texts.span.extracting(droppingFirst: 1), isRefund: content.isRefund,
                    to: &json)
                json.writeByte(UInt8(ascii: "]"))
            }
        }
        json.writeByte(UInt8(ascii: "}"))
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

    /// Whether the row's order is new, or its own row after one that only told its refund.
    ///
    /// - Throws: `order_repeated` if it came before with other content.
    private mutating func isToBeCompleted(
        _ row: borrowing ImportRow, _ content: Content, _ digest: SipHash.Digest
    ) throws(RowProblem) -> Bool {
        guard hasOrderID else { return true }
        let id = terms.context.cell(.orderId, row)
        let next = UInt32(placed.count + 1)
        let former = seen.update(ImportDigest.hash.digest(id)) { $0 == 0 ? next : $0 }
        let isByRefund = content.standing == .refunded
        if former == 0 {
            placed.append(Placed(content: digest, isByRefund: isByRefund))
            return true
        }
        let known = placed[Int(former - 1)]
        if isByRefund || known.content == digest { return false }
        guard known.isByRefund else {
            throw RowProblem(
                .orderRepeated,
                "order '\(String(copying: id))' came before in this file with other content; for a "
                    + "file of lines, map sku, quantity and unitPrice, not total")
        }
        placed[Int(former - 1)] = Placed(content: digest, isByRefund: false)
        return true
    }

    /// Adds a refund or cancellation, unless the file has told it before.
    private mutating func emitReversal(
        _ digest: SipHash.Digest, _ emitter: inout EventEmitter,
        _ builder: inout EventBlockBuilder
    ) {
        guard !hasOrderID || reversals.update(digest, { $0 == 0 ? 1 : $0 }) == 0 else { return }
        emitter.emit(digest: digest, into: &builder)
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
