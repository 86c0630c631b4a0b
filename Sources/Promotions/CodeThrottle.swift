package import Documents
package import Kernel

/// Slows down whoever gives wrong codes, and says when somebody should be told: a token bucket for each caller.
///
/// A caller is an API key or an address, as the shell says (an IPv6 network of 64 bits is one caller). Each wrong code takes
/// a token, also where there is none left: many wrong ones at once are waited for afterwards. Without a token, no code of
/// theirs is looked at. Right codes take none, so that a busy checkout isn't slowed.
package struct CodeThrottle: Hashable, Sendable {
    /// How fast one may be wrong.
    package struct Rules: Hashable, Sendable {
        /// Wrong codes at once.
        package var burst: Int64
        /// In which one token comes back.
        package var refillMs: Int64
        /// Wrong codes within the window at which it is reported, once in each window.
        package var reportAt: Int
        package var window: TimeSpan
        /// Callers that are remembered; beyond, those that have been quiet for longest are forgotten.
        package var callersMax: Int

        /// 10 at once, then one in 6 seconds; reported at 50 in a day; 10,000 callers.
        package init(
            burst: Int64 = 10, refillMs: Int64 = 6000, reportAt: Int = 50,
            window: TimeSpan = .days(1), callersMax: Int = 10_000
        ) {
            self.burst = max(1, min(burst, 1_000_000))
            self.refillMs = max(1, min(refillMs, 86_400_000))
            self.reportAt = max(1, reportAt)
            self.window = window
            self.callersMax = max(1, callersMax)
        }
    }

    /// Somebody tries codes.
    package struct Report: Hashable, Sendable {
        package let caller: String
        /// Since `since`, with this one.
        package let wrongCount: Int
        package let since: Timestamp
    }

    private struct Bucket: Hashable, Sendable {
        /// In milliseconds of refilling: a token is `refillMs` of them.
        var credit: Int64
        var at: Timestamp
        var windowStart: Timestamp
        var wrongCount = 0
    }

    /// Nobody waits for longer.
    private static let debtMaxMs: Int64 = 86_400_000

    package let rules: Rules
    private var buckets: [String: Bucket] = [:]

    package init(rules: Rules = Rules()) { self.rules = rules }

    /// Callers that are remembered.
    package var callersCount: Int { buckets.count }

    /// Whether a caller's code is looked at.
    ///
    /// - Returns: Nil if so; else in how many milliseconds the next would be.
    package func waitMs(_ caller: String, now: Timestamp) -> Int64? {
        guard let bucket = buckets[caller] else { return nil }
        let credit = credit(of: bucket, now)
        return credit >= rules.refillMs ? nil : rules.refillMs - credit
    }

    /// Notes a wrong code.
    ///
    /// - Returns: What somebody should be told; nil mostly.
    package mutating func noteWrong(_ caller: String, now: Timestamp) -> Report? {
        note(caller, now: now, cost: rules.refillMs)
    }

    /// Notes a code that wasn't looked at, as the caller has no token: it counts for the report, and costs none.
    package mutating func noteBlocked(_ caller: String, now: Timestamp) -> Report? {
        note(caller, now: now, cost: 0)
    }

    private mutating func note(_ caller: String, now: Timestamp, cost: Int64) -> Report? {
        var bucket =
            buckets[caller]
            ?? Bucket(credit: rules.burst * rules.refillMs, at: now, windowStart: now)
        bucket.credit = max(-Self.debtMaxMs, credit(of: bucket, now) - cost)
        bucket.at = max(bucket.at, now)
        if Self.elapsedMs(from: bucket.windowStart, to: now) >= rules.window.milliseconds {
            bucket.windowStart = now
            bucket.wrongCount = 0
        }
        if bucket.wrongCount < Int.max { bucket.wrongCount += 1 }
        if buckets[caller] == nil, buckets.count >= rules.callersMax { forgetQuiet(now) }
        buckets[caller] = bucket
        guard bucket.wrongCount == rules.reportAt else { return nil }
        return Report(caller: caller, wrongCount: bucket.wrongCount, since: bucket.windowStart)
    }

    private func credit(of bucket: Bucket, _ now: Timestamp) -> Int64 {
        let full = rules.burst * rules.refillMs
        let elapsed = Self.elapsedMs(from: bucket.at, to: now)
        return elapsed >= full - bucket.credit ? full : bucket.credit + elapsed
    }

    /// 0 where the clock went back.
    private static func elapsedMs(from start: Timestamp, to end: Timestamp) -> Int64 {
        let (elapsed, overflow) = end.milliseconds.subtractingReportingOverflow(start.milliseconds)
        if overflow { return end > start ? .max : 0 }
        return max(0, elapsed)
    }

    /// Forgets who has all their tokens and nothing to report in the window; where that isn't enough, the half that
    /// was wrong longest ago, so that the next ones cost nothing.
    private mutating func forgetQuiet(_ now: Timestamp) {
        let full = rules.burst * rules.refillMs
        buckets = buckets.filter { _, bucket in
            credit(of: bucket, now) < full
                || Self.elapsedMs(from: bucket.windowStart, to: now) < rules.window.milliseconds
        }
        guard buckets.count >= rules.callersMax else { return }
        let oldestFirst = buckets.map { (at: $0.value.at, caller: $0.key) }
            .sorted { ($0.at, $0.caller) < ($1.at, $1.caller) }
        for (_, caller) in oldestFirst.prefix((buckets.count + 1) / 2) {
            buckets[caller] = nil
        }
    }
}
