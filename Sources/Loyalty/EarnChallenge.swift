import Documents
package import Kernel

/// Something that is to be done several times in a period before a rule gives its points: three visits in a month.
package struct EarnChallenge: Hashable, Sendable {
    package enum Within: Hashable, Sendable {
        /// Counted anew in each.
        case each(EarnRule.Period)
        /// Any stretch of that length.
        case stretch(ExpiryRule.Length)
    }

    package static let timesMax = 1000

    /// How often; at least 2.
    package let times: Int
    package let within: Within

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        times = try members.required("times").integer(2...Self.timesMax)
        let span = try members.required("within")
        if let period = EarnRule.Period(rawValue: try span.text()) {
            within = .each(period)
        } else {
            do throws(DocumentProblem) {
                within = .stretch(try ExpiryRule.Length(reading: span))
            } catch {
                throw span.problem(
                    "must be day, week, month, year, ever, or a length such as 30 days")
            }
        }
        try members.end()
    }

    /// A number for the period in which a day is; 0 where it is counted over stretches.
    func period(of day: CalendarDay) -> Int64 {
        switch within {
        case .each(let period): period.number(of: day)
        case .stretch: 0
        }
    }

    /// How often it is done: each time counts once, the earliest first.
    ///
    /// - Parameter times: Of one period, in their order.
    func completions(of times: [Timestamp], in zone: ZoneRules) -> Int {
        guard case .stretch(let length) = within else { return times.count / self.times }
        var (found, open) = (0, [Timestamp]())
        for time in times {
            open.append(time)
            open.removeAll { length.after($0, in: zone) <= time }
            if open.count == self.times {
                found += 1
                open = []
            }
        }
        return found
    }

    /// `in a month`, `in 30 days`.
    package var withinPhrase: String {
        switch within {
        case .each(.ever): "altogether"
        case .each(let period): "in a \(period.rawValue)"
        case .stretch(let length): "in \(length)"
        }
    }
}

/// How far a customer is with a challenge in one period.
struct ChallengeProgress: Sendable, Equatable {
    /// Events since it was last done, in their order; orders are counted anew each time.
    var times: [Timestamp] = []
    /// The lots that its completions by orders gave, 0 where one gave none; events can't be undone.
    var lots: [Int64] = []
    /// Points of completions that came undone, and that couldn't be taken back.
    var forgone: Int64 = 0
}

extension LoyaltyWork {
    /// Counts an event by a challenge.
    ///
    /// - Returns: Whether that completes it.
    mutating func noteChallenge(_ rule: EarnRule, _ challenge: EarnChallenge, at: Timestamp) -> Bool
    {
        let day = zone.day(of: at)
        let key = LoyaltyAccount.Usage(rule: rule.name, period: challenge.period(of: day))
        var progress = account.challenges[key] ?? ChallengeProgress()
        progress.times.append(at)
        progress.times.sort()
        if case .stretch(let length) = challenge.within, let last = progress.times.last {
            progress.times.removeAll { length.after($0, in: zone) <= last }
        }
        let isDone = progress.times.count >= challenge.times
        if isDone { progress.times = [] }
        account.challenges[key] = progress == ChallengeProgress() ? nil : progress
        return isDone
    }

    /// Brings what challenges give for orders to what they are worth now, in the periods of some times.
    mutating func reviewChallenges(placed times: [Timestamp]) {
        for rule in program.earn {
            guard rule.occasion == .order, let challenge = rule.challenge else { continue }
            var periods = Set<Int64>()
            for time in times { periods.insert(challenge.period(of: zone.day(of: time))) }
            for period in periods.sorted() { review(rule, challenge, period) }
        }
    }

    private mutating func review(_ rule: EarnRule, _ challenge: EarnChallenge, _ period: Int64) {
        let key = LoyaltyAccount.Usage(rule: rule.name, period: period)
        let times = account.orders.indices.compactMap { place -> Timestamp? in
            let note = account.orders.note(place)
            guard note.hasChallenges, let at = note.placedAt,
                challenge.period(of: zone.day(of: at)) == period,
                account.orders[place].challenges.contains(rule.name)
            else { return nil }
            return at
        }.sorted()
        let wanted = challenge.completions(of: times, in: zone)
        let before = account.challenges[key] ?? ChallengeProgress()
        if before.lots.count == wanted { return }
        while let progress = account.challenges[key], progress.lots.count > wanted {
            undo(rule, key, progress)
        }
        while (account.challenges[key]?.lots.count ?? 0) < wanted {
            complete(rule, challenge, key, times)
        }
        if account.challenges[key] == ChallengeProgress() { account.challenges[key] = nil }
    }

    private mutating func complete(
        _ rule: EarnRule, _ challenge: EarnChallenge, _ key: LoyaltyAccount.Usage,
        _ times: [Timestamp]
    ) {
        var progress = account.challenges[key] ?? ChallengeProgress()
        let place = min((progress.lots.count + 1) * challenge.times, times.count) - 1
        let earned = min(place >= 0 ? times[place] : account.latest, account.latest)
        let day = zone.day(of: earned)
        let worth = rule.worth(of: 1, factor: factor(of: rule, on: day))
        let points = limited(rule, worth, before: 0, on: day)
        // What couldn't be taken back is still there.
        let restored = min(progress.forgone, points)
        progress.forgone -= restored
        var lot: Int64 = 0
        if points > restored {
            let available =
                switch program.pending {
                case .after(let span): earned.adding(milliseconds: span.milliseconds)
                case .untilDay(let day): max(earned, zone.start(of: day))
                case .none, .until: earned
                }
            let reason = LoyaltyReason.challenge(rule: rule.name, times: challenge.times)
            lot = issue(
                points - restored, rule.source, earned: earned, kind: .award, reason,
                availableAt: available)
            newsOfAward(points - restored, reason, lot)
        }
        progress.lots.append(lot)
        account.challenges[key] = progress
        payDebt()
    }

    private mutating func undo(
        _ rule: EarnRule, _ key: LoyaltyAccount.Usage, _ before: ChallengeProgress
    ) {
        var progress = before
        let lot = progress.lots.popLast() ?? 0
        account.challenges[key] = progress
        guard let index = account.lotIndex(lot) else { return }
        let points = account.lots[index].issued - account.lots[index].reversed
        _ = limited(rule, 0, before: points, on: zone.day(of: account.lots[index].createdAt))
        let why = LoyaltyReason.challengeUndone(rule: rule.name)
        let left = reclaim(points, from: [lot], own: why, other: { _ in why }, owed: why)
        account.challenges[key]?.forgone += left
        if points > left { news.append(.reversed(points: points - left, order: "")) }
    }
}
