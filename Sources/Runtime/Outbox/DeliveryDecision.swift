import Delivery
import Kernel
import Records

/// What follows from an attempt to deliver a webhook: pure, for the item and for its receiver.
struct DeliveryDecision: Equatable {
    /// So many failures in a row are taken for the items' own; more hold the receiver back as a whole.
    static let failuresBeforeHold = 5
    private static let holdFirstMs: Int64 = 5_000
    private static let holdMaxMs: Int64 = 300_000

    let outcome: OutboxResult.Outcome
    /// Nil where the attempt says nothing about the receiver.
    let news: ReceiverNote.News?

    /// - Parameters:
    ///   - attempt: Which one it was of this item, from 1.
    ///   - failures: The receiver's failures in a row before it.
    ///   - jitter: Any number that is the same whenever this attempt is decided again.
    init(
        _ delivery: DeliveryOutcome, attempt: Int, failures: Int, now: Timestamp, jitter: UInt64
    ) {
        switch delivery {
        case .delivered:
            self.init(.done, .delivered)
        case .gone:
            let reason = "answered 410: it wants nothing more"
            self.init(.returned(dueAt: now, reason: reason), .gone(reason: reason))
        case .failed(let reason, let retryAfterSeconds):
            self.init(reason, retryAfterSeconds, attempt, failures, now, jitter)
        case .refused(let reason):
            self.init(reason, nil, attempt, failures, now, jitter)
        }
    }

    private init(
        _ reason: String, _ retryAfterSeconds: Int64?, _ attempt: Int, _ failures: Int,
        _ now: Timestamp, _ jitter: UInt64
    ) {
        let outcome: OutboxResult.Outcome
        let delayMs = RetrySchedule.delayMs(
            afterAttempt: attempt, retryAfterSeconds: retryAfterSeconds, jitter: jitter)
        if let delayMs {
            outcome = .retry(dueAt: now.adding(milliseconds: delayMs), reason: reason)
        } else {
            outcome = .dead(reason: "tried \(attempt) times; the last time: \(reason)")
        }
        let inRow = failures + 1
        var heldUntil: Timestamp?
        if let retryAfterSeconds {
            // Who asks for time asks for all that is on its way to them.
            let seconds = min(max(retryAfterSeconds, 1), RetrySchedule.retryAfterSecondsMax)
            heldUntil = now.adding(milliseconds: seconds * 1000)
        } else if inRow >= Self.failuresBeforeHold {
            let doublings = min(inRow - Self.failuresBeforeHold, 10)
            heldUntil = now.adding(
                milliseconds: min(Self.holdFirstMs << Int64(doublings), Self.holdMaxMs))
        }
        self.init(outcome, .failed(inRow: inRow, reason: reason, heldUntil: heldUntil))
    }

    private init(_ outcome: OutboxResult.Outcome, _ news: ReceiverNote.News?) {
        self.outcome = outcome
        self.news = news
    }
}
