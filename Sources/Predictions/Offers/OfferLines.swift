/// Something that is sold.
package struct OfferProduct: Codable, Hashable, Sendable {
    /// The shop's id of it; where it has none, its name.
    package var id: String
    /// Empty where the shop gives none.
    package var name: String
    package var category: String

    package init(id: String, name: String, category: String) {
        self.id = id
        self.name = name
        self.category = category
    }

    /// What people call it.
    package var label: String { name.isEmpty ? id : name }
}

/// Who bought what when: order lines in columns, of orders that count.
package struct OfferLines: Sendable, Equatable {
    /// Numbers from 0; −1 for an order without a customer. [line]
    package var customers: [Int]
    /// Places in `catalogue`. [line]
    package var products: [Int]
    /// Lines with the same number are of one order. [line]
    package var orders: [Int]
    /// Days since 1970. [line]
    package var days: [Int]
    package var customerCount: Int
    package var catalogue: [OfferProduct]
    /// Days since 1970: where there were more lines than are learnt from, the first day whose lines
    /// are here; nil where all are.
    package var cutBefore: Int?

    package init(
        customers: [Int] = [], products: [Int] = [], orders: [Int] = [], days: [Int] = [],
        customerCount: Int = 0, catalogue: [OfferProduct] = [], cutBefore: Int? = nil
    ) {
        precondition(
            products.count == customers.count && orders.count == customers.count
                && days.count == customers.count, "columns of different lengths")
        self.customers = customers
        self.products = products
        self.orders = orders
        self.days = days
        self.customerCount = customerCount
        self.catalogue = catalogue
        self.cutBefore = cutBefore
    }

    package var count: Int { products.count }

    /// The lines for which the body is true; customers and catalogue keep their numbers.
    func filtered(_ isKept: (_ line: Int) -> Bool) -> OfferLines {
        let kept = products.indices.filter(isKept)
        return OfferLines(
            customers: kept.map { customers[$0] }, products: kept.map { products[$0] },
            orders: kept.map { orders[$0] }, days: kept.map { days[$0] },
            customerCount: customerCount, catalogue: catalogue, cutBefore: cutBefore)
    }

    /// Of each product, how many people bought it, and how many of these again on another day.
    /// [product]
    func demand() -> (buyers: [Int], repeaters: [Int]) {
        struct Purchase: Comparable {
            let product: Int32
            let customer: Int32
            let day: Int

            static func < (first: Purchase, second: Purchase) -> Bool {
                if first.product != second.product { return first.product < second.product }
                if first.customer != second.customer { return first.customer < second.customer }
                return first.day < second.day
            }
        }
        let purchases = products.indices.filter { customers[$0] >= 0 }.map { line in
            Purchase(
                product: Int32(products[line]), customer: Int32(customers[line]), day: days[line])
        }.sorted()
        var buyers = [Int](repeating: 0, count: catalogue.count)
        var repeaters = buyers
        var start = 0
        while start < purchases.count {
            let first = purchases[start]
            var end = start
            while end < purchases.count, purchases[end].product == first.product,
                purchases[end].customer == first.customer
            {
                end += 1
            }
            buyers[Int(first.product)] += 1
            if purchases[end - 1].day != first.day { repeaters[Int(first.product)] += 1 }
            start = end
        }
        return (buyers, repeaters)
    }

    /// Without the products that are excluded, and those that nothing can be learnt of: neither bought
    /// by enough people, nor bought again by anybody. Of the others, the best supported up to a limit.
    func withKnownProducts(_ settings: OfferSettings) -> OfferLines {
        let (buyers, repeaters) = demand()
        let known = catalogue.indices.filter {
            (buyers[$0] >= settings.buyersMin || repeaters[$0] > 0)
                && !settings.excludedProducts.contains(catalogue[$0].id)
        }
        let best =
            known.count <= settings.productsMax
            ? known
            : known.sorted { (buyers[$1], $0) < (buyers[$0], $1) }
                .prefix(settings.productsMax).sorted()
        var places = [Int](repeating: -1, count: catalogue.count)
        for (place, product) in best.enumerated() { places[product] = place }
        var lines = filtered { places[products[$0]] >= 0 }
        lines.products = lines.products.map { places[$0] }
        lines.catalogue = best.map { catalogue[$0] }
        return lines
    }
}
