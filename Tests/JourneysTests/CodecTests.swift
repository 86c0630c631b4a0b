import Journeys
import Kernel
import Testing

@Suite struct CodecTests {
    private static func bytes(_ automation: CustomerAutomation) -> [UInt8] {
        var writer = ByteWriter()
        automation.encode(to: &writer)
        return writer.bytes
    }

    private static func busy() throws -> Stage {
        var stage = try Stage(
            [
                """
                kind: journey
                name: win-back
                status: live
                entry: {event: A, per: event.k, reentry: always}
                goal: {event: B, within: 90 days}
                steps:
                  - coupon: {percent: 10, expires: 14 days}
                  - send: {channel: email, template: "t", data: {a: "{{entry.name}}"}}
                  - waitUntil: {at: "09:00"}
                  - wait: 7 days
                  - send: {channel: sms, template: "t", deadline: 40 days}
                  - exit: true
                """,
                "{kind: journey, name: birthday, status: live, entry: {date: {attribute: day, yearly: true}}, steps: [{wait: 1 days}]}",
            ],
            rules:
                "{kind: sending, caps: [{channel: sms, atMost: 1, within: 30 days}], holdout: 20%}")
        stage.now = time("2026-01-01T10:00:00Z")
        stage.identify(["day": "1990-01-03"])
        for key in ["x", "y", "z"] { stage.event("A", #"{"k":"\#(key)","name":"Zoë"}"#) }
        stage.event("B", order: Money(minor: 1234, currency: try #require(Currency("GBP"))))
        stage.pass(until: "2026-01-12")
        return stage
    }

    @Test func `what is written is read again`() throws {
        let stage = try Self.busy()
        let states = Set(stage.automation.runs.map { "\($0.state)".prefix(5) })
        #expect(states == ["sendi", "ended"])
        #expect(!stage.automation.sent.isEmpty && stage.automation.nextWake != nil)
        let bytes = Self.bytes(stage.automation)
        #expect(try CustomerAutomation(decoding: bytes.span) == stage.automation)
        #expect(Self.bytes(try CustomerAutomation(decoding: bytes.span)) == bytes)
    }

    @Test func `bytes that end early, go on or say something impossible are refused`() throws {
        let bytes = Self.bytes(try Self.busy().automation)
        for count in 0..<bytes.count {
            #expect(throws: ByteReader.Damaged.self) {
                try CustomerAutomation(decoding: Array(bytes[..<count]).span)
            }
        }
        #expect(throws: ByteReader.Damaged.self) {
            try CustomerAutomation(decoding: (bytes + [0]).span)
        }
        var other = bytes
        other[0] = 99
        #expect(throws: ByteReader.Damaged.self) { try CustomerAutomation(decoding: other.span) }
        // A changed byte is refused or read as something else; it doesn't end the program.
        for index in bytes.indices {
            for change in [UInt8(1), 0x80, 0xFF] {
                var damaged = bytes
                damaged[index] ^= change
                _ = try? CustomerAutomation(decoding: damaged.span)
            }
        }
    }

    @Test func `who waits in one run takes less than a hundred bytes`() throws {
        var stage = try Stage([
            "{kind: journey, name: abandoned-cart, status: live, entry: {event: A, per: event.cart_id, reentry: always}, steps: [{wait: 1 days}]}"
        ])
        stage.event("A", #"{"cart_id":"0123456789"}"#, at: "2026-01-01T10:00:00Z")
        #expect(Self.bytes(stage.automation).count <= 100)
        #expect(Self.bytes(CustomerAutomation()).count <= 12)
    }

    @Test func `a run keeps the properties that its journey asks for, up to a limit`() throws {
        var stage = try Stage([
            """
            kind: journey
            name: j
            status: live
            entry: {event: A, per: event.k}
            steps: [{wait: 1 days}, {task: {title: "{{entry.a}}{{entry.b}}{{entry.c}}"}}]
            """
        ])
        let long = String(repeating: "x", count: EntryValues.bytesMax - 2)
        stage.event(
            "A", #"{"k":1,"a":"short","b":"\#(long)","c":"y","d":"unused"}"#, at: "2026-01-01")
        #expect(stage.decisions.first?.reason == "A happened; too long to keep: b")
        #expect(stage.automation.runs.first?.entry.values.map(\.path) == ["a", "c"])
        stage.pass(until: "2026-02-01")
        #expect(stage.effects.map(\.text) == [#"{"title":"shorty"}"#])
    }
}
