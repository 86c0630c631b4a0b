import Kernel

extension LoyaltyWork {
    /// What the rules give for an order as it stands, within their limits and budgets; notes it.
    ///
    /// - Returns: Points that can be spent, and the rules that give more than before.
    mutating func grant(
        _ order: inout LoyaltyOrder, _ rests: [LoyaltyOrder.Rest], _ placed: Timestamp
    ) -> (points: Int64, rules: [String]) {
        let day = zone.day(of: placed)
        // What it was promised when it was placed holds, also when lines go back after the program was changed.
        if order.version == 0, !order.lines.isEmpty { order.version = program.version }
        let rules = ground.orderRules(inVersion: order.version)
        let combine = program.combination(inVersion: order.version)
        var worths = worth(of: order, rests, rules, combine, on: day)
        if combine == .best { keepBest(rules, &worths, order.granted, on: day) }
        var total: Int64 = 0
        var names: [String] = []
        (order.qualifying, order.spendableOnly) = (0, 0)
        for (rule, worth) in zip(rules, worths) {
            let before = order.granted[rule.name] ?? 0
            let granted = limited(rule, worth, before: before, on: day)
            if granted != before { order.granted[rule.name] = granted == 0 ? nil : granted }
            switch rule.counting {
            case .qualifying:
                order.qualifying += granted
                continue
            case .spendable: order.spendableOnly += granted
            case .both: break
            }
            total += granted
            if granted > before { names.append(rule.name) }
        }
        // What rules gave that are there no more stays as it was, while anything of the order does.
        for (name, points) in order.granted where !rules.contains(where: { $0.name == name }) {
            if order.net == 0 { order.granted[name] = nil } else { total += points }
        }
        return (total, names)
    }

    /// What each rule would give for an order, without limits.
    private func worth(
        of order: LoyaltyOrder, _ rests: [LoyaltyOrder.Rest], _ rules: [EarnRule],
        _ combine: LoyaltyProgram.Combination, on day: CalendarDay
    ) -> [Int64] {
        // Lines that an earlier rule took, where each counts for one; points for tiers only are another currency.
        var (taken, takenForTiers) = (Set<Int>(), Set<Int>())
        var quantities: [Int64]?
        return rules.map { rule in
            guard !order.isCurrencyOther, rule.holds(on: day),
                facts.isDrawn(rule, for: order.id, program: program.name)
            else { return 0 }
            var (amount, minor) = (Int64(0), Int64(0))
            for (place, (line, rest)) in zip(order.lines, rests).enumerated()
            where rule.takes(line) {
                if combine == .first {
                    let isNew =
                        rule.counting == .qualifying
                        ? takenForTiers.insert(place).inserted : taken.insert(place).inserted
                    guard isNew else { continue }
                }
                minor += rest.amount(rule.base, rule.tax)
                if rule.countsUnits {
                    let left = quantities ?? order.quantitiesLeft()
                    quantities = left
                    amount += left[place]
                }
            }
            guard minor >= rule.minimum else { return 0 }
            return rule.worth(
                of: rule.countsUnits ? amount : minor,
                factor: rule.multipliers.factor(
                    tier: order.tier.isEmpty ? nil : order.tier, segments: order.segments, on: day,
                    isFirstOrder: order.isFirst))
        }
    }

    /// Leaves the rule that gives most within its limits; of equal ones, the first. Points for tiers only are another
    /// currency: of those the best stays, too.
    private func keepBest(
        _ rules: [EarnRule], _ worths: inout [Int64], _ granted: [String: Int64],
        on day: CalendarDay
    ) {
        for isQualifying in [false, true] {
            let own = rules.indices.filter {
                (rules[$0].counting == .qualifying) == isQualifying
            }
            var best: (place: Int, points: Int64)?
            for place in own {
                let points = allowed(
                    rules[place], worths[place], before: granted[rules[place].name] ?? 0, on: day)
                if points > best?.points ?? 0 { best = (place, points) }
            }
            for place in own where place != best?.place { worths[place] = 0 }
        }
    }

    /// Challenges for which an order counts as it stands, ascending.
    func challenges(
        for order: LoyaltyOrder, _ rests: [LoyaltyOrder.Rest], _ placed: Timestamp
    ) -> [String] {
        if !ground.hasOrderChallenges { return [] }
        let day = zone.day(of: placed)
        if case .until = program.pending, order.releasedAt == nil { return [] }
        guard !order.isCurrencyOther else { return [] }
        return program.earn.compactMap { rule -> String? in
            guard rule.occasion == .order, rule.challenge != nil, rule.holds(on: day) else {
                return nil
            }
            var minor: Int64 = 0
            for (line, rest) in zip(order.lines, rests) where rule.takes(line) {
                minor += rest.amount(rule.base, rule.tax)
            }
            return minor > 0 && minor >= rule.minimum ? rule.name : nil
        }.sorted()
    }

    /// By what a rule is multiplied for something that isn't an order's own.
    func factor(of rule: EarnRule, on day: CalendarDay) -> Int64 {
        rule.multipliers.factor(
            tier: program.tierName(account.tier), segments: facts.segments, on: day,
            isFirstOrder: false)
    }

    /// Counts an event by the rules that it fits.
    mutating func earn(byEvent name: String, at: Timestamp) {
        let earned = min(at, account.latest)
        let day = zone.day(of: earned)
        var fitting: [(rule: EarnRule, worth: Int64)] = []
        for rule in program.earn where rule.occasion == .event(name) && rule.holds(on: day) {
            if let challenge = rule.challenge,
                !noteChallenge(rule, challenge, at: earned)
            {
                continue
            }
            guard facts.isDrawn(rule, for: operation, program: program.name) else { continue }
            fitting.append((rule, rule.worth(of: 1, factor: factor(of: rule, on: day))))
        }
        for isQualifying in [false, true] {
            var own = fitting.filter { ($0.rule.counting == .qualifying) == isQualifying }
            switch program.combine {
            case .sum: break
            case .first: own = Array(own.prefix(1))
            case .best:
                let best = own.enumerated().max { one, other in
                    let (left, right) = (one.element, other.element)
                    let (less, more) = (
                        allowed(left.rule, left.worth, before: 0, on: day),
                        allowed(right.rule, right.worth, before: 0, on: day)
                    )
                    return (less, other.offset) < (more, one.offset)
                }
                own = best.map { [$0.element] } ?? []
            }
            for (rule, worth) in own {
                let points = limited(rule, worth, before: 0, on: day)
                if points > 0 { give(points, by: rule, event: name, earned: earned) }
            }
        }
        payDebt()
        reviewTier()
    }

    private mutating func give(
        _ points: Int64, by rule: EarnRule, event name: String, earned: Timestamp
    ) {
        if rule.counting == .qualifying {
            credit(points, by: rule, at: earned)
            return
        }
        noteActivity(at: earned)
        let reason: LoyaltyReason =
            if let challenge = rule.challenge {
                .challenge(rule: rule.name, times: challenge.times)
            } else {
                .event(name: name, rule: rule.name)
            }
        let lot = issue(
            points, rule.source, earned: earned, kind: .award, reason, availableAt: earned)
        newsOfAward(points, reason, lot)
    }

    /// Notes points that count towards tiers only: those of one rule and day together.
    private mutating func credit(_ points: Int64, by rule: EarnRule, at: Timestamp) {
        let day = zone.day(of: at)
        if let place = account.credits.lastIndex(where: {
            $0.rule == rule.name && zone.day(of: $0.at) == day
        }) {
            account.credits[place].points += points
        } else {
            account.credits.append(QualifyingCredit(rule: rule.name, at: at, points: points))
        }
        news.append(.qualified(points: points, rule: rule.name))
    }

    // MARK: Limits and budgets

    /// What all customers together have got of a budget, with this operation.
    func spent(of budget: LoyaltyBudget) -> Int64 {
        (facts.spent[budget] ?? 0) + (budgetChanges[budget] ?? 0)
    }

    /// What of some points a rule's limit and budget let through; counts nothing.
    ///
    /// - Parameter before: What was let through for the same thing already.
    private func allowed(
        _ rule: EarnRule, _ worth: Int64, before: Int64, on day: CalendarDay
    ) -> Int64 {
        var granted = worth
        if let limit = rule.limit {
            let usage = LoyaltyAccount.Usage(rule: rule.name, period: limit.each.number(of: day))
            // What was given before there was a limit isn't among what was used of it.
            let others = max(0, (account.usage[usage] ?? 0) - before)
            granted = min(granted, max(0, limit.points - others))
        }
        if let budget = rule.budget {
            let key = LoyaltyBudget(rule: rule.name, period: budget.each.number(of: day))
            granted = min(granted, max(0, budget.points - max(0, spent(of: key) - before)))
        }
        return granted
    }

    /// What of some points a rule's limit and budget let through; counts it.
    mutating func limited(
        _ rule: EarnRule, _ worth: Int64, before: Int64, on day: CalendarDay
    ) -> Int64 {
        let granted = allowed(rule, worth, before: before, on: day)
        if let limit = rule.limit {
            let usage = LoyaltyAccount.Usage(rule: rule.name, period: limit.each.number(of: day))
            let used = max(0, (account.usage[usage] ?? 0) - before) + granted
            account.usage[usage] = used == 0 ? nil : used
        }
        if let budget = rule.budget, granted != before {
            let key = LoyaltyBudget(rule: rule.name, period: budget.each.number(of: day))
            change(key, by: granted - before)
        }
        return granted
    }

    /// What was given before there was a budget isn't among what is spent of it.
    private mutating func change(_ budget: LoyaltyBudget, by points: Int64) {
        let change = max(points, -spent(of: budget))
        let sum = (budgetChanges[budget] ?? 0) + change
        budgetChanges[budget] = sum == 0 ? nil : sum
    }

    /// Counts what an order used of limits and budgets to the periods in which it turns out to have been placed.
    mutating func moveUsage(_ order: LoyaltyOrder, _ old: Timestamp, _ new: Timestamp) {
        let (before, after) = (zone.day(of: old), zone.day(of: new))
        for rule in program.terms(inVersion: order.version).earn {
            guard let points = order.granted[rule.name] else { continue }
            if let limit = rule.limit,
                limit.each.number(of: before) != limit.each.number(of: after)
            {
                let from = LoyaltyAccount.Usage(
                    rule: rule.name, period: limit.each.number(of: before))
                let to = LoyaltyAccount.Usage(rule: rule.name, period: limit.each.number(of: after))
                let rest = (account.usage[from] ?? 0) - points
                account.usage[from] = rest > 0 ? rest : nil
                account.usage[to, default: 0] += points
            }
            if let budget = rule.budget,
                budget.each.number(of: before) != budget.each.number(of: after)
            {
                change(
                    LoyaltyBudget(rule: rule.name, period: budget.each.number(of: before)),
                    by: -points)
                change(
                    LoyaltyBudget(rule: rule.name, period: budget.each.number(of: after)),
                    by: points)
            }
        }
    }
}

extension EarnRule {
    /// What its lots of events and challenges come from.
    var source: LoyaltyLot.Source {
        counting == .spendable ? .bonus(rule: name) : .event(rule: name)
    }
}
