import Kernel
import Synchronization
import Testing

@testable import Delivery

/// Receivers that behave, and receivers that don't.
struct WebhookSenderTests {
    private static let secret = WebhookSecret(bytes: (0..<32).map { UInt8($0) })
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private static let now = Timestamp(milliseconds: 784_111_777_000)
    private static let message = WebhookMessage(
        id: "msg_1", type: "journey.webhook", time: now, data: Array(#"{"code":"X"}"#.utf8).span)

    private func sender(
        timeoutMs: Int = 20_000, resolver: HostResolver = .system
    ) -> WebhookSender {
        var options = WebhookSender.Options()
        options.timeout = .milliseconds(timeoutMs)
        return WebhookSender(options: options, resolver: resolver, clock: .fixed(Self.now))
    }

    private func endpoint(_ port: Int, host: String = "127.0.0.1", private allowed: Bool = true)
        -> WebhookEndpoint
    {
        WebhookEndpoint(
            url: "http://\(host):\(port)/hook?a=b", secret: Self.secret, allowsPrivate: allowed)
    }

    /// What comes of one attempt at a server that answers so.
    private func outcome(
        _ answer: RawServer.Answer, timeoutMs: Int = 20_000
    ) async throws -> (outcome: DeliveryOutcome, requests: [String]) {
        let server = try await RawServer.start(answer)
        let sender = sender(timeoutMs: timeoutMs)
        let outcome = await sender.send(Self.message, to: endpoint(server.port))
        await sender.shutdown()
        try await server.stop()
        return (outcome, server.requests)
    }

    @Test func `a message is posted with its id, its time and its signature`() async throws {
        let (outcome, requests) = try await outcome(
            .say("HTTP/1.1 204 No Content\r\n\r\n"))
        #expect(outcome == .delivered(status: 204))
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        #expect(request.hasPrefix("POST /hook?a=b HTTP/1.1\r\n"))
        let signature = Self.secret.signature(
            id: "msg_1", timestamp: "784111777", body: Self.message.body)
        for line in [
            "webhook-id: msg_1", "webhook-timestamp: 784111777",
            "webhook-signature: \(signature)", "content-type: application/json",
        ] { #expect(request.contains("\r\n\(line)\r\n"), "\(line)") }
        #expect(request.hasSuffix("\r\n\r\n" + String(decoding: Self.message.body, as: UTF8.self)))
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func `every status of success is one`(status: Int) async throws {
        let (outcome, _) = try await outcome(
            .sayAndClose("HTTP/1.1 \(status) Fine\r\nConnection: close\r\n\r\n"))
        #expect(outcome == .delivered(status: status))
    }

    @Test(
        arguments: [
            ("429 Too Many\r\nRetry-After: 120", 120),
            ("503 Busy\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("429 Too Many\r\nRetry-After: some time", nil), ("500 Oh", nil), ("404 Where", nil),
            ("401 Who", nil),
        ] as [(String, Int64?)])
    func `other statuses are failures, with the time that the receiver asks for`(
        answer: String, seconds: Int64?
    ) async throws {
        let (outcome, _) = try await outcome(
            .say("HTTP/1.1 \(answer)\r\nContent-Length: 2\r\n\r\nno"))
        #expect(
            outcome
                == .failed(reason: "answered \(answer.prefix(3))", retryAfterSeconds: seconds))
    }

    @Test func `410 says that the receiver wants nothing more`() async throws {
        let (outcome, _) = try await outcome(
            .say("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"))
        #expect(outcome == .gone)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is a failure and is not followed`(status: Int) async throws {
        let other = try await RawServer.start(.say("HTTP/1.1 200 OK\r\n\r\n"))
        let (outcome, _) = try await outcome(
            .say(
                "HTTP/1.1 \(status) There\r\nLocation: http://127.0.0.1:\(other.port)/\r\n"
                    + "Content-Length: 0\r\n\r\n"))
        #expect(outcome == .failed(reason: "answered \(status): redirects are not followed"))
        #expect(other.requests.isEmpty)
        try await other.stop()
    }

    @Test func `who never answers fails when the time is up`() async throws {
        let (outcome, requests) = try await outcome(.hang, timeoutMs: 300)
        #expect(outcome == .failed(reason: "no answer within 0.3 seconds"))
        #expect(requests.count == 1)
    }

    @Test func `half a head is no answer`() async throws {
        let (outcome, _) = try await outcome(.say("HTTP/1.1 200 OK\r\nContent-Le"), timeoutMs: 300)
        #expect(outcome == .failed(reason: "no answer within 0.3 seconds"))
    }

    @Test func `a body that doesn't come doesn't undo what its head said`() async throws {
        let (outcome, _) = try await outcome(
            .say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow"), timeoutMs: 30_000)
        #expect(outcome == .delivered(status: 200))
    }

    @Test func `a body without an end is read no further than the limit`() async throws {
        let (outcome, _) = try await outcome(
            .flood(head: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
        #expect(outcome == .delivered(status: 200))
    }

    @Test(arguments: ["", "garbage\r\n\r\n", "HTTP/1.1 900 Odd\r\n\r\n", "SSH-2.0-x\r\n"])
    func `what isn't an answer in HTTP is a failure`(text: String) async throws {
        let (outcome, _) = try await outcome(.sayAndClose(text), timeoutMs: 5_000)
        guard case .failed = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `who closes without a word, and who isn't there, are failures`() async throws {
        let (closed, _) = try await outcome(.close)
        let server = try await RawServer.start(.hang)
        try await server.stop()
        let sender = sender()
        let absent = await sender.send(Self.message, to: endpoint(server.port))
        await sender.shutdown()
        for outcome in [closed, absent] {
            guard case .failed(let reason, nil) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.hasPrefix("not reached: "))
        }
    }

    // MARK: Where it may not go

    @Test(arguments: [
        "https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost/",
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.1:8443/", "https://0/",
        "http://127.0.0.1/",
    ])
    func `an address that isn't public is refused, however it is written`(url: String) async {
        let sender = sender()
        let outcome = await sender.send(
            Self.message,
            to: WebhookEndpoint(url: url, secret: Self.secret, allowsPrivate: false))
        await sender.shutdown()
        guard case .refused = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test(arguments: [
        ["10.0.0.8"], ["1.1.1.1", "10.0.0.8"], ["2606:4700::1", "::ffff:192.168.0.1"], ["fe80::1"],
    ])
    func `a name that has an address inside is refused, even one among others`(
        addresses: [String]
    ) async throws {
        let found = addresses.compactMap { NetworkAddress($0) }
        let sender = sender(resolver: HostResolver { _ in found })
        let outcome = await sender.send(
            Self.message,
            to: WebhookEndpoint(
                url: "https://inside.example/", secret: Self.secret, allowsPrivate: false))
        await sender.shutdown()
        guard case .refused(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("inside.example is at "))
    }

    @Test
    func `the connection goes to the address that was checked, not to what the name says next`()
        async throws
    {
        let server = try await RawServer.start(
            .say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        let asked = Mutex(0)
        let here = try #require(NetworkAddress("127.0.0.1"))
        // No resolver but this one knows the name: a second look-up would fail.
        let sender = sender(
            resolver: HostResolver { host in
                asked.withLock { $0 += 1 }
                #expect(host == "hooks.example.invalid")
                return [here]
            })
        for _ in 0..<2 {
            let outcome = await sender.send(
                Self.message, to: endpoint(server.port, host: "Hooks.Example.Invalid"))
            #expect(outcome == .delivered(status: 200))
        }
        await sender.shutdown()
        try await server.stop()
        #expect(asked.withLock { $0 } == 2)
        #expect(server.requests.allSatisfy { $0.contains("host: hooks.example.invalid:") })
    }

    @Test func `a name that nobody knows is a failure that may pass`() async {
        let sender = sender(
            resolver: HostResolver { host in
                throw HostResolver.Failure.unknownHost(host, reason: "no such name")
            })
        let outcome = await sender.send(
            Self.message,
            to: WebhookEndpoint(
                url: "https://nowhere.example/", secret: Self.secret, allowsPrivate: false))
        await sender.shutdown()
        #expect(outcome == .failed(reason: "cannot find nowhere.example: no such name"))
    }
}
