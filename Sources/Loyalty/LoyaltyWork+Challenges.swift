import Documents
import Kernel

/// How far a customer is with a challenge in one period.
struct ChallengeProgress: Sendable, Equatable {
    /// That it was done once, by orders.
    struct Completion: Sendable, Equatable {
        var at: Timestamp
        /// What it gave, also where that was there still of one that came undone.
        var points: Int64
    }

    /// Events since it was last done, in their order; orders are counted anew each time.
    var times: [Timestamp] = []
    /// How often orders have done it, as they stand; events can't be undone.
    var done: [Completion] = []
    /// The lots that came of it by orders, also of completions that came undone.
    var lots: [Int64] = []
    /// Points of completions that came undone, and that couldn't be taken back.
    var forgone: Int64 = 0
    /// When that was last so.
    var forgoneAt: Timestamp?
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

    /// The same in all periods: those that have orders, and those that had some.
    mutating func reviewChallenges() {
        let times = account.orders.indices.compactMap { place in
            let note = account.orders.note(place)
            return note.hasChallenges ? note.placedAt : nil
        }
        for rule in program.earn {
            guard rule.occasion == .order, let challenge = rule.challenge else { continue }
            var periods = Set(times.map { challenge.period(of: zone.day(of: $0)) })
            for key in account.challenges.keys where key.rule == rule.name {
                periods.insert(key.period)
            }
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
        while (account.challenges[key]?.done.count ?? 0) > wanted { undo(rule, key) }
        while (account.challenges[key]?.done.count ?? 0) < wanted {
            complete(rule, challenge, key, times)
        }
        if account.challenges[key] == ChallengeProgress() { account.challenges[key] = nil }
    }

    private mutating func complete(
        _ rule: EarnRule, _ challenge: EarnChallenge, _ key: LoyaltyAccount.Usage,
        _ times: [Timestamp]
    ) {
        var progress = account.challenges[key] ?? ChallengeProgress()
        let place = min((progress.done.count + 1) * challenge.times, times.count) - 1
        let earned = min(place >= 0 ? times[place] : account.latest, account.latest)
        let day = zone.day(of: earned)
        let worth = rule.worth(of: 1, factor: factor(of: rule, on: day))
        let points = limited(rule, worth, before: 0, on: day)
        progress.done.append(ChallengeProgress.Completion(at: earned, points: points))
        // What couldn't be taken back is still there.
        let restored = min(progress.forgone, points)
        progress.forgone -= restored
        if points > restored {
            let available =
                switch program.pending {
                case .after(let span): earned.adding(milliseconds: span.milliseconds)
                case .untilDay(let day): max(earned, zone.start(of: day))
                case .none, .until: earned
                }
            let reason = LoyaltyReason.challenge(rule: rule.name, times: challenge.times)
            let lot = issue(
                points - restored, rule.source, earned: earned, kind: .award, reason,
                availableAt: available)
            newsOfAward(points - restored, reason, lot)
            progress.lots.append(lot)
        }
        account.challenges[key] = progress
        payDebt()
    }

    private mutating func undo(_ rule: EarnRule, _ key: LoyaltyAccount.Usage) {
        guard var progress = account.challenges[key], let undone = progress.done.popLast() else {
            return
        }
        _ = limited(rule, 0, before: undone.points, on: zone.day(of: undone.at))
        let why = LoyaltyReason.challengeUndone(rule: rule.name)
        let left = reclaim(
            undone.points, from: progress.lots, own: why, other: { _ in why }, owed: why)
        if left > 0 {
            progress.forgone += left
            progress.forgoneAt = account.latest
        }
        account.challenges[key] = progress
        if undone.points > left { news.append(.reversed(points: undone.points - left, order: "")) }
    }
}
