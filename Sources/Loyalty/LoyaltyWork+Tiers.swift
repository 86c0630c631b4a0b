package import Kernel

extension LoyaltyWork {
    /// The ends of months make the exact test differ from the cutoff by three days at most.
    private static let marginMs: Int64 = 5 * 86_400_000

    /// Large sums stay the largest.
    private static func added(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// Whether what happened at a time still counts at another.
    static func counts(
        _ time: Timestamp, at now: Timestamp, _ length: ExpiryRule.Length, _ cutoff: Timestamp,
        _ zone: ZoneRules
    ) -> Bool {
        if time.milliseconds > cutoff.milliseconds + marginMs { return true }
        if time.milliseconds < cutoff.milliseconds - marginMs { return false }
        return length.after(time, in: zone) > now
    }

    /// What counts towards tiers, each with its time.
    func qualifying(_ rules: TierRules) -> [(at: Timestamp, amount: Int64)] {
        switch rules.metric {
        case .spend, .orders:
            return account.orders.compactMap { order in
                guard let at = order.placedAt, order.net > 0 else { return nil }
                return (at, rules.metric == .spend ? order.net : 1)
            }
        case .points:
            // A refund may take other points than the order's own: what an order gave is its own to say.
            let orders = account.orders.compactMap { order -> (at: Timestamp, amount: Int64)? in
                guard let at = order.placedAt, order.given > 0 else { return nil }
                return (at, order.given)
            }
            return orders
                + account.lots.compactMap { lot in
                    switch lot.source {
                    case .order, .tier: return nil
                    case .event, .award:
                        let earned = lot.issued - lot.reversed
                        return earned > 0 ? (lot.createdAt, earned) : nil
                    }
                }
        }
    }

    /// What counts at a moment.
    func qualified(_ rules: TierRules, at now: Timestamp) -> Int64 {
        let all = qualifying(rules)
        switch rules.period {
        case .life: return all.reduce(0) { Self.added($0, $1.amount) }
        case .rolling(let length):
            let cutoff = length.before(now, in: zone)
            return all.reduce(0) { sum, item in
                Self.counts(item.at, at: now, length, cutoff, zone)
                    ? Self.added(sum, item.amount) : sum
            }
        case .calendarYear:
            let year = zone.day(of: now).components.year
            var (this, last) = (Int64(0), Int64(0))
            for item in all {
                let found = zone.day(of: item.at).components.year
                if found == year { this = Self.added(this, item.amount) }
                if found == year - 1 { last = Self.added(last, item.amount) }
            }
            return max(this, last)
        }
    }

    /// When what counts changes next by time alone; nil where it doesn't.
    func nextFall(_ rules: TierRules, after now: Timestamp) -> Timestamp? {
        switch rules.period {
        case .life: return nil
        case .calendarYear:
            let year = zone.day(of: now).components.year
            return CalendarDay(year: year + 1, month: 1, day: 1).map { zone.start(of: $0) }
        case .rolling(let length):
            let cutoff = length.before(now, in: zone)
            let times = qualifying(rules).lazy.map(\.at)
                .filter { Self.counts($0, at: now, length, cutoff, zone) }
            guard let earliest = times.min() else { return nil }
            // At the ends of months, what is a little later can be over before it.
            return times.filter { $0.milliseconds <= earliest.milliseconds + Self.marginMs }
                .map { length.after($0, in: zone) }.min()
        }
    }

    func nextTierMoment() -> Timestamp? {
        guard let rules = program.tiers, account.tier > 0, rules.downgrade != .never else {
            return nil
        }
        if let until = account.graceUntil { return until }
        return nextFall(rules, after: account.latest)
    }

    /// Brings the tier to what is reached.
    mutating func reviewTier() {
        guard let rules = program.tiers else { return }
        account.tier = min(account.tier, rules.levels.count - 1)
        let reached = rules.level(at: qualified(rules, at: account.latest))
        if reached >= account.tier { account.graceUntil = nil }
        if reached > account.tier {
            let before = account.tier
            account.tier = reached
            news.append(
                .tierChanged(
                    from: rules.levels[before].name, to: rules.levels[reached].name, isUp: true))
            for level in rules.levels[(before + 1)...reached] where level.entryPoints > 0 {
                guard account.enteredTiers.insert(level.name).inserted else { continue }
                let reason = LoyaltyReason.tierEntered(level.name)
                let lot = issue(
                    level.entryPoints, .tier(level.name), earned: account.latest, kind: .award,
                    reason, availableAt: account.latest)
                newsOfAward(level.entryPoints, reason, lot)
            }
            payDebt()
        }
        guard reached < account.tier, rules.downgrade != .never else { return }
        let until = account.graceUntil ?? graceEnd(rules)
        account.graceUntil = until
        guard until <= account.latest else { return }
        let before = account.tier
        account.tier = rules.downgrade == .oneStep ? before - 1 : reached
        account.graceUntil = reached < account.tier ? graceEnd(rules) : nil
        news.append(
            .tierChanged(
                from: rules.levels[before].name, to: rules.levels[account.tier].name, isUp: false))
    }

    private func graceEnd(_ rules: TierRules) -> Timestamp {
        if rules.graceDays == 0 { return account.latest }
        return ExpiryRule.Length.days(rules.graceDays).after(account.latest, in: zone)
    }
}

/// How a customer stands to a program's tiers.
package struct TierStanding: Sendable, Equatable {
    package var tier: Int
    /// What counts now: points, minor units or orders.
    package var amount: Int64
    /// The next higher tier; nil in the highest.
    package var next: Int?
    /// What is missing to it.
    package var missing: Int64
    /// When the tier is lost if nothing more is earned; nil for never.
    package var heldUntil: Timestamp?
}

extension LoyaltyAccount {
    /// Nil where the program has no tiers. The account must have been settled to its latest time.
    package func standing(_ program: LoyaltyProgram, _ zone: ZoneRules) -> TierStanding? {
        guard let rules = program.tiers else { return nil }
        let work = LoyaltyWork(self, program, zone, "")
        let amount = work.qualified(rules, at: latest)
        // Where the program lost levels since, its highest.
        let tier = min(tier, rules.levels.count - 1)
        let next = tier + 1 < rules.levels.count ? tier + 1 : nil
        return TierStanding(
            tier: tier, amount: amount, next: next,
            missing: next.map { max(0, rules.levels[$0].from - amount) } ?? 0,
            heldUntil: work.tierEnd(rules))
    }

    /// The next moment at which time itself changes something; nil for none.
    package func nextMoment(_ program: LoyaltyProgram, _ zone: ZoneRules) -> Timestamp? {
        LoyaltyWork(self, program, zone, "").nextMoment()
    }
}

extension LoyaltyWork {
    /// When the tier is lost if nothing happens; nil for never.
    func tierEnd(_ rules: TierRules) -> Timestamp? {
        guard account.tier > 0, account.tier < rules.levels.count, rules.downgrade != .never else {
            return nil
        }
        if let until = account.graceUntil { return until }
        guard let moment = firstFall(rules) else { return nil }
        guard rules.graceDays > 0 else { return moment }
        return ExpiryRule.Length.days(rules.graceDays).after(moment, in: zone)
    }

    /// When what counts falls below the tier by time alone, in one pass over it; nil where it doesn't.
    private func firstFall(_ rules: TierRules) -> Timestamp? {
        let threshold = rules.levels[account.tier].from
        switch rules.period {
        case .life: return nil
        case .calendarYear:
            // What counts this year and not the next one is over with the next one's end.
            var moment = account.latest
            for _ in 0..<3 {
                guard let next = nextFall(rules, after: moment) else { return nil }
                moment = next
                if qualified(rules, at: moment) < threshold { return moment }
            }
            return nil
        case .rolling(let length):
            let cutoff = length.before(account.latest, in: zone)
            let ends = qualifying(rules)
                .filter { Self.counts($0.at, at: account.latest, length, cutoff, zone) }
                .map { (at: length.after($0.at, in: zone), amount: $0.amount) }
                .sorted { $0.at < $1.at }
            var left = ends.reduce(Int128(0)) { $0 + Int128($1.amount) }
            for end in ends {
                left -= Int128(end.amount)
                if left < Int128(threshold) { return end.at }
            }
            return nil
        }
    }
}
