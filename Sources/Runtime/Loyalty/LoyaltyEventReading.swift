import Analytics
import Events
import JSONParsing
import Kernel
import Loyalty

/// What an event of the log asks of a program's accounts.
enum LoyaltyEventReading {
    /// Nil where it can't be understood, or says nothing that counts.
    static func request(
        _ row: LoyaltyEventRow, currency: Currency, program: LoyaltyProgram
    ) -> LoyaltyRequest? {
        let name = Array(row.name.utf8)
        guard let action = CommerceOrder.action(named: name.span) else {
            return LoyaltyRequest(
                .event(name: row.name, order: text("order_id", row.properties)),
                at: row.occurredAt)
        }
        let order: CommerceOrder
        do throws(CommerceProblem) {
            order = try CommerceOrder(
                action, properties: row.properties.span, defaultCurrency: currency)
        } catch {
            return nil
        }
        switch action {
        case .completed, .updated:
            return LoyaltyRequest(
                .order(id: order.orderID, lines: lines(order, row), currency: order.currency),
                at: row.occurredAt)
        case .refunded:
            return LoyaltyRequest(
                .refund(order: order.orderID, refund(order, row)), at: row.occurredAt)
        case .cancelled: return LoyaltyRequest(.cancel(order: order.orderID), at: row.occurredAt)
        }
    }

    /// The order's lines; one that stands for all of it where it has none with prices.
    private static func lines(_ order: CommerceOrder, _ row: LoyaltyEventRow) -> [OrderLine] {
        var found: [OrderLine] = []
        read(order, row) { line in
            guard let amount = line.totalMinor, amount >= 0 else { return }
            found.append(
                OrderLine(
                    id: "#\(found.count + 1)",
                    product: line.productID?.text(in: row.properties.span) ?? "",
                    category: line.category?.text(in: row.properties.span) ?? "",
                    quantityMilli: max(0, line.quantityMilli), amount: amount))
        }
        if found.isEmpty {
            return [OrderLine(id: "#1", product: "", amount: max(0, order.totalMinor ?? 0))]
        }
        spread(discount(order, row), over: &found)
        return found
    }

    /// The order's own discount, over its lines in the share of their amounts.
    private static func spread(_ discount: Int64, over lines: inout [OrderLine]) {
        var whole = lines.reduce(0) { $0 + $1.amount }
        var left = min(discount, whole)
        for index in lines.indices where whole > 0 && left > 0 {
            let amount = lines[index].amount
            let share = Int64(
                clamping: (Int128(amount) * Int128(left) * 2 + Int128(whole)) / Int128(whole * 2))
            lines[index].discount = min(share, amount)
            left -= lines[index].discount
            whole -= amount
        }
    }

    private static func discount(_ order: CommerceOrder, _ row: LoyaltyEventRow) -> Int64 {
        guard let text = text("discount", row.properties) else { return 0 }
        do throws(DecimalText.Failure) {
            return max(
                0,
                try DecimalText.minor(Array(text.utf8).span, digits: order.currency.minorDigits))
        } catch {
            return 0
        }
    }

    private static func refund(_ order: CommerceOrder, _ row: LoyaltyEventRow) -> OrderRefund {
        var refund = OrderRefund(id: text("refund_id", row.properties) ?? "@\(row.position)")
        read(order, row) { line in
            guard let product = line.productID?.text(in: row.properties.span),
                line.quantityMilli > 0
            else { return }
            refund.parts.append(
                OrderRefund.Part(line: product, quantityMilli: line.quantityMilli))
        }
        if refund.parts.isEmpty {
            refund.amount = max(0, order.totalMinor ?? 0)
            refund.isWhole = order.totalMinor == nil
        }
        return refund
    }

    private static func read(
        _ order: CommerceOrder, _ row: LoyaltyEventRow, _ body: (CommerceLine) -> Void
    ) {
        var lines = order.lines(in: row.properties.span)
        do throws(CommerceProblem) {
            while let line = try lines.next() { body(line) }
        } catch {
            // The order was read from the same bytes before.
            return
        }
    }

    /// A property's text; nil where there is none, or it isn't a text or a number.
    private static func text(_ name: String, _ properties: [UInt8]) -> String? {
        do throws(JSONError) {
            guard let value = try JSONLookup.member(named: name, in: properties.span),
                value.kind.isString || value.kind.isNumber, !value.content.isEmpty
            else { return nil }
            return value.text(in: properties.span)
        } catch {
            return nil
        }
    }
}
