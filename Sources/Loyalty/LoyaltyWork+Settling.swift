import Kernel

extension LoyaltyWork {
    /// Lets time pass up to a moment: everything that time brings about happens at its own moment, so that it makes no
    /// difference how often somebody looks.
    mutating func settle(to now: Timestamp) {
        releaseForgotten()
        runDue()
        while let moment = nextMoment(), moment <= now {
            account.latest = moment
            runDue()
        }
        if now > account.latest {
            account.latest = now
            runDue()
        }
    }

    /// Points wait for an event only while the program asks for one: else none would ever free them.
    private mutating func releaseForgotten() {
        if case .until = program.pending { return }
        for index in account.lots.indices where account.lots[index].availableAt == nil {
            account.lots[index].availableAt = account.latest
            changedLots.insert(account.lots[index].id)
        }
    }

    /// Does what is due at the account's latest time.
    mutating func runDue() {
        if !account.holdings.isEmpty {
            for (id, holding) in account.holdings.sorted(by: { $0.key < $1.key })
            where holding.expiresAt <= account.latest {
                free(id)
            }
        }
        expire()
        payDebt()
        reviewTier()
        warnOfTier()
    }

    /// Ends points that are over and aren't reserved.
    private mutating func expire() {
        var points: Int64 = 0
        for index in account.lots.indices {
            // Most of them stay, and aren't copied to find that out.
            guard let expires = account.lots[index].expiresAt, expires <= account.latest,
                account.lots[index].free > 0
            else { continue }
            let lot = account.lots[index]
            points += lot.free
            account.lots[index].remaining -= lot.free
            account.lots[index].expired += lot.free
            enter(.expire, lot: lot.id, -lot.free, .ended)
        }
        if points > 0 { news.append(.expired(points: points)) }
    }

    /// Frees what an operation reserved.
    mutating func free(_ operation: String) {
        guard let holding = letGo(operation) else { return }
        reclaimForgone(holding.draws, since: holding.since)
    }

    /// Makes that what an operation reserved isn't any more.
    @discardableResult
    mutating func letGo(_ operation: String) -> Holding? {
        guard let holding = account.holdings.removeValue(forKey: operation) else { return nil }
        for draw in holding.draws {
            guard let index = account.lotIndex(draw.lot) else { continue }
            account.lots[index].held -= draw.points
            changedLots.insert(draw.lot)
        }
        return holding
    }

    /// The next moment at which time itself changes something; nil for none.
    func nextMoment() -> Timestamp? {
        var next: Timestamp?
        func consider(_ moment: Timestamp?) {
            guard let moment, moment > account.latest else { return }
            next = min(next ?? moment, moment)
        }
        for index in account.lots.indices where account.lots[index].remaining > 0 {
            consider(account.lots[index].availableAt)
            consider(account.lots[index].expiresAt)
        }
        for holding in account.holdings.values { consider(holding.expiresAt) }
        consider(nextTierMoment())
        consider(nextWarning())
        return next
    }
}
