import Journeys
import Testing

@Suite struct JourneyFlowTests {
    private static let yaml = """
        kind: journey
        name: j
        entry: {segment: lapsed, if: {none: [{segment: vip}]}, reentry: {after: 90 days}}
        holdout: 2.5%
        goal: {event: Order Completed, within: 14 days}
        exit: {event: Order Completed, where: {property: cart_id, is: entry.cart_id}}
        steps:
          - {id: code, coupon: {percent: 10, expires: 14 days}}
          - {id: week, wait: 7 days}
          - id: worth
            branch:
              - if: {segment: a}
                steps: [{id: call, task: {title: "Call {{name}}", owner: sales}}]
              - if: {segment: b}
                steps: []
              - else: [{id: out, exit: true}]
          - id: cart
            waitFor: {event: Paid, atMost: 2 hours}
            happened: [{id: thanks, send: {channel: email, template: thanks}}]
          - {id: last, award: {points: 5}}
        """

    @Test func `a journey is said in plain words`() throws {
        let journey = try Stage.journey(Self.yaml)
        #expect(journey.entryLines == ["On entering lapsed", "If isn't in vip"])
        #expect(journey.ruleLines.contains("2.5% of those who enter are held out"))
        #expect(
            journey.ruleLines.contains(
                "Leave at once on Order Completed where cart_id is that of the entry"))
        #expect(
            journey.steps.map(\.words) == [
                "A personal code for 10% off, good for 14 days", "Wait 7 days",
                "By what holds first", "Call ‹name› · for sales", "Leave the journey",
                "Wait for Paid, at most 2 hours", "E-mail thanks", "Award 5 points",
            ])
    }

    @Test func `the steps are found again in the lanes that they were written in`() throws {
        let outline = try Stage.journey(Self.yaml).outline
        #expect(outline.map(\.step.id) == ["code", "week", "worth", "cart", "last"])
        #expect(outline[2].lanes.map { $0.steps.map(\.step.id) } == [["call"], [], ["out"]])
        #expect(outline[2].lanes.map(\.label) == ["Is in a", "Is in b", "All others"])
        #expect(outline[3].lanes.map { $0.steps.map(\.step.id) } == [["thanks"], []])
    }

    @Test func `who passed a step is who came and neither stayed nor left`() throws {
        var counts = JourneyFlow.Counts()
        counts.entered = 100
        counts.decided = [
            "code": ["done": 90, "withheld": 10],
            "worth": [
                "branched": 60, "branched:arm 1": 20, "branched:arm 2": 10, "branched:else": 30,
            ],
            "call": ["done": 18, "withheld": 2],
            "cart": ["waited": 55, "waited:happened": 15, "waited:timedOut": 10],
            "thanks": ["sent": 12, "suppressed": 3],
        ]
        counts.there = ["week": 5, "cart": 5]
        counts.leavings = ["week": [.init("Order Completed happened", people: 35)]]
        let steps = JourneyFlow(try Stage.journey(Self.yaml), counts).steps
        #expect(steps.map(\.passed) == [100, 60, 60, 25, 0])
        #expect(steps.map(\.there) == [0, 5, 0, 5, 0])
        #expect(steps.map(\.left) == [0, 35, 0, 0, 0])
        #expect(steps[2].lanes.map(\.taken) == [20, 10, 30])
        #expect(steps[2].lanes[0].steps.map(\.passed) == [20])
        #expect(steps[3].lanes.map(\.taken) == [15, 10])
        #expect(steps[3].lanes[0].steps.map(\.passed) == [15])
    }

    @Test func `reasons that differ only in moments and counts are one`() {
        let grouped = JourneyFlow.Reason.grouped(
            [
                ("is inside since 2026-03-01T09:00:00.000Z", 2),
                ("is inside since 2026-03-02T10:00:00.000Z", 1),
                ("ordered 3 times, last 12 days ago (asked for one in 30 days)", 1),
                ("ordered 5 times, last 1 day ago (asked for one in 30 days)", 1),
                ("entered at 2026-03-02T10:00:00.000Z, less than 90 days ago", 1),
                ("country is GB", 1),
            ], most: 3)
        #expect(
            grouped == [
                .init("is inside since …", people: 3),
                .init("ordered … times, last … days ago (asked for one in 30 days)", people: 2),
                .init("country is GB", people: 1), .init("other reasons", people: 1),
            ])
        #expect(
            JourneyFlow.Reason.plain("entered at 2026-03-02T10:00:00.000Z, less than 90 days ago")
                == "entered at …, less than 90 days ago")
    }
}
