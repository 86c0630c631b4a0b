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

    /// Without the products that nothing can be learnt of: neither bought by enough people, nor
    /// bought again by anybody. Of the others, the best supported up to a limit.
    func withKnownProducts(_ settings: OfferSettings) -> OfferLines {
        var buyers = [Int](repeating: 0, count: catalogue.count)
        var isRepeated = [Bool](repeating: false, count: catalogue.count)
        let order = products.indices.filter { customers[$0] >= 0 }.sorted {
            (products[$0], customers[$0], days[$0]) < (products[$1], customers[$1], days[$1])
        }
        var previous: Int?
        for line in order {
            if let previous, products[previous] == products[line],
                customers[previous] == customers[line]
            {
                if days[previous] != days[line] { isRepeated[products[line]] = true }
            } else {
                buyers[products[line]] += 1
            }
            previous = line
        }
        let known = catalogue.indices.filter {
            buyers[$0] >= settings.buyersMin || isRepeated[$0]
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
