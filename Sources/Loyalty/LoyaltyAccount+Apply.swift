package import Kernel

/// What an operation did.
package struct LoyaltyOutcome: Sendable, Equatable {
    package var account: LoyaltyAccount
    package var entries: [LoyaltyEntry]
    /// How many of them, the first ones, time brought about, whatever was asked.
    package var entriesByTime: Int
    /// Numbers of lots that are new or changed, ascending.
    package var changedLots: [Int64]
    /// When time itself changes something next; nil for never.
    package var nextAt: Timestamp?
    package var news: [LoyaltyNews]
    /// What it took of budgets, or gave back.
    package var budgetChanges: [LoyaltyBudget: Int64] = [:]
    /// Why it wasn't carried out. What time brought about until then was nevertheless.
    package var refusal: LoyaltyRefusal?
}

extension LoyaltyAccount {
    /// Carries an operation out.
    ///
    /// - Parameters:
    ///   - id: Whoever asks calls it so; spendings and reservations are referred to by it. That it is asked once only
    ///     is the caller's to see to.
    ///   - at: When it happened. What is told late counts from then, and is entered at the account's latest time.
    ///   - now: Up to when time has passed; at least `at`.
    ///   - facts: What the rules may ask beyond the account.
    package consuming func applying(
        _ operation: LoyaltyOperation, id: String, at: Timestamp, now: Timestamp,
        program: LoyaltyProgram, zone: ZoneRules, facts: LoyaltyFacts = LoyaltyFacts()
    ) -> LoyaltyOutcome {
        applying(
            operation, id: id, at: at, now: now, on: LoyaltyGround(program, zone), facts: facts)
    }

    /// As above, by what was made ready once.
    package consuming func applying(
        _ operation: LoyaltyOperation, id: String, at: Timestamp, now: Timestamp,
        on ground: LoyaltyGround, facts: LoyaltyFacts = LoyaltyFacts()
    ) -> LoyaltyOutcome {
        var work = LoyaltyWork(self, on: ground, id, facts)
        work.findTier()
        work.settle(to: now)
        var refusal: LoyaltyRefusal?
        let entriesByTime = work.entries.count
        // A copy makes the changes copy, too: of long accounts that takes longer than everything else.
        let settled = operation.refusesFirst ? nil : work
        do throws(LoyaltyRefusal) {
            try work.carryOut(operation, at: min(at, now))
            work.runDue()
        } catch {
            if let settled { work = settled }
            assert(work.entries.count == entriesByTime, "what is refused moves nothing")
            refusal = error
        }
        work.nameTier()
        let (changedLots, nextAt) = (work.changedLots.sorted(), work.nextMoment())
        // Not copied.
        var account = LoyaltyAccount()
        swap(&account, &work.account)
        return LoyaltyOutcome(
            account: account, entries: work.entries, entriesByTime: entriesByTime,
            changedLots: changedLots, nextAt: nextAt,
            news: work.news, budgetChanges: work.budgetChanges, refusal: refusal)
    }
}

extension LoyaltyOperation {
    /// Whether it is refused before it changes anything, if at all.
    var refusesFirst: Bool {
        switch self {
        case .order, .cancel, .spend, .tick: true
        case .refund, .event, .award, .unspend, .reserve, .confirm, .release, .adjust, .takeBack:
            false
        }
    }
}

extension LoyaltyWork {
    static let amountMax: Int64 = 1_000_000_000_000_000
    static let linesMax = 2000
    static let refundsMax = 2000
    /// Reservations that may be open at once.
    static let holdingsMax = 1000
    static let spendingsMax = 100_000
    static let holdSecondsMax = 90 * 86_400

    mutating func carryOut(
        _ operation: LoyaltyOperation, at: Timestamp
    ) throws(LoyaltyRefusal) {
        switch operation {
        case .order(let id, let lines, let currency):
            try check(lines)
            let isOther = currency != program.currency
            try update(order: id, at: at) { order in
                order.placedAt = order.placedAt.map { min($0, at) } ?? at
                // What was told for an earlier time is not what holds.
                if let known = order.linesAt, known > at { return }
                order.linesAt = at
                order.lines = lines
                order.isCurrencyOther = isOther
            }
        case .refund(let id, let refund):
            try check(refund)
            for (order, part) in divided(refund, of: id) { try add(part, to: order, at: at) }
        case .cancel(let id):
            try update(order: id, at: at) { $0.isCancelled = true }
        case .event(let name, let order):
            if let order, program.pending == .until(event: name) {
                try update(order: order, at: at) { $0.releasedAt = $0.releasedAt ?? at }
            }
            earn(byEvent: name, at: at)
        case .award(let points, let reason):
            try check(points)
            try takeAwardBudget(points)
            noteActivity(at: account.latest)
            let why = LoyaltyReason.given(reason)
            let lot = issue(
                points, .award(reason: reason), earned: account.latest, kind: .award, why,
                availableAt: account.latest)
            newsOfAward(points, why, lot)
            payDebt()
            reviewTier()
        case .spend(let points, let reference): try spend(points, reference)
        case .unspend(let operation, let points): try unspend(operation, points)
        case .reserve(let points, let reference, let seconds):
            let span = Int64(max(1, min(seconds, Self.holdSecondsMax))) * 1000
            try reserve(points, reference, account.latest.adding(milliseconds: span))
        case .confirm(let operation): try confirm(operation)
        case .release(let operation):
            guard account.holdings[operation] != nil else {
                throw .unknownReservation(operation)
            }
            free(operation)
        case .adjust(let points, let reason): try adjust(points, reason)
        case .takeBack(let points, let reason): try takeBack(points, reason)
        case .tick: break
        }
    }

    private mutating func add(
        _ refund: OrderRefund, to order: String, at: Timestamp
    ) throws(LoyaltyRefusal) {
        let known = account.orders.place(of: order).map { account.orders[$0].refunds } ?? []
        if known.contains(where: { $0.id == refund.id }) { return }
        guard known.count < Self.refundsMax else {
            throw .tooMuch("the order has \(Self.refundsMax) refunds already")
        }
        try update(order: order, at: at) { order in
            order.refunds.append(refund)
            // In one order, however they came.
            order.refunds.sort { $0.id < $1.id }
        }
    }

    /// All of it or nothing: half a gift helps nobody.
    private mutating func takeAwardBudget(_ points: Int64) throws(LoyaltyRefusal) {
        guard let budget = program.awardBudget else { return }
        let period = budget.each.number(of: zone.day(of: account.latest))
        let key = LoyaltyBudget(rule: LoyaltyBudget.awards, period: period)
        let left = max(0, budget.points - spent(of: key))
        guard points <= left else { throw .budgetSpent(left: left, wanted: points) }
        budgetChanges[key, default: 0] += points
    }

    private func check(_ points: Int64) throws(LoyaltyRefusal) {
        guard (1...LoyaltyProgram.pointsMax).contains(points) else { throw .pointsOutOfRange }
    }

    private func check(_ lines: [OrderLine]) throws(LoyaltyRefusal) {
        guard lines.count <= Self.linesMax else {
            throw .tooMuch("an order has at most \(Self.linesMax) lines")
        }
        for line in lines
        where max(line.amount.magnitude, line.discount.magnitude, line.tax.magnitude)
            > UInt64(Self.amountMax) || !(0...Self.amountMax).contains(line.quantityMilli)
        {
            throw .tooMuch("the amount of line \(line.id) is beyond what an order can have")
        }
    }

    private func check(_ refund: OrderRefund) throws(LoyaltyRefusal) {
        guard refund.parts.count <= Self.linesMax else {
            throw .tooMuch("a refund has at most \(Self.linesMax) lines")
        }
        let range = 0...Self.amountMax
        let isModerate = refund.parts.allSatisfy {
            range.contains($0.amount ?? 0) && range.contains($0.quantityMilli)
        }
        guard isModerate, range.contains(refund.amount) else {
            throw .tooMuch("a refund's amounts must be at least 0 and of moderate size")
        }
    }

    private func notEnough(_ points: Int64) -> LoyaltyRefusal {
        .notEnough(
            available: account.available(at: account.latest),
            pending: account.pending(at: account.latest), held: account.held, wanted: points)
    }

    private mutating func spend(_ points: Int64, _ reference: String) throws(LoyaltyRefusal) {
        try check(points)
        let draws = draws(for: points)
        guard draws.reduce(0, { $0 + $1.points }) == points else { throw notEnough(points) }
        try finishSpending(draws, reference, since: account.latest)
    }

    /// Takes what was drawn, which isn't held any more.
    private mutating func finishSpending(
        _ draws: [Draw], _ reference: String, since: Timestamp
    ) throws(LoyaltyRefusal) {
        guard account.spendings.count < Self.spendingsMax else {
            throw .tooMuch("the account has \(Self.spendingsMax) spendings already")
        }
        for draw in draws { take(draw, .spend, .spent(reference: reference)) }
        account.spendings[operation] = Spending(
            draws: draws, givenBack: draws.map { _ in 0 }, reference: reference, since: since)
        noteActivity(at: account.latest)
        news.append(.spent(points: draws.reduce(0) { $0 + $1.points }, reference: reference))
    }

    /// Gives back what a spending took, to the lots that it took it from: those first that were drawn on last.
    private mutating func unspend(
        _ spent: String, _ wanted: Int64?
    ) throws(LoyaltyRefusal) {
        guard var spending = account.spendings[spent] else { throw .unknownSpending(spent) }
        let points = wanted ?? spending.left
        guard points > 0, points <= spending.left else {
            if wanted != nil, points < 1 { throw .pointsOutOfRange }
            throw .nothingLeft(left: spending.left, wanted: max(points, 1))
        }
        var left = points
        var freed: [Draw] = []
        for place in spending.draws.indices.reversed() where left > 0 {
            let draw = spending.draws[place]
            let back = min(left, draw.points - spending.givenBack[place])
            guard back > 0, let index = account.lotIndex(draw.lot) else { continue }
            spending.givenBack[place] += back
            account.lots[index].remaining += back
            enter(.giveBack, lot: draw.lot, back, .spendUndone(operation: spent))
            freed.append(Draw(lot: draw.lot, points: back))
            left -= back
        }
        account.spendings[spent] = spending
        news.append(.givenBack(points: points))
        reclaimForgone(freed, since: spending.since)
    }

    private mutating func reserve(
        _ points: Int64, _ reference: String, _ until: Timestamp
    ) throws(LoyaltyRefusal) {
        try check(points)
        guard account.holdings.count < Self.holdingsMax else {
            throw .tooMuch("the account has \(Self.holdingsMax) open reservations already")
        }
        let draws = draws(for: points)
        guard draws.reduce(0, { $0 + $1.points }) == points else { throw notEnough(points) }
        for draw in draws {
            guard let index = account.lotIndex(draw.lot) else { continue }
            account.lots[index].held += draw.points
            changedLots.insert(draw.lot)
        }
        account.holdings[operation] = Holding(
            draws: draws, expiresAt: until, reference: reference, since: account.latest)
    }

    private mutating func confirm(_ reserved: String) throws(LoyaltyRefusal) {
        guard let holding = account.holdings[reserved] else {
            throw .unknownReservation(reserved)
        }
        letGo(reserved)
        try finishSpending(holding.draws, holding.reference, since: holding.since)
    }

    private mutating func takeBack(_ points: Int64, _ reason: String) throws(LoyaltyRefusal) {
        try check(points)
        let why = LoyaltyReason.adjusted(reason)
        var left = points
        for draw in draws(for: points) {
            take(draw, .adjust, why)
            left -= draw.points
        }
        if program.refunds == .allowNegative, left > 0 {
            account.debt += left
            enter(.owe, lot: 0, -left, why)
            left = 0
        }
        if left > 0, program.refunds == .withinBalance { noteShortfall(left, reason) }
        if points > left { news.append(.adjusted(points: left - points, reason: reason)) }
        reviewTier()
    }

    private mutating func adjust(_ points: Int64, _ reason: String) throws(LoyaltyRefusal) {
        guard points != .min else { throw .pointsOutOfRange }
        try check(abs(points))
        let why = LoyaltyReason.adjusted(reason)
        if points > 0 {
            _ = issue(
                points, .correction(reason: reason), earned: account.latest, kind: .adjust, why,
                availableAt: account.latest)
            payDebt()
        } else {
            let draws = draws(for: -points)
            guard draws.reduce(0, { $0 + $1.points }) == -points else {
                throw notEnough(-points)
            }
            for draw in draws { take(draw, .adjust, why) }
        }
        news.append(.adjusted(points: points, reason: reason))
        reviewTier()
    }
}
