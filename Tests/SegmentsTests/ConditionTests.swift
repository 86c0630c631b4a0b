import Documents
import Events
import Insights
import Kernel
import Segments
import Testing

/// Every leaf at its edges: what it says a millisecond before, at and after the moment that it foretells.
@Suite struct ConditionTests {
    /// Holds before the moment and not from it on, or the other way round; and the moment was foretold.
    private func expect(
        _ condition: Condition, _ person: Person, turns: Timestamp, to holds: Bool,
        from now: Timestamp = day(0), _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(person.next(condition, at: now) == turns, sourceLocation: place)
        #expect(
            person.holds(condition, at: turns.adding(milliseconds: -1)) == !holds,
            sourceLocation: place)
        #expect(person.holds(condition, at: turns) == holds, sourceLocation: place)
    }

    @Test func `an event leaves its window exactly a window after it happened`() throws {
        let did = try condition("{did: A, within: 30 days}")
        let didNot = try condition("{didNot: A, within: 30 days}")
        var person = Person(did, didNot)
        #expect(person.holds(didNot, at: day(0)))
        #expect(person.next(didNot, at: day(0)) == nil)
        try person.did("A", at: day(0))
        try person.did("B", at: day(9))
        expect(did, person, turns: day(30), to: false)
        expect(didNot, person, turns: day(30), to: true)
        #expect(person.next(did, at: day(30)) == nil)
    }

    @Test func `counts change when the event leaves that decides them`() throws {
        let twice = try condition("{did: A, times: {atLeast: 2}, within: 10 days}")
        let once = try condition("{did: A, times: {exactly: 1}, within: 10 days}")
        let few = try condition("{did: A, times: {atMost: 1}, within: 10 days}")
        var person = Person(twice, once, few)
        for start in [0, 1, 3] { try person.did("A", at: day(start)) }
        expect(twice, person, turns: day(11), to: false, from: day(3))
        expect(few, person, turns: day(11), to: true, from: day(3))
        expect(once, person, turns: day(11), to: true, from: day(3))
        expect(once, person, turns: day(13), to: false, from: day(11))
        #expect(person.next(few, at: day(11)) == nil)
    }

    @Test func `events that leave together don't make a moment of their own`() throws {
        let once = try condition("{did: A, times: {exactly: 1}, within: 10 days}")
        var person = Person(once)
        for _ in 0..<2 { try person.did("A", at: day(0)) }
        #expect(person.next(once, at: day(1)) == nil)
    }

    @Test func `events are found late, since a day, and by page or screen`() throws {
        let since = try condition("{did: A, since: 2026-01-05}")
        let pricing = try condition("{did: Page Viewed, name: Pricing}")
        let pages = try condition("{did: Page Viewed, times: {atLeast: 3}}")
        let screens = try condition("{did: Screen Viewed}")
        var person = Person(since, pricing, pages, screens)
        try person.did("A", at: day(4, plus: -1))
        #expect(!person.holds(since, at: day(9)))
        try person.did("A", at: day(4))
        #expect(person.holds(since, at: day(9)))
        try person.did("Pricing", .page, at: day(1))
        try person.did("Home", .page, at: day(1))
        #expect(person.holds(pricing, at: day(9)) && !person.holds(pages, at: day(9)))
        try person.did("Page Viewed", at: day(1))
        #expect(person.holds(pages, at: day(9)) && !person.holds(screens, at: day(9)))
        try person.did("", .screen, at: day(1))
        #expect(person.holds(screens, at: day(9)))
    }

    @Test(arguments: [
        (#"{"total": 50}"#, "{property: total, atLeast: 50}", true),
        (#"{"total": "50.0"}"#, "{property: total, is: 50}", true),
        (#"{"total": 49.99}"#, "{property: total, atLeast: 50}", false),
        (#"{"id": "12345678901234567891"}"#, "{property: id, is: '12345678901234567890'}", false),
        (#"{"id": "007"}"#, "{property: id, is: 7}", false),
        (#"{"p": [{"c": "Hats"}, {"c": "Shoes"}]}"#, "{property: p.c, is: Shoes}", true),
        (#"{"p": {"c": ["Hats", "Shoes"]}}"#, "{property: p.c, oneOf: [Shoes]}", true),
        (#"{"p": [["Shoes"]]}"#, "{property: p, is: Shoes}", false),
        (#"{"p": []}"#, "{property: p, exists: true}", false),
        (#"{"p": {}}"#, "{property: p, exists: true}", true),
        (#"{"p": null}"#, "{property: p, exists: false}", true),
        (#"{"p": "  "}"#, "{property: p, exists: false}", true),
        (#"{"a": "\u0053hoes"}"#, "{property: a, startsWith: Sho}", true),
        (#"{"a": "Shoes"}"#, "{property: a, contains: shoes}", false),
        (#"{"a": 55}"#, "{property: a, contains: '5'}", false),
        (#"{"a": true}"#, "{property: a, is: true}", true),
        ("", "{property: a, isNot: 1}", true),
        (#"{"a": [1, 2]}"#, "{property: a, noneOf: [2, 3]}", false),
        ("{}", "{property: a, missingOr: b}", true),
        (#"{"a": "c"}"#, "{property: a, missingOr: b}", false),
        (#"{"a": "2026-01-01T01:00:00+02:00"}"#, "{property: a, before: 2026-01-01}", true),
        (#"{"a": "2026-01-01T25:00"}"#, "{property: a, after: 2020-01-01}", false),
    ])
    func `a property is compared as it is told`(
        properties: String, test: String, holds: Bool
    ) throws {
        let did = try condition("{did: A, where: [\(test)]}")
        var person = Person(did)
        try person.did("A", at: day(0), properties)
        #expect(person.holds(did, at: day(0)) == holds)
    }

    @Test func `a sum falls as events leave, and a mean of nothing is nothing`() throws {
        let sum = try condition("{sum: {event: A, property: n}, within: 10 days, greaterThan: 5}")
        let mean = try condition("{average: {event: A, property: n}, within: 10 days, atMost: 3}")
        let least = try condition(
            "{smallest: {event: A, property: n}, within: 10 days, lessThan: 2}")
        let most = try condition("{largest: {event: A, property: n}, atLeast: 4.000001}")
        var person = Person(sum, mean, least, most)
        for (at, n) in [(0, "1"), (1, "\"4.0000006\""), (2, "none"), (3, "3")] {
            try person.did("A", at: day(at), #"{"n": \#(n == "none" ? "null" : n)}"#)
        }
        expect(sum, person, turns: day(11), to: false, from: day(3))
        expect(mean, person, turns: day(10), to: false, from: day(3))
        #expect(person.next(mean, at: day(10)) == day(11))
        #expect(person.next(mean, at: day(11)) == day(13))
        expect(least, person, turns: day(10), to: false, from: day(3))
        #expect(person.holds(most, at: day(3)))
        #expect(!Person(mean).holds(mean, at: day(0)))
        let none = try condition("{sum: {event: A, property: n}, lessThan: 1}")
        #expect(Person(none).holds(none, at: day(0)))
    }

    @Test func `the last event's date comes near and passes`() throws {
        let stay = try condition("{last: {event: Booked, property: arrival}, withinNext: 14 days}")
        var person = Person(stay)
        try person.did("Booked", at: day(0), #"{"arrival": "2026-02-01"}"#)
        expect(stay, person, turns: day(17), to: true)
        expect(stay, person, turns: day(31), to: false, from: day(17))
        try person.did("Booked", at: day(1), #"{"arrival": "2026-01-20"}"#)
        expect(stay, person, turns: day(5), to: true, from: day(1))
    }

    @Test func `the first event leaves, and the next one's date has come near by then`() throws {
        let stay = try condition(
            "{first: {event: Booked, property: arrival}, within: 10 days, withinNext: 14 days}")
        var person = Person(stay)
        try person.did("Booked", at: day(0), #"{"arrival": "2027-01-01"}"#)
        try person.did("Booked", at: day(5), #"{"arrival": "2026-01-20"}"#)
        expect(stay, person, turns: day(10), to: true, from: day(5))
        expect(stay, person, turns: day(15), to: false, from: day(10))
    }

    @Test func `attributes hold by their newest value`() throws {
        let british = try condition("{attribute: country, is: GB}")
        let city = try condition("{attribute: address.city, oneOf: [York, Leeds]}")
        var person = Person(british, city)
        #expect(!person.holds(british, at: day(0)))
        try person.traits(#"{"country": "GB", "address": {"city": "York"}}"#, at: day(1))
        #expect(person.holds(british, at: day(2)) && person.holds(city, at: day(2)))
        try person.traits(#"{"country": "FR"}"#, at: day(0))
        try person.traits(#"{"country": "  "}"#, at: day(2))
        #expect(person.holds(british, at: day(2)))
        try person.traits(#"{"country": null}"#, at: day(3))
        #expect(!person.holds(british, at: day(3)))
        #expect(
            person.holds(
                .attribute(try #require(PropertyPath("country")), .exists(false)), at: day(3)))
    }

    @Test func `dates of attributes come and go`() throws {
        let last = try condition("{attribute: on, withinLast: 3 days}")
        let next = try condition("{attribute: on, withinNext: 3 days}")
        let yearly = try condition("{attribute: on, anniversaryWithinNext: 3 days}")
        var person = Person(last)
        try person.traits(#"{"on": "2026-01-11"}"#)
        expect(last, person, turns: day(10), to: true)
        expect(last, person, turns: day(13), to: false, from: day(10))
        expect(next, person, turns: day(7), to: true)
        expect(next, person, turns: day(10), to: false, from: day(7))
        expect(yearly, person, turns: day(7), to: true)
        expect(yearly, person, turns: day(11), to: false, from: day(7))
        expect(yearly, person, turns: day(365 + 7), to: true, from: day(11))
        try person.traits(#"{"on": "2024-02-29"}"#, at: day(1))
        expect(yearly, person, turns: day(31 + 27 - 3), to: true)
    }

    @Test func `orders count by recency, frequency and value, after corrections`() throws {
        let quiet = try condition("{recency: {atLeast: 30 days}}")
        let recent = try condition("{recency: {lessThan: 30 days}}")
        let often = try condition("{frequency: {atLeast: 2}, within: 60 days}")
        let much = try condition("{monetary: {atLeast: 25 GBP}, within: 60 days}")
        let never = try condition("{frequency: {exactly: 0}}")
        var person = Person(quiet)
        #expect(!person.holds(quiet, at: day(0)) && !person.holds(recent, at: day(0)))
        #expect(person.holds(never, at: day(0)))
        try person.ordered(1, at: day(0), "20 GBP")
        try person.ordered(2, at: day(10), "5 GBP")
        try person.ordered(3, at: day(11), "500 JPY")
        expect(quiet, person, turns: day(41), to: true, from: day(11))
        expect(recent, person, turns: day(41), to: false, from: day(11))
        expect(often, person, turns: day(70), to: false, from: day(11))
        expect(much, person, turns: day(60), to: false, from: day(11))
        person.facts.behaviours.removeOrder(
            key: 3, total: Money(minor: 500, currency: try #require(Currency("JPY"))))
        try person.ordered(2, at: day(5), "4.99 GBP")
        expect(quiet, person, turns: day(35), to: true, from: day(11))
        #expect(!person.holds(much, at: day(11)))
        #expect(!person.holds(never, at: day(11)))
    }

    @Test func `lifecycle states follow one another`() throws {
        func states(_ person: Person, _ now: Timestamp) -> [LifecycleTest.State] {
            LifecycleTest.states(of: person.facts.behaviours.orders, at: now.milliseconds)
        }
        var person = Person()
        #expect(states(person, day(0)) == [.never])
        try person.ordered(1, at: day(0))
        #expect(states(person, day(90, plus: -1)) == [.new])
        #expect(states(person, day(90)) == [.atRisk])
        #expect(states(person, day(180, plus: -1)) == [.atRisk])
        #expect(states(person, day(180)) == [.lapsed])
        try person.ordered(2, at: day(180, plus: -1))
        #expect(states(person, day(181)) == [.active])
        try person.ordered(2, at: day(180))
        #expect(states(person, day(181)) == [.active, .wonBack])
        let back = try condition("{lifecycle: wonBack}")
        expect(back, person, turns: day(270), to: false, from: day(181))
        try person.ordered(3, at: day(182))
        #expect(states(person, day(182)) == [.active])
        expect(
            try condition("{lifecycle: [atRisk, lapsed]}"), person, turns: day(272), to: true,
            from: day(200))
    }

    @Test func `predictions and fifths`() throws {
        var person = Person()
        let churn = try condition("{prediction: churnProbability, greaterThan: 0.6}")
        let soon = try condition("{prediction: daysToNextOrder, atMost: 3}")
        let late = try condition("{prediction: daysToNextOrder, lessThan: 0}")
        let euros = try condition("{prediction: expectedSpend365, greaterThan: 50 EUR}")
        let band = try condition("{prediction: churnBand, oneOf: [high]}")
        let all = [churn, soon, late, euros, band]
        #expect(!all.contains { person.holds($0, at: day(0)) })
        person.facts.prediction = PredictionFacts(
            asOf: day(0), probabilityAlive: 0.5, churnProbability: 0.61, churnBand: .high,
            expectedOrders90: 1, expectedOrders365: 2, expectedSpend90Minor: 10,
            expectedSpend365Minor: 5000.5, currency: Currency("EUR"), nextOrderMedianDays: 10)
        #expect([churn, euros, band].allSatisfy { person.holds($0, at: day(0)) })
        #expect(
            !person.holds(
                try condition("{prediction: expectedSpend365, greaterThan: 50 GBP}"), at: day(0)))
        expect(soon, person, turns: day(7), to: true)
        expect(late, person, turns: day(10, plus: 1), to: true)

        let best = try condition("{recencyQuintile: {exactly: 5}}")
        let rich = try condition("{monetaryQuintile: {atLeast: 3}}")
        try person.ordered(at: day(5), "30 GBP")
        #expect(!person.holds(best, at: day(9)))
        let gbp = try #require(Currency("GBP"))
        person.facts.quintiles = QuintileEdges(
            asOf: day(0), version: 1, lastOrderAt: [day(1), day(2), day(3), day(4)],
            orders: [1, 1, 2, 3], revenueMinor: [gbp: [1000, 2999, 3000, 4000]])
        #expect(person.holds(best, at: day(9)) && person.holds(rich, at: day(9)))
        #expect(!person.holds(try condition("{frequencyQuintile: {atLeast: 2}}"), at: day(9)))
    }

    @Test func `the newest word about consent counts`() throws {
        let given = try condition("{consent: email}")
        let offers = try condition("{consent: email, topic: offers}")
        let unknown = try condition("{consent: email, is: unknown}")
        var person = Person(given, offers, unknown)
        #expect(person.holds(unknown, at: day(0)))
        try person.traits(#"{"email_subscription_status": "Subscribed"}"#, at: day(0))
        #expect(person.holds(given, at: day(1)) && person.holds(offers, at: day(1)))
        try person.did("Unsubscribed", at: day(2), #"{"channel": "email", "topic": "offers"}"#)
        #expect(person.holds(given, at: day(2)) && !person.holds(offers, at: day(2)))
        try person.did("Unsubscribed", at: day(3), #"{"channel": "sms"}"#)
        #expect(person.holds(given, at: day(3)))
        try person.did("Unsubscribed", at: day(4))
        #expect(!person.holds(given, at: day(4)) && !person.holds(unknown, at: day(4)))
        try person.did("Subscribed", at: day(5), #"{"channel": "email", "topic": "offers"}"#)
        #expect(!person.holds(given, at: day(5)) && person.holds(offers, at: day(5)))
        try person.traits(#"{"email_subscription_status": "pending"}"#, at: day(6))
        #expect(person.holds(offers, at: day(6)))
        try person.traits(#"{"email_subscription_status": true}"#, at: day(7))
        #expect(person.holds(given, at: day(7)))
    }

    @Test func `a click engages until the window has passed`() throws {
        let engaged = try condition("{engaged: email, within: 90 days}")
        var person = Person(engaged)
        try person.did("Email Opened", at: day(0))
        try person.did("Email Link Clicked", at: day(3))
        expect(engaged, person, turns: day(93), to: false, from: day(3))
    }

    @Test func `the whole changes when its parts together do`() throws {
        let both = try condition("{any: [{did: A, within: 10 days}, {did: B, within: 20 days}]}")
        let none = try condition("{none: [{did: A, within: 10 days}, {did: B, within: 20 days}]}")
        let never = try condition("[{did: A, within: 10 days}, {did: C}]")
        var person = Person(both, never)
        try person.did("A", at: day(0))
        try person.did("B", at: day(0))
        expect(both, person, turns: day(20), to: false)
        expect(none, person, turns: day(20), to: true)
        #expect(person.next(never, at: day(0)) == nil)
    }

    @Test func `reasons say what is known in plain words`() throws {
        let quiet = try condition("[{recency: {atLeast: 30 days}}, {frequency: {atLeast: 2}}]")
        var person = Person(quiet)
        for key in 1...3 { try person.ordered(Int64(key), at: day(key)) }
        #expect(
            quiet.evaluate(person.facts, now: day(15)).reason
                == "ordered 3 times, last 12 days ago (asked for none in 30 days)")
        #expect(
            quiet.evaluate(person.facts, now: day(40)).reason
                == "ordered 3 times, last 37 days ago (asked for none in 30 days); "
                + "ordered 3 times (asked for 2 or more)")
        let long = Condition.all((0..<100).map { _ in quiet })
        #expect(
            long.evaluate(person.facts, now: day(15)).reason.utf8.count <= Condition.reasonBytesMax)
    }
}
