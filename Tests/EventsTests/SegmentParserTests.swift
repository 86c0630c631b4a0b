import Events
import JSONParsing
import Kernel
import Testing

/// 2026-11-22T00:20:10Z.
let receivedAt = Timestamp(milliseconds: 1_795_306_810_000)

/// Parses a body and gives the outcome with the events that were framed.
func parse(
    _ body: [UInt8], as call: SegmentCall, flags: EventFlags = []
) throws -> (outcome: SegmentOutcome, events: [EventDraft]) {
    var builder = EventBlockBuilder()
    let parser = SegmentParser(receivedAt: receivedAt, flags: flags) { "generated" }
    let outcome = parser.parse(body.span, as: call, into: &builder)
    let (bytes, count) = builder.takeBytes()
    let block = try EventBlock(decoding: bytes)
    #expect(block.count == count)
    return (outcome, block.frames.map(block.draft))
}

func parse(
    _ body: String, as call: SegmentCall
) throws -> (outcome: SegmentOutcome, events: [EventDraft]) {
    try parse(Array(body.utf8), as: call)
}

struct SegmentParserTests {
    @Test func `A track call becomes an event with its exact bytes`() throws {
        let body = """
            {"userId":"u\\u00e9\\"1","anonymousId":12345678901234567890.10,"event":"Order Completed",
            "messageId":"m-1","timestamp":"2026-11-22T00:10:00.5+00:10","writeKey":"wk",
            "properties": { "total": 1.10, "x": "\\ud83d\\ude00" } ,"context":{"ip":"::1"},"version":2,
            "integrations":{"All":true},"receivedAt":"never","type":"track"}
            """

        let (outcome, events) = try parse(body, as: .single(.track))

        var expected = EventDraft(
            kind: .track, occurredAt: Timestamp(milliseconds: 1_795_305_600_500), messageID: "m-1")
        expected.userID = "ué\"1"
        expected.anonymousID = "12345678901234567890.10"
        expected.name = "Order Completed"
        expected.properties = Array(#"{ "total": 1.10, "x": "\ud83d\ude00" }"#.utf8)
        expected.context = Array(#"{"ip":"::1"}"#.utf8)
        #expect(events == [expected])
        #expect(outcome == .parsed(SegmentReceipt(accepted: 1, rejections: [], writeKey: "wk")))
    }

    @Test(
        arguments: [
            (.identify, #"{"userId":"u","traits":{"a":1},"properties":{"b":2}}"#, "", #"{"a":1}"#),
            (.identify, #"{"anonymousId":"a"}"#, "", ""),
            (.identify, #"{"userId":"u","context":{"traits":{"a":1}}}"#, "", #"{"a":1}"#),
            (.identify, #"{"userId":"u","traits":{},"context":{"traits":{"a":1}}}"#, "", "{}"),
            (.identify, #"{"userId":"u","traits":null,"context":{"traits":7}}"#, "", ""),
            (.track, #"{"userId":"u","event":"E","traits":{"a":1}}"#, "E", ""),
            (.page, #"{"userId":"u","name":"Home","properties":{"a":1}}"#, "Home", #"{"a":1}"#),
            (.page, #"{"userId":"u"}"#, "", ""),
            (.page, #"{"userId":"u","category":"Docs"}"#, "", #"{"category":"Docs"}"#),
            (
                .screen, #"{"userId":"u","category":"D","name":"S","properties":{"a":1}}"#, "S",
                #"{"a":1,"category":"D"}"#
            ),
            (
                .page, #"{"userId":"u","category":"D","properties":{"category":"own"}}"#, "",
                #"{"category":"own"}"#
            ),
            (.group, #"{"userId":"u","groupId":"g","traits":{"a":1}}"#, "g", #"{"a":1}"#),
            (.group, #"{"anonymousId":"a","groupId":7}"#, "7", ""),
            (.alias, #"{"userId":"u","previousId":"p"}"#, "p", ""),
            (.track, #"{"user\u0049d":"u","\u0065vent":"E"}"#, "E", ""),
            (.track, #"{"userId":"x","userId":"u","event":"D","event":"E"}"#, "E", ""),
            (.track, #"{"userId":"u","event":"E","type":"tr\u0061ck"}"#, "E", ""),
            (.track, #"{"userId":"u","event":"E","properties":null,"context":null}"#, "E", ""),
        ] as [(EventKind, String, String, String)])
    func `Each call keeps its name and its object`(
        kind: EventKind, body: String, name: String, content: String
    ) throws {
        let (_, events) = try parse(body, as: .single(kind))

        let event = try #require(events.first)
        #expect(event.kind == kind)
        #expect(event.name == name)
        #expect(String(decoding: event.properties, as: UTF8.self) == content)
        #expect(event.messageID == "generated")
        #expect(event.occurredAt == receivedAt)
    }

    @Test func `Keeps good events of a batch and reports each bad one by its index`() throws {
        let body = """
            {"batch":[{"type":"track","userId":"a","event":"One"},7,{"type":"trak","userId":"a"},
            {"type":"identify","anonymousId":"b"},{"userId":"c"},null,
            {"type":"track","userId":"d","event":"Two","timestamp":"soon"}],"writeKey":"wk"}
            """

        let (outcome, events) = try parse(body, as: .batch)

        #expect(events.map(\.userID) == ["a", ""])
        #expect(
            outcome
                == .parsed(
                    SegmentReceipt(
                        accepted: 2,
                        rejections: [
                            Rejection(index: 1, path: "$.batch[1]", problem: .notAnEvent),
                            Rejection(index: 2, path: "$.batch[2].type", problem: .unknownType),
                            Rejection(index: 4, path: "$.batch[4].type", problem: .missing),
                            Rejection(index: 5, path: "$.batch[5]", problem: .notAnEvent),
                            Rejection(
                                index: 6, path: "$.batch[6].timestamp", problem: .timeUnreadable),
                        ], writeKey: "wk")))
    }

    @Test(
        arguments: [
            // (timestamp, sentAt of the item, sentAt of the batch, milliseconds after `receivedAt`)
            ("2026-11-22T00:20:00Z", nil, nil, -10_000),
            ("2026-11-22T00:20:00Z", nil, "2026-11-22T00:20:08Z", -8000),
            ("2026-11-22T00:20:00Z", "2026-11-22T00:20:01Z", "2026-11-22T00:20:08Z", -1000),
            ("2031-01-01T00:00:00Z", "2031-01-01T00:00:05Z", nil, -5000),
            ("2001-01-01T00:00:00Z", nil, "2001-01-01T00:01:00Z", -60_000),
            ("2026-11-22T01:20:00\\u002b01:00", nil, nil, -10_000),
            ("2026-11-22 00:20:00", nil, nil, -10_000),
            ("2026-11-23T00:20:10Z", nil, nil, 86_400_000),
        ] as [(String, String?, String?, Int64)])
    func `Corrects times by the sender's clock`(
        time: String, own: String?, shared: String?, delta: Int64
    ) throws {
        let ownMember = own.map { #","sentAt":"\#($0)""# } ?? ""
        let sharedMember = shared.map { #","sentAt":"\#($0)""# } ?? ""
        let body = """
            {"batch":[{"type":"track","userId":"a","event":"E","timestamp":"\(time)"\(ownMember)}]
            \(sharedMember)}
            """

        let (_, events) = try parse(body, as: .batch)

        #expect(events.map(\.occurredAt) == [receivedAt.adding(milliseconds: delta)])
    }

    @Test(arguments: ["1997-01-01", "1970-01-01T00:00:00Z", "1997-06-30T23:59:59.999-05:00"])
    func `Historic times stay as they are`(time: String) throws {
        let body = #"{"userId":"a","event":"E","originalTimestamp":"\#(time)"}"#
        let (_, events) = try parse(body, as: .single(.track))
        #expect(events.map(\.occurredAt) == [try #require(Timestamp(time))])
    }

    @Test(
        arguments: [
            ("{}", #"{"a":1}"#, #"{"a":1}"#), (#"{"b":2}"#, #"{"a":1}"#, #"{"b":2,"a":1}"#),
            (#"{"a":{"x":1}}"#, #"{"a":{"y":2},"b":3}"#, #"{"a":{"x":1},"b":3}"#),
            (nil, #"{"a":1}"#, #"{"a":1}"#), (#"{"a":1}"#, nil, #"{"a":1}"#),
            (#"{"a":1}"#, "null", #"{"a":1}"#), (#"{"\u0061":1}"#, #"{"a":2}"#, #"{"a":1}"#),
        ] as [(String?, String?, String)])
    func `Merges the batch's context into its items`(
        own: String?, shared: String?, expected: String
    ) throws {
        let ownMember = own.map { #","context":\#($0)"# } ?? ""
        let sharedMember = shared.map { #","context":\#($0)"# } ?? ""
        let body = #"{"batch":[{"type":"identify","userId":"a"\#(ownMember)}]\#(sharedMember)}"#

        let (_, events) = try parse(body, as: .batch)

        #expect(events.map { String(decoding: $0.context, as: UTF8.self) } == [expected])
    }

    @Test func `An import's line names its own call and carries flags`() throws {
        let body = Array(#"{"type":"group","userId":"u","groupId":"g"}"#.utf8)
        let (_, events) = try parse(body, as: .typed, flags: [.history, .imported])
        #expect(events.map(\.kind) == [.group])
        #expect(events.map(\.flags) == [[.history, .imported]])
    }
}
