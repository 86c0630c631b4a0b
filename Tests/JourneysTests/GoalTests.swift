import Journeys
import Kernel
import Testing

@Suite struct GoalTests {
    private static func journey(_ more: String = "", steps: String = "[{exit: true}]") -> String {
        """
        kind: journey
        name: j
        status: live
        entry: {event: A, per: event.cart}
        goal: {event: Bought, within: 14 days, where: [{property: cart, is: entry.cart}]}
        \(more)
        steps: \(steps)
        """
    }

    private static func pounds(_ minor: Int64) throws -> Money {
        Money(minor: minor, currency: try #require(Currency("GBP")))
    }

    @Test func `a goal counts within its window, also when the run has ended`() throws {
        for (moment, counts) in [
            ("2026-01-14T23:59:59.999Z", true), ("2026-01-15T00:00:00Z", false),
        ] {
            var stage = try Stage([Self.journey()])
            stage.event("A", #"{"cart":1}"#, at: "2026-01-01")
            #expect(stage.automation.runs.count == 1 && stage.automation.nextWake == nil)
            stage.event("Bought", #"{"cart":2}"#, at: "2026-01-02")
            stage.event("Bought", #"{"cart":1}"#, at: moment)
            #expect(stage.kinds().contains(.converted) == counts)
            #expect(stage.runs.values.first?.convertedAt == (counts ? time(moment) : nil))
        }
    }

    @Test func `revenue is what was ordered within the window, whatever the goal`() throws {
        var stage = try Stage([Self.journey()])
        stage.event("A", #"{"cart":1}"#, at: "2026-01-01")
        stage.event("Bought", #"{"cart":2}"#, at: "2026-01-02", order: try Self.pounds(1000))
        stage.event("Bought", #"{"cart":1}"#, at: "2026-01-03", order: try Self.pounds(500))
        stage.event("Cancelled", at: "2026-01-04", order: try Self.pounds(-1000))
        stage.event("Bought", #"{"cart":1}"#, at: "2026-01-20", order: try Self.pounds(999))
        #expect(stage.runs.values.first?.revenue == [try Self.pounds(500)])
        #expect(stage.kinds().filter { $0 == .converted }.count == 1)
        #expect(stage.automation.runs.isEmpty)
    }

    @Test func `what happened before the entry reaches no goal, however late it arrives`() throws {
        var stage = try Stage([Self.journey()])
        stage.event("A", #"{"cart":1}"#, at: "2026-01-02")
        stage.event(
            "Bought", #"{"cart":1}"#, at: "2026-01-03", occurred: "2026-01-01T23:59:59.999Z")
        #expect(!stage.kinds().contains(.converted))
    }

    @Test func `who is held out goes through all decisions, and nothing reaches them`() throws {
        let steps = """
            [{coupon: {percent: 10}}, {send: {channel: email, template: t}}, {task: {title: x}}, {webhook: {to: w}}, {award: {points: 1}}, {set: {seen: true}}]
            """
        var held = try Stage([Self.journey("holdout: 100%", steps: steps)])
        var treated = try Stage([Self.journey(steps: steps)])
        for text in ["A", "Bought"] {
            held.event(
                text, #"{"cart":1}"#, at: "2026-01-01",
                order: text == "A" ? nil : try Self.pounds(5))
            treated.event(text, #"{"cart":1}"#, at: "2026-01-01")
        }
        #expect(held.effects.map(\.isWithheld) == [true, true, true, true, true, false])
        #expect(treated.effects.allSatisfy { !$0.isWithheld })
        #expect(held.effects.map(\.key) == treated.effects.map(\.key))
        #expect(
            held.kinds()
                == treated.kinds().map { [.sent, .done].contains($0) ? .withheld : $0 }
                .enumerated().map { $0.offset == 6 ? .done : $0.element })
        #expect(held.runs.values.first?.holdout == .journey)
        #expect(held.runs.values.first?.revenue == [try Self.pounds(5)])
        #expect(held.decisions[0].reason == "A happened; held out of this journey")
    }

    @Test func `holdouts are sticky, of their share, and independent of one another`() throws {
        let plan = try Stage.plan(
            [
                Self.journey("holdout: 20%"),
                Self.journey("holdout: 20%").replacing("name: j", with: "name: k"),
            ], rules: "{kind: sending, holdout: 10%}")
        var counts: [JourneyRun.Holdout: Int] = [:]
        var both = 0
        for number in 1...3000 {
            var stage = Stage(plan)
            stage.customer = ID(rawValue: Int64(number))
            stage.event("A", #"{"cart":1}"#, at: "2026-01-01")
            stage.event("A", #"{"cart":2}"#, at: "2026-02-01")
            let held = stage.runs.values.filter { $0.journey == "j" }.map(\.holdout)
            #expect(held.count == 2 && held[0] == held[1])
            counts[held[0], default: 0] += 1
            if held[0] == .journey,
                stage.runs.values.contains(where: { $0.journey == "k" && $0.holdout == .journey })
            {
                both += 1
            }
        }
        // 10 % of all, 20 % of the others, 20 % of those once more: within four standard errors.
        #expect(abs(counts[.global, default: 0] - 300) < 66)
        #expect(abs(counts[.journey, default: 0] - 540) < 85)
        #expect(abs(both - 108) < 41)
    }
}
