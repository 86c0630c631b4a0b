import Documents
import Segments
import Testing
import YAMLText

@Suite struct ConditionReadingTests {
    @Test(arguments: [
        "all: [{segment: a}, {none: [{notSegment: b}]}, {any: [{segment: c}]}]",
        "[{attribute: country, oneOf: [GB, IE]}, {attribute: address.city, isNot: 5}]",
        "{attribute: birthday, anniversaryWithinNext: 7 days}",
        "{attribute: renewal, withinNext: 14 days}",
        "{attribute: signup, before: 2026-01-01}",
        "{attribute: signup, after: \"2026-01-01T09:30:00.000Z\"}",
        "{attribute: vip, is: true}", "{attribute: vip, exists: false}",
        "{attribute: size, noneOf: [XS, 34.5]}", "{attribute: name, startsWith: Mc}",
        "{attribute: name, contains: a}", "{attribute: channel, missingOr: email}",
        "{did: Order Completed, where: [{property: total, atLeast: 50}, {property: products.category, is: Shoes}], times: {atLeast: 2}, within: 90 days}",
        "{did: Page Viewed, name: Pricing, since: 2026-01-01}", "{did: Screen Viewed}",
        "{didNot: Order Completed, within: 30 days}",
        "{sum: {event: Order Completed, property: total}, within: 90 days, greaterThan: 100}",
        "{last: {event: Booked, property: arrival, where: {property: kind, is: room}}, withinNext: 14 days}",
        "{average: {event: Rated, property: stars}, lessThan: 3.5}",
        "{recency: {atLeast: 30 days}}", "{recency: {lessThan: 12 hours}}",
        "{frequency: {atLeast: 2}, within: 365 days}", "{frequency: {exactly: 1}}",
        "{frequency: {atLeast: 2, atMost: 4}}", "{monetary: {atLeast: 100 GBP}}",
        "{monetary: {lessThan: 1000 JPY}, within: 90 days}", "{recencyQuintile: {atLeast: 4}}",
        "{monetaryQuintile: {exactly: 5}}", "{lifecycle: [active, atRisk]}",
        "{lifecycle: never, activeWindow: 60 days}",
        "{prediction: churnProbability, greaterThan: 0.6}",
        "{prediction: expectedSpend365, greaterThan: 50 EUR}",
        "{prediction: churnBand, oneOf: [high, middle]}",
        "{prediction: daysToNextOrder, atMost: 3}",
        "{consent: email}", "{consent: sms, topic: offers, is: withdrawn}",
        "{engaged: email, within: 90 days}",
    ])
    func `what is read is written again as the same`(yaml: String) throws {
        let one = try condition(yaml)
        let json = one.document.json
        #expect(try Condition(reading: DocumentReader(DocumentNode(json: json.span))) == one)
        #expect(try condition(one.document.yaml()) == one)
        #expect(
            try Condition(reading: DocumentReader(DocumentNode(json: json.span))).document.json
                == json)
    }

    @Test(arguments: [
        (
            "{atribute: country, is: GB}",
            "is not a condition: atribute is not known; did you mean attribute?"
        ),
        ("{}", "is not a condition; one begins with all, any, none, attribute, did"),
        ("5", "must have named parts, not be a number"),
        ("{did: A, segment: b}", "is did and segment at once: make each an element of a list"),
        ("{all: []}", "must hold a condition"),
        ("{attribute: country}", "needs a comparison: one of is, isNot"),
        ("{attribute: country, iss: GB}", "is not known here; did you mean is?"),
        ("{attribute: country, is: GB, isNot: IE}", "has is and isNot: say one"),
        ("{attribute: a.b.c.d.e, is: 1}", "must be a name, or up to 4 with dots"),
        ("{attribute: 'a\"b', is: 1}", "must be a name, or up to 4 with dots"),
        ("{attribute: country, oneOf: []}", "must name at least one value"),
        (
            "{attribute: country, is: [GB]}",
            "must be a text, a number, or true or false; not a list"
        ),
        ("{attribute: signup, before: yesterday}", "must be a day such as 2026-01-31"),
        ("{attribute: b, anniversaryWithinNext: 400 days}", "must be at most 365 days"),
        ("{did: ''}", "must not be empty"),
        ("{did: A, within: 3 months}", "must be a length of time such as 30 days"),
        ("{did: A, within: 3 days, since: 2026-01-01}", "can't stand beside within: say one"),
        ("{did: A, times: {atLeast: 1000}}", "must be a whole number from 0 to 999"),
        ("{did: A, times: {atLeast: 3, atMost: 2}}", "atLeast is more than atMost"),
        ("{did: A, times: {exactly: 1, atMost: 2}}", "exactly stands alone"),
        ("{did: A, times: {}}", "needs atLeast, atMost or exactly"),
        ("{didNot: A, times: {atLeast: 1}}", "is not known here"),
        ("{did: A, name: B}", "is not known here"),
        (
            "{did: A, where: [{property: at, withinLast: 3 days}]}",
            "withinLast can't be asked of an event's property"
        ),
        ("{sum: {event: A, property: b}, is: 5}", "a sum is compared by greaterThan"),
        ("{sum: {event: A, property: b}, atLeast: 2e12}", "beyond a million millions"),
        ("{sum: {event: A}, atLeast: 1}", "property is missing"),
        ("{recency: {atLeast: 3 days, lessThan: 5 days}}", "needs one of atLeast and lessThan"),
        (
            "{monetary: {atLeast: 100}}",
            "must be an amount with its currency such as 100 GBP, not a number"
        ),
        ("{monetary: {atLeast: 100 pounds}}", "must be an amount with its currency"),
        ("{monetary: {}}", "needs one of greaterThan, atLeast, lessThan and atMost"),
        ("{recencyQuintile: {atLeast: 6}}", "fifths are 1 to 5"),
        ("{recencyQuintile: {exactly: 0}}", "fifths are 1 to 5"),
        (
            "{lifecycle: dead}",
            "must be one of new, active, atRisk, lapsed, wonBack, never; not dead"
        ),
        ("{lifecycle: []}", "must name a state"),
        ("{prediction: churn, atLeast: 1}", "must be one of probabilityAlive"),
        ("{prediction: churnBand, atLeast: 1}", "a churn band is compared by is or oneOf"),
        ("{prediction: churnBand, is: awful}", "a churn band is low, middle or high; not awful"),
        ("{prediction: churnProbability, is: 1}", "churnProbability is compared by greaterThan"),
        ("{prediction: expectedSpend90, atLeast: 5}", "must be an amount with its currency"),
        ("{consent: fax}", "must be one of email, sms"),
        ("{consent: email, is: maybe}", "must be one of given, withdrawn, unknown; not maybe"),
        ("{engaged: post}", "nothing tells of messages by post"),
        ("{segment: Not A Name}", "must be 1 to 64 small letters"),
    ])
    func `what can't be taken is told with its reason`(yaml: String, reason: String) throws {
        let found = try #require(problem(yaml))
        #expect(found.reason.hasPrefix(reason) || found.reason.contains(reason), "\(found)")
    }

    @Test func `a problem says where`() throws {
        let found = try #require(problem("all:\n  - segment: a\n  - did: A\n    within: soon\n"))
        #expect(found.description.hasPrefix("line 4, column 13: all[1].within: must be"))
    }

    @Test func `depth and number are limited`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "{any: [", count: depth) + "{segment: a}"
                + String(repeating: "]}", count: depth)
        }
        #expect(problem(nested(Condition.depthMax)) == nil)
        #expect(problem(nested(Condition.depthMax + 1))?.reason == "more than 12 levels")
        func wide(_ count: Int) -> String {
            "[" + Array(repeating: "{segment: a}", count: count).joined(separator: ", ") + "]"
        }
        #expect(problem(wide(Condition.countMax - 1)) == nil)
        #expect(problem(wide(Condition.countMax))?.reason == "more than 200 conditions")
    }

    @Test func `a definition has a name and no part that nobody knows`() throws {
        let yaml = "kind: segment\nname: vip\ntitle: VIP\nwhere: {segment: big}\n"
        let segment = try SegmentDefinition(reading: DocumentReader(DocumentNode(yaml: yaml)))
        #expect(segment.title == "VIP")
        #expect(
            try SegmentDefinition(reading: DocumentReader(segment.document)) == segment)
        for (wrong, reason) in [
            ("kind: journey\nname: a\nwhere: {segment: b}", "must be segment"),
            ("kind: segment\nname: A\nwhere: {segment: b}", "must be 1 to 64 small letters"),
            ("kind: segment\nname: a", "where is missing"),
            ("kind: segment\nname: a\nwhere: {segment: b}\ntags: x", "is not known here"),
            ("kind: segment\nname: a\nwhere: {segment: a}", "which is this segment"),
        ] {
            #expect {
                try SegmentDefinition(reading: DocumentReader(DocumentNode(yaml: wrong)))
            } throws: { ($0 as? DocumentProblem)?.reason.contains(reason) ?? false }
        }
    }
}
