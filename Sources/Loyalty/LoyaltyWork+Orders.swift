import Documents
import Kernel

extension LoyaltyWork {
    /// Changes what is remembered of an order, and brings the ledger to what it is worth then.
    ///
    /// - Parameter at: When that happened, by who tells it.
    mutating func update(
        order id: String, at: Timestamp, _ change: (inout LoyaltyOrder) -> Void
    ) throws(LoyaltyRefusal) {
        let place: Int
        if let known = account.orders.lastIndex(where: { $0.id == id }) {
            place = known
        } else {
            guard account.orders.count < LoyaltyAccount.ordersMax else {
                throw .tooMuch("the account has \(LoyaltyAccount.ordersMax) orders already")
            }
            place = account.orders.count
            account.orders.append(LoyaltyOrder(id: id))
        }
        let before = account.orders[place]
        var order = before
        change(&order)
        if order.releasedAt != nil, before.releasedAt == nil { release(order.lots) }
        // Told again, it says nothing new, save until when it holds, or that its points are free: what it is worth
        // stays, also where the program's rules are others since.
        var again = before
        again.linesAt = order.linesAt
        again.releasedAt = order.releasedAt
        if order == again {
            account.orders[place] = order
            return
        }
        let rests = order.rests()
        order.net = order.isCurrencyOther ? 0 : rests.reduce(0) { $0 + $1.after }
        if order.placedAt != nil, before.placedAt == nil {
            order.isFirst = !account.orders.contains { $0.placedAt != nil && $0.id != id }
            order.tier = program.tierName(account.tier) ?? ""
        }
        guard let placed = order.placedAt else {
            account.orders[place] = order
            return
        }
        if before.placedAt == nil { noteActivity(at: min(placed, account.latest)) }
        if let known = before.placedAt, known != placed { moveUsage(order, known, placed) }
        let (target, rules) = grant(&order, rests, placed)
        account.orders[place] = order
        let stands = order.given - order.forgone
        if target > stands {
            award(target - stands, at: place, placed, rules)
        } else if target < stands {
            takeBack(stands - target, at: place)
        }
        reviewTier()
    }

    /// Points that wait for an event become spendable.
    private mutating func release(_ lots: [Int64]) {
        for id in lots {
            guard let index = account.lotIndex(id), account.lots[index].availableAt == nil else {
                continue
            }
            account.lots[index].availableAt = account.latest
            changedLots.insert(id)
        }
        payDebt()
    }

    /// What the rules give for an order as it stands, within their limits; notes it.
    private mutating func grant(
        _ order: inout LoyaltyOrder, _ rests: [LoyaltyOrder.Rest], _ placed: Timestamp
    ) -> (points: Int64, rules: [String]) {
        let day = zone.day(of: placed)
        var total: Int64 = 0
        var names: [String] = []
        // What it was promised when it was placed holds, also when lines go back after the program was changed.
        if order.version == 0, !order.lines.isEmpty { order.version = program.version }
        let rules = program.earn(inVersion: order.version)
        for rule in rules where rule.occasion == .order {
            var worth: Int64 = 0
            if !order.isCurrencyOther, rule.holds(on: day) {
                var minor: Int64 = 0
                for (line, rest) in zip(order.lines, rests) where rule.takes(line) {
                    minor += rest.amount(rule.base, rule.tax)
                }
                worth = rule.worth(
                    ofMinor: minor,
                    factor: rule.factor(
                        tier: order.tier.isEmpty ? nil : order.tier, isFirstOrder: order.isFirst))
            }
            let before = order.granted[rule.name] ?? 0
            let granted = limited(rule, worth, before: before, on: day)
            if granted != before { order.granted[rule.name] = granted == 0 ? nil : granted }
            total += granted
            if granted > before { names.append(rule.name) }
        }
        // What rules gave that are there no more stays as it was, while anything of the order does.
        let known = Set(rules.map(\.name))
        for (name, points) in order.granted where !known.contains(name) {
            if order.net == 0 { order.granted[name] = nil } else { total += points }
        }
        return (total, names)
    }

    /// What of some points a rule's limit lets through; counts it.
    ///
    /// - Parameter before: What was let through for the same thing already.
    private mutating func limited(
        _ rule: EarnRule, _ worth: Int64, before: Int64, on day: CalendarDay
    ) -> Int64 {
        guard let limit = rule.limit else { return worth }
        let usage = LoyaltyAccount.Usage(rule: rule.name, period: limit.each.number(of: day))
        // What was given before there was a limit isn't among what was used of it.
        let others = max(0, (account.usage[usage] ?? 0) - before)
        let granted = min(worth, max(0, limit.points - others))
        account.usage[usage] = others + granted == 0 ? nil : others + granted
        return granted
    }

    /// Counts what an order used of limits to the periods in which it turns out to have been placed.
    private mutating func moveUsage(_ order: LoyaltyOrder, _ old: Timestamp, _ new: Timestamp) {
        for rule in program.earn(inVersion: order.version) {
            guard let limit = rule.limit, let points = order.granted[rule.name] else { continue }
            let from = limit.each.number(of: zone.day(of: old))
            let to = limit.each.number(of: zone.day(of: new))
            guard from != to else { continue }
            let before = LoyaltyAccount.Usage(rule: rule.name, period: from)
            let rest = (account.usage[before] ?? 0) - points
            account.usage[before] = rest > 0 ? rest : nil
            account.usage[LoyaltyAccount.Usage(rule: rule.name, period: to), default: 0] += points
        }
    }

    private mutating func award(
        _ points: Int64, at place: Int, _ placed: Timestamp, _ rules: [String]
    ) {
        // What couldn't be taken back is still there.
        let restored = min(account.orders[place].forgone, points)
        account.orders[place].forgone -= restored
        let fresh = points - restored
        guard fresh > 0 else { return }
        let order = account.orders[place]
        let available: Timestamp? =
            switch program.pending {
            case .none: placed
            case .after(let span): placed.adding(milliseconds: span.milliseconds)
            case .until: order.releasedAt.map { _ in account.latest }
            }
        let reason = LoyaltyReason.earned(order: order.id, rules: rules)
        let lot = issue(
            fresh, .order(order.id), earned: placed, kind: .award, reason, availableAt: available)
        account.orders[place].lots.append(lot)
        account.orders[place].given += fresh
        newsOfAward(fresh, reason, lot)
        payDebt()
    }

    /// Takes points back that an order isn't worth any more: its own first, then by the program's policy.
    private mutating func takeBack(_ points: Int64, at place: Int) {
        let order = account.orders[place]
        let isWhole = order.isCancelled
        var left = points
        for id in order.lots.reversed() where left > 0 {
            guard let index = account.lotIndex(id) else { continue }
            let isPending = !account.lots[index].isAvailable(at: account.latest)
            if program.refunds == .onlyPending, !isPending { continue }
            let taken = min(left, account.lots[index].free)
            account.lots[index].reversed += taken
            take(
                Draw(lot: id, points: taken), .reverse,
                .refunded(order: order.id, isCancelled: isWhole))
            left -= taken
        }
        // Points that ended unused are gone already.
        for id in order.lots.reversed() where left > 0 {
            guard let index = account.lotIndex(id) else { continue }
            let gone = min(left, account.lots[index].expired)
            account.lots[index].expired -= gone
            account.lots[index].reversed += gone
            if gone > 0 { changedLots.insert(id) }
            left -= gone
        }
        if program.refunds != .onlyPending {
            for draw in draws(for: left) {
                take(draw, .reverse, .refundedFromOthers(order: order.id, lot: draw.lot))
                left -= draw.points
            }
        }
        if program.refunds == .allowNegative, left > 0 {
            account.debt += left
            enter(.owe, lot: 0, -left, .refundOwed(order: order.id))
            left = 0
        }
        account.orders[place].forgone += left
        account.orders[place].given -= points - left
        if points > left { news.append(.reversed(points: points - left, order: order.id)) }
    }

    /// Counts an event by every rule that it fits.
    mutating func earn(byEvent name: String, at: Timestamp) {
        let earned = min(at, account.latest)
        let day = zone.day(of: earned)
        for rule in program.earn where rule.occasion == .event(name) && rule.holds(on: day) {
            let worth = rule.worth(
                ofMinor: 1,
                factor: rule.factor(tier: program.tierName(account.tier), isFirstOrder: false))
            let points = limited(rule, worth, before: 0, on: day)
            guard points > 0 else { continue }
            noteActivity(at: earned)
            let reason = LoyaltyReason.event(name: name, rule: rule.name)
            let lot = issue(
                points, .event(rule: rule.name), earned: earned, kind: .award, reason,
                availableAt: earned)
            newsOfAward(points, reason, lot)
        }
        payDebt()
        reviewTier()
    }

    mutating func newsOfAward(_ points: Int64, _ reason: LoyaltyReason, _ lot: Int64) {
        let terms = account.lotIndex(lot).map { account.lots[$0] }
        news.append(
            .awarded(
                points: points, reason: reason, availableAt: terms?.availableAt,
                expiresAt: terms?.expiresAt))
    }
}
