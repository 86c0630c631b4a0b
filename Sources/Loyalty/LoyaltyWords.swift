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
        case .untilDay(let day): lines.append("Points of an order can be spent from \(day) on")
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
        switch program.combine {
        case .sum: break
        case .best: lines.append("Of several rules that fit, the one counts that gives most")
        case .first: lines.append("Each line counts for the first rule that takes it")
        }
        if let budget = program.awardBudget {
            lines.append("Gifts come to at most \(bound(budget)) to all together")
        }
        if let above = program.approveAbove {
            lines.append("A second person approves corrections of more than \(above)")
        }
        return lines
    }

    private static func earning(_ rule: EarnRule, _ program: LoyaltyProgram) -> String {
        var points = trimmed(rule.pointsE4, digits: 4)
        var unit = points == "1" ? one(program.unit) : program.unit
        if let currency = Currency(program.unit) {
            // Of credit a point is a minor unit.
            points = trimmed(rule.pointsE4, digits: 4 + currency.minorDigits)
            unit = program.unit
        }
        var text: String
        switch rule.occasion {
        case .order:
            text = "\(points) \(unit) "
            if let challenge = rule.challenge {
                text += "for each \(challenge.times) orders \(challenge.withinPhrase)"
            } else if rule.countsUnits {
                text += "for each unit of an order"
            } else {
                let per = Money(minor: rule.per, currency: program.currency)
                text += "for each \(per) of an order, \(rule.base.rawValue)"
            }
        case .event(let name):
            text = "\(points) \(unit) for "
            if let challenge = rule.challenge {
                text += "\(challenge.times) times \(name) \(challenge.withinPhrase)"
            } else {
                text += name
            }
        }
        switch rule.counting {
        case .both: break
        case .spendable: text += " (for spending only)"
        case .qualifying: text += " (towards tiers only)"
        }
        if !rule.products.isEmpty { text += ", for \(rule.products.joined(separator: ", "))" }
        if !rule.categories.isEmpty { text += ", in \(rule.categories.joined(separator: ", "))" }
        if rule.minimum > 0 {
            text += ", from \(Money(minor: rule.minimum, currency: program.currency))"
        }
        text += multipliers(rule.multipliers)
        if let chance = rule.chance {
            text += "; by chance, \(trimmed(chance, digits: 2)) % of the time"
        }
        if let limit = rule.limit { text += "; at most \(bound(limit))" }
        if let budget = rule.budget { text += "; at most \(bound(budget)) to all together" }
        if let from = rule.from { text += "; from \(from)" }
        if let until = rule.until { text += "; until \(until)" }
        return text
    }

    private static func multipliers(_ multipliers: EarnMultipliers) -> String {
        var text = ""
        for (tier, factor) in multipliers.tiers.sorted(by: { $0.key < $1.key }) {
            text += "; × \(trimmed(factor, digits: 2)) in \(tier)"
        }
        for (segment, factor) in multipliers.segments.sorted(by: { $0.key < $1.key }) {
            text += "; × \(trimmed(factor, digits: 2)) in segment \(segment)"
        }
        for period in multipliers.periods {
            text += "; × \(trimmed(period.times, digits: 2))"
            if !period.weekdays.isEmpty {
                text += " on \(EarnMultipliers.names(of: period.weekdays).joined(separator: ", "))"
            }
            if let from = period.from { text += " from \(from)" }
            if let until = period.until { text += " until \(until)" }
        }
        if let first = multipliers.firstOrder {
            text += "; × \(trimmed(first, digits: 2)) for a first order"
        }
        return text
    }

    private static func bound(_ limit: EarnRule.Limit) -> String {
        limit.each == .ever ? "\(limit.points) ever" : "\(limit.points) a \(limit.each.rawValue)"
    }

    /// A decimal without zeros at its end.
    private static func trimmed(_ value: Int64, digits: Int) -> String {
        var text = DecimalText.format(minor: value, digits: digits)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// As `count`, in sentences that are about several: `1 points`.
    package static func plural(_ points: Int64, _ unit: String) -> String {
        Currency(unit) == nil ? "\(points) \(unit)" : count(points, unit)
    }

    /// So many points by their unit: `5 points`, `1 stamp`; `12.50 GBP` where they are credit in money.
    package static func count(_ points: some BinaryInteger, _ unit: String) -> String {
        if let currency = Currency(unit) {
            return Money(minor: Int64(clamping: points), currency: currency).description
        }
        return "\(points) \(points == 1 ? one(unit) : unit)"
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
            tiers.metrics.map { metric in
                switch metric {
                case .points: "points earned"
                case .spend: "money spent, less returns"
                case .orders: "orders"
                case .units(let units): units.name
                }
            }.joined(separator: tiers.reach == .all ? " and " : " or ")
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

    /// What counts towards tiers, with its unit: `120.00 GBP`, `300 points`, `5 orders`, `3 nights`.
    package static func amount(
        _ amount: Int64, _ metric: TierMetric, _ program: LoyaltyProgram
    ) -> String {
        switch metric {
        case .spend: Money(minor: amount, currency: program.currency).description
        case .points: count(amount, program.unit)
        case .orders: amount == 1 ? "1 order" : "\(amount) orders"
        case .units(let units):
            "\(trimmed(amount, digits: 3)) \(amount == 1000 ? one(units.name) : units.name)"
        }
    }

    /// What counts now, of all metrics: `120.00 GBP, 3 nights`.
    package static func amounts(_ standing: TierStanding, _ program: LoyaltyProgram) -> String {
        standing.progress.map { amount($0.amount, $0.metric, program) }.joined(separator: ", ")
    }

    /// What is missing to the next tier: `20.00 GBP or 2 nights`; empty where nothing is.
    package static func missing(
        _ standing: TierStanding, _ rules: TierRules, _ program: LoyaltyProgram
    ) -> String {
        standing.progress.compactMap { item -> String? in
            guard let missing = item.missing, missing > 0 || rules.metrics.count == 1 else {
                return nil
            }
            return amount(missing, item.metric, program)
        }.joined(separator: rules.reach == .all ? " and " : " or ")
    }

    /// `from 500.00 GBP`; `from 500.00 GBP or 10 nights`.
    package static func from(
        _ level: TierRules.Level, _ rules: TierRules, _ program: LoyaltyProgram
    ) -> String {
        let parts = zip(level.from, rules.metrics).compactMap { from, metric in
            from.map { amount($0, metric, program) }
        }
        let isLowest = level.from.allSatisfy { $0 == 0 }
        return "from "
            + (isLowest
                ? parts.prefix(1).joined()
                : parts.joined(
                    separator: rules.reach == .all ? " and " : " or "))
    }
}
