import Kernel

/// A promotion in plain words.
package enum PromotionWords {
    /// What it gives.
    package static func effect(_ promotion: Promotion) -> String {
        let what: String
        switch promotion.effect {
        case .amount(let money): what = "\(money) off"
        case .percent(let basisPoints, let base, let max):
            what =
                percent(basisPoints) + " off "
                + (base == .subtotal ? "what it costs before other discounts" : "what is left")
                + (max.map { ", at most \($0)" } ?? "")
        case .freeShipping(let max):
            return "free shipping" + (max.map { " up to \($0)" } ?? "")
        case .gift(let product, let quantity):
            return "a gift: " + (quantity == 1 ? product : "\(quantity) × \(product)")
        case .points(let points): return "\(points) points once the order is paid"
        }
        switch promotion.appliesTo {
        case .order: return what
        case .lines(let products, let categories):
            return what + ", on " + list(products + categories.map { "all of \($0)" }, "and")
        }
    }

    /// Who gets it, when, how often, and what it goes together with: one rule a line.
    package static func rules(_ promotion: Promotion) -> [String] {
        var rules = [effect(promotion)]
        let conditions = promotion.conditions
        if let minimum = conditions.minimum {
            rules.append("orders of \(minimum) or more, before discounts")
        }
        if !conditions.products.isEmpty {
            rules.append("carts with \(list(conditions.products, "or"))")
        }
        if !conditions.categories.isEmpty {
            rules.append("carts with something of \(list(conditions.categories, "or"))")
        }
        if !conditions.segments.isEmpty {
            rules.append("customers in \(list(conditions.segments, "or"))")
        }
        if !conditions.tiers.isEmpty {
            rules.append("members with the tier \(list(conditions.tiers, "or"))")
        }
        if conditions.isFirstOrderOnly { rules.append("first orders only") }
        if let starts = conditions.starts { rules.append("from \(starts)") }
        if let ends = conditions.ends {
            if case .day = ends {
                rules.append("to the end of \(ends)")
            } else {
                rules.append("until \(ends)")
            }
        }
        if !conditions.weekdays.isEmpty {
            let days = Promotion.Weekday.allCases.filter(conditions.weekdays.contains)
            rules.append("on \(list(days.map(\.rawValue), "and"))")
        }
        if let hours = conditions.hours { rules.append("from \(hours)") }
        if let total = promotion.limits.total { rules.append("\(times(total)) in all") }
        if let limit = promotion.limits.perCustomer {
            rules.append("\(times(limit)) for a customer")
        }
        for period in Promotion.Period.allCases {
            guard let limit = promotion.limits.perPeriod[period] else { continue }
            rules.append("\(times(limit)) a \(period.rawValue) for a customer")
        }
        switch promotion.group {
        case .exclusive: rules.append("goes together with nothing else")
        case .best: rules.append("of its group only the best for the customer")
        case .stackable:
            rules.append("goes together with others, number \(promotion.order) in order")
        }
        rules.append("kept for \(promotion.hold) while the customer pays")
        if promotion.afterRefund == .usableAgain {
            rules.append("can be used again when its order is refunded")
        }
        return rules
    }

    /// What is typed to get it.
    package static func codes(_ promotion: Promotion) -> String {
        switch promotion.codes {
        case .none: "no code needed"
        case .public(let codes):
            codes.count > 4
                ? codes.prefix(4).joined(separator: ", ") + " …" : codes.joined(separator: ", ")
        case .unique(let prefix): prefix.isEmpty ? "unique codes" : "unique codes, \(prefix)-…"
        }
    }

    private static func percent(_ basisPoints: Int) -> String {
        DecimalText.format(minor: Int64(basisPoints), digits: 2)
            .trimmingZeros + "%"
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private static func list(_ names: [String], _ last: String) -> String {
        guard let end = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " \(last) " + end
    }
}

extension String {
    /// `12.50` as `12.5`, `10.00` as `10`.
    fileprivate var trimmingZeros: String {
        guard contains(".") else { return self }
        var text = self
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
