import Delivery
import Kernel
import Messaging
import Records

/// What follows from an attempt at an e-mail: pure.
///
/// Marketing that may be on its way is never sent again by itself; what somebody asked for is, with the same
/// Message-ID.
enum MailDecision {
    /// Seconds before each attempt after the first: receivers that don't know a sender ask for minutes (RFC 5321
    /// §4.5.4.1 for the rest: days in all).
    static let delaysSeconds: [Int64] = [
        60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400,
    ]

    static func outcome(
        _ outcome: SMTPOutcome, stream: MessageStream, attempt: Int, deadline: Timestamp?,
        now: Timestamp, jitter: UInt64
    ) -> MessageResult.Outcome {
        switch outcome {
        case .delivered(let reply): return .accepted(reply: reply.description)
        case .refused(let refusal): return refused(refusal)
        case .deferred(let refusal, let seconds):
            guard let at = retry(attempt, seconds, now, jitter) else {
                return .refused(
                    reply: "tried \(attempt) times; the last time: \(refusal.reason)",
                    isBounce: !isOurs(refusal.cause))
            }
            if let deadline, at >= deadline {
                return .expired(reason: "not taken within its time; \(refusal.reason)")
            }
            return .deferred(until: at, reply: refusal.reason)
        case .notSent(let reason), .endpointFailed(let reason):
            return .returned(until: now.adding(milliseconds: 5_000), reason: reason)
        case .inDoubt(let reason):
            guard stream == .transactional, let at = retry(attempt, nil, now, jitter) else {
                return .inDoubt(reason: reason)
            }
            return .deferred(until: at, reply: "in doubt, and sent again: \(reason)")
        }
    }

    private static func refused(_ refusal: SMTPRefusal) -> MessageResult.Outcome {
        guard let reply = refusal.reply else {
            return .refused(reply: refusal.reason, isBounce: false)
        }
        let status = reply.status.flatMap { EnhancedStatus($0.kind, $0.subject, $0.detail) }
        let judged = BounceClass(code: reply.code, status: status, text: reply.text)
        // Only what was said of the recipient is held against them.
        let isAboutAddress = refusal.phase == .recipient || refusal.phase == .content
        if refusal.cause.isHardBounce || (judged.kind == .hard && isAboutAddress) {
            return .bounced(reply: refusal.reason)
        }
        return .refused(reply: refusal.reason, isBounce: judged.kind == .soft && isAboutAddress)
    }

    /// Whether the sender is at fault, or the server as a whole.
    private static func isOurs(_ cause: SMTPRefusalCause) -> Bool {
        switch cause {
        case .unknownAddress, .closedMailbox, .fullMailbox, .tooLarge: false
        default: true
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
