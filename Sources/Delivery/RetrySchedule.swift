/// When a delivery that failed is tried again (Standard Webhooks, "Deliverability and reliability").
package enum RetrySchedule {
    /// Seconds before each attempt after the first.
    package static let delaysSeconds: [Int64] = [
        5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]

    /// How often an item is tried before it goes to the dead letters.
    package static var attemptsMax: Int { delaysSeconds.count + 1 }

    /// The longest wait that a receiver may ask for.
    package static let retryAfterSecondsMax: Int64 = 86_400

    /// Milliseconds from an attempt that failed to the next one; nil where it was the last.
    ///
    /// Up to a tenth is added, so that what failed together doesn't come back together.
    ///
    /// - Parameters:
    ///   - attempt: Which one failed, from 1.
    ///   - retryAfterSeconds: What the receiver asked for, which goes before the schedule.
    ///   - jitter: Any number; the same one gives the same delay.
    package static func delayMs(
        afterAttempt attempt: Int, retryAfterSeconds: Int64? = nil, jitter: UInt64
    ) -> Int64? {
        guard attempt >= 1, attempt <= delaysSeconds.count else { return nil }
        let seconds =
            retryAfterSeconds.map { min(max($0, 1), retryAfterSecondsMax) }
            ?? delaysSeconds[attempt - 1]
        let ms = seconds * 1000
        return ms + Int64(jitter % UInt64(ms / 10 + 1))
    }
}
