import Customers
import Events
import JSONParsing
import Kernel
import Testing

struct ProfileTests {
    /// One event for a profile, with its place in the log.
    private struct Fact {
        var position: Int64
        var draft: EventDraft
        var hour: Int?
        var delta: OrderDelta?
    }

    private func decoded(_ bytes: [UInt8]) throws(ByteReader.Damaged) -> Profile {
        try Profile(decoding: bytes.span)
    }

    private func profile(_ facts: [Fact]) throws -> Profile {
        var profile = Profile()
        for fact in facts {
            let block = try block(fact.draft)
            profile.apply(
                block.frames[0], in: block, position: fact.position, localHour: fact.hour)
            if let delta = fact.delta { profile.apply(delta, at: fact.draft.occurredAt) }
        }
        return profile
    }

    private func facts(seed: UInt64, count: Int) throws -> [Fact] {
        var random = SeededRandom(seed: seed)
        let currencies = [Currency("EUR"), Currency("GBP"), Currency("USD")].compactMap(\.self)
        let values = ["1", "null", "\"\"", "\"x\"", "[1,2]", "\" \"", "true"]
        let contexts = ["", #"{"campaign":{"source":"News"}}"#, #"{"app":{}}"#, "{}"]
        return (0..<count).map { index in
            let kinds: [EventKind] = [.identify, .track, .page, .screen, .group, .alias]
            var draft = EventDraft(
                kind: kinds[Int.random(in: 0..<6, using: &random)],
                occurredAt: Timestamp(milliseconds: Int64.random(in: -5...50, using: &random)),
                messageID: "m")
            draft.name = "Event \(Int.random(in: 0..<400, using: &random))"
            if Bool.random(using: &random) { draft.flags = .imported }
            let members = (0..<3).map { _ in
                let name = Int.random(in: 0..<400, using: &random)
                return "\"a\(name)\":" + values[Int.random(in: 0..<7, using: &random)]
            }
            draft.properties = Array(("{" + members.joined(separator: ",") + "}").utf8)
            draft.context = Array(contexts[Int.random(in: 0..<4, using: &random)].utf8)
            var fact = Fact(position: Int64(index + 1), draft: draft)
            if Bool.random(using: &random) { fact.hour = Int.random(in: 0..<24, using: &random) }
            if Bool.random(using: &random) {
                fact.delta = OrderDelta(
                    currency: currencies[Int.random(in: 0..<3, using: &random)],
                    orders: Int64.random(in: -1...1, using: &random),
                    revenueMinor: Int64.random(in: -900...900, using: &random),
                    refunds: Int64.random(in: 0...1, using: &random),
                    refundedMinor: Int64.random(in: 0...90, using: &random))
            }
            return fact
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `profiles of parts in any order merge into the profile of all`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed ^ 0xFFFF)
        let facts = try facts(seed: seed, count: seed % 2 == 0 ? 60 : 900)
        let whole = try profile(facts)
        #expect(try profile(facts.shuffled(using: &random)) == whole)
        var parts: [[Fact]] = [[], [], []]
        for fact in facts { parts[Int.random(in: 0..<3, using: &random)].append(fact) }
        let profiles = try parts.map(profile)
        #expect(profiles[0].merged(with: profiles[1]).merged(with: profiles[2]) == whole)
        #expect(profiles[2].merged(with: profiles[0].merged(with: profiles[1])) == whole)
        #expect(profiles[1].merged(with: profiles[2]).merged(with: profiles[0]) == whole)
        #expect(whole.merged(with: Profile()) == whole)
        #expect(Profile().merged(with: whole) == whole)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `a profile is read back from its bytes`(seed: UInt64) throws {
        let profile = try profile(facts(seed: seed, count: Int(seed) * 100))
        var writer = ByteWriter()
        profile.encode(to: &writer)
        let read = try Profile(decoding: writer.bytes.span)
        #expect(read == profile)
    }

    @Test(arguments: 0..<3 as Range<UInt64>)
    func `damaged bytes are an error or another profile, never a crash`(seed: UInt64) throws {
        var writer = ByteWriter()
        try profile(facts(seed: seed, count: 30)).encode(to: &writer)
        let good = writer.bytes
        for count in 0..<good.count {
            #expect(throws: ByteReader.Damaged.self) {
                try decoded(Array(good[..<count]))
            }
        }
        #expect(throws: ByteReader.Damaged.self) { try decoded(good + [0]) }
        var refused = 0
        for index in good.indices {
            for bit in 0..<8 {
                var bytes = good
                bytes[index] ^= 1 << UInt8(bit)
                do throws(ByteReader.Damaged) {
                    var again = ByteWriter()
                    try Profile(decoding: bytes.span).encode(to: &again)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 0)
        #expect(throws: ByteReader.Damaged(offset: 0)) { try decoded([1]) }
    }

    @Test func `the newest value of a trait holds, null removes it, blank says nothing`() throws {
        func told(_ traits: String, at: Int64, position: Int64) -> Fact {
            var draft = EventDraft(
                kind: .identify, occurredAt: Timestamp(milliseconds: at), messageID: "m")
            draft.properties = Array(traits.utf8)
            return Fact(position: position, draft: draft)
        }
        let profile = try profile([
            told(#"{"a":"late","b":"kept","c":"gone","d":1,"e":"x"}"#, at: 20, position: 1),
            told(#"{"a":"early","c":"early"}"#, at: 10, position: 2),
            told(#"{"b":"  ","c":null,"d":2,"e":"y","e":"z"}"#, at: 20, position: 3),
            told(#"{"c":"before the removal"}"#, at: 19, position: 4),
        ])
        let attributes = profile.attributes
        #expect(attributes["a"]?.text == "late")
        #expect(attributes["b"]?.text == "kept")
        #expect(attributes["c"] == nil)
        #expect(attributes["d"]?.text == "2")
        #expect(attributes["e"]?.text == "z")
        #expect(attributes["d"]?.position == 3)
        #expect(attributes["f"] == nil)
    }

    @Test func `names beyond the bound are counted together and those held are exact`() throws {
        let count = Profile.eventNamesMax + 1
        let facts = (0..<count * 2).map { index in
            var draft = EventDraft(
                kind: .track, occurredAt: Timestamp(milliseconds: Int64(index)), messageID: "m")
            draft.name = "n\(1000 + (count * 2 - 1 - index) % count)"
            return Fact(position: Int64(index + 1), draft: draft)
        }
        let profile = try profile(facts)
        #expect(profile.events.tallies.count == Profile.eventNamesMax)
        #expect(profile.events.others == 2)
        #expect(profile.events["n1000"]?.count == 2)
        #expect(profile.events["n\(1000 + count - 1)"] == nil)
        #expect(profile.eventCount == Int64(count * 2))
    }

    @Test func `traits beyond the bound are not held, which is said`() throws {
        func told(_ count: Int) throws -> Profile {
            var draft = EventDraft(
                kind: .identify, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
            let members = (0..<count).map { "\"n\(1000 + $0)\":1" }
            draft.properties = Array(("{" + members.joined(separator: ",") + "}").utf8)
            return try profile([Fact(position: 1, draft: draft)])
        }
        let full = try told(Attributes.countMax)
        #expect(full.attributes.all.count == Attributes.countMax)
        #expect(!full.attributes.overflowed)
        let over = try told(Attributes.countMax + 1)
        #expect(over.attributes.all == full.attributes.all)
        #expect(over.attributes.overflowed)
    }

    @Test func `orders that are replaced and cancelled count as their deltas say`() throws {
        let euro = try #require(Currency("EUR"))
        var profile = Profile()
        let (first, second) = (Timestamp(milliseconds: 10), Timestamp(milliseconds: 20))
        profile.apply(OrderDelta(currency: euro, orders: 1, revenueMinor: 1000), at: second)
        profile.apply(
            OrderDelta(currency: euro, revenueMinor: -250), at: Timestamp(milliseconds: 99))
        profile.apply(OrderDelta(currency: euro, orders: 1, revenueMinor: 300), at: first)
        profile.apply(OrderDelta(currency: euro, refunds: 1, refundedMinor: 100), at: second)
        #expect(profile.orders.orders == 2)
        #expect(profile.orders.refunds == 1)
        #expect(
            profile.orders.totals.map { [$0.revenueMinor, $0.refundedMinor] } == [[1050, 100]])
        #expect(profile.orders.firstOrderAt == first)
        #expect(profile.orders.lastOrderAt == second)
    }

    private static let channels: [(EventKind, EventFlags, String, String)] = [
        (.track, .imported, #"{"campaign":{"source":"x"}}"#, "import"),
        (.track, [], "", "server"), (.track, [], "{}", "server"), (.page, [], "{}", "direct"),
        (.track, [], #"{"campaign":{"source":"Google","medium":"CPC"}}"#, "google / cpc"),
        (.track, [], #"{"campaign":{"source":"newsletter"}}"#, "newsletter"),
        (.track, [], #"{"campaign":{"medium":"mail"}}"#, "server"),
        (
            .page, [], #"{"page":{"referrer":"https://www.example.test:8/a?b"}}"#,
            "referral: example.test"
        ),
        (
            .page, [],
            #"{"page":{"referrer":"https://shop.test/a","url":"https://www.shop.test/b"}}"#,
            "direct"
        ),
        (.page, [], #"{"page":{"referrer":""}}"#, "direct"),
        (.screen, [], "{}", "app"), (.track, [], #"{"app":{"name":"x"}}"#, "app"),
        (.track, [], #"{"library":{"name":"analytics.js"}}"#, "direct"),
        (.track, [], #"{"library":{"name":"analytics-node.js"}}"#, "server"),
        (.track, [], #"{"library":{"name":"analytics-python"}}"#, "server"),
    ]

    @Test(arguments: channels)
    func `an event's channel is what its context says`(
        kind: EventKind, flags: EventFlags, context: String, channel: String
    ) throws {
        var draft = EventDraft(kind: kind, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
        draft.flags = flags
        draft.context = Array(context.utf8)
        #expect(try profile([Fact(position: 1, draft: draft)]).preferredChannel == channel)
    }

    @Test func `the preferred hour is the one with most events, the earlier of two`() throws {
        let draft = EventDraft(kind: .page, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
        let hours = [23, 9, 7, 9, 7, nil, nil, nil]
        let facts = hours.map { Fact(position: 1, draft: draft, hour: $0) }
        #expect(try profile(facts).preferredHour == 7)
        #expect(Profile().preferredHour == nil)
        #expect(Profile().preferredChannel == nil)
    }

    @Test func `a profile is written as JSON that parses, with attributes as they were sent`()
        throws
    {
        var draft = EventDraft(
            kind: .identify, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
        draft.properties = Array(
            #"{"first_name":"Ann \"A\"","last_name":"Lee","n":1.50,"x":null}"#.utf8)
        let profile = try profile([Fact(position: 7, draft: draft, hour: 0)])
        var json = JSONWriter()
        profile.write(to: &json)
        _ = try JSONReader.document(json.bytes.span)
        let number = try JSONLookup.value(at: ["attributes", "n", "value"], in: json.bytes.span)
        #expect(number?.text(in: json.bytes.span) == "1.50")
        let removed = try JSONLookup.value(at: ["attributes", "x"], in: json.bytes.span)
        #expect(removed == nil)
        #expect(profile.label == "Ann \"A\" Lee")
        #expect(Profile().label == nil)
    }
}

/// A block of one event.
func block(_ draft: EventDraft) throws -> EventBlock {
    var builder = EventBlockBuilder()
    builder.append(draft)
    return try EventBlock(decoding: builder.takeBytes().bytes)
}
