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

    /// The most points that the rule gives in a period.
    package struct Limit: Hashable, Sendable {
        package let points: Int64
        package let each: Period

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var parts = try reader.members()
            points = Int64(try parts.required("points").integer(1...1_000_000_000_000))
            each = try parts.required("each").choice(Period.self)
            try parts.end()
        }
    }

    /// What its points are good for.
    package enum Counting: String, Sendable, CaseIterable {
        /// For spending, and towards tiers by points.
        case both
        /// For spending only.
        case spendable
        /// Towards tiers by points only: nobody can spend them.
        case qualifying
    }

    package static let countMax = 50
    package let name: String
    package let occasion: Occasion
    /// Ten-thousandths of a point, for each `per` of what counts, or each time.
    package let pointsE4: Int64
    /// Minor units of the program's currency, or thousandths of a unit where it counts units; 1 where it counts times.
    package let per: Int64
    /// Whether it counts the lines' quantities, not their money.
    package let countsUnits: Bool
    package let base: Base
    package let tax: Tax
    package let rounding: Rounding
    /// Products that count; empty for all.
    package let products: [String]
    /// Categories that count; empty for all.
    package let categories: [String]
    /// What the lines that count must come to at least, in minor units; 0 for anything.
    package let minimum: Int64
    package let multipliers: EarnMultipliers
    package let counting: Counting
    /// So many times make it give its points once; nil: each time.
    package let challenge: EarnChallenge?
    /// In ten-thousandths, how likely it gives anything; nil for always.
    package let chance: Int64?
    /// The most that it gives one customer.
    package let limit: Limit?
    /// The most that it gives all customers together.
    package let budget: Limit?
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
        challenge = try members.optional("every").map(EarnChallenge.init(reading:))
        if case .order = occasion, challenge == nil {
            let amount = try members.required("per")
            countsUnits = amount.node.value == .text("unit")
            per =
                try countsUnits
                ? 1000 : amount.decimal(digits: currency.minorDigits, upTo: 100_000_000)
            guard per > 0 else { throw amount.problem("must be above 0") }
        } else {
            guard !members.has("per") else {
                throw members.problem(
                    occasion == .order
                        ? "per is for rules without every; a challenge gives its points as they are"
                        : "per is for orders; an event gives its points as they are")
            }
            (per, countsUnits) = (1, false)
        }
        minimum =
            try members.optional("minimum").map { reader throws(DocumentProblem) in
                try reader.decimal(digits: currency.minorDigits, upTo: 100_000_000_000)
            } ?? 0
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
        multipliers =
            try members.optional("multiply").map(EarnMultipliers.init(reading:))
            ?? EarnMultipliers()
        counting =
            try members.optional("counts").map { reader throws(DocumentProblem) in
                try reader.choice(Counting.self)
            } ?? .both
        chance = try members.optional("chance").map(Self.share)
        limit = try members.optional("limit").map(Limit.init(reading:))
        budget = try members.optional("budget").map(Limit.init(reading:))
        from = try members.optional("from").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        until = try members.optional("until").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        if let from, let until, until < from {
            throw members.problem("until \(until) is before from \(from)")
        }
        if case .event = occasion {
            for (name, isThere) in [
                ("minimum", minimum > 0), ("products", !products.isEmpty),
                ("categories", !categories.isEmpty),
            ] where isThere {
                throw members.problem("\(name) is for orders; an event has no lines")
            }
        }
        if counting == .qualifying, challenge != nil {
            throw members.problem("a challenge gives points that can be spent; leave counts out")
        }
        try members.end()
    }

    /// A share such as `2.5%`, in ten-thousandths; above 0 and at most all.
    private static func share(_ reader: DocumentReader) throws(DocumentProblem) -> Int64 {
        let text = try reader.text()
        guard text.hasSuffix("%") else { throw reader.problem("must be a share such as 5%") }
        let digits = DocumentReader(.text(String(text.dropLast())), path: reader.path)
        let share = try digits.decimal(digits: 2, upTo: 10_000)
        guard share > 0 else { throw reader.problem("must be above 0%") }
        return share
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

    /// What some money, so many thousandths of a unit, or one time (`amount` 1), is worth.
    ///
    /// - Parameter factor: In hundred-millionths, at most `EarnMultipliers.factorMax`.
    func worth(of amount: Int64, factor: Int64) -> Int64 {
        guard amount > 0, factor > 0 else { return 0 }
        let whole = Int128(amount) * Int128(pointsE4) * Int128(factor)
        let unit = Int128(per) * 1_000_000_000_000
        let (quotient, rest) = whole.quotientAndRemainder(dividingBy: unit)
        let isUp =
            switch rounding {
            case .down: false
            case .nearest: rest * 2 >= unit
            case .up: rest > 0
            }
        return Int64(clamping: min(quotient + (isUp ? 1 : 0), Int128(LoyaltyProgram.pointsMax)))
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
