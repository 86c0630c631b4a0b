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
    private var identity: [UInt8] = []
    private var texts: [UInt8] = []

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
        emitter.draft.properties.appendASCII("{\"order_id\":")
        try putOrderID(row, into: &emitter.draft.properties)
        emitter.draft.properties.appendJSONName("total")
        emitter.draft.properties.appendDecimal(total < 0 ? 0 - total : total, scale: digits)
        emitter.draft.properties.appendJSONName("currency")
        appendCurrency(currency, to: &emitter.draft.properties)
        try terms.appendExtras(row, to: &emitter.draft.properties)
        context.appendKept(row, to: &emitter.draft.properties)
        if hasProduct, let line {
            appendProductTexts(row)
            if !texts.isEmpty {
                emitter.draft.properties.appendJSONName("products")
                emitter.draft.properties.append(UInt8(ascii: "["))
                line.append(
                    texts: texts.span, isRefund: isRefund, to: &emitter.draft.properties)
                emitter.draft.properties.append(UInt8(ascii: "]"))
            }
        }
        emitter.draft.properties.append(UInt8(ascii: "}"))
        emitter.draft.name =
            standing == .cancelled
            ? OrderEvent.cancelled : isRefund ? OrderEvent.refunded : OrderEvent.completed
        let digest = emitter.contentDigest()
        if hasOrderID, try isRepeat(row, digest) { return }
        emitter.emit(digest: digest, into: &builder)
        if standing == .refunded, !isRefund {
            emitter.draft.name = OrderEvent.refunded
            emitter.draft.messageID = ""
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
        texts.removeAll(keepingCapacity: true)
        texts.append(UInt8(ascii: "{"))
        texts.appendJSONMember("sku", terms.context.cell(.sku, row))
        texts.appendJSONMember("name", terms.context.cell(.name, row))
        texts.appendJSONMember("category", terms.context.cell(.category, row))
        texts.removeFirst()
    }

    private mutating func putOrderID(
        _ row: borrowing ImportRow, into json: inout [UInt8]
    ) throws(RowProblem) {
        if hasOrderID {
            let id = try terms.context.identifier(.orderId, row)
            if id.isEmpty { throw RowProblem(.missingOrderID, "'orderId' is empty") }
            return json.appendJSONString(id)
        }
        identity.removeAll(keepingCapacity: true)
        for field in Self.identityFields where terms.context.mapping.has(field) {
            let text = terms.context.cell(field, row)
            text.withUnsafeBufferPointer { identity.append(contentsOf: $0) }
            identity.append(0x1F)
        }
        let occurrence = seen.update(ImportDigest.hash.digest(identity.span)) { $0 + 1 } + 1
        withUnsafeBytes(of: occurrence.littleEndian) { identity.append(contentsOf: $0) }
        let digest = ImportDigest.hash.digest(identity.span, domain: 1)
        json.append(UInt8(ascii: "\""))
        json.append(contentsOf: ImportDigest.text("row-", digest, digits: 16).utf8)
        json.append(UInt8(ascii: "\""))
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
    static let completed = "Order Completed"
    static let refunded = "Order Refunded"
    static let cancelled = "Order Cancelled"
}

func appendCurrency(_ currency: Currency, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for shift: UInt32 in [16, 8, 0] {
        json.append(UInt8(truncatingIfNeeded: currency.packed >> shift))
    }
    json.append(UInt8(ascii: "\""))
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
