import Documents
package import Kernel

/// What gives points: money spent, or something a customer does.
package struct EarnRule: Hashable, Sendable {
    package enum Occasion: Hashable, Sendable {
        /// The lines of an order.
        case order
        /// An event of this name.
        case event(String)
    }

    /// What of a line counts.
    package enum Base: String, Sendable, CaseIterable {
        case beforeDiscount = "before discount"
        case afterDiscount = "after discount"
    }

    /// Whether the tax in a line's amount counts.
    package enum Tax: String, Sendable, CaseIterable {
        case included, excluded
    }

    package enum Rounding: String, Sendable, CaseIterable {
        case down, nearest, up
    }

    package enum Period: String, Sendable, CaseIterable {
        case day, week, month, year, ever
    }

    /// The most points that the rule gives a customer in a period.
    package struct Limit: Hashable, Sendable {
        package let points: Int64
        package let each: Period
    }

    package static let countMax = 50
    static let factorMax: Int64 = 10_000

    package let name: String
    package let occasion: Occasion
    /// Ten-thousandths of a point, for each `perMinor` of money or each event.
    package let pointsE4: Int64
    /// Minor units of the program's currency; 1 for events.
    package let perMinor: Int64
    package let base: Base
    package let tax: Tax
    package let rounding: Rounding
    /// Products that count; empty for all.
    package let products: [String]
    /// Categories that count; empty for all.
    package let categories: [String]
    /// Hundredths, by the tier in which the customer is when it is earned.
    package let tierMultipliers: [String: Int64]
    /// Hundredths, for a customer's first order; nil for as any other.
    package let firstOrderMultiplier: Int64?
    package let limit: Limit?
    /// The first and the last day on which it gives points; nil for any.
    package let from: CalendarDay?
    package let until: CalendarDay?

    init(reading reader: DocumentReader, currency: Currency) throws(DocumentProblem) {
        var members = try reader.members()
        name = try members.required("name").definitionName()
        let on =
            try members.optional("on").map { reader throws(DocumentProblem) in
                try reader.shortText()
            } ?? "order"
        occasion = on == "order" ? .order : .event(on)
        let points = try members.required("points")
        pointsE4 = try points.decimal(digits: 4, upTo: 10_000_000_000)
        guard pointsE4 > 0 else { throw points.problem("must be above 0") }
        if case .order = occasion {
            let per = try members.required("per")
            perMinor = try per.decimal(digits: currency.minorDigits, upTo: 100_000_000)
            guard perMinor > 0 else { throw per.problem("must be above 0") }
        } else {
            guard !members.has("per") else {
                throw members.problem("per is for orders; an event gives its points as they are")
            }
            perMinor = 1
        }
        base =
            try members.optional("base").map { reader throws(DocumentProblem) in
                try reader.choice(Base.self)
            } ?? .afterDiscount
        tax =
            try members.optional("tax").map { reader throws(DocumentProblem) in
                try reader.choice(Tax.self)
            } ?? .included
        rounding =
            try members.optional("round").map { reader throws(DocumentProblem) in
                try reader.choice(Rounding.self)
            } ?? .down
        products =
            try members.optional("products").map { reader throws(DocumentProblem) in
                try reader.shortTexts(atMost: 1000)
            } ?? []
        categories =
            try members.optional("categories").map { reader throws(DocumentProblem) in
                try reader.shortTexts(atMost: 1000)
            } ?? []
        var byTier: [String: Int64] = [:]
        var first: Int64?
        if let multiply = members.optional("multiply") {
            var parts = try multiply.members()
            if let tiers = parts.optional("tier") {
                var levels = try tiers.members()
                for level in levels.names {
                    byTier[level] = try levels.required(level)
                        .decimal(digits: 2, upTo: Self.factorMax)
                }
                try levels.end()
            }
            first = try parts.optional("first order").map { reader throws(DocumentProblem) in
                try reader.decimal(digits: 2, upTo: Self.factorMax)
            }
            try parts.end()
        }
        tierMultipliers = byTier
        firstOrderMultiplier = first
        limit = try members.optional("limit").map { reader throws(DocumentProblem) in
            var parts = try reader.members()
            let points = try parts.required("points").integer(1...1_000_000_000)
            let each = try parts.required("each").choice(Period.self)
            try parts.end()
            return Limit(points: Int64(points), each: each)
        }
        from = try members.optional("from").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        until = try members.optional("until").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        if let from, let until, until < from {
            throw members.problem("until \(until) is before from \(from)")
        }
        try members.end()
    }

    /// Whether it gives anything on a day.
    func holds(on day: CalendarDay) -> Bool {
        (from.map { $0 <= day } ?? true) && (until.map { day <= $0 } ?? true)
    }

    /// Whether it counts a line.
    func takes(_ line: OrderLine) -> Bool {
        (products.isEmpty || products.contains(line.product))
            && (categories.isEmpty || categories.contains(line.category))
    }

    /// What some money, or one event (`minor` 1), is worth.
    ///
    /// - Parameter factor: Ten-thousandths.
    func worth(ofMinor minor: Int64, factor: Int64) -> Int64 {
        guard minor > 0, factor > 0 else { return 0 }
        let whole = Int128(minor) * Int128(pointsE4) * Int128(factor)
        let unit = Int128(perMinor) * 100_000_000
        let (quotient, rest) = whole.quotientAndRemainder(dividingBy: unit)
        let isUp =
            switch rounding {
            case .down: false
            case .nearest: rest * 2 >= unit
            case .up: rest > 0
            }
        return Int64(clamping: min(quotient + (isUp ? 1 : 0), Int128(LoyaltyProgram.pointsMax)))
    }

    /// The ten-thousandths by which it is multiplied; hundredths of tier and first order multiply one another.
    func factor(tier: String?, isFirstOrder: Bool) -> Int64 {
        let byTier = tier.flatMap { tierMultipliers[$0] } ?? 100
        return byTier * (isFirstOrder ? firstOrderMultiplier ?? 100 : 100)
    }
}

extension EarnRule.Period {
    /// A number for the period in which a day is; of the same kind, each period has another.
    func number(of day: CalendarDay) -> Int64 {
        switch self {
        case .day: return Int64(day.daysSinceEpoch)
        case .week:
            // 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601).
            let shifted = day.daysSinceEpoch + 3
            return Int64(shifted >= 0 ? shifted / 7 : (shifted - 6) / 7)
        case .month: return Int64(day.month.index)
        case .year: return Int64(day.components.year)
        case .ever: return 0
        }
    }
}
