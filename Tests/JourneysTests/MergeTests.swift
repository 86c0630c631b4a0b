import Journeys
import Kernel
import Testing

/// Two customers who turn out to be one.
@Suite struct MergeTests {
    private static let yaml = """
        kind: journey
        name: j
        status: live
        entry: {event: A, per: event.k}
        steps: [{wait: 10 days}, {id: m, send: {channel: email, template: t, deadline: 60 days}}]
        """

    /// Two customers with a run each.
    private static func pair(
        _ left: String, _ right: String, rules: String = "kind: sending"
    ) throws -> (Stage, Stage) {
        let plan = try Stage.plan([yaml], rules: rules)
        var one = Stage(plan)
        var other = Stage(plan)
        other.customer = ID(rawValue: 99)
        one.event("A", #"{"k":"\#(left)"}"#, at: "2026-01-02")
        other.event("A", #"{"k":"\#(right)"}"#, at: "2026-01-01")
        one.pass(until: "2026-01-03")
        return (one, other)
    }

    @Test func `of two runs with the same key the older stays and the other ends as merged`() throws
    {
        var (one, other) = try Self.pair("x", "x")
        let younger = try #require(one.automation.runs.first)
        let outcome = one.automation.merge(other.automation, at: one.now)
        #expect(outcome.decisions.map(\.kind) == [.merged])
        #expect(outcome.runs.map(\.id) == [younger.id])
        #expect(outcome.runs.first?.state == .ended(.merged, at: one.now))
        #expect(one.automation.runs.map(\.id) == other.automation.runs.map(\.id))
        one.pass(until: "2026-02-01")
        #expect(one.sends.map(\.dueAt) == [time("2026-01-11")])
        #expect(one.sends.first?.run.customer.rawValue == 99)
    }

    @Test func `runs with other keys stay both, under the caps of one person`() throws {
        var (one, other) = try Self.pair(
            "x", "y", rules: "{kind: sending, caps: [{atMost: 1, within: 30 days}]}")
        #expect(one.automation.merge(other.automation, at: one.now).isEmpty)
        one.pass(until: "2026-03-01")
        #expect(one.sends.map(\.dueAt) == [time("2026-01-11"), time("2026-02-10")])
    }

    @Test func `what was sent to either counts towards the caps`() throws {
        var (one, other) = try Self.pair(
            "x", "y", rules: "{kind: sending, caps: [{atMost: 1, within: 30 days}]}")
        other.pass(until: "2026-01-11")
        one.pass(until: "2026-01-11")
        #expect(other.sends.count == 1 && one.sends.isEmpty)
        _ = one.automation.merge(other.automation, at: one.now)
        one.pass(until: "2026-03-01")
        #expect(one.sends.map(\.dueAt) == [time("2026-02-10")])
    }

    @Test func `an entry of either counts towards re-entry`() throws {
        var (one, other) = try Self.pair("x", "y")
        other.pass(until: "2026-01-20")
        one.pass(until: "2026-01-20")
        _ = one.automation.merge(other.automation, at: one.now)
        one.event("A", #"{"k":"y"}"#)
        #expect(
            one.decisions.last?.reason == "has been inside, entered at 2026-01-01T00:00:00.000Z")
    }

    @Test func `a birthday that either was entered for isn't had again`() throws {
        let plan = try Stage.plan([
            "{kind: journey, name: j, status: live, entry: {date: {attribute: day, yearly: true}}, steps: [{award: {points: 1}}]}"
        ])
        var stages = [Stage(plan), Stage(plan)]
        for (number, zone) in ["Australia/Sydney", "America/Los_Angeles"].enumerated() {
            stages[number].timeZone = zone
            stages[number].now = time("2026-01-01")
            stages[number].identify(["day": "1990-05-01"])
            stages[number].pass(until: "2026-05-01T12:00:00Z")
        }
        #expect(stages[0].effects.count == 1 && stages[1].effects.isEmpty)
        _ = stages[1].automation.merge(stages[0].automation, at: stages[1].now)
        stages[1].pass(until: "2027-04-30T12:00:00Z")
        #expect(stages[1].effects.isEmpty)
        stages[1].pass(until: "2027-06-01")
        #expect(stages[1].effects.count == 1)
    }

    @Test func `a merge that is told twice, and one with nobody, bring nothing`() throws {
        var (one, other) = try Self.pair("x", "x")
        _ = one.automation.merge(other.automation, at: one.now)
        let merged = one.automation
        #expect(one.automation.merge(other.automation, at: one.now).isEmpty)
        #expect(one.automation.runs == merged.runs)
        #expect(one.automation.merge(CustomerAutomation(), at: one.now).isEmpty)
    }
}
