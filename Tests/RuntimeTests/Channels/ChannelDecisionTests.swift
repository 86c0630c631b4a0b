import Delivery
import Kernel
import Records
import Templates
import Testing

@testable import Runtime

/// What follows from an attempt, and what may be sent again.
struct ChannelDecisionTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    private func message(isRepeatable: Bool) -> MessageDraft {
        var draft = MessageDraft(id: ID(rawValue: 1), customer: 1, createdAt: Self.now)
        draft.isRepeatable = isRepeatable
        return draft
    }

    private func decided(
        _ outcome: ProviderOutcome, isRepeatable: Bool = false, attempt: Int = 1,
        deadline: Timestamp? = nil
    ) -> MessageResult.Outcome {
        ChannelDecision.outcome(
            outcome, message: message(isRepeatable: isRepeatable), attempt: attempt,
            deadline: deadline, now: Self.now, jitter: 0)
    }

    @Test func `what is in doubt goes again only where a second copy does no harm`() {
        let doubt = ProviderOutcome.inDoubt(reason: "no answer")
        #expect(decided(doubt) == .inDoubt(reason: "no answer"))
        #expect(
            decided(doubt, isRepeatable: true)
                == .deferred(
                    until: Self.now.adding(milliseconds: 30_000),
                    reply: "in doubt, and sent again: no answer"))
        #expect(decided(doubt, isRepeatable: true, attempt: 8) == .inDoubt(reason: "no answer"))
    }

    @Test func `a provider's wait is kept, and a deadline too`() {
        let busy = ProviderOutcome.deferred(reason: "busy", retryAfterSeconds: 90)
        #expect(
            decided(busy)
                == .deferred(until: Self.now.adding(milliseconds: 90_000), reply: "busy"))
        let early = Self.now.adding(milliseconds: 90_000)
        guard case .expired = decided(busy, deadline: early) else {
            Issue.record("it was to be over")
            return
        }
        guard case .refused(_, false) = decided(busy, attempt: 8) else {
            Issue.record("it was to be a dead letter")
            return
        }
    }

    @Test func `a provider that is away costs a message no attempt`() {
        for outcome in [
            ProviderOutcome.notSent(reason: "away"), .misconfigured(reason: "away"),
        ] {
            #expect(
                decided(outcome)
                    == .returned(until: Self.now.adding(milliseconds: 5_000), reason: "away"))
        }
    }

    @Test func `marketing is never repeated, but what is stored under its number`() {
        func carrier(_ channel: MessageSource.Channel, _ knows: Bool) -> ChannelCarrier {
            ChannelCarrier(channel, knowsRepeats: knows) { _ in .accepted(id: "") }
        }
        var draft = message(isRepeatable: false)
        #expect(!carrier(.sms, true).mayRepeat(draft))
        #expect(carrier(.inbox, true).mayRepeat(draft))
        draft.stream = .transactional
        #expect(carrier(.sms, true).mayRepeat(draft))
        #expect(!carrier(.sms, false).mayRepeat(draft))
        #expect(!carrier(.push, false).mayRepeat(draft))
    }

    @Test(arguments: [
        ("STOP", "", "no"), (" stop. ", "", "no"), ("Stop all", "", "no"), ("start", "", "yes"),
        ("Please don't stop", "", ""), ("hello", "STOP", "no"), ("", "", ""),
    ])
    func `words that end consent are whole texts`(text: String, optOut: String, expected: String) {
        let consent = SMSDesk.consent(text, optOut: optOut)
        #expect((consent.map { $0 ? "yes" : "no" } ?? "") == expected)
    }
}
