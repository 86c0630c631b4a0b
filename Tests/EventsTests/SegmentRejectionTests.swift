import Events
import JSONParsing
import Kernel
import Testing

struct SegmentRejectionTests {
    @Test(
        arguments: [
            (.track, #"{"event":"E"}"#, "$", .identityMissing),
            (.track, #"{"userId":"","anonymousId":null,"event":"E"}"#, "$", .identityMissing),
            (.identify, "{}", "$", .identityMissing), (.page, "{}", "$", .identityMissing),
            (.screen, "{}", "$", .identityMissing),
            (.group, #"{"groupId":"g"}"#, "$", .identityMissing),
            (.group, #"{"userId":"u"}"#, "$.groupId", .missing),
            (.group, #"{"userId":"u","groupId":""}"#, "$.groupId", .missing),
            (.alias, #"{"previousId":"p"}"#, "$.userId", .missing),
            (.alias, #"{"userId":"u"}"#, "$.previousId", .missing),
            (.alias, #"{"anonymousId":"a","previousId":"p"}"#, "$.userId", .missing),
            (.track, #"{"userId":"u"}"#, "$.event", .missing),
            (.track, #"{"userId":"u","event":""}"#, "$.event", .missing),
            (.track, #"{"userId":"u","event":null}"#, "$.event", .missing),
            (.track, #"{"userId":"u","event":7}"#, "$.event", .wrongKind(expected: "a string")),
            (.page, #"{"userId":"u","name":[]}"#, "$.name", .wrongKind(expected: "a string")),
            (
                .track, #"{"userId":true,"event":"E"}"#, "$.userId",
                .wrongKind(expected: "a string or a number")
            ),
            (
                .track, #"{"userId":"u","anonymousId":{},"event":"E"}"#, "$.anonymousId",
                .wrongKind(expected: "a string or a number")
            ),
            (
                .group, #"{"userId":"u","groupId":["g"]}"#, "$.groupId",
                .wrongKind(expected: "a string or a number")
            ),
            (
                .track, #"{"userId":"u","event":"E","messageId":5}"#, "$.messageId",
                .wrongKind(expected: "a string")
            ),
            (
                .track, #"{"userId":"u","event":"E","properties":[]}"#, "$.properties",
                .wrongKind(expected: "an object")
            ),
            (
                .identify, #"{"userId":"u","traits":"x"}"#, "$.traits",
                .wrongKind(expected: "an object")
            ),
            (
                .track, #"{"userId":"u","event":"E","context":7}"#, "$.context",
                .wrongKind(expected: "an object")
            ),
            (.track, #"{"userId":"u","event":"E","type":"page"}"#, "$.type", .typeMismatch),
            (.track, #"{"userId":"u","event":"E","type":"batch"}"#, "$.type", .unknownType),
            (
                .track, #"{"userId":"u","event":"E","type":1}"#, "$.type",
                .wrongKind(expected: "a string")
            ),
            (.track, #"{"userId":"a\u0000","event":"E"}"#, "$.userId", .controlCharacter),
            (.track, #"{"userId":"a\n","event":"E"}"#, "$.userId", .controlCharacter),
            (.track, "{\"userId\":\"a\u{7F}\",\"event\":\"E\"}", "$.userId", .controlCharacter),
            (.track, #"{"userId":"a","event":"E\t"}"#, "$.event", .controlCharacter),
            (
                .track, #"{"userId":"a","event":"E","messageId":"\u001b"}"#, "$.messageId",
                .controlCharacter
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"yesterday"}"#, "$.timestamp",
                .timeUnreadable
            ),
            (.track, #"{"userId":"a","event":"E","timestamp":""}"#, "$.timestamp", .timeUnreadable),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"2026-02-30T00:00:00Z"}"#,
                "$.timestamp", .timeUnreadable
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":1795306810}"#, "$.timestamp",
                .wrongKind(expected: "a string")
            ),
            (
                .track, #"{"userId":"a","event":"E","originalTimestamp":"x"}"#,
                "$.originalTimestamp",
                .timeUnreadable
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"2026-11-22","sentAt":"x"}"#,
                "$.sentAt", .timeUnreadable
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"1969-12-31T23:59:59.999Z"}"#,
                "$.timestamp", .timeTooEarly
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"0001-01-01T00:00:00Z"}"#,
                "$.timestamp", .timeTooEarly
            ),
            (
                .track, #"{"userId":"a","event":"E","timestamp":"2026-11-23T00:20:10.001Z"}"#,
                "$.timestamp", .timeInFuture
            ),
        ] as [(EventKind, String, String, SegmentProblem)])
    func `Refuses an event with path and problem`(
        kind: EventKind, body: String, path: String, problem: SegmentProblem
    ) throws {
        let (outcome, events) = try parse(body, as: .single(kind))

        let rejection = Rejection(index: 0, path: path, problem: problem)
        #expect(events.isEmpty)
        #expect(outcome == .parsed(SegmentReceipt(accepted: 0, rejections: [rejection])))
        #expect(!problem.code.isEmpty && !problem.reason.isEmpty && !problem.isSize)
    }

    @Test(
        arguments: [
            (.batch, "", "$", .invalidJSON(.unexpectedEnd, offset: 0)),
            (.batch, "[]", "$", .wrongKind(expected: "an object")),
            (.single(.track), "7", "$", .wrongKind(expected: "an object")),
            (.batch, "{}", "$.batch", .missing), (.batch, #"{"batch":null}"#, "$.batch", .missing),
            (.batch, #"{"batch":{}}"#, "$.batch", .wrongKind(expected: "an array")),
            (
                .batch, #"{"batch":[],"context":7}"#, "$.context", .wrongKind(expected: "an object")
            ),
            (.batch, #"{"batch":[],"writeKey":7}"#, "$.writeKey", .wrongKind(expected: "a string")),
            (
                .batch, #"{"batch":[{"type":"track","userId":"a","event":"E"},{"x":01}]}"#,
                "$.batch[1].x", .invalidJSON(.badNumber, offset: 57)
            ),
            (
                .batch, #"{"batch":[{"type":"track","userId":"a","event":"E"}]"#, "$.batch",
                .invalidJSON(.unexpectedEnd, offset: 52)
            ),
            (
                .batch, #"{"batch":[{"type":"track","userId":"a","event":"E"}]}x"#, "$",
                .invalidJSON(.trailingBytes, offset: 53)
            ),
            (
                .single(.track), #"{"userId":"\ud800"}"#, "$.userId",
                .invalidJSON(.loneSurrogate, offset: 11)
            ),
        ] as [(SegmentCall, String, String, SegmentProblem)])
    func `Refuses a whole body and leaves nothing of it`(
        call: SegmentCall, body: String, path: String, problem: SegmentProblem
    ) throws {
        let (outcome, events) = try parse(body, as: call)
        #expect(outcome == .refused(SegmentRefusal(path: path, problem: problem)))
        #expect(events.isEmpty)
    }

    /// A track event of exactly so many bytes.
    private func event(bytes: Int) -> String {
        let start = #"{"type":"track","userId":"u","event":"E","properties":{"x":""#
        let end = #""}}"#
        let rest = bytes - start.utf8.count - end.utf8.count
        return start + String(repeating: "x", count: rest) + end
    }

    @Test func `An event may have 32 KB and not a byte more`() throws {
        let max = SegmentLimits.eventBytesMax
        #expect(try parse(event(bytes: max), as: .single(.track)).events.count == 1)
        #expect(
            try parse(event(bytes: max + 1), as: .single(.track)).outcome
                == .refused(
                    SegmentRefusal(path: "$", problem: .eventTooLarge(bytesMax: 32768))))

        let (outcome, events) = try parse(
            "{\"batch\":[\(event(bytes: max)),\(event(bytes: max + 1))]}", as: .batch)
        #expect(events.count == 1)
        let problem = SegmentProblem.eventTooLarge(bytesMax: 32768)
        #expect(problem.isSize)
        #expect(
            outcome
                == .parsed(
                    SegmentReceipt(
                        accepted: 1,
                        rejections: [Rejection(index: 1, path: "$.batch[1]", problem: problem)])))
    }

    @Test func `What the batch's context adds counts for its events`() throws {
        let context = #"{"a":"\#(String(repeating: "y", count: 100))"}"#
        let max = SegmentLimits.eventBytesMax - context.utf8.count
        let (_, events) = try parse(
            "{\"context\":\(context),\"batch\":[\(event(bytes: max)),\(event(bytes: max + 1))]}",
            as: .batch)
        #expect(events.count == 1)
    }

    @Test func `A batch may have 500 KB and not a byte more`() throws {
        let body = Array(#"{"batch":[]}"#.utf8)
        let max = SegmentLimits.batchBytesMax
        let spaces = [UInt8](repeating: 0x20, count: max - body.count)
        #expect(try parse(body + spaces, as: .batch).outcome == .parsed(SegmentReceipt()))
        #expect(
            try parse(body + spaces + [0x20], as: .batch).outcome
                == .refused(
                    SegmentRefusal(path: "$", problem: .bodyTooLarge(bytesMax: 512_000))))
    }

    @Test func `A batch may have 2,500 events and not one more`() throws {
        func body(_ count: Int) -> String {
            let item = #"{"type":"identify","userId":"u"}"#
            return "{\"batch\":[" + repeatElement(item, count: count).joined(separator: ",") + "]}"
        }
        let max = SegmentLimits.batchEventsMax
        #expect(try parse(body(max), as: .batch).events.count == 2500)
        let refusal = SegmentRefusal(path: "$.batch", problem: .tooManyEvents(eventsMax: 2500))
        #expect(try parse(body(max + 1), as: .batch).outcome == .refused(refusal))
        #expect(refusal.problem.isSize)
    }

    @Test func `A batch's context may have 8 KB and not a byte more`() throws {
        func body(_ bytes: Int) -> String {
            #"{"batch":[],"context":{"x":"\#(String(repeating: "x", count: bytes - 8))"}}"#
        }
        let max = SegmentLimits.sharedContextBytesMax
        #expect(try parse(body(max), as: .batch).outcome == .parsed(SegmentReceipt()))
        #expect(
            try parse(body(max + 1), as: .batch).outcome
                == .refused(SegmentRefusal(path: "$.context", problem: .tooLong(bytesMax: 8192))))
    }

    @Test(arguments: [
        ("messageId", SegmentLimits.messageIDBytesMax),
        ("userId", SegmentLimits.identifierBytesMax),
        ("anonymousId", SegmentLimits.identifierBytesMax),
        ("event", SegmentLimits.nameBytesMax),
    ])
    func `Identifiers and names may be so long and not a byte longer`(
        field: String, max: Int
    ) throws {
        for text in ["x", "\\u0078"] {
            func body(_ count: Int) -> String {
                let others = ["userId", "event"].filter { $0 != field }
                    .map { "\"\($0)\":\"a\"" }.joined(separator: ",")
                let long = String(repeating: text, count: count)
                return "{\(others),\"\(field)\":\"\(long)\"}"
            }
            #expect(try parse(body(max), as: .single(.track)).events.count == 1)
            let rejection = Rejection(
                index: 0, path: "$." + field, problem: .tooLong(bytesMax: max))
            #expect(
                try parse(body(max + 1), as: .single(.track)).outcome
                    == .parsed(SegmentReceipt(accepted: 0, rejections: [rejection])))
        }
    }

    @Test func `Nesting is refused with the body`() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let body = #"{"userId":"u","event":"E","properties":\#(deep)}"#
        guard case .refused(let refusal) = try parse(body, as: .single(.track)).outcome,
            case .invalidJSON(.tooDeep, _) = refusal.problem
        else {
            Issue.record("65 levels were taken")
            return
        }
        #expect(refusal.path.hasPrefix("$.properties[0]"))
    }

    @Test(arguments: 0..<30)
    func `Any prefix or mutation of a body gives an outcome, and frames that read back`(
        seed: UInt64
    ) throws {
        let body = Array(
            #"{"batch":[{"type":"track","userId":"a","event":"Order Completed","messageId":"m","timestamp":"2026-11-22T00:20:00Z","properties":{"order_id":"o","total":"1.2"},"context":{"a":[1,{}]}},{"type":"page","anonymousId":1.5,"category":"\u00e9","properties":{"a":null}},{"type":"identify","userId":"x","context":{"traits":{"e":true}}}],"context":{"b":2},"sentAt":"2026-11-22T00:20:01Z"}"#
                .utf8)
        #expect(try parse(body, as: .batch).events.count == 3)
        var random = SeededRandom(seed: seed)
        for round in 0..<100 {
            var damaged = body
            if round % 4 == 0 {
                damaged = Array(body.prefix(Int.random(in: 0..<body.count, using: &random)))
            } else {
                for _ in 0...round % 5 {
                    let place = Int.random(in: 0..<body.count, using: &random)
                    damaged[place] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            let (outcome, events) = try parse(damaged, as: .batch)
            switch outcome {
            case .parsed(let receipt): #expect(receipt.accepted == events.count)
            case .refused: #expect(events.isEmpty)
            }
        }
    }
}
