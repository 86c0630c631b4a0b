package import Kernel

/// A program in plain English.
package enum LoyaltyWords {
    /// One line for each thing that the program says.
    package static func rules(_ program: LoyaltyProgram) -> [String] {
        var lines = program.earn.map { earning($0, program) }
        switch program.pending {
        case .none: break
        case .after(let span): lines.append("Points of an order can be spent \(span) later")
        case .until(let event): lines.append("Points of an order can be spent after \(event)")
        }
        lines.append(expiry(program.expiry))
        switch program.refunds {
        case .onlyPending: lines.append("Returns take back points that are still pending")
        case .withinBalance:
            lines.append("Returns take back what the member has, and give up the rest")
        case .allowNegative:
            lines.append("Returns take back what the member has; the rest is owed")
        }
        if program.returns == .byProduct {
            lines.append("Returns without an order are of the newest orders with the product")
        }
        if let tiers = program.tiers { lines.append(period(tiers)) }
        return lines
    }

    private static func earning(_ rule: EarnRule, _ program: LoyaltyProgram) -> String {
        var points = DecimalText.format(minor: rule.pointsE4, digits: 4)
        while points.hasSuffix("0") { points.removeLast() }
        if points.hasSuffix(".") { points.removeLast() }
        let unit = points == "1" ? one(program.unit) : program.unit
        var text: String
        switch rule.occasion {
        case .order:
            let per = Money(minor: rule.perMinor, currency: program.currency)
            text = "\(points) \(unit) for each \(per) of an order, \(rule.base.rawValue)"
        case .event(let name): text = "\(points) \(unit) for \(name)"
        }
        if !rule.products.isEmpty { text += ", for \(rule.products.joined(separator: ", "))" }
        if !rule.categories.isEmpty { text += ", in \(rule.categories.joined(separator: ", "))" }
        for (tier, factor) in rule.tierMultipliers.sorted(by: { $0.key < $1.key }) {
            text += "; × \(DecimalText.format(minor: factor, digits: 2)) in \(tier)"
        }
        if let first = rule.firstOrderMultiplier {
            text += "; × \(DecimalText.format(minor: first, digits: 2)) for a first order"
        }
        if let limit = rule.limit {
            text +=
                limit.each == .ever
                ? "; at most \(limit.points) ever"
                : "; at most \(limit.points) a \(limit.each.rawValue)"
        }
        if let from = rule.from { text += "; from \(from)" }
        if let until = rule.until { text += "; until \(until)" }
        return text
    }

    /// What one of them is called: a plural's last letter is left out.
    static func one(_ unit: String) -> String {
        unit.hasSuffix("s") && unit.count > 1 ? String(unit.dropLast()) : unit
    }

    private static func expiry(_ rule: ExpiryRule) -> String {
        func rounded(_ rounding: ExpiryRule.Rounding) -> String {
            switch rounding {
            case .none: ""
            case .day: ", at the end of that day"
            case .month: ", at the end of that month"
            case .year: ", at the end of that year"
            }
        }
        switch rule {
        case .never: return "Points don't end"
        case .rolling(let length, let rounding):
            return "Points end \(length) after they were earned" + rounded(rounding)
        case .inactivity(let length, let rounding):
            return "Points end \(length) after the member last earned or spent" + rounded(rounding)
        case .calendar(let month, let day):
            return "Points end each year at the end of \(day < 10 ? "0" : "")\(day)."
                + "\(month < 10 ? "0" : "")\(month)."
        }
    }

    private static func period(_ tiers: TierRules) -> String {
        let by =
            switch tiers.metric {
            case .points: "points earned"
            case .spend: "money spent, less returns"
            case .orders: "orders"
            }
        let over =
            switch tiers.period {
            case .rolling(let length): "in the last \(length)"
            case .calendarYear: "in this year or the last"
            case .life: "ever"
            }
        let kept = tiers.graceDays > 0 ? "; kept \(tiers.graceDays) days longer" : ""
        return "Tiers by \(by) \(over)"
            + (tiers.downgrade == .never ? "; once reached, kept for ever" : kept)
    }

    /// What counts towards tiers, with its unit: `120.00 GBP`, `300 points`, `5 orders`.
    package static func amount(
        _ amount: Int64, _ rules: TierRules, _ program: LoyaltyProgram
    ) -> String {
        switch rules.metric {
        case .spend: Money(minor: amount, currency: program.currency).description
        case .points: "\(amount) \(program.unit)"
        case .orders: amount == 1 ? "1 order" : "\(amount) orders"
        }
    }

    /// `from 500.00 GBP`.
    package static func from(
        _ level: TierRules.Level, _ rules: TierRules, _ program: LoyaltyProgram
    ) -> String {
        "from \(amount(level.from, rules, program))"
    }
}

extension LoyaltyProgram {
    /// What an order of one line would earn somebody who has ordered before, without limits.
    ///
    /// - Parameter tier: The tier's name; nil for none.
    package func worth(ofBasket minor: Int64, tier: String?, on day: CalendarDay) -> Int64 {
        earn.reduce(0) { sum, rule in
            guard rule.occasion == .order, rule.products.isEmpty, rule.categories.isEmpty,
                rule.holds(on: day)
            else { return sum }
            return sum
                + rule.worth(ofMinor: minor, factor: rule.factor(tier: tier, isFirstOrder: false))
        }
    }
}
