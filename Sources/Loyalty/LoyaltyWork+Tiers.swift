import Kernel

extension LoyaltyWork {
    /// The ends of months make the exact test differ from the cutoff by three days at most.
    private static let marginMs: Int64 = 5 * 86_400_000

    /// Large sums stay the largest.
    static func added(_ one: Int64, _ other: Int64) -> Int64 {
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

    /// Something that counts towards one of the metrics.
    struct Qualifying {
        var at: Timestamp
        /// The metric's place.
        var metric: Int
        var amount: Int64
    }

    /// What counts towards tiers, each with its time.
    func qualifying(_ rules: TierRules) -> [Qualifying] {
        var found: [Qualifying] = []
        found.reserveCapacity(account.orders.count * rules.metrics.count)
        for (place, metric) in rules.metrics.enumerated() {
            for order in account.orders.indices {
                let note = account.orders.note(order)
                guard let at = note.placedAt else { continue }
                let amount = amount(of: note, at: order, metric)
                if amount > 0 { found.append(Qualifying(at: at, metric: place, amount: amount)) }
            }
            guard metric == .points else { continue }
            for progress in account.challenges.values {
                note(progress, by: place, in: &found)
            }
            let ofChallenges = Set(account.challenges.values.flatMap(\.lots))
            for lot in account.lots where !ofChallenges.contains(lot.id) {
                switch lot.source {
                case .order, .tier, .bonus, .correction: break
                case .event, .award:
                    let earned = lot.issued - lot.reversed
                    guard earned > 0 else { continue }
                    found.append(Qualifying(at: lot.createdAt, metric: place, amount: earned))
                }
            }
            for credit in account.credits {
                found.append(Qualifying(at: credit.at, metric: place, amount: credit.points))
            }
        }
        return found
    }

    /// A return may take other points than the challenge's own: what it gave is its own to say.
    private func note(
        _ progress: ChallengeProgress, by metric: Int, in found: inout [Qualifying]
    ) {
        guard let index = progress.lots.last.flatMap(account.lotIndex),
            case .event = account.lots[index].source
        else { return }
        for completion in progress.done where completion.points > 0 {
            found.append(Qualifying(at: completion.at, metric: metric, amount: completion.points))
        }
        if progress.forgone > 0 {
            found.append(
                Qualifying(
                    at: account.lots[index].createdAt, metric: metric, amount: progress.forgone))
        }
    }

    private func amount(
        of note: LoyaltyOrder.Note, at place: Int, _ metric: TierMetric
    ) -> Int64 {
        switch metric {
        case .spend: return note.net
        case .orders: return note.net > 0 ? 1 : 0
        case .points:
            // A refund may take other points than the order's own: what an order gave is its own to say.
            return max(0, note.given - note.spendableOnly) + note.qualifying
        case .units(let units):
            guard note.net > 0 else { return 0 }
            let order = account.orders[place]
            return zip(order.lines, order.quantitiesLeft()).reduce(0) {
                units.takes($1.0) ? Self.added($0, $1.1) : $0
            }
        }
    }

    /// What counts at a moment, of each metric.
    func qualified(_ rules: TierRules, at now: Timestamp) -> [Int64] {
        let all = qualifying(rules)
        var sums = rules.metrics.map { _ in Int64(0) }
        switch rules.period {
        case .life:
            for item in all { sums[item.metric] = Self.added(sums[item.metric], item.amount) }
            return sums
        case .rolling(let length):
            let cutoff = length.before(now, in: zone)
            for item in all where Self.counts(item.at, at: now, length, cutoff, zone) {
                sums[item.metric] = Self.added(sums[item.metric], item.amount)
            }
            return sums
        case .calendarYear:
            let year = zone.day(of: now).components.year
            var last = sums
            for item in all {
                let found = zone.day(of: item.at).components.year
                if found == year {
                    sums[item.metric] = Self.added(sums[item.metric], item.amount)
                }
                if found == year - 1 {
                    last[item.metric] = Self.added(last[item.metric], item.amount)
                }
            }
            // All that a level asks for must be there in one of the years.
            if sums.count == 1 { return [max(sums[0], last[0])] }
            return rules.level(at: last) > rules.level(at: sums) ? last : sums
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

    /// Notes what the tier is called, for when the program has others.
    mutating func nameTier() {
        // Where the program has none, it may have some again.
        if let name = program.tierName(account.tier) { account.tierName = name }
    }

    /// Finds the tier's place among those that the program has now. Where there is none of that name any more, it is the
    /// one below; what was earned decides from there.
    mutating func findTier() {
        let name = account.tierName
        guard let rules = program.tiers, !name.isEmpty, program.tierName(account.tier) != name
        else { return }
        if let place = rules.levels.firstIndex(where: { $0.name == name }) {
            account.tier = place
            return
        }
        let before = min(account.tier, rules.levels.count) - 1
        account.tier = max(0, program.tier(below: name) ?? before)
        account.graceUntil = nil
        let reached = max(account.tier, rules.level(at: qualified(rules, at: account.latest)))
        guard reached == account.tier, let below = program.tierName(account.tier) else { return }
        news.append(.tierChanged(from: name, to: below, isUp: false))
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
