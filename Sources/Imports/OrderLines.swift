import Events
import Kernel

/// Makes events of a file with one row a line: the lines of one order id become one event.
///
/// In real files an order's lines come apart, so that nothing is certain before the file's end: all
/// orders are held until then, as bytes (`ImportLimits.groupedBytesMax`), and come out in the order in
/// which they first appeared. An order of which a line was rejected is left out as a whole, and each of its
/// lines with it: with a wrong total it would do more harm than missing.
///
/// What was taken back of an order later than its last bought line is a refund of its own, with its own
/// time; lines that take away at the same time as others are bought (discounts, exchanges) are part of
/// the order.
struct OrderLines: Sendable {
    var terms: OrderTerms
    private let givesTotal: Bool
    private let hasPerson: Bool
    private(set) var orders: [HeldOrder] = []
    private(set) var lines: [HeldLine] = []
    private(set) var text: [UInt8] = []
    private var places = DigestTable()
    private var scratch = ByteWriter(reserving: 256)
    /// Orders that `emit` has handed out.
    var ordersOut = 0
    /// Events of an order that `emit` is at.
    var parts: [OrderPart] = []

    init(context: RowContext) {
        terms = OrderTerms(context: context)
        let mapping = context.mapping
        givesTotal = mapping.has(.total)
        hasPerson = mapping.has(.email) || mapping.has(.phone) || context.hasName
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { terms.context = context }

    /// About how much memory the orders take.
    var heldBytes: Int {
        text.count + lines.count * MemoryLayout<HeldLine>.stride + orders.count
            * (MemoryLayout<HeldOrder>.stride + 40)
    }

    /// Takes the row's line into its order.
    mutating func add(_ row: borrowing ImportRow) throws(RowProblem) {
        let id = try terms.context.identifier(.orderId, row)
        if id.isEmpty { throw RowProblem(.missingOrderID, "'orderId' is empty") }
        let place = place(of: id, row)
        do {
            try add(row, toOrderAt: place)
        } catch {
            if orders[place].fault == nil {
                orders[place].fault = HeldOrder.Fault(row: row.number, problem: error)
            }
            throw error
        }
    }

    private mutating func place(
        of id: Span<UInt8>, _ row: borrowing ImportRow
    ) -> Int {
        let next = UInt32(orders.count + 1)
        let former = places.update(ImportDigest.hash.digest(id)) { $0 == 0 ? next : $0 }
        if former > 0 { return Int(former - 1) }
        orders.append(HeldOrder(id: Self.store(id, &text), firstRow: row.number))
        return orders.count - 1
    }

    private mutating func add(
        _ row: borrowing ImportRow, toOrderAt place: Int
    ) throws(RowProblem) {
        let quantity = try terms.quantity(row)
        if quantity == nil, terms.context.mapping.has(.quantity) {
            throw RowProblem(.invalidQuantity, "'quantity' is empty")
        }
        let price = try terms.amount(.unitPrice, row)
        if let standing = try terms.standing(row) {
            orders[place].standing = standing
            if standing == .cancelled { orders[place].isCancelled = true }
        }
        let product = OrderLine(
            quantity: quantity ?? Decimal(mantissa: 1, scale: 0), price: price.number)
        let isReversal = product.isNegative || orders[place].standing == .refunded
        try mergeHead(row, place, price.sign, isReversal: isReversal)
        let time = try mergeTime(row, place)

        scratch.removeAll()
        scratch.writeByte(UInt8(ascii: "{"))
        scratch.writeJSONMember("sku", terms.context.cell(.sku, row))
        scratch.writeJSONMember("name", terms.context.cell(.name, row))
        scratch.writeJSONMember("category", terms.context.cell(.category, row))
        terms.context.appendKept(row, to: &scratch)
        let index = UInt32(lines.count)
        lines.append(
            HeldLine(
                texts: storeScratch(), rowNumber: row.number, quantity: product.quantity,
                price: price.number, time: time, standing: orders[place].standing))
        if orders[place].lastLine == HeldLine.none {
            orders[place].firstLine = index
        } else {
            lines[Int(orders[place].lastLine)].next = index
        }
        orders[place].lastLine = index
    }

    /// The line's time; of a line without one, that of the order's earliest so far.
    private mutating func mergeTime(
        _ row: borrowing ImportRow, _ place: Int
    ) throws(RowProblem) -> Timestamp {
        guard !terms.context.cell(.orderedAt, row).isEmpty else {
            return orders[place].firstTime ?? .earliest
        }
        let time = try terms.context.time(.orderedAt, row)
        orders[place].firstTime = min(orders[place].firstTime ?? time, time)
        return time
    }

    /// Takes what the row says of the whole order; empty cells say nothing.
    ///
    /// - Throws: `order_conflict` where two lines of an order disagree.
    private mutating func mergeHead(
        _ row: borrowing ImportRow, _ place: Int, _ priceSign: CurrencySign, isReversal: Bool
    ) throws(RowProblem) {
        let context = terms.context
        var sign = priceSign
        if givesTotal, !context.cell(.total, row).isEmpty {
            let total = try terms.amount(.total, row)
            sign = try terms.joined(sign, total.sign)
            try mergeTotal(total.number, place, isReversal: isReversal)
        }
        if orders[place].currency == nil || sign != .none || !context.cell(.currency, row).isEmpty {
            let currency = try terms.currency(row, sign: sign)
            if let former = orders[place].currency, former != currency {
                throw conflict("currencies", place)
            }
            orders[place].currency = currency
        }
        orders[place].customer = try merged(
            orders[place].customer, context.identifier(.customer, row), "customers", place)
        orders[place].anonymous = try merged(
            orders[place].anonymous, context.identifier(.anonymousId, row), "anonymous ids", place)
        if hasPerson, orders[place].person.isEmpty {
            scratch.removeAll()
            try context.appendPersonTraits(row, to: &scratch)
            orders[place].person = storeScratch()
        }
        if !context.cell(.updatedAt, row).isEmpty {
            orders[place].version = Self.store(context.cell(.updatedAt, row), &text)
        }
        let extras = isReversal ? orders[place].returnExtras : orders[place].extras
        guard extras.isEmpty, let currency = orders[place].currency else { return }
        scratch.removeAll()
        scratch.writeByte(UInt8(ascii: "{"))
        try terms.appendExtras(row, currency: currency, to: &scratch)
        if isReversal {
            orders[place].returnExtras = storeScratch()
        } else {
            orders[place].extras = storeScratch()
        }
    }

    private mutating func mergeTotal(
        _ total: Decimal, _ place: Int, isReversal: Bool
    ) throws(RowProblem) {
        if isReversal {
            if let former = orders[place].returnTotal, former != total {
                orders[place].returnTotalsDiffer = true
            }
            orders[place].returnTotal = total
        } else {
            if let former = orders[place].total, former != total { throw conflict("totals", place) }
            orders[place].total = total
        }
    }

    private mutating func merged(
        _ former: HeldText, _ next: Span<UInt8>, _ what: String, _ place: Int
    ) throws(RowProblem) -> HeldText {
        if next.isEmpty { return former }
        if former.isEmpty { return Self.store(next, &text) }
        guard text.span.extracting(former.bounds).isSame(as: next) else {
            throw conflict(what, place)
        }
        return former
    }

    func conflict(_ what: String, _ place: Int) -> RowProblem {
        RowProblem(.orderConflict, "the lines of order '\(name(place))' name different \(what)")
    }

    func name(_ place: Int) -> String {
        String(copying: text.span.extracting(orders[place].id.bounds))
    }

    /// Stores what `scratch` holds behind its bracket.
    private mutating func storeScratch() -> HeldText {
        let held = scratch
        return Self.store(held.span.extracting(droppingFirst: 1), &text)
    }

    private static func store(_ bytes: Span<UInt8>, _ text: inout [UInt8]) -> HeldText {
        let run = HeldText(start: UInt32(text.count), count: UInt32(bytes.count))
        bytes.withUnsafeBufferPointer { text.append(contentsOf: $0) }
        return run
    }
}
