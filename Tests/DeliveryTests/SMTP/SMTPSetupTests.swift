import NIOCore
import Testing

@testable import Delivery

/// What a server offers, and what it must offer before a message or a password goes.
struct SMTPSetupTests {
    private func outcome(
        security: SMTPEndpoint.Security = .none, credentials: SMTPEndpoint.Credentials? = nil,
        offers: [String], recipient: String = "to@example.net",
        content: String = "A: b\r\n\r\nc\r\n",
        script: @escaping FaultServer.Script = { _, _ in nil }
    ) async throws -> (SMTPOutcome, FaultServer.Ledger) {
        let server = try await FaultServer.start(offers: offers, script)
        var endpoint = SMTPEndpoint(
            host: "127.0.0.1", port: server.port, security: security,
            clientName: "client.example.com", credentials: credentials)
        endpoint.allowsPlainCredentialsOnLoopback = security == .none
        let client = try SMTPClient(endpoint)
        let message = try SMTPMessage(
            sender: "from@example.com", recipient: recipient, content: Array(content.utf8))
        let outcome = await client.send(message) { true }
        await client.shutdown()
        try await server.stop()
        return (outcome, server.ledger)
    }

    private static let password = SMTPEndpoint.Credentials.password(
        user: "user", password: "secret")
    private static let token = SMTPEndpoint.Credentials.token(user: "user", token: "tok")

    private func expectEndpointFailed(
        _ outcome: SMTPOutcome, _ words: String, location: SourceLocation = #_sourceLocation
    ) {
        guard case .endpointFailed(let reason) = outcome else {
            Issue.record("\(outcome)", sourceLocation: location)
            return
        }
        #expect(reason.contains(words), sourceLocation: location)
    }

    @Test func `STARTTLS that is required and not offered stops the endpoint`() async throws {
        let (outcome, ledger) = try await outcome(security: .startTLS, offers: [])
        expectEndpointFailed(outcome, "does not offer STARTTLS")
        #expect(ledger.commands == ["EHLO client.example.com"])
    }

    @Test(arguments: [("502 5.5.1 no", true), ("454 4.7.0 not now", false)])
    func `STARTTLS that is refused sends nothing`(answer: String, isLasting: Bool) async throws {
        let (outcome, ledger) = try await outcome(security: .startTLS, offers: ["STARTTLS"]) {
            event, _ in event == .command("STARTTLS") ? .say(answer + "\r\n") : nil
        }
        switch outcome {
        case .endpointFailed: #expect(isLasting)
        case .notSent: #expect(!isLasting)
        case .delivered, .refused, .deferred, .inDoubt: Issue.record("\(outcome)")
        }
        #expect(ledger.commands == ["EHLO client.example.com", "STARTTLS"])
    }

    @Test(
        arguments: [
            FaultServer.Act.say("220 go\r\n250 injected\r\n"), .say("220 go\r\n2"),
            .pieces(["220 go\r\n", "this is no handshake"]), .sayAndClose("220 go\r\n"),
        ])
    func `STARTTLS that is broken or has something behind it sends nothing`(
        act: FaultServer.Act
    ) async throws {
        let (outcome, ledger) = try await outcome(
            security: .startTLS, credentials: Self.password, offers: ["STARTTLS", "AUTH PLAIN"]
        ) { event, _ in event == .command("STARTTLS") ? act : nil }
        expectEndpointFailed(outcome, "TLS")
        #expect(ledger.commands.prefix(2) == ["EHLO client.example.com", "STARTTLS"])
        #expect(!ledger.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }

    @Test func `TLS that is only tried goes on in plain text where it fails`() async throws {
        for act in [FaultServer.Act.say("454 no\r\n"), .sayAndClose("220 go\r\n")] {
            let (outcome, ledger) = try await outcome(
                security: .startTLSIfOffered, offers: ["STARTTLS"]
            ) { event, _ in event == .command("STARTTLS") ? act : nil }
            guard case .delivered = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(ledger.taken.count == 1)
        }
    }

    @Test func `a password doesn't go in plain text`() async throws {
        for security in [SMTPEndpoint.Security.none, .startTLSIfOffered] {
            var endpoint = SMTPEndpoint(
                host: "mx.example.com", port: 25, security: security, clientName: "a.example.com",
                credentials: Self.password)
            #expect(throws: SMTPEndpoint.Problem.credentialsInPlainText) { try endpoint.check() }
            endpoint.allowsPlainCredentialsOnLoopback = true
            #expect(throws: Never.self) { try endpoint.check() }
            // Allowed by the settings, and not on this machine.
            var session = SMTPSession(endpoint, isLoopback: false)
            session.receive(SMTPReply(code: 220, text: ""), isAlone: true)
            session.receive(SMTPReply(code: 250, text: "mx\nAUTH PLAIN"), isAlone: true)
            #expect(!String(buffer: session.output).contains("AUTH"))
            #expect(session.stage == .closed)
        }
    }

    @Test(
        arguments: [
            (Self.password, "AUTH PLAIN LOGIN", ["AUTH PLAIN AHVzZXIAc2VjcmV0"]),
            (Self.password, "AUTH=LOGIN", ["AUTH LOGIN", "dXNlcg==", "c2VjcmV0"]),
            (
                Self.token, "AUTH XOAUTH2 PLAIN",
                ["AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHRvawEB"]
            ),
        ])
    func `the log-in is by what the server offers`(
        credentials: SMTPEndpoint.Credentials, offer: String, lines: [String]
    ) async throws {
        let (outcome, ledger) = try await outcome(credentials: credentials, offers: [offer]) {
            event, _ in
            guard case .command(let line) = event, let index = lines.firstIndex(of: line) else {
                return nil
            }
            return .say(index == lines.count - 1 ? "235 2.7.0 in\r\n" : "334 more\r\n")
        }
        guard case .delivered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Array(ledger.commands.dropFirst().prefix(lines.count)) == lines)
    }

    @Test func `a log-in that is refused stops the endpoint, not the message`() async throws {
        let (outcome, ledger) = try await outcome(
            credentials: Self.password, offers: ["AUTH PLAIN"]
        ) {
            event, _ in
            guard case .command(let line) = event, line.hasPrefix("AUTH") else { return nil }
            return .say("535 5.7.8 wrong\r\n")
        }
        expectEndpointFailed(outcome, "535 5.7.8 wrong")
        #expect(!ledger.commands.contains { $0.hasPrefix("MAIL") })
        if case .endpointFailed(let reason) = outcome { #expect(!reason.contains("secret")) }
    }

    @Test func `a token's refusal is heard out`() async throws {
        let (outcome, ledger) = try await outcome(credentials: Self.token, offers: ["AUTH XOAUTH2"])
        {
            event, _ in
            guard case .command(let line) = event else { return nil }
            if line.hasPrefix("AUTH") { return .say("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n") }
            return line.isEmpty ? .say("535 5.7.8 expired\r\n") : nil
        }
        expectEndpointFailed(outcome, "535 5.7.8 expired")
        #expect(ledger.commands.last == "")
    }

    @Test func `a log-in that can't be now is tried later`() async throws {
        let (outcome, _) = try await outcome(credentials: Self.password, offers: ["AUTH PLAIN"]) {
            event, _ in
            guard case .command(let line) = event, line.hasPrefix("AUTH") else { return nil }
            return .say("454 4.7.0 no directory\r\n")
        }
        guard case .notSent = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `no log-in that fits stops the endpoint`() async throws {
        let (outcome, _) = try await outcome(credentials: Self.password, offers: ["AUTH CRAM-MD5"])
        expectEndpointFailed(outcome, "CRAM-MD5")
    }

    @Test func `8-bit content goes only where the server takes it`() async throws {
        let (refused, ledger) = try await outcome(
            offers: ["PIPELINING"], content: "A: b\r\n\r\né\r\n")
        guard case .refused(let refusal) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(refusal.cause == .unsupported && refusal.phase == .preparing)
        #expect(!ledger.commands.contains { $0.hasPrefix("MAIL") })
        let (_, second) = try await outcome(offers: ["8BITMIME"], content: "A: b\r\n\r\né\r\n")
        #expect(second.commands.contains("MAIL FROM:<from@example.com> BODY=8BITMIME"))
        #expect(second.taken.count == 1)
    }

    @Test func `addresses beyond ASCII go only where the server takes them`() async throws {
        let (refused, _) = try await outcome(offers: ["8BITMIME"], recipient: "jörg@example.net")
        guard case .refused(let refusal) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(refusal.cause == .unsupported)
        let (_, ledger) = try await outcome(offers: ["SMTPUTF8"], recipient: "jörg@example.net")
        #expect(ledger.commands.contains("MAIL FROM:<from@example.com> SMTPUTF8"))
        #expect(ledger.taken == ["jörg@example.net"])
    }

    @Test func `a message that is too large isn't tried`() async throws {
        let (refused, ledger) = try await outcome(offers: ["SIZE 10"])
        guard case .refused(let refusal) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(refusal.cause == .tooLarge)
        #expect(!ledger.commands.contains { $0.hasPrefix("MAIL") })
        let (_, fits) = try await outcome(offers: ["SIZE 11"])
        #expect(fits.commands.contains("MAIL FROM:<from@example.com> SIZE=11"))
    }

    @Test func `a server that knows only HELO is served`() async throws {
        let (outcome, ledger) = try await outcome(offers: []) { event, _ in
            event == .command("EHLO client.example.com") ? .say("500 what?\r\n") : nil
        }
        guard case .delivered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(ledger.commands[1] == "HELO client.example.com")
    }

    @Test func `settings that can't work are told`() {
        func problem(_ change: (inout SMTPEndpoint) -> Void) -> SMTPEndpoint.Problem? {
            var endpoint = SMTPEndpoint(
                host: "mx.example.com", port: 587, security: .startTLS,
                clientName: "a.example.com", credentials: Self.password)
            change(&endpoint)
            do throws(SMTPEndpoint.Problem) {
                try endpoint.check()
                return nil
            } catch {
                return error
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.host = "" } == .host)
        #expect(problem { $0.host = "mx\r\nEHLO" } == .host)
        #expect(problem { $0.port = 0 } == .port)
        #expect(problem { $0.port = 65_536 } == .port)
        #expect(problem { $0.clientName = "a b" } == .clientName)
        #expect(problem { $0.connectionsMax = 0 } == .limits)
        #expect(problem { $0.credentials = .password(user: "a\0b", password: "c") } == .credentials)
        #expect(problem { $0.credentials = .token(user: "", token: "c") } == .credentials)
        #expect(
            throws: SMTPEndpoint.Problem.self,
            performing: {
                var endpoint = SMTPEndpoint(
                    host: "mx.example.com", port: 587, security: .startTLS, clientName: "a")
                endpoint.authoritiesPath = "/nowhere.pem"
                _ = try SMTPClient(endpoint)
            })
    }

    @Test(
        arguments: [
            ("mx.example.com", "mx.example.com", true), ("MX.Example.com", "mx.example.COM.", true),
            ("*.example.com", "mx.example.com", true), ("*.example.com", "a.mx.example.com", false),
            ("*.example.com", "example.com", false), ("*.com", "example.com", false),
            ("m*.example.com", "mx.example.com", false), ("mx.*.com", "mx.example.com", false),
            ("mx.example.com.evil.test", "mx.example.com", false), ("*", "localhost", false),
            ("", "", false), ("example.com", "mx.example.com", false),
            ("mx.example.com\0.evil.test", "mx.example.com", false),
            ("*.example.com", ".example.com", false),
        ])
    func `a certificate's name is a host's, or has a star for its first label`(
        pattern: String, host: String, isMatch: Bool
    ) {
        #expect(SMTPCertificateName.matches(pattern, host: host) == isMatch)
    }
}
