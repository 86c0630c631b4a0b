import Events
import Journeys
import Kernel
import Testing

/// Local times where clocks are changed: each comes exactly once.
@Suite struct LocalTimeTests {
    private static func until(_ at: String, _ weekday: String = "") -> String {
        let day = weekday.isEmpty ? "" : "weekday: \(weekday), "
        return """
            kind: journey
            name: j
            status: live
            entry: {event: A, reentry: always}
            steps: [{waitUntil: {\(day)at: "\(at)"}}, {award: {points: 1}}]
            """
    }

    private static func goes(
        _ zone: String, _ at: String, _ weekday: String = "", from moment: String
    ) throws -> [Timestamp] {
        var stage = try Stage([until(at, weekday)])
        stage.timeZone = zone
        stage.event("A", at: moment)
        stage.pass(until: time(moment).adding(days: 30))
        return stage.effects.map(\.dueAt)
    }

    @Test(arguments: [
        // London: 01:30 doesn't exist on 29 March 2026 and is 02:30; on 25 October it comes twice, the first counts.
        ("Europe/London", "01:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("Europe/London", "01:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        // Between the two, and after the second.
        ("Europe/London", "01:30", "2026-10-25T00:45:00Z", "2026-10-26T01:30:00Z"),
        ("Europe/London", "01:30", "2026-10-25T01:45:00Z", "2026-10-26T01:30:00Z"),
        // At the moment itself, and a millisecond after.
        ("Europe/London", "09:00", "2026-07-01T08:00:00Z", "2026-07-01T08:00:00Z"),
        ("Europe/London", "09:00", "2026-07-01T08:00:00.001Z", "2026-07-02T08:00:00Z"),
        // Lord Howe sets its clock by half an hour: 02:15 isn't there on 4 October 2026 and is 02:45.
        ("Australia/Lord_Howe", "02:15", "2026-10-03T12:00:00Z", "2026-10-03T15:45:00Z"),
        // 01:45 comes twice on 5 April.
        ("Australia/Lord_Howe", "01:45", "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z"),
        // Samoa had no 30 December 2011: its 09:00 is that of the 31st.
        ("Pacific/Apia", "09:00", "2011-12-29T20:00:00Z", "2011-12-30T19:00:00Z"),
        ("America/New_York", "02:30", "2026-03-08T06:00:00Z", "2026-03-08T07:30:00Z"),
    ])
    func `a time of day comes once where the clock is changed`(
        zone: String, at: String, from: String, expected: String
    ) throws {
        #expect(try Self.goes(zone, at, from: from) == [time(expected)])
    }

    @Test func `a weekday is the customer's own`() throws {
        // 2026-06-01 is a Monday; at 20:00 UTC it is Tuesday in Sydney.
        #expect(
            try Self.goes("Australia/Sydney", "09:00", "tuesday", from: "2026-06-01T20:00:00Z")
                == [time("2026-06-01T23:00:00Z")])
        #expect(
            try Self.goes("America/Los_Angeles", "09:00", "tuesday", from: "2026-06-01T20:00:00Z")
                == [time("2026-06-02T16:00:00Z")])
        // Samoa's missing day was a Friday: that Friday's time is Saturday's.
        #expect(
            try Self.goes("Pacific/Apia", "09:00", "friday", from: "2011-12-26T20:00:00Z")
                == [time("2011-12-30T19:00:00Z")])
        // An unknown zone is the workspace's.
        #expect(
            try Self.goes("Mars/Olympus", "09:00", from: "2026-06-01T00:00:00Z")
                == [time("2026-06-01T09:00:00Z")])
    }

    @Test func `who goes to another zone while waiting is met once, by the new clock`() throws {
        // They wait for 2 June, 09:00.
        for (zone, moment, expected) in [
            // Later zone, told in time.
            ("America/Los_Angeles", "2026-06-01T12:00:00Z", "2026-06-02T16:00:00Z"),
            // Earlier zone, whose 09:00 has just been: at once.
            ("Australia/Sydney", "2026-06-02T01:00:00Z", "2026-06-02T01:00:00Z"),
        ] {
            var stage = try Stage([Self.until("09:00")])
            stage.timeZone = "Europe/London"
            stage.event("A", at: "2026-06-01T10:00:00Z")
            stage.pass(until: moment)
            stage.timeZone = zone
            stage.identify([:])
            stage.pass(until: "2026-07-01")
            #expect(stage.effects.map(\.dueAt) == [time(expected)])
        }
    }

    @Test func `a zone that nobody told of is seen when the moment comes`() throws {
        var stage = try Stage([Self.until("09:00")])
        stage.timeZone = "Europe/London"
        stage.event("A", at: "2026-06-01T10:00:00Z")
        stage.timeZone = "America/New_York"
        stage.pass(until: "2026-07-01")
        #expect(stage.effects.map(\.dueAt) == [time("2026-06-01T13:00:00Z").adding(days: 1)])
    }

    @Test func `quiet hours hold in both of the hours that come twice, and end once they are over`()
        throws
    {
        // London, 25 October 2026: 01:00 to 02:00 comes twice, first until 01:00 UTC.
        for (quiet, moment, expected) in [
            (#"from: "01:00", to: "01:30""#, "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            (#"from: "01:00", to: "01:30""#, "2026-10-25T00:40:00Z", "2026-10-25T00:40:00Z"),
            (#"from: "01:00", to: "01:30""#, "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
            // The end doesn't exist on 29 March: an hour later than no change would have it.
            (#"from: "22:00", to: "01:30""#, "2026-03-28T23:00:00Z", "2026-03-29T01:30:00Z"),
            (
                #"from: "22:00", to: "08:00""#, "2026-03-28T21:59:59.999Z",
                "2026-03-28T21:59:59.999Z"
            ),
            (#"from: "22:00", to: "08:00""#, "2026-03-28T22:00:00Z", "2026-03-29T07:00:00Z"),
            (#"from: "12:00", to: "14:00""#, "2026-07-01T11:00:00Z", "2026-07-01T13:00:00Z"),
        ] {
            var stage = try Stage(
                [
                    "{kind: journey, name: j, status: live, entry: {event: A}, steps: [{send: {channel: email, template: t}}]}"
                ], rules: "{kind: sending, quietHours: {\(quiet)}}")
            stage.timeZone = "Europe/London"
            stage.event("A", at: moment)
            stage.pass(until: time(moment).adding(days: 3))
            #expect(stage.times(.sent) == [time(expected)], "\(quiet) \(moment)")
        }
    }
}

/// Journeys that begin by a date of the customer.
@Suite struct DateTests {
    private static func journey(_ date: String, more: String = "") -> String {
        """
        kind: journey
        name: j
        status: live
        entry: {date: {\(date)}\(more)}
        steps: [{award: {points: 1}}]
        """
    }

    private static func entries(
        _ date: String, _ value: String, from: String, until: String, zone: String? = nil
    ) throws -> [String] {
        var stage = try Stage([journey(date)])
        stage.timeZone = zone
        stage.now = time(from)
        stage.identify(["day": value])
        stage.pass(until: until)
        return stage.times(.entered).map { String($0.rfc3339.prefix(16)) }
    }

    @Test(arguments: [
        ("1990-05-01", ["2026-05-01T09:00", "2027-05-01T09:00"]),
        ("--05-01", ["2026-05-01T09:00", "2027-05-01T09:00"]),
        ("05-01", ["2026-05-01T09:00", "2027-05-01T09:00"]),
        ("1990-05-01T00:00:00Z", ["2026-05-01T09:00", "2027-05-01T09:00"]),
        // 29 February is the 28th where there is none.
        ("2000-02-29", ["2026-02-28T09:00", "2027-02-28T09:00", "2028-02-29T09:00"]),
        ("soon", []), ("2001-02-29", []), ("", []), ("13-01", []),
    ])
    func `a birthday comes once a year`(value: String, expected: [String]) throws {
        let found = try Self.entries(
            "attribute: day, yearly: true", value, from: "2026-01-01", until: "2028-03-01")
        #expect(found == expected)
    }

    @Test func `days before and after lead across the end of a year`() throws {
        #expect(
            try Self.entries(
                "attribute: day, yearly: true, before: 10 days, at: \"10:30\"", "1990-01-03",
                from: "2026-06-01", until: "2028-06-01")
                == ["2026-12-24T10:30", "2027-12-24T10:30"])
        #expect(
            try Self.entries(
                "attribute: day, yearly: true, after: 10 days", "1990-12-29",
                from: "2026-06-01", until: "2028-06-01")
                == ["2027-01-08T09:00", "2028-01-08T09:00"])
    }

    @Test func `a date that is no birthday comes once, and again where it is set anew`() throws {
        var stage = try Stage([Self.journey("attribute: renewal, before: 30 days")])
        stage.now = time("2026-01-01")
        stage.identify(["renewal": "2026-06-30"])
        stage.pass(until: "2026-06-01")
        #expect(stage.times(.entered) == [time("2026-05-31T09:00:00Z")])
        stage.identify([:])
        stage.identify(["renewal": "2026-06-30"])
        #expect(stage.automation.nextWake == nil)
        stage.identify(["renewal": "2027-06-30"])
        stage.pass(until: "2028-01-01")
        #expect(
            stage.times(.entered) == [time("2026-05-31T09:00:00Z"), time("2027-05-31T09:00:00Z")])
    }

    @Test func `a birthday that is corrected after it was had waits for the next year`() throws {
        var stage = try Stage([Self.journey("attribute: day, yearly: true")])
        stage.now = time("2026-01-01")
        stage.identify(["day": "1990-05-01"])
        stage.identify(["day": "1990-06-01"], at: "2026-05-02")
        stage.pass(until: "2027-12-01")
        #expect(
            stage.times(.entered) == [time("2026-05-01T09:00:00Z"), time("2027-06-01T09:00:00Z")])
    }

    @Test func `who moves is met once, by the new clock, also where its hour has passed`() throws {
        for (zone, expected) in [
            ("America/Los_Angeles", "2026-05-01T16:00:00Z"),
            ("Australia/Sydney", "2026-05-01T07:00:00Z"),
        ] {
            var stage = try Stage([Self.journey("attribute: day, yearly: true")])
            stage.timeZone = "Europe/London"
            stage.now = time("2026-01-01")
            stage.identify(["day": "1990-05-01"])
            // 08:00 in London is 17:00 in Sydney and midnight in Los Angeles.
            stage.pass(until: "2026-05-01T07:00:00Z")
            stage.timeZone = zone
            stage.identify([:])
            stage.pass(until: "2027-04-01")
            #expect(stage.times(.entered) == [time(expected)])
        }
    }

    @Test func `a removed date, a paused and a deleted journey begin nothing`() throws {
        let yaml = Self.journey("attribute: day, yearly: true")
        var stage = try Stage([yaml])
        stage.now = time("2026-01-01")
        stage.identify(["day": "1990-05-01"])
        #expect(stage.automation.nextWake == time("2026-05-01T09:00:00Z"))
        stage.traits = [:]
        stage.identify([:])
        #expect(stage.automation.nextWake == nil)
        stage.identify(["day": "1990-05-01"])
        stage.plan = try Stage.plan(
            [yaml.replacing("status: live", with: "status: paused")], revision: 2)
        stage.give(.planChanged)
        #expect(stage.automation.nextWake == nil)
        // While it was paused the day went by; it isn't made up for.
        stage.pass(until: "2026-05-02")
        stage.plan = try Stage.plan([yaml], revision: 3)
        stage.give(.planChanged)
        stage.pass(until: "2027-12-01")
        #expect(stage.times(.entered) == [time("2027-05-01T09:00:00Z")])
    }

    @Test func `a pause and its end don't bring a birthday twice`() throws {
        let yaml = Self.journey("attribute: day, yearly: true")
        var stage = try Stage([yaml])
        stage.now = time("2026-01-01")
        stage.identify(["day": "1990-05-01"])
        stage.pass(until: "2026-05-01T09:00:00Z")
        for (revision, status) in [(2, "paused"), (3, "live")] {
            stage.plan = try Stage.plan(
                [
                    yaml.replacing("status: live", with: "status: \(status)")
                        .replacing("yearly: true", with: "yearly: true, at: \"23:00\"")
                ],
                revision: UInt64(revision))
            stage.give(.planChanged)
        }
        stage.pass(until: "2027-04-01")
        #expect(stage.times(.entered) == [time("2026-05-01T09:00:00Z")])
    }

    @Test func `two days of one date are two`() throws {
        var stage = try Stage([
            """
            kind: journey
            name: j
            status: live
            entry:
              any: [{date: {attribute: day, before: 30 days}}, {date: {attribute: day, before: 7 days}}]
            steps: [{award: {points: 1}}]
            """
        ])
        stage.now = time("2026-01-01")
        stage.identify(["day": "2026-06-30"])
        stage.pass(until: "2027-01-01")
        #expect(
            stage.times(.entered) == [time("2026-05-31T09:00:00Z"), time("2026-06-23T09:00:00Z")])
    }
}
