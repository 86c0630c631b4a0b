import Documents
package import Kernel

extension Promotion {
    /// What a promotion gives.
    package enum Effect: Hashable, Sendable {
        package static let pointsMax = 1_000_000_000
        package static let giftsMax = 1000

        /// A fixed amount off the lines, at most what they come to.
        case amount(Money)
        /// A share of the lines, in hundredths of a percent, rounded to the nearest minor unit, halves up.
        case percent(basisPoints: Int, of: Base, max: Money?)
        /// The shipping, up to the amount.
        case freeShipping(max: Money?)
        case gift(product: String, quantity: Int)
        case points(Int)

        /// What a percentage is of.
        package enum Base: String, Sendable, CaseIterable {
            /// What the lines cost before any discount.
            case subtotal
            /// What is left of them after the promotions that came before in order.
            case remaining
        }

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            let kinds = ["amount", "percent", "freeShipping", "gift", "points"]
            let said = kinds.filter { members.has($0) }
            guard said.count == 1 else {
                throw reader.problem(
                    "must have one of \(kinds.joined(separator: ", "))"
                        + (said.isEmpty ? "" : "; not \(said.joined(separator: " and "))"))
            }
            // Each name is asked for, so that the last word on unknown members knows them all.
            let amount = try members.optional("amount")?.money()
            let percent = try members.optional("percent")?.percent()
            let shipping = members.optional("freeShipping")
            let gift = members.optional("gift")
            let points = try members.optional("points")?.integer(1...Self.pointsMax)
            if let amount {
                self = .amount(amount)
            } else if let percent {
                guard let of = members.optional("of") else {
                    throw reader.problem(
                        "of is missing: say whether the percentage is of the subtotal (before "
                            + "other discounts) or of the remaining")
                }
                self = .percent(
                    basisPoints: percent, of: try of.choice(Base.self),
                    max: try members.optional("max")?.money())
            } else if let shipping {
                guard try shipping.boolean() else {
                    throw shipping.problem("must be true; leave it out otherwise")
                }
                self = .freeShipping(max: try members.optional("max")?.money())
            } else if let gift {
                var parts = try gift.members()
                let product = try parts.required("product").shortText()
                let quantity = try parts.optional("quantity")?.integer(1...Self.giftsMax) ?? 1
                try parts.end()
                self = .gift(product: product, quantity: quantity)
            } else if let points {
                self = .points(points)
            } else {
                throw reader.problem("must have one of \(kinds.joined(separator: ", "))")
            }
            try members.end()
        }

        /// The currency it is in; nil where it is in none.
        package var currency: Currency? {
            switch self {
            case .amount(let money): money.currency
            case .percent(_, _, let max), .freeShipping(let max): max?.currency
            case .gift, .points: nil
            }
        }

        var isDiscountOnLines: Bool {
            switch self {
            case .amount, .percent: true
            case .freeShipping, .gift, .points: false
            }
        }
    }
}
