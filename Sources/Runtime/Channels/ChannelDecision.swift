import Delivery
import Kernel
import Records

/// What follows from an attempt at a message by a channel that isn't e-mail: pure.
enum ChannelDecision {
    /// Seconds before each attempt after the first.
    static let delaysSeconds: [Int64] = [30, 120, 600, 1800, 7200, 21_600, 43_200]

    /// - Parameter note: Said with what was accepted, such as how many segments it takes.
    static func outcome(
        _ outcome: ProviderOutcome, message: MessageDraft, note: String = "", attempt: Int,
        deadline: Timestamp?, now: Timestamp, jitter: UInt64
    ) -> MessageResult.Outcome {
        switch outcome {
        case .accepted(let id):
            return .accepted(reply: [id, note].filter { !$0.isEmpty }.joined(separator: ", "))
        case .unsubscribed(let reason): return .unsubscribed(reason: reason)
        case .unknownAddress(let reason): return .bounced(reply: reason)
        case .refused(let reason): return .refused(reply: reason, isBounce: false)
        case .deferred(let reason, let seconds), .held(let reason, let seconds):
            guard let at = retry(attempt, seconds, now, jitter) else {
                return .refused(
                    reply: "tried \(attempt) times; the last time: \(reason)", isBounce: false)
            }
            if let deadline, at >= deadline {
                return .expired(reason: "not taken within its time; \(reason)")
            }
            return .deferred(until: at, reply: reason)
        case .notSent(let reason), .misconfigured(let reason):
            return .returned(until: now.adding(milliseconds: 5_000), reason: reason)
        case .inDoubt(let reason):
            guard message.isRepeatable, let at = retry(attempt, nil, now, jitter) else {
                return .inDoubt(reason: reason)
            }
            if let deadline, at >= deadline { return .inDoubt(reason: reason) }
            return .deferred(until: at, reply: "in doubt, and sent again: \(reason)")
        }
    }

    private static func retry(
        _ attempt: Int, _ askedSeconds: Int64?, _ now: Timestamp, _ jitter: UInt64
    ) -> Timestamp? {
        guard attempt >= 1, attempt <= delaysSeconds.count else { return nil }
        let seconds = max(delaysSeconds[attempt - 1], min(askedSeconds ?? 0, 86_400))
        let ms = seconds * 1000
        return now.adding(milliseconds: ms + Int64(jitter % UInt64(ms / 10 + 1)))
    }
}
