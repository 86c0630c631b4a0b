import Journeys
import Kernel
import Testing

/// One meaning of the cap: marketing of journeys and campaigns together, and what somebody asked for not at all.
@Suite struct SharedCapTests {
    private static func mail(_ name: String) -> String {
        """
        kind: journey
        name: \(name)
        status: live
        topic: offers
        entry: {event: \(name), reentry: always}
        steps:
          - id: mail
            send: {channel: email, template: \(name)}
        """
    }

    private static let one = """
        kind: sending
        caps: [{channel: email, atMost: 1, within: 3 days}]
        """

    private func stage(_ names: [String], service: Set<String> = []) throws -> Stage {
        Stage(
            try Stage.plan(
                try names.map { JourneyPlan.Entry(try Stage.journey(Self.mail($0)), version: 1) },
                rules: Self.one, serviceTemplates: service))
    }

    @Test func `what a campaign sent takes a journey's place`() throws {
        var stage = try stage(["a"])
        stage.elsewhere = [
            CustomerAutomation.Sent(
                at: time("2026-01-01T10:00:00Z"), channel: "email", topic: "news")
        ]
        stage.event("a", at: "2026-01-01T11:00:00Z")
        #expect(stage.kinds("a") == [.entered, .capped])
        #expect(stage.automation.nextWake == time("2026-01-04T10:00:00Z"))
        stage.pass(until: "2026-02-01")
        #expect(stage.times(.sent) == [time("2026-01-04T10:00:00Z")])
    }

    @Test func `what somebody asked for is not kept by a cap, and takes no place`() throws {
        var stage = try stage(["a", "receipt", "b"], service: ["receipt"])
        stage.event("receipt", at: "2026-01-01T09:00:00Z")
        stage.event("a", at: "2026-01-01T10:00:00Z")
        stage.event("receipt", at: "2026-01-01T11:00:00Z")
        stage.event("receipt", at: "2026-01-01T12:00:00Z")
        stage.event("b", at: "2026-01-01T13:00:00Z")

        #expect(stage.kinds("a").contains(.sent))
        #expect(stage.kinds("receipt").filter { $0 == .sent }.count == 3)
        #expect(stage.automation.sent.map(\.at) == [time("2026-01-01T10:00:00Z")])
        #expect(stage.kinds("b") == [.entered, .capped])
    }

    @Test func `what somebody asked for goes to who wants no news`() throws {
        var stage = try stage(["a", "receipt"], service: ["receipt"])
        stage.suppressed = ["email": "unsubscribed"]
        stage.event("a", at: "2026-01-01T10:00:00Z")
        stage.event("receipt", at: "2026-01-01T11:00:00Z")

        #expect(stage.kinds("a").contains(.suppressed))
        #expect(stage.kinds("receipt").contains(.sent))
    }

    @Test func `a full cap is named, and what was withheld fills none`() throws {
        let rules = try stage([]).plan.rules
        let at = time("2026-01-01T10:00:00Z")
        func full(_ withheld: Bool, _ channel: String, after ms: Int64) -> String? {
            rules.fullCap(
                channel: channel, topic: "x", at: at.adding(milliseconds: ms),
                after: [
                    CustomerAutomation.Sent(
                        at: at, channel: "email", topic: "y", isWithheld: withheld)
                ])
        }
        let span: Int64 = 3 * 86_400_000
        #expect(full(false, "email", after: 0) == "at most 1 email message in 3 days")
        #expect(full(false, "email", after: span - 1) != nil)
        #expect(full(false, "email", after: span) == nil)
        #expect(full(true, "email", after: 0) == nil)
        #expect(full(false, "sms", after: 0) == nil)
    }
}
