import Analytics
package import Kernel
package import Predictions

extension Workspace {
    package enum OffersFailure: Error, CustomStringConvertible {
        /// No order that counts names a product.
        case noLines

        package var description: String {
            switch self {
            case .noLines:
                "no order here names its products, so there is nothing to offer; import orders with "
                    + "one row a line and a column for the product (sku or name; category where you "
                    + "have one), or send Order Completed with products, each with product_id or name"
            }
        }
    }

    /// What there is to learn offers from. Blocks.
    ///
    /// - Throws: `OffersFailure.noLines`.
    package func offersBasis() throws -> KeptOffers.Basis {
        let day = zone.day(of: try figuresAsOf())
        let lines = try archive.orderLineCount(asOf: day)
        guard lines > 0 else { throw OffersFailure.noLines }
        return KeptOffers.Basis(day: day, lines: lines)
    }

    /// Learns what to offer from all order lines up to a day.
    ///
    /// Blocks while it computes; not for an event loop.
    package func learnOffers(asOf day: CalendarDay) throws -> OfferModel {
        defer { MemoryTrim.run() }
        return OfferModel(
            OfferLines(try archive.orderLines(asOf: day)), asOf: day.daysSinceEpoch,
            settings: options.offers)
    }

    /// What to offer to a customer that isn't merged into another. Blocks.
    ///
    /// - Parameter model: As it was learnt, today or lately; the customer's purchases are read anew.
    package func offers(
        to customer: ID<Customer>, by model: OfferModel, asOf day: CalendarDay,
        rules: OfferRules = OfferRules()
    ) throws -> CustomerOffers {
        let purchases = try archive.productPurchases(of: customer, asOf: day).map {
            OfferPurchase(product: $0.product, day: $0.day.daysSinceEpoch)
        }
        return model.offers(for: purchases, today: day.daysSinceEpoch, rules: rules)
    }
}

extension OfferLines {
    /// The archive's columns as offers are learnt from them.
    fileprivate init(_ columns: OrderLineColumns) {
        var numbers: [Int64: Int] = [:]
        let customers = columns.customers.map { customer in
            guard customer != 0 else { return -1 }
            let number = numbers[customer] ?? numbers.count
            numbers[customer] = number
            return number
        }
        self.init(
            customers: customers, products: columns.products,
            orders: columns.orders.map { Int($0) }, days: columns.days,
            customerCount: numbers.count,
            catalogue: columns.catalogue.map {
                OfferProduct(id: $0.id, name: $0.name, category: $0.category)
            }, cutBefore: columns.cutBefore?.daysSinceEpoch)
    }
}
