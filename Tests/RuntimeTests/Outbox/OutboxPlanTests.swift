import Kernel
import Records
import Testing

@testable import Runtime

/// Who is served next, and how much of it.
struct OutboxPlanTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    private static func lane(_ receiver: String) -> OutboxLane {
        OutboxLane(kind: .webhook, receiver: receiver)
    }

    /// How many items of each receiver are begun, and when to look again in milliseconds from now.
    private func plan(
        due: [String: Int64], inFlight: [String: Int] = [:],
        health: [String: OutboxPlan.Health] = [:], webhooksMax: Int = 256
    ) -> (claims: [String: Int], nextAt: Int64?) {
        var limits = OutboxPlan.Limits()
        limits.webhooksMax = webhooksMax
        let plan = OutboxPlan(
            lanes: due.sorted { $0.key < $1.key }.map {
                (Self.lane($0.key), Self.now.adding(milliseconds: $0.value))
            },
            inFlight: Dictionary(
                uniqueKeysWithValues: inFlight.map { (Self.lane($0.key), $0.value) }),
            health: health, limits: limits, now: Self.now)
        return (
            Dictionary(uniqueKeysWithValues: plan.claims.map { ($0.lane.receiver, $0.count) }),
            plan.nextAt.map { $0.milliseconds - Self.now.milliseconds }
        )
    }

    @Test func `what is due is begun, and what isn't says when it will be`() {
        let plan = plan(due: ["a": 0, "b": -5_000, "c": 1, "d": 40])
        #expect(plan.claims == ["a": 8, "b": 8])
        #expect(plan.nextAt == 1)
    }

    @Test func `nothing open means nothing to wait for`() {
        let plan = plan(due: [:])
        #expect(plan.claims.isEmpty)
        #expect(plan.nextAt == nil)
    }

    @Test func `a receiver that fails gets one item at a time, and others their whole share`() {
        let plan = plan(
            due: ["dead": -9_000_000, "well": 0],
            health: ["dead": .init(failures: 1), "well": .init()])
        #expect(plan.claims == ["dead": 1, "well": 8])
    }

    @Test func `a receiver that is left alone is asked again when its time has come`() {
        var held = OutboxPlan.Health(failures: 7)
        held.heldUntil = Self.now.adding(milliseconds: 300)
        let early = plan(due: ["dead": -9_000], health: ["dead": held])
        #expect(early.claims.isEmpty)
        #expect(early.nextAt == 300)
        held.heldUntil = Self.now
        #expect(plan(due: ["dead": -9_000], health: ["dead": held]).claims == ["dead": 1])
    }

    @Test func `nothing is begun for a receiver that is disabled, nor waited for`() {
        let plan = plan(due: ["gone": -1], health: ["gone": .init(isEnabled: false)])
        #expect(plan.claims.isEmpty)
        #expect(plan.nextAt == nil)
    }

    @Test func `items for nobody are begun, for it to be said that they can't be sent`() {
        #expect(plan(due: ["unknown": 0]).claims == ["unknown": 8])
    }

    @Test(arguments: [(0, 8), (4, 4), (5, nil), (8, nil)])
    func `a lane is filled up once half of it is free`(begun: Int, more: Int?) {
        #expect(plan(due: ["a": 0], inFlight: ["a": begun]).claims["a"] == more)
    }

    @Test func `what is left of all places is shared out one by one`() {
        let due = Dictionary(uniqueKeysWithValues: (0..<5).map { ("r\($0)", Int64(-$0)) })
        let plan = plan(due: due, inFlight: ["busy": 8], webhooksMax: 20)
        #expect(plan.claims.values.sorted() == [2, 2, 2, 3, 3])
        // Who has waited longest gets what is over.
        #expect(plan.claims["r4"] == 3)
        #expect(plan.claims["r0"] == 2)
    }

    @Test func `no place is given that isn't there`() {
        let plan = plan(due: ["a": 0, "b": 0], inFlight: ["x": 8, "y": 8], webhooksMax: 16)
        #expect(plan.claims.isEmpty)
    }

    @Test func `items that stay here go one batch at a time and take no receiver's place`() {
        let lane = OutboxLane(kind: .coupon)
        func claims(_ inFlight: [OutboxLane: Int]) -> [OutboxPlan.Claim] {
            OutboxPlan(
                lanes: [(lane, Self.now)], inFlight: inFlight, health: [:],
                limits: OutboxPlan.Limits(), now: Self.now
            ).claims
        }
        #expect(claims([:]) == [.init(lane: lane, count: 500)])
        #expect(claims([lane: 1]).isEmpty)
        #expect(claims([Self.lane("a"): 256]) == [.init(lane: lane, count: 500)])
    }
}
