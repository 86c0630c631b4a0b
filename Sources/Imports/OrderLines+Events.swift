import Events
import Kernel

/// One event that the lines of an order make.
struct OrderPart {
    enum Kind {
        /// What was bought, or a whole order that takes back or was paid back.
        case order
        /// Lines of the order that a status says were paid back.
        case paidBack
        /// What was taken back at one later time.
        case taken(Timestamp)
    }

    var kind: Kind
    /// Behind this, lines that take back are none of the order's own.
    var lastBought: Timestamp?

    /// Whether the line is one of the part's.
    func includes(_ line: HeldLine) -> Bool {
        let isLater = line.isReversal && lastBought.map { line.time > $0 } ?? false
        switch kind {
        case .order:
            // A row that says "cancelled" beside the order's own lines is none of them.
            return !isLater && (line.standing != .cancelled || lastBought == nil)
        case .paidBack: return !isLater && line.isPaidBack
        case .taken(let time): return isLater && line.time == time
        }
    }
}

extension OrderLines {
    /// Adds the next orders' events, until the block has that many bytes.
    ///
    /// - Returns: false when all orders are out.
    mutating func emit(
        _ emitter: inout EventEmitter, into builder: inout EventBlockBuilder, untilBytes: Int,
        rejections: inout RejectionList
    ) -> Bool {
        while ordersOut < orders.count {
            if builder.byteCount >= untilBytes || rejections.isFull { return true }
            let place = ordersOut
            ordersOut += 1
            if let fault = orders[place].fault {
                let problem = RowProblem(
                    .orderIncomplete,
                    "order '\(name(place))' is left out with all its lines, for row \(fault.row): "
                        + fault.problem.message)
                leaveOut(place, problem, &rejections)
                continue
            }
            do {
                try emitOrder(place, &emitter, &builder)
            } catch {
                let problem = RowProblem(
                    error.code, "order '\(name(place))' is left out: \(error.message)")
                leaveOut(place, problem, &rejections)
            }
        }
        return false
    }

    /// Rejects every line that is held of an order; the rows' own text isn't at hand any more.
    private func leaveOut(
        _ place: Int, _ problem: RowProblem, _ rejections: inout RejectionList
    ) {
        forEachLine(place) { line in
            rejections.append(
                RowRejection(
                    rowNumber: Int(line.rowNumber), code: problem.code, message: problem.message,
                    cells: []))
        }
    }

    private mutating func emitOrder(
        _ place: Int, _ emitter: inout EventEmitter, _ builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        guard orders[place].firstTime != nil else {
            throw RowProblem(.missingTime, "none of its lines has a time")
        }
        divide(place)
        // All totals first: an order comes out whole or not at all.
        var totals: [Int64] = []
        for part in parts { totals.append(try total(of: part, place)) }
        for (part, total) in zip(parts, totals) {
            emit(part, total, place, &emitter, &builder)
        }
    }

    private func forEachLine<Failure: Error>(
        _ place: Int, _ body: (HeldLine) throws(Failure) -> Void
    ) throws(Failure) {
        var index = orders[place].firstLine
        while index != HeldLine.none {
            try body(lines[Int(index)])
            index = lines[Int(index)].next
        }
    }

    /// Finds the parts of an order: itself, and what was taken back of it later, time by time.
    private mutating func divide(_ place: Int) {
        parts.removeAll(keepingCapacity: true)
        var lastBought: Timestamp?
        var hasReversal = false
        forEachLine(place) { line in
            if line.isReversal {
                hasReversal = true
            } else if line.standing != .cancelled {
                lastBought = max(lastBought ?? line.time, line.time)
            }
        }
        parts.append(OrderPart(kind: .order, lastBought: lastBought))
        guard hasReversal, !orders[place].isCancelled else { return }
        let paidBack = OrderPart(kind: .paidBack, lastBought: lastBought)
        var hasPaidBack = false
        var times: [Timestamp] = []
        forEachLine(place) { line in
            if paidBack.includes(line) { hasPaidBack = true }
            guard let lastBought, line.isReversal, line.time > lastBought else { return }
            if !times.contains(line.time) { times.append(line.time) }
        }
        if hasPaidBack { parts.append(paidBack) }
        for time in times.sorted(by: { $0.milliseconds < $1.milliseconds }) {
            parts.append(OrderPart(kind: .taken(time), lastBought: lastBought))
        }
    }

    /// The part's total in minor units: what the file gives, or the sum of its lines.
    private mutating func total(of part: OrderPart, _ place: Int) throws(RowProblem) -> Int64 {
        guard let currency = orders[place].currency else {
            throw RowProblem(.missingCurrency, "none of its lines has a currency")
        }
        let digits = terms.minorDigits(currency)
        if let given = try givenTotal(of: part, place) {
            return try roundedMinor(Int128(given.mantissa), scale: given.scale, digits: digits)
        }
        var sum = LineSum()
        try forEachLine(place) { line throws(RowProblem) in
            guard part.includes(line) else { return }
            if case .order = part.kind {
                try sum.add(line.line)
            } else {
                try sum.addMagnitude(line.line)
            }
        }
        return try roundedMinor(sum.amount, scale: sum.scale, digits: digits)
    }

    private func givenTotal(
        of part: OrderPart, _ place: Int
    ) throws(RowProblem) -> Decimal? {
        let order = orders[place]
        if part.lastBought == nil {
            if order.returnTotalsDiffer { throw conflict("totals", place) }
            return order.total ?? order.returnTotal
        }
        switch part.kind {
        case .order: return order.total
        case .paidBack: return nil
        // It stands for all that is taken back, if that is one event alone.
        case .taken: return parts.count == 2 && !order.returnTotalsDiffer ? order.returnTotal : nil
        }
    }

    private mutating func emit(
        _ part: OrderPart, _ total: Int64, _ place: Int, _ emitter: inout EventEmitter,
        _ builder: inout EventBlockBuilder
    ) {
        let order = orders[place]
        guard let currency = order.currency, var time = order.firstTime else { return }
        var isRefund = true
        switch part.kind {
        case .order: isRefund = total < 0 || (total == 0 && hasOnlyNegativeQuantities(place))
        case .paidBack:
            // A whole order below zero was a refund by itself.
            if total < 0 { return }
        case .taken(let at): time = at
        }
        emitter.begin(.track, at: time)
        emitter.draft.userID.set(text.span.extracting(order.customer.bounds))
        emitter.draft.anonymousID.set(text.span.extracting(order.anonymous.bounds))
        emitter.draft.name.set(
            order.isCancelled
                ? OrderEvent.cancelled : isRefund ? OrderEvent.refunded : OrderEvent.completed)
        if !order.person.isEmpty {
            emitter.draft.context.writeRaw("{\"traits\":{" as StaticString)
            emitter.draft.context.writeRaw(text.span.extracting(order.person.bounds))
            emitter.draft.context.writeRaw("}}" as StaticString)
        }
        let money = Money(minor: total, currency: currency)
        appendProperties(part, place, money, isRefund: isRefund, to: &emitter.draft.properties)
        switch part.kind {
        case .order:
            let digest = emitter.contentDigest()
            let isOrder = !isRefund && !order.isCancelled
            let version = text.span.extracting(isOrder ? order.version.bounds : 0..<0)
            emitter.emit(
                digest: emitter.digest(digest, version: version), into: &builder)
        case .paidBack:
            let digest = emitter.refundDigest(
                orderID: text.span.extracting(order.id.bounds), total: money)
            emitter.emit(digest: digest, into: &builder)
        case .taken: emitter.emit(into: &builder)
        }
    }

    private func hasOnlyNegativeQuantities(_ place: Int) -> Bool {
        var isSo = true
        forEachLine(place) { isSo = isSo && $0.line.quantity.isNegative }
        return isSo
    }

    private mutating func appendProperties(
        _ part: OrderPart, _ place: Int, _ total: Money, isRefund: Bool,
        to json: inout ByteWriter
    ) {
        let order = orders[place]
        json.writeRaw("{\"order_id\":" as StaticString)
        json.writeJSONString(text.span.extracting(order.id.bounds))
        json.writeJSONName("total")
        json.writeDecimal(
            total.minor < 0 ? 0 - total.minor : total.minor,
            scale: terms.minorDigits(total.currency))
        json.writeJSONName("currency")
        appendCurrency(total.currency, to: &json)
        var isOrder = false
        if case .order = part.kind { isOrder = true }
        let own = isOrder ? order.extras : order.returnExtras
        let extras = own.isEmpty && part.lastBought == nil ? order.returnExtras : own
        if !extras.isEmpty {
            json.writeByte(UInt8(ascii: ","))
            json.writeRaw(text.span.extracting(extras.bounds))
        }
        json.writeJSONName("products")
        json.writeByte(UInt8(ascii: "["))
        forEachLine(place) { line in
            guard part.includes(line) else { return }
            if json.last == UInt8(ascii: "}") { json.writeByte(UInt8(ascii: ",")) }
            line.line.append(
                texts: text.span.extracting(line.texts.bounds),
                isRefund: isOrder ? isRefund : line.line.isNegative, to: &json)
        }
        json.writeRaw("]}" as StaticString)
    }
}
