import Documents
package import Kernel

/// What counts towards tiers.
package enum TierMetric: Hashable, Sendable {
    /// Points earned, less those taken back.
    case points
    /// Money of orders after discount and refunds.
    case spend
    /// Orders that weren't cancelled or refunded whole.
    case orders
    /// Units of an order's lines that weren't given back, such as nights.
    case units(Units)

    /// Lines whose quantities are added up.
    package struct Units: Hashable, Sendable {
        /// What they are called: `nights`.
        package let name: String
        /// Products that count; empty for all.
        package let products: [String]
        /// Categories that count; empty for all.
        package let categories: [String]

        func takes(_ line: OrderLine) -> Bool {
            (products.isEmpty || products.contains(line.product))
                && (categories.isEmpty || categories.contains(line.category))
        }
    }

    package static let countMax = 8

    /// As definitions and answers call it.
    package var name: String {
        switch self {
        case .points: "points"
        case .spend: "spend"
        case .orders: "orders"
        case .units(let units): units.name
        }
    }

    /// Decimals of its amounts: minor units of money, thousandths of a unit.
    package func digits(_ currency: Currency) -> Int {
        switch self {
        case .points, .orders: 0
        case .spend: currency.minorDigits
        case .units: 3
        }
    }

    /// One, or a list of several: each a name, or for units a name with what counts.
    static func list(reading reader: DocumentReader) throws(DocumentProblem) -> [TierMetric] {
        var found: [TierMetric] = []
        for element in try reader.elementsOrSelf() {
            let metric = try TierMetric(reading: element)
            guard !found.contains(where: { $0.name == metric.name }) else {
                throw element.problem("there are two named \(metric.name)")
            }
            found.append(metric)
        }
        guard (1...countMax).contains(found.count) else {
            throw reader.problem("must be 1 to \(countMax) of points, spend, orders, or units")
        }
        return found
    }

    private init(reading reader: DocumentReader) throws(DocumentProblem) {
        guard case .mapping = reader.node.value else {
            switch try reader.text() {
            case "points": self = .points
            case "spend": self = .spend
            case "orders": self = .orders
            case let text:
                throw reader.problem(
                    "must be one of points, spend, orders, or units such as "
                        + "{ nights: { categories: [rooms] } }; not \(text)")
            }
            return
        }
        var members = try reader.members()
        guard members.names.count == 1, let name = members.names.first,
            DefinitionName.isValid(name), !["points", "spend", "orders"].contains(name)
        else {
            throw reader.problem("must have one name for its units, such as nights")
        }
        var parts = try members.required(name).members()
        let products =
            try parts.optional("products").map { reader throws(DocumentProblem) in
                try reader.shortTexts(atMost: 1000)
            } ?? []
        let categories =
            try parts.optional("categories").map { reader throws(DocumentProblem) in
                try reader.shortTexts(atMost: 1000)
            } ?? []
        try parts.end()
        try members.end()
        self = .units(Units(name: name, products: products, categories: categories))
    }
}
