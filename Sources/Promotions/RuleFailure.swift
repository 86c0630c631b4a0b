package import Documents
package import Kernel

/// A rule of a promotion that an order doesn't meet.
package enum RuleFailure: Hashable, Sendable {
    /// It asks about the customer, and nobody knows who orders.
    case customerNeeded
    case notStarted(starts: Timestamp)
    /// The first instant at which it was over.
    case ended(at: Timestamp)
    case weekdayNotAllowed(Promotion.Weekday, allowed: [Promotion.Weekday])
    case hourNotAllowed(Promotion.TimeOfDay, allowed: Promotion.Hours)
    case segmentNotMatched(anyOf: [String])
    case tierNotMatched(anyOf: [String], tiers: [String])
    case notFirstOrder(ordersCount: Int)
    case currencyDiffers(promotion: Currency, cart: Currency)
    case minimumNotReached(minimum: Money, subtotal: Money)
    case productMissing(anyOf: [String])
    case categoryMissing(anyOf: [String])
    /// No line is one that the discount is for.
    case noLineApplies
    /// There is nothing to give: the lines or the shipping cost nothing, or the share rounds to nothing.
    case nothingToGive
    case totalLimitReached(limit: Int)
    case customerLimitReached(limit: Int)
    /// - until: When the next period begins.
    case periodLimitReached(Promotion.Period, limit: Int, until: Timestamp)

    /// What programs tell the rules apart by.
    package var word: String {
        switch self {
        case .customerNeeded: "customer_needed"
        case .notStarted: "not_started"
        case .ended: "ended"
        case .weekdayNotAllowed: "weekday_not_allowed"
        case .hourNotAllowed: "hour_not_allowed"
        case .segmentNotMatched: "segment_not_matched"
        case .tierNotMatched: "tier_not_matched"
        case .notFirstOrder: "not_first_order"
        case .currencyDiffers: "currency_differs"
        case .minimumNotReached: "minimum_not_reached"
        case .productMissing: "product_missing"
        case .categoryMissing: "category_missing"
        case .noLineApplies: "no_line_applies"
        case .nothingToGive: "nothing_to_give"
        case .totalLimitReached: "total_limit_reached"
        case .customerLimitReached: "customer_limit_reached"
        case .periodLimitReached: "period_limit_reached"
        }
    }

    /// What the rule says and what the order has, as a mapping; empty where there is no more to say.
    package var values: DocumentNode {
        switch self {
        case .customerNeeded, .noLineApplies, .nothingToGive: return .mapping([])
        case .notStarted(let starts): return .mapping([("starts", .text(starts.rfc3339))])
        case .ended(let at): return .mapping([("ended", .text(at.rfc3339))])
        case .weekdayNotAllowed(let day, let allowed):
            return .mapping([
                ("weekday", .text(day.rawValue)), ("allowed", Self.list(allowed.map(\.rawValue))),
            ])
        case .hourNotAllowed(let time, let hours):
            return .mapping([
                ("time", .text(time.description)), ("from", .text(hours.from.description)),
                ("to", .text(hours.to.description)),
            ])
        case .segmentNotMatched(let anyOf), .productMissing(let anyOf),
            .categoryMissing(let anyOf):
            return .mapping([("anyOf", Self.list(anyOf))])
        case .tierNotMatched(let anyOf, let tiers):
            return .mapping([
                ("anyOf", Self.list(anyOf)),
                ("tiers", Self.list(tiers)),
            ])
        case .notFirstOrder(let count): return .mapping([("orders", .number(count))])
        case .currencyDiffers(let promotion, let cart):
            return .mapping([
                ("promotion", .text(promotion.description)), ("cart", .text(cart.description)),
            ])
        case .minimumNotReached(let minimum, let subtotal):
            return .mapping([
                ("minimumMinor", .number(minimum.minor)),
                ("subtotalMinor", .number(subtotal.minor)),
                ("missingMinor", .number(minimum.minor - subtotal.minor)),
                ("currency", .text(minimum.currency.description)),
            ])
        case .totalLimitReached(let limit), .customerLimitReached(let limit):
            return .mapping([("limit", .number(limit))])
        case .periodLimitReached(let period, let limit, let until):
            return .mapping([
                ("period", .text(period.rawValue)), ("limit", .number(limit)),
                ("until", .text(until.rfc3339)),
            ])
        }
    }

    /// The same for people.
    package var sentence: String {
        switch self {
        case .customerNeeded: return "It is only for known customers; nobody is signed in."
        case .notStarted(let starts): return "It begins at \(starts)."
        case .ended(let at): return "It ended at \(at)."
        case .weekdayNotAllowed(let day, let allowed):
            return "It is for \(Self.join(allowed.map(\.rawValue))); today is \(day.rawValue)."
        case .hourNotAllowed(let time, let hours): return "It is from \(hours); now it is \(time)."
        case .segmentNotMatched(let anyOf):
            return "The customer is not in \(Self.join(anyOf))."
        case .tierNotMatched(let anyOf, let tiers):
            return "It is for the tier \(Self.join(anyOf)); the customer has "
                + (tiers.isEmpty ? "none." : "\(tiers.joined(separator: " and ")).")
        case .notFirstOrder(let count):
            return "It is for the first order; the customer has ordered "
                + (count == 1 ? "once." : "\(count) times.")
        case .currencyDiffers(let promotion, let cart):
            return "It is in \(promotion); the order is in \(cart)."
        case .minimumNotReached(let minimum, let subtotal):
            return "The order must come to \(minimum); it comes to \(subtotal)."
        case .productMissing(let anyOf): return "The cart must have \(Self.join(anyOf))."
        case .categoryMissing(let anyOf):
            return "The cart must have something of \(Self.join(anyOf))."
        case .noLineApplies: return "Nothing in the cart is a product that it is for."
        case .nothingToGive: return "There is nothing that it could take off this order."
        case .totalLimitReached(let limit):
            return "It was used \(Self.times(limit)), as often as it can be."
        case .customerLimitReached(let limit):
            return "The customer has used it \(Self.times(limit)), as often as one can."
        case .periodLimitReached(let period, let limit, let until):
            return "The customer has used it \(Self.times(limit)) this \(period.rawValue), "
                + "as often as one can; it can be used again from \(until)."
        }
    }

    private static func list(_ texts: [String]) -> DocumentNode {
        .list(texts.map(DocumentNode.text))
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    /// `a, b or c`.
    private static func join(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
