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
        let before: LoyaltyOrder
        if let known = account.orders.place(of: id) {
            place = known
            before = account.orders[place]
        } else {
            guard account.orders.count < LoyaltyAccount.ordersMax else {
                throw .tooMuch("the account has \(LoyaltyAccount.ordersMax) orders already")
            }
            place = account.orders.count
            before = LoyaltyOrder(id: id)
            account.orders.append(before)
        }
        var order = before
        change(&order)
        if order.releasedAt != nil, before.releasedAt == nil || before.lots != order.lots {
            release(order.lots)
        }
        // Told again, it says nothing new, save until when it holds, or that its points are free: what it is worth
        // stays, also where the program's rules are others since.
        var again = before
        again.linesAt = order.linesAt
        again.releasedAt = order.releasedAt
        let mayComplete =
            order.releasedAt != before.releasedAt
            && ground.hasOrderChallenges
        if order == again, !mayComplete {
            account.orders[place] = order
            return
        }
        let rests = order.rests()
        order.net = order.isCurrencyOther ? 0 : rests.reduce(0) { $0 + $1.after }
        if order.placedAt != nil, before.placedAt == nil {
            order.isFirst = !account.orders.isPlaced(otherThan: place)
            order.tier = program.tierName(account.tier) ?? ""
            if !facts.segments.isEmpty {
                order.segments = program.segmentNames.intersection(facts.segments).sorted()
            }
        }
        guard let placed = order.placedAt else {
            account.orders[place] = order
            return
        }
        if before.placedAt == nil { noteActivity(at: min(placed, account.latest)) }
        if let known = before.placedAt, known != placed { moveUsage(order, known, placed) }
        let (target, rules) = grant(&order, rests, placed)
        order.challenges = challenges(for: order, rests, placed)
        account.orders[place] = order
        let stands = order.given - order.forgone
        if target > stands {
            award(target - stands, at: place, placed, rules)
        } else if target < stands {
            takeBack(stands - target, at: place)
        }
        if !order.challenges.isEmpty || !before.challenges.isEmpty {
            reviewChallenges(placed: [before.placedAt, placed].compactMap(\.self))
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

    private mutating func award(
        _ points: Int64, at place: Int, _ placed: Timestamp, _ rules: [String]
    ) {
        var order = account.orders[place]
        // What couldn't be taken back is still there.
        let restored = min(order.forgone, points)
        order.forgone -= restored
        let fresh = points - restored
        guard fresh > 0 else {
            account.orders[place] = order
            return
        }
        let available: Timestamp? =
            switch program.pending {
            case .none: placed
            case .after(let span): placed.adding(milliseconds: span.milliseconds)
            case .untilDay(let day): max(placed, zone.start(of: day))
            case .until: order.releasedAt.map { _ in account.latest }
            }
        let reason = LoyaltyReason.earned(order: order.id, rules: rules)
        let lot = issue(
            fresh, .order(order.id), earned: placed, kind: .award, reason, availableAt: available)
        order.lots.append(lot)
        order.given += fresh
        account.orders[place] = order
        newsOfAward(fresh, reason, lot)
        payDebt()
    }

    /// Takes points back that an order isn't worth any more.
    private mutating func takeBack(_ points: Int64, at place: Int) {
        let order = account.orders[place]
        let left = reclaim(
            points, from: order.lots,
            own: .refunded(order: order.id, isCancelled: order.isCancelled),
            other: { .refundedFromOthers(order: order.id, lot: $0) },
            owed: .refundOwed(order: order.id))
        if left > 0 {
            account.orders[place].forgone += left
            account.orders[place].forgoneAt = account.latest
        }
        account.orders[place].given -= points - left
        if points > left { news.append(.reversed(points: points - left, order: order.id)) }
    }

    mutating func newsOfAward(_ points: Int64, _ reason: LoyaltyReason, _ lot: Int64) {
        let terms = account.lotIndex(lot).map { account.lots[$0] }
        news.append(
            .awarded(
                points: points, reason: reason, availableAt: terms?.availableAt,
                expiresAt: terms?.expiresAt))
    }
}
