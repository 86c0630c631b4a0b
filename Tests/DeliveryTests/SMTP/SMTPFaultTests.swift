import Testing

@testable import Delivery

/// Servers that misbehave: no message is taken twice, and none that may have been taken is called safe.
struct SMTPFaultTests {
    typealias Act = FaultServer.Act

    @Test(arguments: [true, false], [1, 4])
    func `messages arrive once each, with what they say`(
        hasPipelining: Bool, connections: Int
    ) async throws {
        let result = try await SMTPTrial.run(
            100, connections: connections, offers: hasPipelining ? ["PIPELINING"] : []
        ) { _, _ in nil }
        SMTPTrial.expectLedger(result, 100)
        #expect(
            result.outcomes.allSatisfy {
                $0 == .delivered(SMTPReply(code: 250, status: SMTPStatus(2, 0, 0), text: "taken"))
            })
        #expect(Set(result.ledger.taken).count == 100)
        #expect(result.ledger.connections <= connections)
        #expect(result.approved.sorted() == Array(0..<100))
        for (recipient, content) in zip(result.ledger.ended, result.ledger.contents) {
            #expect(content.hasPrefix("Subject: \(recipient)\r\n\r\nA line"))
        }
    }

    @Test func `a good-bye at the banner sends nothing`() async throws {
        let result = try await SMTPTrial.run(3) { event, _ in
            event == .connected ? .sayAndClose("421 4.3.2 too busy\r\n") : nil
        }
        SMTPTrial.expectLedger(result, 3)
        #expect(result.approved.isEmpty)
        for outcome in result.outcomes {
            guard case .notSent(let reason) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.contains("421 4.3.2 too busy"))
        }
        #expect(result.ledger.connections == 1)
    }

    @Test(arguments: [
        Act.hang, .drip, .close, .flood(byteCount: 1 << 20), .say("HTTP/1.1 400 Bad\r\n"),
    ])
    func `a banner that is none sends nothing`(act: Act) async throws {
        let result = try await SMTPTrial.run(2) {
            $0.timeouts.banner = .milliseconds(50)
        } script: { event, _ in
            event == .connected ? act : nil
        }
        SMTPTrial.expectLedger(result, 2)
        #expect(result.approved.isEmpty)
        #expect(result.outcomes.allSatisfy { if case .notSent = $0 { true } else { false } })
    }

    @Test(arguments: [
        "450 4.2.1 slow down", "452 4.2.2 full", "451 4.7.1 Greylisted, try again in 300 seconds",
    ])
    func `one recipient that is deferred holds up no other`(answer: String) async throws {
        let result = try await SMTPTrial.run(20) { event, place in
            guard case .command(let line) = event, line.hasPrefix("RCPT"),
                place.recipient == "to7@example.net"
            else { return nil }
            return .say(answer + "\r\n")
        }
        SMTPTrial.expectLedger(result, 20)
        #expect(result.ledger.taken.count == 19)
        guard case .deferred(let refusal, let seconds) = result.outcomes[7] else {
            Issue.record("\(result.outcomes[7])")
            return
        }
        #expect(refusal.phase == .recipient)
        #expect(refusal.reason.hasSuffix(answer))
        #expect(seconds == (answer.hasPrefix("451") ? 300 : nil))
        #expect(result.ledger.connections == 1)
    }

    @Test(arguments: [true, false])
    func `one bad recipient among 500 is refused, and the others arrive`(pipelining: Bool)
        async throws
    {
        let result = try await SMTPTrial.run(
            500, connections: 2, offers: pipelining ? ["PIPELINING"] : []
        ) {
            event, place in
            guard case .command(let line) = event, place.recipient == "to250@example.net" else {
                return nil
            }
            if line.hasPrefix("RCPT") { return .say("550 5.1.1 no such user\r\n") }
            return line == "DATA" ? .say("503 5.5.1 no recipient\r\n") : nil
        }
        SMTPTrial.expectLedger(result, 500)
        #expect(result.ledger.taken.count == 499)
        guard case .refused(let refusal) = result.outcomes[250] else {
            Issue.record("\(result.outcomes[250])")
            return
        }
        #expect(refusal.cause == .unknownAddress)
        #expect(refusal.cause.isHardBounce)
    }

    @Test func `a server that wants content without recipients gets none`() async throws {
        let result = try await SMTPTrial.run(3, offers: ["PIPELINING"]) { event, place in
            guard place.recipient == "to1@example.net" else { return nil }
            switch event {
            case .command(let line) where line.hasPrefix("RCPT"):
                return .say("550 5.1.1 no such user\r\n")
            case .command("DATA"): return .say("354 go on\r\n")
            case .content: return .say("554 5.5.1 no recipients\r\n")
            case .command, .connected: return nil
            }
        }
        #expect(result.ledger.taken == ["to0@example.net", "to2@example.net"])
        #expect(result.ledger.contents[1] == "")
        guard case .refused = result.outcomes[1] else {
            Issue.record("\(result.outcomes[1])")
            return
        }
    }

    @Test(arguments: [
        ("451 4.3.0 try later", false), ("554 5.7.1 spam", true), ("421 4.3.0 going", false),
    ])
    func `an answer to the end of a content is that message's`(
        answer: String, isPermanent: Bool
    ) async throws {
        let result = try await SMTPTrial.run(10) { event, place in
            guard case .content(let recipient, _) = event, recipient == "to3@example.net" else {
                return nil
            }
            return answer.hasPrefix("421") ? .sayAndClose(answer + "\r\n") : .say(answer + "\r\n")
        }
        SMTPTrial.expectLedger(result, 10)
        #expect(result.ledger.taken.count == 9)
        switch result.outcomes[3] {
        case .refused(let refusal):
            #expect(isPermanent && refusal.phase == .content && refusal.cause == .policy)
        case .deferred(let refusal, _): #expect(!isPermanent && refusal.phase == .content)
        case .delivered, .notSent, .inDoubt, .endpointFailed: Issue.record("\(result.outcomes[3])")
        }
    }

    @Test(
        arguments: [
            Act.close, .reset, .flood(byteCount: 1 << 20), .say("what?\r\n"),
            .say("354 go on\r\n"), .say("250-taken\r\n550 or not\r\n"),
        ])
    func `without an answer to its end a message is in doubt, and isn't sent again`(
        act: Act
    ) async throws {
        let result = try await SMTPTrial.run(10) { event, _ in
            guard case .content(let recipient, _) = event, recipient == "to3@example.net" else {
                return nil
            }
            return act
        }
        SMTPTrial.expectLedger(result, 10)
        #expect(result.ledger.ended.count == 10)
        for (index, outcome) in result.outcomes.enumerated() {
            switch outcome {
            case .inDoubt: #expect(index == 3)
            case .delivered: #expect(index != 3)
            case .refused, .deferred, .notSent, .endpointFailed: Issue.record("\(index) \(outcome)")
            }
        }
    }

    @Test(arguments: [Act.hang, .drip, .pieces(["25"]), .pieces(["250-one\r\n"])])
    func `silence after a content's end is a doubt`(act: Act) async throws {
        let result = try await SMTPTrial.run(
            change: { $0.timeouts.contentEnd = .milliseconds(50) },
            script: { event, _ in if case .content = event { act } else { nil } })
        SMTPTrial.expectLedger(result, 1)
        #expect(
            result.outcome
                == .inDoubt(reason: "no answer within 0.05 seconds to the end of the content"))
    }

    @Test(arguments: ["MAIL", "RCPT", "DATA"], [Act.hang, .drip])
    func `silence before a content sends nothing`(verb: String, act: Act) async throws {
        let result = try await SMTPTrial.run(
            change: { $0.timeouts.envelope = .milliseconds(20) },
            script: { event, _ in
                if case .command(let line) = event, line.hasPrefix(verb) { act } else { nil }
            })
        SMTPTrial.expectLedger(result, 1)
        guard case .notSent(let reason) = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(reason.contains("no answer within"))
        #expect(result.ledger.ended.isEmpty)
        #expect(result.ledger.connections == SMTPJob.attemptsMax)
    }

    @Test func `a server that takes contents and never answers is given up after a few`()
        async throws
    {
        let result = try await SMTPTrial.run(50, connections: 8) { event, _ in
            if case .content = event { .close } else { nil }
        }
        SMTPTrial.expectLedger(result, 50)
        let doubts = result.outcomes.count { if case .inDoubt = $0 { true } else { false } }
        #expect(doubts == SMTPPool.fruitlessMax)
        #expect(result.ledger.connections == SMTPPool.fruitlessMax)
    }

    @Test func `a connection that is torn down in a long content leaves no doubt`() async throws {
        // Longer than what the network takes at once, so that its end can't have been sent.
        let result = try await SMTPTrial.run(1, lines: 300_000) { event, place in
            event == .command("DATA") && place.connection < 3
                ? .goOnAndReset(byteCount: 100_000) : nil
        }
        SMTPTrial.expectLedger(result, 1)
        #expect(result.ledger.taken == ["to0@example.net"])
        #expect(result.ledger.connections == 3)
    }

    @Test func `a connection that is torn down in a short content leaves a doubt`() async throws {
        let result = try await SMTPTrial.run(1) { event, _ in
            event == .command("DATA") ? .goOnAndReset(byteCount: 10) : nil
        }
        guard case .inDoubt = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(result.ledger.ended.isEmpty)
    }

    @Test func `a refusal in the middle of a content is an answer`() async throws {
        let result = try await SMTPTrial.run(2, lines: 300_000) { event, place in
            event == .command("DATA") && place.recipient == "to0@example.net"
                ? .pieces(["354 go on\r\n", "552 5.3.4 too much\r\n"]) : nil
        }
        guard case .refused(let refusal) = result.outcomes[0] else {
            Issue.record("\(result.outcomes[0])")
            return
        }
        #expect(refusal.cause == .tooLarge)
        #expect(result.ledger.taken == ["to1@example.net"])
    }

    @Test func `a server that closes after each message gets all messages`() async throws {
        let result = try await SMTPTrial.run(30, connections: 2) { event, _ in
            if case .content = event { .sayAndClose("250 2.0.0 taken\r\n") } else { nil }
        }
        SMTPTrial.expectLedger(result, 30)
        #expect(result.ledger.taken.count == 30)
    }

    @Test func `a server that counts messages gets the rest over other connections`() async throws {
        let result = try await SMTPTrial.run(30) { event, place in
            guard case .command(let line) = event, line.hasPrefix("MAIL"), place.message > 7 else {
                return nil
            }
            return .sayAndClose("421 4.7.0 enough for one connection\r\n")
        }
        SMTPTrial.expectLedger(result, 30)
        #expect(result.ledger.taken.count == 30)
        #expect(result.ledger.connections == 5)
    }

    @Test func `a server that closes at every sender is given up`() async throws {
        let result = try await SMTPTrial.run(40) { event, _ in
            if case .command(let line) = event, line.hasPrefix("MAIL") { .close } else { nil }
        }
        SMTPTrial.expectLedger(result, 40)
        #expect(result.outcomes.allSatisfy { if case .notSent = $0 { true } else { false } })
        #expect(result.ledger.connections == SMTPPool.fruitlessMax)
    }

    @Test func `answers may come in any pieces`() async throws {
        let result = try await SMTPTrial.run(5) { event, _ in
            switch event {
            case .content: .pieces("250-2.0.0 ta\r\n250 2.0.0 ken\r\n".map { String($0) })
            case .connected: .pieces("220-mx\r\n220 mx\r\n".map { String($0) })
            case .command: nil
            }
        }
        SMTPTrial.expectLedger(result, 5)
        #expect(
            result.outcomes.allSatisfy {
                $0
                    == .delivered(
                        SMTPReply(code: 250, status: SMTPStatus(2, 0, 0), text: "ta\nken"))
            })
    }

    @Test func `a connection takes only so many messages`() async throws {
        let result = try await SMTPTrial.run(25) {
            $0.messagesPerConnectionMax = 10
        } script: { _, _ in
            nil
        }
        SMTPTrial.expectLedger(result, 25)
        #expect(result.ledger.taken.count == 25)
        #expect(result.ledger.connections == 3)
        #expect(result.ledger.commands.count { $0 == "QUIT" } >= 2)
    }
}
