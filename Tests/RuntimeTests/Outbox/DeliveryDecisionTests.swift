import Delivery
import Kernel
import Records
import Testing

@testable import Runtime

struct DeliveryDecisionTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    private func decide(
        _ outcome: DeliveryOutcome, attempt: Int = 1, failures: Int = 0
    ) -> DeliveryDecision {
        DeliveryDecision(
            outcome, attempt: attempt, failures: failures, now: Self.now, jitter: 0)
    }

    private func later(_ ms: Int64) -> Timestamp { Self.now.adding(milliseconds: ms) }

    @Test func `what was delivered is done, and its receiver well`() {
        let decision = decide(.delivered(status: 204), attempt: 4, failures: 9)
        #expect(decision.outcome == .done)
        #expect(decision.news == .delivered)
    }

    @Test func `410 disables the receiver and costs the item nothing`() {
        let decision = decide(.gone, attempt: 10)
        let reason = "answered 410: it wants nothing more"
        #expect(decision.outcome == .returned(dueAt: Self.now, reason: reason))
        #expect(decision.news == .gone(reason: reason))
    }

    @Test(arguments: [
        DeliveryOutcome.failed(reason: "answered 500"), .refused(reason: "answered 500"),
    ])
    func `a failure is tried again by the schedule`(outcome: DeliveryOutcome) {
        let first = decide(outcome)
        #expect(first.outcome == .retry(dueAt: later(5_000), reason: "answered 500"))
        #expect(first.news == .failed(inRow: 1, reason: "answered 500", heldUntil: nil))
        #expect(
            decide(outcome, attempt: 9).outcome
                == .retry(dueAt: later(86_400_000), reason: "answered 500"))
        #expect(
            decide(outcome, attempt: 10).outcome
                == .dead(reason: "tried 10 times; the last time: answered 500"))
    }

    @Test func `who asks for time is given it, for the item and for all others`() {
        let decision = decide(.failed(reason: "answered 429", retryAfterSeconds: 120))
        #expect(decision.outcome == .retry(dueAt: later(120_000), reason: "answered 429"))
        #expect(
            decision.news
                == .failed(inRow: 1, reason: "answered 429", heldUntil: later(120_000)))
    }

    @Test(
        arguments: [
            (3, nil), (4, 5_000), (5, 10_000), (9, 160_000), (10, 300_000), (1_000_000, 300_000),
        ] as [(Int, Int64?)])
    func `from five failures in a row on, the receiver is left alone, longer and longer`(
        before: Int, holdMs: Int64?
    ) {
        let decision = decide(.failed(reason: "x"), failures: before)
        #expect(
            decision.news
                == .failed(inRow: before + 1, reason: "x", heldUntil: holdMs.map(later)))
    }
}
