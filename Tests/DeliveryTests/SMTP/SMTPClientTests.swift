import Testing

@testable import Delivery

/// What callers see: approval, cancelling, several batches, connections that are kept.
struct SMTPClientTests {
    @Test func `dots at the start of lines arrive as they were`() async throws {
        let text = ".\r\n..a\r\nb.\r\n.\r\nMAIL FROM:<x@example.com>\r\n.c\r\n"
        let server = try await FaultServer.start()
        let client = try SMTPClient(SMTPTrial.endpoint(server.port))
        let message = try SMTPMessage(
            sender: "", recipient: "to@example.net", content: Array(text.utf8))
        let outcome = await client.send(message) { true }
        await client.shutdown()
        try await server.stop()
        #expect(
            outcome == .delivered(SMTPReply(code: 250, status: SMTPStatus(2, 0, 0), text: "taken")))
        #expect(
            server.ledger.contents == [
                "..\r\n...a\r\nb.\r\n..\r\nMAIL FROM:<x@example.com>\r\n..c"
            ])
        #expect(server.ledger.commands.contains { $0.hasPrefix("MAIL FROM:<>") })
    }

    @Test func `a message that was refused approval isn't sent`() async throws {
        let server = try await FaultServer.start()
        let client = try SMTPClient(SMTPTrial.endpoint(server.port))
        let messages = try (0..<100).map { try SMTPTrial.message("to\($0)@example.net") }
        // Asked for twice, and for ones that aren't in the run.
        let outcomes = await client.send(messages) { run in
            run.filter { $0 % 2 == 0 } + run.filter { $0 % 2 == 0 } + [-1, 1000]
        }
        await client.shutdown()
        try await server.stop()
        #expect(server.ledger.taken.count == 50)
        for (index, outcome) in outcomes.enumerated() where index % 2 == 1 {
            #expect(outcome == .notSent(reason: "not approved"))
        }
    }

    @Test func `where approval throws, nothing more is sent`() async throws {
        struct Full: Error {}
        let server = try await FaultServer.start()
        let client = try SMTPClient(SMTPTrial.endpoint(server.port))
        let messages = try (0..<100).map { try SMTPTrial.message("to\($0)@example.net") }
        let outcomes = await client.send(messages) { run in
            if run.contains(50) { throw Full() }
            return Array(run)
        }
        await client.shutdown()
        try await server.stop()
        #expect(server.ledger.taken.count == 32)
        #expect(outcomes.count { if case .notSent = $0 { true } else { false } } == 68)
    }

    @Test func `a task that is cancelled sends nothing more, and tells what it sent`() async throws
    {
        let (asked, askedNow) = AsyncStream.makeStream(of: Void.self)
        let server = try await FaultServer.start { event, place in
            guard case .content = event, place.message == 5 else { return nil }
            askedNow.yield()
            return nil
        }
        let client = try SMTPClient(SMTPTrial.endpoint(server.port))
        let messages = try (0..<5000).map { try SMTPTrial.message("to\($0)@example.net") }
        let sending = Task { await client.send(messages) { run in Array(run) } }
        for await _ in asked { break }
        sending.cancel()
        let outcomes = await sending.value
        await client.shutdown()
        try await server.stop()
        let delivered = outcomes.count { if case .delivered = $0 { true } else { false } }
        #expect(delivered == server.ledger.taken.count)
        #expect(delivered >= 5 && delivered < 5000)
        #expect(outcomes.allSatisfy { if case .inDoubt = $0 { false } else { true } })
    }

    @Test func `batches that are sent together share the connections`() async throws {
        let server = try await FaultServer.start()
        let client = try SMTPClient(SMTPTrial.endpoint(server.port, connections: 3))
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for name in 0..<8 {
                let messages = try (0..<60).map {
                    try SMTPTrial.message("to\(name)-\($0)@example.net")
                }
                group.addTask {
                    await client.send(messages) { run in Array(run) }
                        .count { if case .delivered = $0 { true } else { false } }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await client.shutdown()
        try await server.stop()
        #expect(sums == Array(repeating: 60, count: 8))
        #expect(Set(server.ledger.taken).count == 480)
        #expect(server.ledger.taken.count == 480)
        #expect(server.ledger.connections <= 3)
    }

    @Test func `a server that isn't there is said so`() async throws {
        let server = try await FaultServer.start()
        let port = server.port
        try await server.stop()
        let client = try SMTPClient(SMTPTrial.endpoint(port))
        let outcome = await client.send(try SMTPTrial.message("to@example.net")) { true }
        await client.shutdown()
        guard case .notSent(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("cannot connect"))
    }

    @Test func `a connection that the server closed while idle isn't used`() async throws {
        let server = try await FaultServer.start { event, place in
            // Says good-bye of its own accord, behind its answer.
            if case .content = event, place.connection == 1 {
                .sayAndClose("250 2.0.0 taken\r\n421 4.4.2 idle for too long\r\n")
            } else {
                nil
            }
        }
        let client = try SMTPClient(SMTPTrial.endpoint(server.port))
        for name in 0..<3 {
            let outcome = await client.send(try SMTPTrial.message("to\(name)@example.net")) { true }
            guard case .delivered = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
        await client.shutdown()
        try await server.stop()
        #expect(server.ledger.taken == ["to0@example.net", "to1@example.net", "to2@example.net"])
        #expect(server.ledger.connections == 2)
    }
}
