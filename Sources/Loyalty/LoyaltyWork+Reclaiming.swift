import Kernel

/// Points that a correction was to take back, and couldn't.
struct Shortfall: Sendable, Equatable {
    /// Only so many are remembered; of more, the oldest is forgotten.
    static let countMax = 100

    var reason: String
    var points: Int64
    var at: Timestamp
}

extension LoyaltyWork {
    /// Takes points back: those of the lots that they came in first, then by the program's policy.
    ///
    /// - Parameter other: Why they are taken from another lot.
    /// - Returns: What couldn't be taken.
    mutating func reclaim(
        _ points: Int64, from lots: [Int64], own: LoyaltyReason,
        other: (_ lot: Int64) -> LoyaltyReason, owed: LoyaltyReason
    ) -> Int64 {
        var left = points
        for id in lots.reversed() where left > 0 {
            guard let index = account.lotIndex(id) else { continue }
            let isPending = !account.lots[index].isAvailable(at: account.latest)
            if program.refunds == .onlyPending, !isPending { continue }
            let taken = min(left, account.lots[index].free)
            account.lots[index].reversed += taken
            take(Draw(lot: id, points: taken), .reverse, own)
            left -= taken
        }
        // Points that ended unused are gone already.
        for id in lots.reversed() where left > 0 {
            guard let index = account.lotIndex(id) else { continue }
            let gone = min(left, account.lots[index].expired)
            account.lots[index].expired -= gone
            account.lots[index].reversed += gone
            if gone > 0 { changedLots.insert(id) }
            left -= gone
        }
        if program.refunds != .onlyPending {
            for draw in draws(for: left) {
                take(draw, .reverse, other(draw.lot))
                left -= draw.points
            }
        }
        if program.refunds == .allowNegative, left > 0 {
            account.debt += left
            enter(.owe, lot: 0, -left, owed)
            left = 0
        }
        return left
    }

    /// Remembers what a correction couldn't take back.
    mutating func noteShortfall(_ points: Int64, _ reason: String) {
        if account.shortfalls.count >= Shortfall.countMax { account.shortfalls.removeFirst() }
        account.shortfalls.append(Shortfall(reason: reason, points: points, at: account.latest))
    }

    /// Whose points couldn't be taken back.
    private enum Claimant {
        case order(Int)
        case challenge(LoyaltyAccount.Usage)
        case correction(Int)
    }

    private struct Claim {
        var claimant: Claimant
        var points: Int64
        /// When that was last so; nil where it isn't known.
        var at: Timestamp?
        /// Lots that came of it.
        var lots: [Int64]
    }

    /// Takes back what couldn't be taken when something was returned, since it was spent or reserved then, and is free
    /// now: else who reserves or spends, returns and undoes would keep it.
    ///
    /// What came of the thing itself goes whenever it was drawn on, other points only where they were drawn on before.
    ///
    /// - Parameters:
    ///   - freed: Points that are free now. What the customer has beside them stays.
    ///   - since: Since when they weren't.
    mutating func reclaimForgone(_ freed: [Draw], since: Timestamp) {
        guard program.refunds == .withinBalance else { return }
        var claims = claims()
        if claims.isEmpty { return }
        var left = freed.sorted { $0.lot > $1.lot }
        for place in left.indices {
            for claim in claims.indices where claims[claim].lots.contains(left[place].lot) {
                collect(&claims[claim], &left[place], isOwn: true)
            }
        }
        var others = spendable().map { account.lots[$0].id }.compactMap { lot in
            left.first { $0.lot == lot }
        }
        for claim in claims.indices where claims[claim].at.map({ since <= $0 }) ?? false {
            for place in others.indices { collect(&claims[claim], &others[place], isOwn: false) }
        }
        account.shortfalls.removeAll { $0.points == 0 }
    }

    private func claims() -> [Claim] {
        var found: [Claim] = []
        for place in account.orders.indices where account.orders.note(place).forgone > 0 {
            let order = account.orders[place]
            found.append(
                Claim(
                    claimant: .order(place), points: order.forgone, at: order.forgoneAt,
                    lots: order.lots))
        }
        for (key, progress) in account.challenges.sorted(by: {
            LoyaltyAccount.Usage.isBefore($0.key, $1.key)
        })
        where progress.forgone > 0 {
            found.append(
                Claim(
                    claimant: .challenge(key), points: progress.forgone, at: progress.forgoneAt,
                    lots: progress.lots))
        }
        for (place, shortfall) in account.shortfalls.enumerated() {
            found.append(
                Claim(
                    claimant: .correction(place), points: shortfall.points, at: shortfall.at,
                    lots: []))
        }
        return found
    }

    private mutating func collect(_ claim: inout Claim, _ freed: inout Draw, isOwn: Bool) {
        let points = min(claim.points, freed.points)
        guard points > 0, let index = account.lotIndex(freed.lot) else { return }
        claim.points -= points
        freed.points -= points
        if isOwn { account.lots[index].reversed += points }
        let draw = Draw(lot: freed.lot, points: points)
        switch claim.claimant {
        case .order(let place):
            let order = account.orders[place]
            take(
                draw, .reverse,
                isOwn
                    ? .refunded(order: order.id, isCancelled: order.isCancelled)
                    : .refundedFromOthers(order: order.id, lot: freed.lot))
            account.orders[place].forgone -= points
            account.orders[place].given -= points
            news.append(.reversed(points: points, order: order.id))
        case .challenge(let key):
            take(draw, .reverse, .challengeUndone(rule: key.rule))
            account.challenges[key]?.forgone -= points
            news.append(.reversed(points: points, order: ""))
        case .correction(let place):
            let reason = account.shortfalls[place].reason
            take(draw, .adjust, .adjusted(reason))
            account.shortfalls[place].points -= points
            news.append(.adjusted(points: -points, reason: reason))
        }
    }
}
