import Documents
import Kernel
import Segments
import Testing

@Suite struct SegmentSetTests {
    private func segment(_ name: String, _ yaml: String) throws -> SegmentSet.Segment {
        SegmentSet.Segment(
            SegmentDefinition(name: name, title: name, condition: try condition(yaml)), version: 3)
    }

    @Test func `segments come after those that they ask about`() throws {
        let set = try SegmentSet([
            segment("a", "{segment: c}"), segment("b", "{did: A}"), segment("c", "{notSegment: b}"),
        ])
        #expect(set.segments.map(\.definition.name) == ["b", "c", "a"])
    }

    @Test func `circles and unknown names are refused by name`() throws {
        func refusal(_ segments: SegmentSet.Segment...) -> String? {
            do {
                _ = try SegmentSet(segments)
                return nil
            } catch { return "\(error)" }
        }
        #expect(
            try refusal(segment("a", "{segment: b}"))
                == "segment a: asks about b, which is not a segment")
        #expect(
            try refusal(segment("a", "{did: A}"), segment("a", "{did: B}"))
                == "segment a: is defined twice")
        #expect(
            try refusal(
                segment("a", "{segment: b}"), segment("b", "{notSegment: c}"),
                segment("c", "{any: [{segment: a}]}"))
                == "segment a: asks about itself: a → b → c → a")
    }

    @Test func `a change is told with its reason, and to those who ask about it`() throws {
        let set = try SegmentSet([
            segment("quiet", "{recency: {atLeast: 30 days}}"),
            segment("lively", "[{notSegment: quiet}, {frequency: {atLeast: 1}}]"),
            segment("clicks", "{did: Clicked}"),
        ])
        var person = Person()
        try person.ordered(at: day(0))
        var known = SegmentMemberships()
        let first = set.evaluate(person.facts, memberships: &known, now: day(0))
        #expect(first.changes.map(\.segment) == ["lively"])
        #expect(first.nextChange == day(30))
        #expect(known["lively"]?.since == day(0))

        #expect(
            set.evaluate(person.facts, memberships: &known, now: day(9), after: .time).changes == []
        )

        let second = set.evaluate(person.facts, memberships: &known, now: day(30), after: .time)
        #expect(second.changes.map(\.segment) == ["quiet", "lively"])
        #expect(second.changes.map(\.entered) == [true, false])
        #expect(second.changes.map(\.version) == [3, 3])
        #expect(second.changes[0].reason == "ordered once, 30 days ago (asked for none in 30 days)")
        #expect(second.changes[1].reason == "is in quiet")
        #expect(second.nextChange == nil)
        #expect(known.names == ["quiet"])
    }

    @Test func `only what asks about an event is looked at`() throws {
        let set = try SegmentSet([
            segment("clicks", "{did: Clicked}"), segment("orders", "{frequency: {atLeast: 1}}"),
        ])
        let asked = try #require(set["clicks"]).definition.condition
        var person = Person(asked)
        try person.ordered(at: day(0))
        var stir = CustomerStir()
        stir.traces = try person.did("Clicked", at: day(0))
        var known = SegmentMemberships()
        let changes = set.evaluate(person.facts, memberships: &known, now: day(0), after: stir)
            .changes
        #expect(changes.map(\.segment) == ["clicks"])
        stir = CustomerStir()
        stir.orders = true
        #expect(
            set.evaluate(person.facts, memberships: &known, now: day(0), after: stir)
                .changes.map(\.segment) == ["orders"])
    }

    @Test func `however many segments there are, only those that ask are looked at`() throws {
        let names = (0..<140).map { "s" + String(1000 + $0) }
        var segments = try names.enumerated().map { number, name in
            try segment(name, "{did: Event \(number % 70)}")
        }
        segments.append(try segment("then", "{segment: s1130}"))
        let set = try SegmentSet(segments)
        for number in [0, 1, 60, 63, 64, 69] {
            var person = Person(try #require(set[names[number]]).definition.condition)
            var stir = CustomerStir()
            stir.traces = try person.did("Event \(number)", at: day(0))
            var known = SegmentMemberships()
            let changes = set.evaluate(person.facts, memberships: &known, now: day(0), after: stir)
                .changes.map(\.segment)
            #expect(
                changes == [names[number], names[number + 70]] + (number == 60 ? ["then"] : []))
        }
    }

    @Test func `memberships come back from their bytes`() throws {
        var known = SegmentMemberships()
        known.set(SegmentMemberships.Entry(segment: "b", version: 2, since: day(1)))
        known.set(
            SegmentMemberships.Entry(segment: "a", version: 1, since: nil, nextChange: day(9)))
        var writer = ByteWriter()
        known.encode(to: &writer)
        let whole = writer.bytes
        #expect(try SegmentMemberships(decoding: whole.span) == known)
        for count in 0..<whole.count {
            #expect(throws: ByteReader.Damaged.self) {
                try SegmentMemberships(decoding: whole.span.extracting(first: count))
            }
        }
        #expect(known.names == ["b"] && known.nextChange == day(9))
        known.remove("a")
        known.set(SegmentMemberships.Entry(segment: "b", version: 2, since: nil))
        #expect(known.isEmpty)
    }
}
