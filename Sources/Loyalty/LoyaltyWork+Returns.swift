import Kernel

extension LoyaltyWork {
    /// Which orders a refund is of, with what of it is each one's.
    ///
    /// A refund that names an order is of that order, also where it is told of later. Where the program's credit notes
    /// have numbers of their own, returned products are those of the customer's newest orders that have any left.
    func divided(
        _ refund: OrderRefund, of order: String
    ) -> [(order: String, refund: OrderRefund)] {
        guard program.returns == .byProduct, !refund.parts.isEmpty else {
            return [(order, refund)]
        }
        let id = order + "/" + refund.id
        // Told again, it is the same refund, and was divided before; also where its order is known since.
        let isDivided = account.orders.indices.contains { place in
            account.orders.note(place).hasRefunds
                && account.orders[place].refunds.contains { $0.id == id }
        }
        if isDivided { return [] }
        if account.orders.isPlaced(order) { return [(order, refund)] }
        var left = refund.parts
        var found: [(order: String, refund: OrderRefund)] = []
        let newestFirst = account.orders.filter { $0.placedAt != nil }
            .sorted { ($0.placedAt ?? .earliest, $0.id) > ($1.placedAt ?? .earliest, $1.id) }
        for order in newestFirst {
            guard left.contains(where: { $0.quantityMilli > 0 || $0.isAmountOnly }) else { break }
            guard order.lines.contains(where: { line in left.contains { $0.line == line.product } })
            else { continue }
            let quantities = order.quantitiesLeft()
            var own = OrderRefund(id: id)
            for (line, quantity) in zip(order.lines, quantities) where quantity > 0 {
                if let place = left.firstIndex(where: { $0.line == line.product && $0.isAmountOnly }
                ) {
                    // Money alone goes to the newest lines of the product, up to what they cost.
                    let open = left[place].amount ?? 0
                    let taken = min(open, max(0, line.amount - line.discount))
                    left[place].amount = open - taken
                    if taken > 0 {
                        own.parts.append(
                            OrderRefund.Part(line: line.id, quantityMilli: 0, amount: taken))
                    }
                }
                guard
                    let place = left.firstIndex(where: {
                        $0.line == line.product && $0.quantityMilli > 0
                    })
                else { continue }
                let taken = min(quantity, left[place].quantityMilli)
                left[place].quantityMilli -= taken
                own.parts.append(OrderRefund.Part(line: line.id, quantityMilli: taken))
            }
            if !own.parts.isEmpty { found.append((order.id, own)) }
        }
        return found
    }
}

extension OrderRefund.Part {
    /// Whether it says money and no quantity, and some of it is left.
    fileprivate var isAmountOnly: Bool { quantityMilli == 0 && (amount ?? 0) > 0 }
}
