import Events
import Kernel

/// Makes events of a file with one row a line: the lines of one order id become one event.
///
/// In real files an order's lines come apart, so that nothing is certain before the file's end: all
/// orders are held until then, as bytes (`ImportLimits.groupedBytesMax`), and come out in the order in
/// which they first appeared. An order of which a line was rejected is left out as a whole: with a wrong
/// total it would do more harm than missing, which is said.
struct OrderLines: Sendable {
    private struct Order {
        var id: Run
        var person = Run()
        var extras = Run()
        /// The total that the file gives, as it is written.
        var givenTotal = Run()
        var customer = Run()
        var anonymous = Run()
        var firstRow: Int
        var firstTime: Timestamp?
        var currency: Currency?
        var standing = OrderStanding.placed
        var hasOnlyNegativeQuantities = true
        /// Σ quantity × price, exactly.
        var sum: Int128 = 0
        var scale = 0
        var lineCount: UInt32 = 0
        var firstLine: UInt32 = Self.none
        var lastLine: UInt32 = Self.none
        var fault: Fault?

        static let none = UInt32.max
    }

    /// Why an order can't be made, and the row that it was seen in.
    private struct Fault {
        var row: Int
        var problem: RowProblem
    }

    private struct Line {
        var texts: Run
        var quantity: Decimal
        var price: Decimal
        var next = Order.none
    }

    /// A run of `text`.
    private struct Run {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var isEmpty: Bool { count == 0 }
        var bounds: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    private var terms: OrderTerms
    private let givesTotal: Bool
    private var orders: [Order] = []
    private var lines: [Line] = []
    private var text: [UInt8] = []
    private var places = DigestTable()
    private var ordersOut = 0
    private var scratch = ByteWriter(reserving: 256)

    init(context: RowContext) {
        terms = OrderTerms(context: context)
        givesTotal = context.mapping.has(.total)
    }

    /// Takes in columns that appeared later.
    mutating func setContext(_ context: RowContext) { terms.context = context }

    /// About how much memory the orders take.
    var heldBytes: Int {
        text.count + lines.count * MemoryLayout<Line>.stride + orders.count
            * (MemoryLayout<Order>.stride + 40)
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
                orders[place].fault = Fault(row: row.number, problem: error)
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
        orders.append(Order(id: Self.store(id, &text), firstRow: row.number))
        return orders.count - 1
    }

    private mutating func add(
        _ row: borrowing ImportRow, toOrderAt place: Int
    ) throws(RowProblem) {
        let context = terms.context
        let quantity: Decimal
        if context.mapping.has(.quantity) {
            quantity = try context.amounts.read(context.cell(.quantity, row), .invalidQuantity)
        } else {
            quantity = Decimal(mantissa: 1, scale: 0)
        }
        let price = try context.amounts.read(context.cell(.unitPrice, row), .invalidAmount)
        try mergeHead(row, place)
        let product = Int128(quantity.mantissa) * Int128(price.mantissa)
        try addToSum(product, scale: quantity.scale + price.scale, place)
        if !quantity.isNegative { orders[place].hasOnlyNegativeQuantities = false }

        scratch.removeAll()
        scratch.writeByte(UInt8(ascii: "{"))
        scratch.writeJSONMember("sku", context.cell(.sku, row))
        scratch.writeJSONMember("name", context.cell(.name, row))
        scratch.writeJSONMember("category", context.cell(.category, row))
        context.appendKept(row, to: &scratch)
        let index = UInt32(lines.count)
        lines.append(
            Line(
                texts: storeScratch(), quantity: quantity,
                price: price))
        if orders[place].lastLine == Order.none {
            orders[place].firstLine = index
        } else {
            lines[Int(orders[place].lastLine)].next = index
        }
        orders[place].lastLine = index
        orders[place].lineCount += 1
    }

    /// Takes what the row says of the whole order; empty cells say nothing.
    ///
    /// - Throws: `order_conflict` where two lines of an order disagree.
    private mutating func mergeHead(
        _ row: borrowing ImportRow, _ place: Int
    ) throws(RowProblem) {
        let context = terms.context
        if !context.cell(.orderedAt, row).isEmpty {
            let time = try context.time(.orderedAt, row)
            orders[place].firstTime = min(orders[place].firstTime ?? time, time)
        }
        if orders[place].currency == nil || !context.cell(.currency, row).isEmpty {
            let currency = try terms.currency(row)
            if let former = orders[place].currency, former != currency {
                throw conflict("currencies", place)
            }
            orders[place].currency = currency
        }
        let standing = try terms.standing(row)
        if standing != .placed { orders[place].standing = standing }
        orders[place].customer = try merged(
            orders[place].customer, context.identifier(.customer, row), "customers", place)
        orders[place].anonymous = try merged(
            orders[place].anonymous, context.identifier(.anonymousId, row), "anonymous ids", place)
        if givesTotal {
            orders[place].givenTotal = try merged(
                orders[place].givenTotal, context.cell(.total, row), "totals", place)
        }
        if orders[place].person.isEmpty {
            orders[place].person = try storePerson(row)
        }
        if orders[place].extras.isEmpty {
            scratch.removeAll()
            scratch.writeByte(UInt8(ascii: "{"))
            try terms.appendExtras(row, to: &scratch)
            orders[place].extras = storeScratch()
        }
    }

    private mutating func merged(
        _ former: Run, _ next: Span<UInt8>, _ what: String, _ place: Int
    ) throws(RowProblem) -> Run {
        if next.isEmpty { return former }
        if former.isEmpty { return Self.store(next, &text) }
        let known = text.span.extracting(former.bounds)
        let isSame = known.count == next.count && next.indices.allSatisfy { known[$0] == next[$0] }
        guard isSame else { throw conflict(what, place) }
        return former
    }

    private func conflict(_ what: String, _ place: Int) -> RowProblem {
        RowProblem(.orderConflict, "the lines of order '\(name(place))' name different \(what)")
    }

    private func name(_ place: Int) -> String {
        String(copying: text.span.extracting(orders[place].id.bounds))
    }

    private mutating func addToSum(
        _ amount: Int128, scale: Int, _ place: Int
    ) throws(RowProblem) {
        var amount = amount
        var sum = orders[place].sum
        var sumScale = orders[place].scale
        var scale = scale
        var overflows = false
        while scale < sumScale, !overflows {
            (amount, overflows) = amount.multipliedReportingOverflow(by: 10)
            scale += 1
        }
        while sumScale < scale, !overflows {
            (sum, overflows) = sum.multipliedReportingOverflow(by: 10)
            sumScale += 1
        }
        if !overflows { (sum, overflows) = sum.addingReportingOverflow(amount) }
        guard !overflows else {
            throw RowProblem(.amountOutOfRange, "the total of '\(name(place))' is too large")
        }
        orders[place].sum = sum
        orders[place].scale = sumScale
    }

    private mutating func storePerson(_ row: borrowing ImportRow) throws(RowProblem) -> Run {
        let mapping = terms.context.mapping
        guard mapping.has(.email) || mapping.has(.phone) || mapping.has(.customerName) else {
            return Run()
        }
        scratch.removeAll()
        scratch.writeByte(UInt8(ascii: "{"))
        scratch.writeJSONMember("email", try terms.context.identifier(.email, row))
        scratch.writeJSONMember("phone", try terms.context.identifier(.phone, row))
        scratch.writeJSONMember("name", terms.context.cell(.customerName, row))
        return storeScratch()
    }

    /// Stores what `scratch` holds behind its bracket.
    private mutating func storeScratch() -> Run {
        let held = scratch
        return Self.store(held.span.extracting(droppingFirst: 1), &text)
    }

    private static func store(_ bytes: Span<UInt8>, _ text: inout [UInt8]) -> Run {
        let run = Run(start: UInt32(text.count), count: UInt32(bytes.count))
        bytes.withUnsafeBufferPointer { text.append(contentsOf: $0) }
        return run
    }

    // MARK: Out

    /// Adds the next orders' events, until the block has that many bytes.
    ///
    /// - Returns: false when all orders are out.
    mutating func emit(
        _ emitter: inout EventEmitter, into builder: inout EventBlockBuilder, untilBytes: Int,
        rejections: inout [RowRejection]
    ) -> Bool {
        while ordersOut < orders.count {
            if builder.byteCount >= untilBytes
                || rejections.count >= ImportLimits.rejectionsWaitingMax
            {
                return true
            }
            let place = ordersOut
            ordersOut += 1
            if let fault = orders[place].fault {
                rejections.append(leftOut(place, fault))
                continue
            }
            do {
                try emitOrder(place, &emitter, &builder)
            } catch {
                rejections.append(
                    RowRejection(
                        rowNumber: orders[place].firstRow, code: error.code,
                        message: "order '\(name(place))': \(error.message)", rowText: ""))
            }
        }
        return false
    }

    private func leftOut(_ place: Int, _ fault: Fault) -> RowRejection {
        RowRejection(
            rowNumber: orders[place].firstRow, code: .orderIncomplete,
            message:
                "order '\(name(place))' is left out, with \(orders[place].lineCount) good lines, "
                + "for row \(fault.row): \(fault.problem.message)",
            rowText: "")
    }

    private mutating func emitOrder(
        _ place: Int, _ emitter: inout EventEmitter, _ builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        let order = orders[place]
        guard let time = order.firstTime, let currency = order.currency else {
            throw RowProblem(.missingTime, "none of its lines has a time")
        }
        let digits = terms.minorDigits(currency)
        let total: Int64
        if order.givenTotal.isEmpty {
            total = try roundedMinor(order.sum, scale: order.scale, digits: digits)
        } else {
            let given = try terms.context.amounts.read(
                text.span.extracting(order.givenTotal.bounds), .invalidAmount)
            total = try roundedMinor(Int128(given.mantissa), scale: given.scale, digits: digits)
        }
        let isRefund = total < 0 || (total == 0 && order.hasOnlyNegativeQuantities)
        emitter.begin(.track, at: time)
        emitter.draft.userID.set(text.span.extracting(order.customer.bounds))
        emitter.draft.anonymousID.set(text.span.extracting(order.anonymous.bounds))
        emitter.draft.name.set(
            order.standing == .cancelled
                ? OrderEvent.cancelled : isRefund ? OrderEvent.refunded : OrderEvent.completed)
        if !order.person.isEmpty {
            emitter.draft.context.writeRaw("{\"traits\":{" as StaticString)
            emitter.draft.context.writeRaw(text.span.extracting(order.person.bounds))
            emitter.draft.context.writeRaw("}}" as StaticString)
        }
        appendProperties(
            order, Money(minor: total, currency: currency), digits, isRefund: isRefund,
            to: &emitter.draft.properties)
        emitter.emit(into: &builder)
        if order.standing == .refunded, !isRefund {
            emitter.draft.name.set(OrderEvent.refunded)
            emitter.draft.messageID.removeAll()
            emitter.emit(into: &builder)
        }
    }

    private func appendProperties(
        _ order: Order, _ total: Money, _ digits: Int, isRefund: Bool, to json: inout ByteWriter
    ) {
        json.writeRaw("{\"order_id\":" as StaticString)
        json.writeJSONString(text.span.extracting(order.id.bounds))
        json.writeJSONName("total")
        json.writeDecimal(total.minor < 0 ? 0 - total.minor : total.minor, scale: digits)
        json.writeJSONName("currency")
        appendCurrency(total.currency, to: &json)
        if !order.extras.isEmpty {
            json.writeByte(UInt8(ascii: ","))
            json.writeRaw(text.span.extracting(order.extras.bounds))
        }
        json.writeJSONName("products")
        json.writeByte(UInt8(ascii: "["))
        var index = order.firstLine
        while index != Order.none {
            let line = lines[Int(index)]
            if json.last == UInt8(ascii: "}") { json.writeByte(UInt8(ascii: ",")) }
            OrderLine(quantity: line.quantity, price: line.price).append(
                texts: text.span.extracting(line.texts.bounds), isRefund: isRefund, to: &json)
            index = line.next
        }
        json.writeRaw("]}" as StaticString)
    }
}
