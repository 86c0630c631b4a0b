import Journeys
import Kernel
import Testing

/// Journeys that are edited, paused and deleted with people inside.
@Suite struct EditTests {
    private static func journey(_ steps: String, edits: String = "move", status: String = "live")
        throws -> Journey
    {
        try Stage.journey(
            """
            kind: journey
            name: j
            status: \(status)
            entry: {event: A}
            edits: \(edits)
            steps: \(steps)
            """)
    }

    private static let first = """
        [{id: m1, award: {points: 1}}, {id: w, wait: 10 days}, {id: m2, award: {points: 2}}, {id: m3, award: {points: 3}}]
        """

    /// Enters at the first version on 1 January, edits on the 5th, and lets all time go by.
    private static func run(
        from old: String = first, to new: String, edits: String = "move",
        at moment: String = "2026-01-05"
    ) throws -> Stage {
        let before = try journey(old, edits: edits)
        let after = try journey(new, edits: edits)
        var stage = Stage(try Stage.plan([JourneyPlan.Entry(before, version: 1)]))
        stage.event("A", at: "2026-01-01")
        stage.pass(until: moment)
        stage.plan = try Stage.plan(
            [JourneyPlan.Entry(after, version: 2, older: [1: before])], revision: 2)
        stage.give(.planChanged)
        stage.pass(until: "2027-01-01")
        return stage
    }

    /// `2 on 11`: points and the day of January.
    private static func awards(_ stage: Stage) -> [String] {
        stage.effects.filter { $0.kind == .award }.map {
            "\($0.text.dropFirst(10).dropLast()) on \($0.dueAt.rfc3339.dropFirst(8).prefix(2))"
        }
    }

    @Test func `people stay in their version where nothing else is said`() throws {
        let stage = try Self.run(to: "[{id: w, wait: 1 days}]", edits: "stay")
        #expect(Self.awards(stage) == ["1 on 01", "2 on 11", "3 on 11"])
        #expect(!stage.kinds().contains(.moved))
    }

    @Test(arguments: [
        // The step that one waits at has another length, counted from when one came to it.
        (
            "[{id: m1, award: {points: 1}}, {id: w, wait: 20 days}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "2 on 21"]
        ),
        // A shorter one has passed already: at once.
        (
            "[{id: m1, award: {points: 1}}, {id: w, wait: 2 days}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "2 on 05"]
        ),
        // A step is added behind, and one before: the one before is past.
        (
            "[{id: m0, award: {points: 9}}, {id: m1, award: {points: 1}}, {id: w, wait: 10 days}, {id: n, award: {points: 8}}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "8 on 11", "2 on 11"]
        ),
        // The step that one waits at is removed: on to the next that is left.
        ("[{id: m1, award: {points: 1}}, {id: m3, award: {points: 3}}]", ["1 on 01", "3 on 05"]),
        // All that followed is removed: it is the end.
        ("[{id: m1, award: {points: 1}}]", ["1 on 01"]),
        // A step that was done stands behind now: it isn't done twice.
        (
            "[{id: w, wait: 10 days}, {id: m1, award: {points: 1}}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "2 on 11"]
        ),
        // A done step is changed: that is past.
        (
            "[{id: m1, award: {points: 7}}, {id: w, wait: 10 days}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "2 on 11"]
        ),
        // A step to come is changed, another removed.
        (
            "[{id: m1, award: {points: 1}}, {id: w, wait: 10 days}, {id: m3, award: {points: 6}}]",
            ["1 on 01", "6 on 11"]
        ),
        // The step's id is another kind of step now: it is done from its start.
        (
            "[{id: m1, award: {points: 1}}, {id: w, award: {points: 5}}, {id: m2, award: {points: 2}}]",
            ["1 on 01", "5 on 05", "2 on 05"]
        ),
    ])
    func `people move by the steps' ids`(new: String, expected: [String]) throws {
        let stage = try Self.run(to: new)
        #expect(Self.awards(stage) == expected)
        #expect(stage.decisions.first { $0.kind == .moved }?.version == 2)
        #expect(stage.runs.values.allSatisfy { $0.isEnded })
    }

    @Test func `who waits in an arm goes on behind it where the arm is gone`() throws {
        let old = """
            [{id: b, branch: [{if: {segment: x}, steps: []}, {else: [{id: w, wait: 10 days}, {id: m1, award: {points: 1}}]}]}, {id: m2, award: {points: 2}}]
            """
        let stage = try Self.run(
            from: old, to: "[{id: n, award: {points: 5}}, {id: m2, award: {points: 2}}]")
        #expect(Self.awards(stage) == ["2 on 05"])
    }

    @Test func `a message that waits for its slot takes the new terms`() throws {
        let old = "[{id: s, send: {channel: email, template: old}}]"
        let new = "[{id: s, send: {channel: email, template: new}}]"
        let before = try Self.journey(old)
        let after = try Self.journey(new)
        let rules = #"{kind: sending, quietHours: {from: "21:00", to: "08:00"}}"#
        var stage = Stage(try Stage.plan([JourneyPlan.Entry(before, version: 1)], rules: rules))
        stage.event("A", at: "2026-01-01T22:00:00Z")
        stage.plan = try Stage.plan(
            [JourneyPlan.Entry(after, version: 2, older: [1: before])], rules: rules, revision: 2)
        stage.give(.planChanged)
        stage.pass(until: "2027-01-01")
        #expect(stage.sends.map(\.dueAt) == [time("2026-01-02T08:00:00Z")])
        #expect(stage.sends.first?.text.contains("\"new\"") == true)
    }

    @Test func `a message that went isn't sent again where it now stands behind`() throws {
        let mail = "{id: s, send: {channel: email, template: t}}"
        let stage = try Self.run(
            from: "[\(mail), {id: w, wait: 10 days}]", to: "[{id: w, wait: 10 days}, \(mail)]")
        #expect(stage.sends.map(\.dueAt) == [time("2026-01-01")])
        #expect(
            stage.decisions.last { $0.kind == .moved }?.reason
                == "was done already, before the journey was edited")
    }

    @Test func `a pause holds people where they are, and its end lets them go on`() throws {
        let live = try Self.journey(Self.first, edits: "stay")
        let paused = try Self.journey(Self.first, edits: "stay", status: "paused")
        var stage = Stage(try Stage.plan([JourneyPlan.Entry(live, version: 1)]))
        stage.event("A", at: "2026-01-01")
        stage.plan = try Stage.plan(
            [JourneyPlan.Entry(paused, version: 2, older: [1: live])], revision: 2)
        stage.give(.planChanged)
        #expect(stage.automation.nextWake == nil)
        stage.pass(until: "2026-01-20")
        stage.give(.timer)
        #expect(Self.awards(stage) == ["1 on 01"])
        stage.plan = try Stage.plan(
            [JourneyPlan.Entry(live, version: 3, older: [1: live, 2: paused])], revision: 3)
        stage.give(.planChanged)
        #expect(Self.awards(stage) == ["1 on 01", "2 on 20", "3 on 20"])
    }

    @Test func `an event that ends a wait during a pause isn't lost`() throws {
        let steps =
            "[{id: f, waitFor: {event: B, atMost: 10 days}, happened: [{id: m, award: {points: 1}}]}]"
        let live = try Self.journey(steps)
        let paused = try Self.journey(steps, status: "paused")
        var stage = Stage(try Stage.plan([JourneyPlan.Entry(live, version: 1)]))
        stage.event("A", at: "2026-01-01")
        stage.plan = try Stage.plan([JourneyPlan.Entry(paused, version: 1)], revision: 2)
        stage.event("B", at: "2026-01-02")
        #expect(stage.effects.isEmpty)
        stage.plan = try Stage.plan([JourneyPlan.Entry(live, version: 1)], revision: 3)
        stage.pass(until: "2026-02-01")
        stage.give(.planChanged)
        #expect(stage.effects.count == 1)
    }

    @Test func `whoever is inside of a deleted journey leaves`() throws {
        let journey = try Self.journey(Self.first)
        for entries in [[JourneyPlan.Entry(journey, version: 1, isDeleted: true)], []] {
            var stage = Stage(try Stage.plan([JourneyPlan.Entry(journey, version: 1)]))
            stage.event("A", at: "2026-01-01")
            stage.plan = try Stage.plan(entries, revision: 2)
            stage.give(.planChanged)
            #expect(stage.decisions.last?.reason == "the journey was deleted")
            #expect(stage.automation.nextWake == nil)
            stage.pass(until: "2027-01-01")
            #expect(stage.effects.count == 1)
        }
    }

    @Test func `a version that isn't kept ends the run instead of the program`() throws {
        let journey = try Self.journey(Self.first, edits: "stay")
        var stage = Stage(try Stage.plan([JourneyPlan.Entry(journey, version: 1)]))
        stage.event("A", at: "2026-01-01")
        stage.plan = try Stage.plan([JourneyPlan.Entry(journey, version: 3)], revision: 2)
        stage.pass(until: "2027-01-01")
        #expect(stage.decisions.last?.reason == "version 1 isn't kept any more")
    }
}
