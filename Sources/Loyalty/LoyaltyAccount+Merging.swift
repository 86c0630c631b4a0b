package import Kernel

extension LoyaltyAccount {
    /// What it is to find that two customers are one: everything of this account moves into another, lot by lot.
    package struct Merging: Sendable, Equatable {
        /// What is left here: nothing.
        package var from: LoyaltyOutcome
        package var into: LoyaltyOutcome
    }

    /// Moves everything into another account. Lots keep when they were earned, are spendable and end; orders, spendings
    /// and reservations go with them, so that later returns find what they are of.
    ///
    /// - Parameters:
    ///   - names: What the two customers are called in the reasons.
    ///   - now: Up to when time has passed in both.
    ///   - facts: What of budgets is spent.
    package func moving(
        into target: LoyaltyAccount, names: (from: String, into: String), now: Timestamp,
        program: LoyaltyProgram, zone: ZoneRules, facts: LoyaltyFacts = LoyaltyFacts()
    ) -> Merging {
        let moment = max(now, latest, target.latest)
        var source = LoyaltyWork(self, program, zone, "")
        source.findTier()
        source.settle(to: moment)
        var work = LoyaltyWork(target, program, zone, "", facts)
        work.findTier()
        work.settle(to: moment)
        let settled = (source.entries.count, work.entries.count)
        work.take(source.account, from: names.from)
        source.moveOut(to: names.into)
        work.runDue()
        source.nameTier()
        work.nameTier()
        func outcome(_ work: LoyaltyWork, _ settled: Int) -> LoyaltyOutcome {
            LoyaltyOutcome(
                account: work.account, entries: work.entries, entriesByTime: settled,
                changedLots: work.changedLots.sorted(), nextAt: work.nextMoment(),
                news: work.news, budgetChanges: work.budgetChanges, refusal: nil)
        }
        return Merging(from: outcome(source, settled.0), into: outcome(work, settled.1))
    }
}

extension LoyaltyWork {
    fileprivate mutating func moveOut(to customer: String) {
        let reason = LoyaltyReason.moved(customer: customer, isOut: true)
        for index in account.lots.indices where account.lots[index].remaining > 0 {
            let points = account.lots[index].remaining
            account.lots[index].remaining = 0
            account.lots[index].held = 0
            enter(.move, lot: account.lots[index].id, -points, reason)
        }
        // They count towards no tier here any more.
        for index in account.lots.indices where account.lots[index].issued != 0 {
            account.lots[index].issued = 0
            account.lots[index].expired = 0
            account.lots[index].reversed = 0
            changedLots.insert(account.lots[index].id)
        }
        enter(.move, lot: 0, account.debt, reason)
        account.debt = 0
        account.orders = []
        account.spendings = [:]
        account.holdings = [:]
        account.usage = [:]
        account.challenges = [:]
        account.credits = []
        account.tier = 0
        account.tierName = ""
        account.shortfalls = []
        account.graceUntil = nil
        account.warnedOf = nil
    }

    fileprivate mutating func take(_ other: LoyaltyAccount, from customer: String) {
        let reason = LoyaltyReason.moved(customer: customer, isOut: false)
        let shift = Int64(account.lots.count)
        func shifted(_ draws: [Draw]) -> [Draw] {
            draws.map { Draw(lot: $0.lot + shift, points: $0.points) }
        }
        for lot in other.lots {
            var own = lot
            own.id += shift
            account.lots.append(own)
            changedLots.insert(own.id)
            enter(.move, lot: own.id, lot.remaining, reason)
        }
        account.debt += other.debt
        enter(.move, lot: 0, -other.debt, reason)
        var known: [LoyaltyOrder] = []
        for order in other.orders {
            var own = order
            own.lots = order.lots.map { $0 + shift }
            if account.orders.place(of: own.id) == nil {
                account.orders.append(own)
            } else {
                known.append(own)
            }
        }
        // By name, so that the same is done each time.
        for (id, spending) in other.spendings.sorted(by: { $0.key < $1.key }) {
            var (id, own) = (id, spending)
            own.draws = shifted(spending.draws)
            while account.spendings[id] != nil { id += " (merged)" }
            account.spendings[id] = own
        }
        for (id, holding) in other.holdings.sorted(by: { $0.key < $1.key }) {
            var (id, own) = (id, holding)
            own.draws = shifted(holding.draws)
            // Nobody confirms it, but its points are free again when it is too late.
            while account.holdings[id] != nil { id += " (merged)" }
            account.holdings[id] = own
        }
        account.usage.merge(other.usage, uniquingKeysWith: +)
        account.credits += other.credits
        account.shortfalls += other.shortfalls
        for (key, progress) in other.challenges {
            var own = account.challenges[key] ?? ChallengeProgress()
            own.times = (own.times + progress.times).sorted()
            own.done = (own.done + progress.done).sorted { $0.at < $1.at }
            own.lots += progress.lots.map { $0 + shift }
            own.forgone += progress.forgone
            own.forgoneAt = [own.forgoneAt, progress.forgoneAt].compactMap(\.self).max()
            account.challenges[key] = own
        }
        account.enteredTiers.formUnion(other.enteredTiers)
        if other.tier > account.tier, let name = program.tierName(other.tier) {
            // The higher tier is held on, with the grace that it has.
            let from = program.tierName(account.tier) ?? ""
            news.append(.tierChanged(from: from, to: name, isUp: true))
            account.tier = other.tier
            account.graceUntil = other.graceUntil
        } else if other.tier == account.tier {
            if let own = account.graceUntil, let others = other.graceUntil {
                account.graceUntil = max(own, others)
            } else {
                account.graceUntil = nil
            }
        }
        if let active = other.active { account.active = max(account.active ?? active, active) }
        for order in known { combine(order) }
        reviewChallenges()
        payDebt()
    }

    /// What was told of an order to two accounts is as if it had been told to one: a cancellation that came before its
    /// order was moved holds, and an order that was told of twice counts once.
    private mutating func combine(_ other: LoyaltyOrder) {
        guard let place = account.orders.place(of: other.id) else { return }
        var (own, other) = (account.orders[place], other)
        // Who placed it has what it was promised then.
        if let placed = other.placedAt, own.placedAt.map({ placed < $0 }) ?? true {
            swap(&own, &other)
        }
        if let placed = own.placedAt, let otherPlaced = other.placedAt {
            // What it used of limits and budgets counts there.
            moveUsage(other, otherPlaced, placed)
        }
        account.orders[place] = own
        do throws(LoyaltyRefusal) {
            try update(order: own.id, at: account.latest) { $0.add(other) }
        } catch {
            assertionFailure("an order that is known is refused: \(error)")
        }
    }
}

extension LoyaltyOrder {
    /// Adds what was told of the same order elsewhere, and what it gave there.
    fileprivate mutating func add(_ other: LoyaltyOrder) {
        if let told = other.linesAt, linesAt.map({ $0 < told }) ?? true {
            (linesAt, lines, isCurrencyOther) = (told, other.lines, other.isCurrencyOther)
        }
        for refund in other.refunds where !refunds.contains(where: { $0.id == refund.id }) {
            refunds.append(refund)
        }
        refunds.sort { $0.id < $1.id }
        isCancelled = isCancelled || other.isCancelled
        releasedAt = [releasedAt, other.releasedAt].compactMap(\.self).min()
        granted.merge(other.granted, uniquingKeysWith: +)
        given += other.given
        forgone += other.forgone
        forgoneAt = [forgoneAt, other.forgoneAt].compactMap(\.self).max()
        lots += other.lots
    }
}
