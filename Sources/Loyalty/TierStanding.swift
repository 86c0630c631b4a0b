import Documents
package import Kernel

/// How a customer stands to a program's tiers.
package struct TierStanding: Sendable, Equatable {
    /// One of the metrics.
    package struct Progress: Sendable, Equatable {
        package var metric: TierMetric
        /// What counts now, in the metric's units.
        package var amount: Int64
        /// What the next tier asks for; nil where it doesn't.
        package var needed: Int64?

        package var missing: Int64? { needed.map { max(0, $0 - amount) } }
    }

    package var tier: Int
    /// For each of the metrics.
    package var progress: [Progress]
    /// The next higher tier; nil in the highest.
    package var next: Int?
    /// When the tier is lost if nothing more is earned; nil for never.
    package var heldUntil: Timestamp?

    /// How near the next tier is, 0 to 1: of several metrics the farthest one where all are asked for, else the nearest.
    package func share(_ rules: TierRules) -> Double {
        let shares = progress.compactMap { item -> Double? in
            guard let needed = item.needed else { return nil }
            return needed > 0 ? min(1, Double(max(0, item.amount)) / Double(needed)) : 1
        }
        return (rules.reach == .all ? shares.min() : shares.max()) ?? 0
    }
}

extension LoyaltyAccount {
    /// Nil where the program has no tiers. The account must have been settled to its latest time.
    package func standing(_ program: LoyaltyProgram, _ zone: ZoneRules) -> TierStanding? {
        guard let rules = program.tiers else { return nil }
        let work = LoyaltyWork(self, program, zone, "")
        let amounts = work.qualified(rules, at: latest)
        // Where the program lost levels since, its highest.
        let tier = min(tier, rules.levels.count - 1)
        let next = tier + 1 < rules.levels.count ? tier + 1 : nil
        return TierStanding(
            tier: tier,
            progress: rules.metrics.indices.map { place in
                .init(
                    metric: rules.metrics[place], amount: amounts[place],
                    needed: next.flatMap { rules.levels[$0].from[place] })
            }, next: next, heldUntil: work.tierEnd(rules))
    }

    /// The level at which the customer is; nil where the program has no tiers.
    package func level(_ program: LoyaltyProgram) -> TierRules.Level? {
        guard let levels = program.tiers?.levels, !levels.isEmpty else { return nil }
        return levels[min(tier, levels.count - 1)]
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

    /// When what counts no longer reaches the tier by time alone, in one pass over it; nil where it always does.
    private func firstFall(_ rules: TierRules) -> Timestamp? {
        switch rules.period {
        case .life: return nil
        case .calendarYear:
            // What counts this year and not the next one is over with the next one's end.
            var moment = account.latest
            for _ in 0..<3 {
                guard let next = nextFall(rules, after: moment) else { return nil }
                moment = next
                if rules.level(at: qualified(rules, at: moment)) < account.tier { return moment }
            }
            return nil
        case .rolling(let length):
            let cutoff = length.before(account.latest, in: zone)
            let ends = qualifying(rules)
                .filter { Self.counts($0.at, at: account.latest, length, cutoff, zone) }
                .map { (at: length.after($0.at, in: zone), item: $0) }
                .sorted { $0.at < $1.at }
            var left = rules.metrics.map { _ in Int128(0) }
            for end in ends { left[end.item.metric] += Int128(end.item.amount) }
            for end in ends {
                left[end.item.metric] -= Int128(end.item.amount)
                if rules.level(at: left.map { Int64(clamping: $0) }) < account.tier {
                    return end.at
                }
            }
            return nil
        }
    }

    // MARK: Ahead of time

    /// When it is to be told that the tier is lost soon; nil where it was, or never is.
    func nextWarning() -> Timestamp? {
        guard let rules = program.tiers, let ahead = rules.remind, let end = tierEnd(rules),
            end != account.warnedOf
        else { return nil }
        return end.adding(milliseconds: -ahead.milliseconds)
    }

    /// Tells, once for each such moment, that the tier is lost soon.
    mutating func warnOfTier() {
        guard let rules = program.tiers, let moment = nextWarning(), moment <= account.latest,
            let end = tierEnd(rules), end > account.latest
        else { return }
        account.warnedOf = end
        let target =
            rules.downgrade == .oneStep
            ? account.tier - 1
            : min(account.tier - 1, rules.level(at: qualified(rules, at: end)))
        news.append(
            .tierWillChange(
                from: rules.levels[account.tier].name, to: rules.levels[max(0, target)].name,
                at: end))
    }
}
