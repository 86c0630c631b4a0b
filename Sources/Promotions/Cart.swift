package import Kernel

/// An order before it is paid, as far as promotions ask about it.
///
/// A cart that exists is within bounds: all sums over it fit, so nothing after this can overflow.
package struct Cart: Hashable, Sendable {
    package static let linesMax = 1000
    /// The most that all lines and the shipping come to, in minor units.
    package static let amountMinorMax: Int64 = 1_000_000_000_000_000

    /// Who orders; nil where nobody knows.
    package let customer: Buyer?
    package let currency: Currency
    package let lines: [Line]
    package let shippingMinor: Int64
    package let at: Timestamp
    /// What the lines come to before discounts.
    package let subtotalMinor: Int64

    /// - Throws: What isn't a cart about it.
    package init(
        customer: Buyer?, currency: Currency, lines: [Line], shippingMinor: Int64 = 0,
        at: Timestamp
    ) throws(CartProblem) {
        guard lines.count <= Self.linesMax else { throw .tooManyLines(lines.count) }
        guard (0...Self.amountMinorMax).contains(shippingMinor) else {
            throw .shippingOutOfRange(shippingMinor)
        }
        var seen: Set<String> = []
        var sum = shippingMinor
        for line in lines {
            guard seen.insert(line.id).inserted else { throw .lineTwice(line.id) }
            guard let total = line.checkedTotalMinor else { throw .lineOutOfRange(line.id) }
            sum += total
            guard sum <= Self.amountMinorMax else { throw .tooMuch }
        }
        self.customer = customer
        self.currency = currency
        self.lines = lines
        self.shippingMinor = shippingMinor
        self.at = at
        subtotalMinor = sum - shippingMinor
    }

    /// What promotions ask about a customer.
    package struct Buyer: Hashable, Sendable {
        package var id: String
        package var segments: Set<String>
        /// One of each loyalty program that the customer is in.
        package var tiers: Set<String>
        /// Orders before this one.
        package var ordersCount: Int

        /// As whom they were counted before they were known; nil for nobody.
        package var formerID: String?
        /// Whether they have an account that points can go to.
        package var isKnown = true

        package init(
            id: String, segments: Set<String> = [], tiers: Set<String> = [],
            ordersCount: Int = 0
        ) {
            self.id = id
            self.segments = segments
            self.tiers = tiers
            self.ordersCount = ordersCount
        }
    }

    /// Some pieces, or some weight, of one product.
    package struct Line: Hashable, Sendable {
        package let id: String
        package let product: String
        package let category: String?
        /// Thousandths of a piece, a kilogram …
        package let quantityMilli: Int64
        package let unitPriceMinor: Int64

        package init(
            id: String, product: String, category: String? = nil, quantityMilli: Int64 = 1000,
            unitPriceMinor: Int64
        ) {
            self.id = id
            self.product = product
            self.category = category
            self.quantityMilli = quantityMilli
            self.unitPriceMinor = unitPriceMinor
        }

        /// Nil where it is below zero or too much.
        var checkedTotalMinor: Int64? {
            guard quantityMilli >= 0, unitPriceMinor >= 0 else { return nil }
            let total = (Int128(quantityMilli) * Int128(unitPriceMinor) + 500) / 1000
            return total > Int128(Cart.amountMinorMax) ? nil : Int64(total)
        }

        /// What it costs before discounts, to the nearest minor unit, halves up.
        ///
        /// Of a line that is no cart's it is 0 where it is out of range.
        package var totalMinor: Int64 { checkedTotalMinor ?? 0 }
    }
}

/// Why something isn't a cart.
package enum CartProblem: Error, Hashable, Sendable {
    case tooManyLines(Int)
    /// Two lines have the id.
    case lineTwice(String)
    /// The line's quantity or price is below zero, or they are too much together.
    case lineOutOfRange(String)
    case shippingOutOfRange(Int64)
    /// All together are beyond `Cart.amountMinorMax`.
    case tooMuch

    package var word: String {
        switch self {
        case .tooManyLines: "too_many_lines"
        case .lineTwice: "line_twice"
        case .lineOutOfRange: "line_out_of_range"
        case .shippingOutOfRange: "shipping_out_of_range"
        case .tooMuch: "cart_too_large"
        }
    }

    package var sentence: String {
        switch self {
        case .tooManyLines(let count):
            "The cart has \(count) lines; it may have \(Cart.linesMax)."
        case .lineTwice(let id): "Two lines have the id \(id)."
        case .lineOutOfRange(let id):
            "Line \(id) has a quantity or a price below zero, or comes to more than can be counted."
        case .shippingOutOfRange(let minor): "Shipping of \(minor) is not an amount."
        case .tooMuch: "The cart comes to more than can be counted."
        }
    }
}
