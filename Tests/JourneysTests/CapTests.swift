import Journeys
import Kernel
import Testing

@Suite struct CapTests {
    /// A journey of one message, begun by an event of its name.
    private static func mail(
        _ name: String, priority: Int = 50, more: String = "", send: String = ""
    ) -> String {
        """
        kind: journey
        name: \(name)
        status: live
        topic: offers
        priority: \(priority)
        entry: {event: \(name), reentry: always}
        \(more)
        steps:
          - id: mail
            send: {channel: email, template: \(name)\(send)}
        """
    }

    private static let one = """
        kind: sending
        caps: [{channel: email, atMost: 1, within: 3 days}]
        exemptTags: [receipt]
        """

    @Test func `what is capped waits for the slot, to the millisecond`() throws {
        var stage = try Stage([Self.mail("a"), Self.mail("b")], rules: Self.one)
        stage.event("a", at: "2026-01-01T10:00:00Z")
        stage.event("b", at: "2026-01-01T11:00:00Z")
        #expect(stage.automation.nextWake == time("2026-01-04T10:00:00Z"))
        stage.pass(until: "2026-02-01")
        #expect(
            stage.told.filter { $0.contains(" b:") || $0.contains(" b/") } == [
                "2026-01-01T11:00:00.000Z entered b: b happened",
                "2026-01-01T11:00:00.000Z capped b/mail: at most 1 email message in 3 days "
                    + "(until 2026-01-04T10:00:00.000Z)",
                "2026-01-04T10:00:00.000Z sent b/mail: b by email",
                "2026-01-04T10:00:00.000Z completed b: came to the end",
            ])
    }

    @Test func `what went at t is out of a cap at exactly t and its length`() throws {
        for (moment, kind) in [
            ("2026-01-04T09:59:59.999Z", Decision.Kind.capped),
            ("2026-01-04T10:00:00Z", .sent),
        ] {
            var stage = try Stage([Self.mail("a"), Self.mail("b")], rules: Self.one)
            stage.event("a", at: "2026-01-01T10:00:00Z")
            stage.event("b", at: moment)
            #expect(stage.kinds("b")[1] == kind)
        }
    }

    @Test func `what finds no room before its deadline expires at the deadline`() throws {
        var stage = try Stage(
            [Self.mail("a"), Self.mail("b", send: ", deadline: 2 days")], rules: Self.one)
        stage.event("a", at: "2026-01-01T10:00:00Z")
        stage.event("b", at: "2026-01-01T11:00:00Z")
        #expect(stage.decisions.last?.reason.hasSuffix("; no room before its deadline") == true)
        stage.pass(until: "2026-02-01")
        #expect(stage.times(.expired) == [time("2026-01-03T11:00:00Z")])
        #expect(stage.sends.count == 1)
        #expect(stage.kinds("b") == [.entered, .capped, .expired, .completed])
    }

    @Test func `a deadline is exclusive: the slot that comes free at it comes too late`() throws {
        for (deadline, isSent) in [("259200000 ms", false), ("259200001 ms", true)] {
            var stage = try Stage(
                [Self.mail("a"), Self.mail("b", send: ", deadline: \(deadline)")], rules: Self.one)
            stage.event("a", at: "2026-01-01T10:00:00Z")
            stage.event("b")
            stage.pass(until: "2026-02-01")
            #expect(stage.sends.count == (isSent ? 2 : 1))
            #expect(stage.times(.expired).count == (isSent ? 0 : 1))
        }
    }

    @Test func `when a slot comes free the most important goes first, then who waits longest`()
        throws
    {
        var stage = try Stage(
            [
                Self.mail("first"), Self.mail("low", priority: 10),
                Self.mail("older", priority: 70),
                Self.mail("younger", priority: 70), Self.mail("high", priority: 90),
            ],
            rules: "kind: sending\ncaps: [{channel: email, atMost: 1, within: 1 days}]")
        for (minute, name) in ["first", "low", "older", "younger", "high"].enumerated() {
            stage.event(name, at: "2026-01-01T10:0\(minute):00Z")
        }
        stage.pass(until: "2026-02-01")
        #expect(
            stage.decisions.filter { $0.kind == .sent }.map {
                "\($0.at.rfc3339.prefix(16)) \($0.journey)"
            }
                == [
                    "2026-01-01T10:00 first", "2026-01-02T10:00 high", "2026-01-03T10:00 older",
                    "2026-01-04T10:00 younger", "2026-01-05T10:00 low",
                ])
        // Each time a more important one came, the lesser were told.
        #expect(stage.kinds("low").filter { $0 == .displaced }.count == 3)
        #expect(
            stage.decisions.first { $0.kind == .displaced }?.reason
                == "older with priority 70 comes first; at most 1 email message in 1 day")
    }

    @Test func `what waits for the morning holds a slot, and loses it to a more important one`()
        throws
    {
        let rules = """
            kind: sending
            caps: [{channel: email, atMost: 1, within: 3 days}]
            quietHours: {from: "21:00", to: "08:00"}
            """
        var stage = try Stage(
            [Self.mail("low", priority: 10), Self.mail("equal", priority: 10), Self.mail("high")],
            rules: rules)
        stage.event("low", at: "2026-01-01T22:00:00Z")
        stage.event("equal", at: "2026-01-01T23:00:00Z")
        #expect(stage.kinds("low") == [.entered, .deferred])
        #expect(stage.kinds("equal") == [.entered, .capped])
        stage.event("high", at: "2026-01-02T02:00:00Z")
        stage.pass(until: "2026-02-01")
        #expect(stage.times(.sent) == ["02", "05", "08"].map { time("2026-01-\($0)T08:00:00Z") })
        #expect(stage.kinds("low") == [.entered, .deferred, .displaced, .sent, .completed])
        #expect(stage.kinds("equal") == [.entered, .capped, .displaced, .sent, .completed])
    }

    @Test func `a slot that comes free by an exit goes to the next, sooner than planned`() throws {
        let exit = "exit: [{event: Bought}]"
        let rules = """
            kind: sending
            caps: [{atMost: 1, within: 3 days}]
            quietHours: {from: "21:00", to: "08:00"}
            """
        var stage = try Stage(
            [Self.mail("high", priority: 90, more: exit), Self.mail("low", priority: 10)],
            rules: rules)
        stage.event("high", at: "2026-01-01T22:00:00Z")
        stage.event("low", at: "2026-01-01T22:00:00Z")
        stage.event("Bought", at: "2026-01-01T23:00:00Z")
        #expect(
            stage.told.last
                == "2026-01-01T23:00:00.000Z deferred low/mail: a slot came free sooner; quiet hours "
                + "(until 2026-01-02T08:00:00.000Z)")
        stage.pass(until: "2026-02-01")
        #expect(stage.times(.sent) == [time("2026-01-02T08:00:00Z")])
        #expect(stage.kinds("high") == [.entered, .deferred, .exited])
    }

    @Test func `an exempt message passes caps, quiet hours and holdouts, and takes nobody's slot`()
        throws
    {
        let rules = """
            kind: sending
            caps: [{atMost: 1, within: 3 days}]
            quietHours: {from: "21:00", to: "08:00"}
            holdout: 100%
            exemptTags: [receipt]
            """
        var stage = try Stage(
            [Self.mail("receipt", send: ", tags: [receipt]"), Self.mail("other")], rules: rules)
        for hour in ["22:00", "22:30", "23:00"] {
            stage.event("receipt", at: "2026-01-01T\(hour):00Z")
        }
        #expect(stage.sends.count == 3)
        stage.event("other")
        stage.pass(until: "2026-01-02T08:00:00Z")
        #expect(stage.times(.withheld) == [time("2026-01-02T08:00:00Z")])
    }

    @Test func `a suppressed message says why and takes no slot`() throws {
        var stage = try Stage([Self.mail("a"), Self.mail("b")], rules: Self.one)
        stage.suppressed = ["email": "unsubscribed on 2025-12-01"]
        stage.event("a", at: "2026-01-01T10:00:00Z")
        #expect(stage.decisions[1].kind == .suppressed)
        #expect(stage.decisions[1].reason == "unsubscribed on 2025-12-01")
        stage.suppressed = [:]
        stage.event("b")
        #expect(stage.sends.count == 1)
    }

    @Test func `caps by topic and by channel hold together`() throws {
        let rules = """
            kind: sending
            caps:
              - {channel: email, atMost: 2, within: 7 days}
              - {topic: offers, atMost: 1, within: 1 days}
            """
        var stage = try Stage(
            ["a", "b", "c", "news"].map {
                Self.mail($0, send: ", deadline: 20 days" + ($0 == "news" ? ", topic: news" : ""))
            }, rules: rules)
        for name in ["a", "b", "c", "news"] { stage.event(name, at: "2026-01-01T10:00:00Z") }
        stage.pass(until: "2026-02-01")
        // The day keeps b and c apart, the week c and what follows.
        #expect(
            stage.decisions.filter { $0.kind == .sent }.map {
                "\($0.journey) \($0.at.rfc3339.prefix(13))"
            }
                == [
                    "a 2026-01-01T10", "b 2026-01-02T10", "c 2026-01-08T10", "news 2026-01-09T10",
                ])
    }

    @Test func `the best hour is the customer's, and let go where the deadline comes first`()
        throws
    {
        for (deadline, expected) in [
            ("2 days", "2026-06-02T18:00:00Z"), ("3 hours", "2026-06-01T20:30:00Z"),
        ] {
            var stage = try Stage([Self.mail("a", send: ", at: best, deadline: \(deadline)")])
            stage.timeZone = "Europe/London"
            stage.bestHour = 19
            stage.event("a", at: "2026-06-01T20:30:00Z")
            stage.pass(until: "2026-07-01")
            #expect(stage.times(.sent) == [time(expected)])
        }
        var stage = try Stage([Self.mail("a", send: ", at: best")])
        stage.bestHour = 10
        stage.event("a", at: "2026-06-01T10:59:59.999Z")
        #expect(stage.times(.sent) == [time("2026-06-01T10:59:59.999Z")])
    }

    @Test func `a best hour within the quiet hours never comes: the message goes when they end`()
        throws
    {
        var stage = try Stage(
            [Self.mail("a", send: ", at: best")],
            rules: #"{kind: sending, quietHours: {from: "21:00", to: "08:00"}}"#)
        stage.bestHour = 23
        stage.event("a", at: "2026-06-01T22:00:00Z")
        stage.pass(until: "2026-07-01")
        #expect(stage.times(.sent) == [time("2026-06-02T08:00:00Z")])
    }

    @Test func `what is withheld waits as if it were sent, and takes no real message's slot`()
        throws
    {
        var stage = try Stage(
            [Self.mail("held", priority: 90, more: "holdout: 100%"), Self.mail("real")],
            rules: Self.one)
        stage.event("held", at: "2026-01-01T10:00:00Z")
        stage.event("real", at: "2026-01-01T11:00:00Z")
        stage.event("held", at: "2026-01-01T12:00:00Z")
        stage.pass(until: "2026-01-10")
        #expect(stage.times(.sent) == [time("2026-01-01T11:00:00Z")])
        #expect(
            stage.times(.withheld) == [time("2026-01-01T10:00:00Z"), time("2026-01-04T11:00:00Z")])
        #expect(stage.effects.filter(\.isWithheld).count == 2)
    }
}
