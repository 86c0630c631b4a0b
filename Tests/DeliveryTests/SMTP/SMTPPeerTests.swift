import Foundation
import Glibc
import TestPrograms
import Testing

@testable import Delivery

/// Mail to `aiosmtpd`, unmodified, over TLS and with a log-in.
///
/// `script/setup --test` installs it.
@Suite(.enabled(if: MailPeer.isThere, "no aiosmtpd"), .serialized)
struct SMTPPeerTests {
    private static func isDelivered(_ outcome: SMTPOutcome) -> Bool {
        if case .delivered = outcome { true } else { false }
    }

    private func expectEndpointFailed(_ outcomes: [SMTPOutcome], _ words: String) {
        for outcome in outcomes {
            guard case .endpointFailed(let reason) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.contains(words), "\(reason)")
        }
    }

    @Test func `messages arrive by STARTTLS with a log-in, byte for byte`() async throws {
        let peer = try MailPeer()
        let names = (0..<40).map { "to\($0)@example.net" }
        let outcomes = try await peer.send(peer.endpoint(.startTLS), to: names)
        #expect(outcomes.allSatisfy(Self.isDelivered), "\(outcomes.first as Any)")
        let received = try peer.received()
        #expect(received.map { $0.to[0] }.sorted() == names.sorted())
        #expect(received.allSatisfy { $0.tls && $0.user == "user" })
        #expect(received.allSatisfy { $0.content == "Subject: hello\r\n\r\n.dots\r\n..\r\n.\r\n" })
    }

    @Test func `a long message arrives by TLS whole`() async throws {
        let peer = try MailPeer(["--implicit"])
        let content = "Subject: long\r\n\r\n" + String(repeating: ".line\r\n", count: 100_000)
        let outcomes = try await peer.send(
            peer.endpoint(.implicitTLS, password: nil, host: "localhost"), content: content)
        #expect(outcomes.allSatisfy(Self.isDelivered), "\(outcomes)")
        #expect(try peer.received().map(\.content) == [content])
    }

    @Test func `a recipient that is refused by it, and one for later, are told apart`() async throws
    {
        let peer = try MailPeer()
        let outcomes = try await peer.send(
            peer.endpoint(.startTLS),
            to: ["a@example.net", "nobody@example.net", "later@example.net", "b@example.net"])
        #expect(Self.isDelivered(outcomes[0]) && Self.isDelivered(outcomes[3]))
        guard case .refused(let refusal) = outcomes[1] else {
            Issue.record("\(outcomes[1])")
            return
        }
        #expect(refusal.cause == .unknownAddress)
        guard case .deferred(_, retryAfterSeconds: 60) = outcomes[2] else {
            Issue.record("\(outcomes[2])")
            return
        }
        #expect(try peer.received().count == 2)
    }

    @Test func `a wrong password stops the endpoint`() async throws {
        let peer = try MailPeer()
        expectEndpointFailed(
            try await peer.send(peer.endpoint(.startTLS, password: "wrong")), "535")
        #expect(try peer.received().isEmpty)
    }

    @Test(arguments: [SMTPEndpoint.Security.startTLS, .implicitTLS])
    func `a certificate of an unknown authority, or of another name, is refused`(
        security: SMTPEndpoint.Security
    ) async throws {
        let peer = try MailPeer(security == .implicitTLS ? ["--implicit"] : [])
        var unknown = peer.endpoint(security)
        unknown.authoritiesPath = nil
        expectEndpointFailed(try await peer.send(unknown), "TLS failed")
        var other = peer.endpoint(security)
        other.certificateName = "mx.example.org"
        expectEndpointFailed(try await peer.send(other), "TLS failed")
        var named = peer.endpoint(security, password: security == .implicitTLS ? nil : "secret")
        named.certificateName = "localhost"
        #expect(try await peer.send(named).allSatisfy(Self.isDelivered))
        #expect(try peer.received().count == 1)
    }

    @Test func `TLS that is only tried is used without a check`() async throws {
        let peer = try MailPeer()
        var endpoint = peer.endpoint(.startTLSIfOffered, password: nil)
        endpoint.authoritiesPath = nil
        // It wants a log-in, so that the message is refused, over TLS or not.
        guard case .refused(let refusal) = try await peer.send(endpoint)[0] else { return }
        #expect(refusal.reply?.code == 530)
    }
}

/// The server, in a folder of its own.
private final class MailPeer {
    private static let tests = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let script = tests.appending(path: "Peers/mailbox.py")
    /// Nil where it isn't installed.
    private static let python: URL? = {
        let folder = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".perennial/venv")
        let libraries = folder.appending(path: "lib")
        // No folder, no peer.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
        let hasServer = versions.contains { version in
            let path = libraries.appending(path: version + "/site-packages/aiosmtpd").path
            return FileManager.default.fileExists(atPath: path)
        }
        return hasServer ? folder.appending(path: "bin/python") : nil
    }()
    static var isThere: Bool { python != nil }

    let folder: URL
    let process: ChildProcess
    let port: Int

    init(_ arguments: [String] = []) throws {
        folder = URL.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = try ChildProcess(
            #require(Self.python).path, [Self.script.path, folder.path] + arguments,
            output: .pipe)
        let line = String(decoding: try #require(process.output).availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit {
        // Whatever signals it was started without.
        process.signal(SIGKILL)
        process.wait()
        // A folder that stays is the system's to clear.
        try? FileManager.default.removeItem(at: folder)
    }

    struct Received: Decodable {
        let from: String
        let to: [String]
        let tls: Bool
        let user: String
        let content: String
    }

    func received() throws -> [Received] {
        guard let data = try? Data(contentsOf: folder.appending(path: "messages")) else {
            return []
        }
        return try data.split(separator: 0x0A).map {
            try JSONDecoder().decode(Received.self, from: $0)
        }
    }

    func endpoint(
        _ security: SMTPEndpoint.Security, password: String? = "secret", host: String = "127.0.0.1"
    ) -> SMTPEndpoint {
        var endpoint = SMTPEndpoint(
            host: host, port: port, security: security, clientName: "client.example.com",
            credentials: password.map { .password(user: "user", password: $0) })
        endpoint.authoritiesPath = folder.appending(path: "authority.pem").path
        return endpoint
    }

    func send(
        _ endpoint: SMTPEndpoint, to recipients: [String] = ["to@example.net"],
        content: String = "Subject: hello\r\n\r\n.dots\r\n..\r\n.\r\n"
    ) async throws -> [SMTPOutcome] {
        let client = try SMTPClient(endpoint)
        let messages = try recipients.map {
            try SMTPMessage(
                sender: "from@example.com", recipient: $0, content: Array(content.utf8))
        }
        let outcomes = await client.send(messages) { Array($0) }
        await client.shutdown()
        return outcomes
    }
}
