import JSONParsing
import Kernel
import Messaging
import Testing

@testable import Delivery

/// What providers are asked, and what follows from what they answer: pure.
struct ProviderTests {
    private static let twilio = TwilioProvider(
        url: "https://api.twilio.com/", account: "AC1", token: "12345", from: "+15005550006",
        callback: "https://m.example.test/v1/sms/twilio/status")
    private static let gateway = GatewayProvider(
        url: "https://sms.example.test/send", token: "opaque", from: "Shop")

    /// What people are called who try to say more than a name.
    static let hostile = [
        "&To=+15550001111&Body=x", "a\r\nX-Evil: 1", "\"},{\"to\":\"+1555", "%26To%3D1",
        "\u{0}\u{1F}\u{7F}", "😀 = & + %", "\u{2028}\u{2029}", "</script>", "\\\",\\",
    ]

    private func answer(_ status: Int, _ body: String = "", wait: Int64? = nil) -> ProviderAnswer {
        ProviderAnswer(status: status, retryAfterSeconds: wait, body: Array(body.utf8))
    }

    /// A form's fields, as another program reads them.
    private func fields(_ body: [UInt8]) -> [String] {
        String(decoding: body, as: UTF8.self).split(separator: "&").map { part in
            var bytes: [UInt8] = []
            var rest = Array(part.utf8)[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "%"), let high = rest.popFirst(), let low = rest.popFirst(),
                    let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
                {
                    bytes.append(value)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test(arguments: hostile) func `a form's values stay values`(text: String) {
        let request = Self.twilio.request(
            SMSDraft(to: "+442079460001", text: text, key: "k", message: "7"))
        #expect(request.url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json")
        #expect(request.body.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(
            fields(request.body) == [
                "To=+442079460001", "From=+15005550006", "Body=" + text,
                "StatusCallback=https://m.example.test/v1/sms/twilio/status?message=7",
            ])
        #expect(request.headers.contains(.init("Authorization", "Basic QUMxOjEyMzQ1")))
    }

    @Test(arguments: hostile) func `a gateway's JSON keeps its members`(text: String) throws {
        let request = Self.gateway.request(SMSDraft(to: "+442079460001", text: text, key: "p.1.2"))
        func member(_ name: String) throws -> String? {
            try JSONLookup.member(named: name, in: request.body.span)?.text(in: request.body.span)
        }
        _ = try JSONReader.document(request.body.span)
        #expect(try member("to") == "+442079460001")
        #expect(try member("text") == text)
        #expect(try member("id") == "p.1.2")
        #expect(request.headers.contains(.init("Idempotency-Key", "p.1.2")))
        #expect(request.headers.contains(.init("Authorization", "Bearer opaque")))
    }

    @Test(arguments: hostile) func `a push's JSON keeps its members`(text: String) throws {
        let request = FCMProvider(url: "https://fcm.googleapis.com", project: "a/../b").request(
            PushDraft(token: text, title: text, text: text, url: "", image: "", message: "7"))
        #expect(
            request.url == "https://fcm.googleapis.com/v1/projects/a%2F..%2Fb/messages:send")
        _ = try JSONReader.document(request.body.span)
        for path in [["message", "token"], ["message", "notification", "body"]] {
            let found = try JSONLookup.value(at: path, in: request.body.span)
            #expect(found?.text(in: request.body.span) == text)
        }
        #expect(try JSONLookup.value(at: ["message", "webpush"], in: request.body.span) == nil)
    }

    @Test func `a messaging service stands in its own field`() {
        let provider = TwilioProvider(
            url: "https://api.twilio.com", account: "AC1", token: "t",
            from: "MG0123456789abcdef0123456789abcdef", callback: "")
        let request = provider.request(SMSDraft(to: "+442079460001", text: "x", key: "k"))
        #expect(
            fields(request.body) == [
                "To=+442079460001", "MessagingServiceSid=MG0123456789abcdef0123456789abcdef",
                "Body=x",
            ])
    }

    private enum Kind: String {
        case accepted, unsubscribed, unknownAddress, refused, held, deferred, inDoubt
        case misconfigured, notSent
    }

    private func kind(_ outcome: ProviderOutcome) -> Kind {
        switch outcome {
        case .accepted: .accepted
        case .unsubscribed: .unsubscribed
        case .unknownAddress: .unknownAddress
        case .refused: .refused
        case .held: .held
        case .deferred: .deferred
        case .inDoubt: .inDoubt
        case .misconfigured: .misconfigured
        case .notSent: .notSent
        }
    }

    @Test(arguments: [
        (201, #"{"sid":"SM1"}"#, "accepted"), (400, #"{"code":21610}"#, "unsubscribed"),
        (400, #"{"code":21211}"#, "unknownAddress"), (400, #"{"code":21614}"#, "unknownAddress"),
        (400, #"{"code":21602}"#, "refused"), (400, #"{"code":21606}"#, "misconfigured"),
        (400, #"{"code":20429}"#, "deferred"), (429, "", "deferred"), (503, "", "deferred"),
        (401, "", "misconfigured"), (302, "", "misconfigured"), (500, "", "inDoubt"),
        (502, "<html>", "inDoubt"), (504, "", "inDoubt"), (408, "", "inDoubt"),
        (400, "not JSON", "refused"), (404, #"{"code":20404}"#, "misconfigured"),
        (405, "", "misconfigured"),
    ])
    func `Twilio's answers are told apart`(status: Int, body: String, expected: String) {
        #expect(kind(Self.twilio.outcome(answer(status, body))).rawValue == expected)
    }

    @Test(arguments: [
        (202, "", "accepted"), (410, "", "unknownAddress"),
        (410, #"{"code":"unsubscribed"}"#, "unsubscribed"), (409, "", "held"),
        (422, "", "refused"), (403, "", "misconfigured"), (500, "", "inDoubt"),
        (404, "", "misconfigured"), (404, "<html>", "misconfigured"),
        (404, #"{"error":"no such subscriber"}"#, "refused"), (503, "", "deferred"),
    ])
    func `a gateway's answers are told apart`(status: Int, body: String, expected: String) {
        #expect(kind(Self.gateway.outcome(answer(status, body))).rawValue == expected)
    }

    @Test(arguments: [
        (200, #"{"name":"projects/p/messages/1"}"#, "accepted"),
        (404, #"{"error":{"status":"NOT_FOUND"}}"#, "unknownAddress"),
        (400, #"{"error":{"details":[{"a":1},{"errorCode":"UNREGISTERED"}]}}"#, "unknownAddress"),
        (403, #"{"error":{"details":[{"errorCode":"SENDER_ID_MISMATCH"}]}}"#, "refused"),
        (403, #"{"error":{"status":"PERMISSION_DENIED"}}"#, "misconfigured"),
        (400, #"{"error":{"status":"INVALID_ARGUMENT"}}"#, "refused"),
        (400, #"{"error":{"details":"UNREGISTERED"}}"#, "refused"),
        (429, #"{"error":{"details":[{"errorCode":"QUOTA_EXCEEDED"}]}}"#, "deferred"),
        (503, "", "deferred"), (500, "", "inDoubt"), (401, "", "misconfigured"),
        (401, #"{"error":{"details":[{"errorCode":"THIRD_PARTY_AUTH_ERROR"}]}}"#, "held"),
    ])
    func `FCM's answers are told apart`(status: Int, body: String, expected: String) {
        let provider = FCMProvider(url: "https://fcm.googleapis.com", project: "p")
        #expect(kind(provider.outcome(answer(status, body))).rawValue == expected)
    }

    @Test(arguments: [
        (200, "accepted"), (404, "held"), (410, "held"), (403, "held"), (429, "held"),
        (503, "held"), (400, "refused"), (500, "inDoubt"),
    ])
    func `a room's answers are about that room`(status: Int, expected: String) {
        let room = ChatRoom(kind: .slack, url: "https://hooks.slack.com/services/x")
        let outcome = room.outcome(answer(status, "no_service"))
        #expect(kind(outcome).rawValue == expected)
        #expect(outcome.trouble == nil, "other rooms go on")
    }

    @Test func `what a provider says is repeated in one line`() {
        let outcome = Self.twilio.outcome(
            answer(400, #"{"code":1,"message":"a\r\nb\u0000c\u2028d"}"#, wait: 3))
        #expect(outcome == .refused(reason: "answered 400: 1 a  b c d"))
        #expect(
            Self.twilio.outcome(answer(429, "", wait: 7))
                == .deferred(reason: "answered 429", retryAfterSeconds: 7))
    }

    @Test func `only Twilio's own posts hold`() {
        // The parameters of the example in Twilio's page on the security of webhooks, and its token.
        let parameters = [
            (name: "To", value: "+18005551212"), (name: "CallSid", value: "CA1234567890ABCDE"),
            (name: "Caller", value: "+14158675310"), (name: "Digits", value: "1234"),
            (name: "From", value: "+14158675310"),
        ]
        let url = "https://example.com/myapp.php?foo=1&bar=2"
        let signature = "L/OH5YylLD5NRKLltdqwSvS0BnU="
        #expect(Self.twilio.isSigned(url: url, parameters: parameters, signature: signature))
        #expect(!Self.twilio.isSigned(url: url + "3", parameters: parameters, signature: signature))
        #expect(
            !Self.twilio.isSigned(
                url: url, parameters: parameters.dropLast(), signature: signature))
        #expect(!Self.twilio.isSigned(url: url, parameters: parameters, signature: ""))
    }

    @Test func `a value pings nobody in Slack and makes no link`() throws {
        let room = ChatRoom(kind: .slack, url: "https://hooks.slack.com/services/x")
        let body = room.request(
            ChatDraft(text: "<!channel> <https://evil.test|shop> & co", url: "https://a.test/>|<x")
        ).body
        let text = try JSONLookup.member(named: "text", in: body.span)?.text(in: body.span)
        #expect(
            text == "&lt;!channel&gt; &lt;https://evil.test|shop&gt; &amp; co\n"
                + "<https://a.test/%3E%7C%3Cx>")
    }

    // MARK: Over the network

    private func post(_ answer: RawServer.Answer) async throws -> (
        ProviderClient.Result, [String]
    ) {
        let server = try await RawServer.start(answer)
        var options = ProviderClient.Options()
        options.allowsPrivate = true
        options.timeout = .milliseconds(300)
        let client = ProviderClient(options: options, clock: .fixed(Timestamp(milliseconds: 0)))
        let result = await client.post(
            ProviderRequest(
                url: "http://127.0.0.1:\(server.port)/sms",
                headers: [.init("Idempotency-Key", "k1")], body: Array("{}".utf8)))
        await client.shutdown()
        try await server.stop()
        return (result, server.requests)
    }

    @Test func `an answer is read with its status, its wait and its body`() async throws {
        let (result, requests) = try await post(
            .say("HTTP/1.1 429 Slow\r\nRetry-After: 12\r\nContent-Length: 2\r\n\r\n{}"))
        #expect(
            result
                == .answered(
                    ProviderAnswer(status: 429, retryAfterSeconds: 12, body: Array("{}".utf8))))
        #expect(requests.count == 1)
        #expect(requests.first?.contains("Idempotency-Key: k1\r\n") == true)
    }

    @Test func `what was asked and not answered is in doubt, and asked once`() async throws {
        for answer in [RawServer.Answer.close, .hang, .sayAndClose("HTTP/1.1 2")] {
            let (result, requests) = try await post(answer)
            guard case .inDoubt = result else {
                Issue.record("\(answer): \(result)")
                continue
            }
            #expect(requests.count == 1)
        }
    }

    @Test func `where nobody listens, nothing was sent`() async throws {
        let server = try await RawServer.start(.hang)
        let port = server.port
        try await server.stop()
        var options = ProviderClient.Options()
        options.allowsPrivate = true
        let client = ProviderClient(options: options, clock: .fixed(Timestamp(milliseconds: 0)))
        let asked = ProviderRequest(url: "http://127.0.0.1:\(port)/", headers: [], body: [])
        guard case .notSent = await client.post(asked) else {
            Issue.record("it may have been sent")
            return
        }
        // Nor is anything where an address isn't public, or a header says more than a header.
        await client.shutdown()
        let careful = ProviderClient(clock: .fixed(Timestamp(milliseconds: 0)))
        for request in [
            ProviderRequest(url: "http://127.0.0.1:\(port)/", headers: [], body: []),
            ProviderRequest(url: "https://127.0.0.1:\(port)/", headers: [], body: []),
            ProviderRequest(
                url: "https://example.com/", headers: [.init("A", "b\r\nC: d")], body: []),
        ] {
            guard case .notSent = await careful.post(request) else {
                Issue.record("\(request.url) was asked")
                continue
            }
        }
        await careful.shutdown()
    }
}
