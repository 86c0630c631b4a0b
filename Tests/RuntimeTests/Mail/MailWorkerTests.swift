import Customers
import Events
import Kernel
import Messaging
import Records
import Synchronization
import TestSupport
import Testing

@testable import Delivery
@testable import Runtime

/// What e-mail promises, against a server that a test plays.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailWorkerTests {
    @Test func `a message is handed over once, with a way out and a return path of its own`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(2)
        try stage.add([stage.order("a", to: customers[0]), stage.order("b", to: customers[1])])
        let server = PlayedServer()

        await try stage.worker(server).drain()
        await try stage.worker(server).drain()

        #expect(server.got.map(\.recipient).sorted() == ["u0@mail.example", "u1@mail.example"])
        let first = try #require(server.got.first { $0.recipient == "u0@mail.example" })
        #expect(first.header("Subject") == "News for Ann")
        #expect(first.header("List-Unsubscribe").hasPrefix("<https://shop.example/m/u/"))
        #expect(first.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
        let path = try #require(try MailStage.settings().returnPath)
        let item = try #require(try stage.workspace.records.outboxItem(key: "a"))
        #expect(path.message(in: first.sender) == item.id.rawValue)
        #expect(try stage.message("a")?.state == .accepted)
        #expect(try stage.workspace.records.outboxItem(key: "a")?.lastError == "")
        #expect(try await stage.told().filter { $0 == "Email Delivered" }.count == 2)
    }

    @Test
    func `what was handed over when the process ended is in doubt, and marketing isn't sent again`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(5)
        try stage.add(
            customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let server = PlayedServer { got in got.recipient.hasPrefix("u2") ? .stop : .take }
        await try stage.worker(server).drain()

        try stage.restart()
        let second = PlayedServer()
        await try stage.worker(second).drain()

        let all = (server.got + second.got).map(\.recipient)
        #expect(Set(all).count == all.count)
        #expect(Set(all).count == 5)
        let doubted = try stage.workspace.records.messages(MessageFilter(limit: 10))
            .filter { $0.state == .inDoubt }
        #expect(doubted.map(\.draft.address) == ["u2@mail.example"])
        #expect(try stage.workspace.records.outboxItem(key: "m2")?.state == .dead)
    }

    @Test func `what somebody asked for is sent again after a crash, with the same Message-ID`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("r", to: customers[0], template: "receipt")])
        let server = PlayedServer { _ in .stop }
        await try stage.worker(server).drain()

        try stage.restart()
        let second = PlayedServer()
        await try stage.worker(second).drain()

        #expect(second.got.count == 1)
        #expect(second.got.first?.messageID == server.got.first?.messageID)
        #expect(try stage.message("r")?.state == .accepted)
    }

    @Test func `a dead letter in doubt goes again once somebody says so`() async throws {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0])])
        await try stage.worker(PlayedServer { _ in .outcome(.inDoubt(reason: "no answer")) })
            .drain()
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.isEmpty)
        #expect(try stage.message("m")?.state == .inDoubt)

        let item = try #require(try stage.workspace.records.outboxItem(key: "m"))
        #expect(try stage.workspace.records.replayOutbox(item.id, now: stage.clock.now))
        await try stage.worker(server).drain()

        #expect(server.got.count == 1)
        #expect(try stage.message("m")?.state == .accepted)
    }

    @Test func `consent is read again at the moment of sending`() async throws {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(2)
        try stage.add(customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let workspace = stage.workspace
        let isFirst = Mutex(true)
        let server = PlayedServer(beforeApproval: {
            guard
                isFirst.withLock({ value in
                    defer { value = false }
                    return value
                })
            else { return }
            // Between making the messages and handing over the first, somebody says no.
            try await workspace.append([
                .identify(
                    id: "no", at: workspace.clock.now.adding(milliseconds: 1), user: "user-1",
                    traits: #"{"email_subscription_status":"unsubscribed"}"#)
            ])
            try await workspace.settle()
        })

        await try stage.worker(server).drain()

        #expect(server.got.map(\.recipient) == ["u0@mail.example"])
        let message = try #require(try stage.message("m1"))
        #expect(message.state == .suppressed)
        #expect(message.reply.contains("withdrawn"))
    }

    @Test func `one bad recipient among many holds up nobody, and nobody gets a second copy`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(150)
        try stage.add(customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let refusal = SMTPRefusal(
            phase: .recipient, cause: .unknownAddress,
            reply: SMTPReply(code: 550, status: SMTPStatus(5, 1, 1), text: "no such user"),
            reason: "there is no such mailbox: 550 5.1.1 no such user")
        let server = PlayedServer { got in
            got.recipient == "u77@mail.example" ? .outcome(.refused(refusal)) : .take
        }

        await try stage.worker(server).drain()
        stage.clock.advance(milliseconds: 30 * 86_400_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 149)
        #expect(Set(server.got.map(\.recipient)).count == 149)
        #expect(try stage.states() == [.accepted: 149, .bounced: 1])
        let suppression = try stage.workspace.records.suppression(of: "U77@mail.example")
        #expect(suppression?.reason == .bounced)
        #expect(suppression?.evidence.contains("no such user") == true)
        #expect(try await stage.told().filter { $0 == "Email Bounced" }.count == 1)
    }

    @Test func `what isn't taken now is tried again later, and given up within its time`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(2)
        let refusal = SMTPRefusal(
            phase: .recipient, cause: .tooFast,
            reply: SMTPReply(code: 451, status: SMTPStatus(4, 7, 1), text: "later"),
            reason: "451 later")
        let hour = stage.clock.now.adding(milliseconds: 3_600_000)
        try stage.add([
            stage.order("m0", to: customers[0]),
            stage.order("m1", to: customers[1], deadline: hour),
        ])
        let tries = Mutex(0)
        let server = PlayedServer { got in
            if got.recipient == "u1@mail.example" { return .outcome(.deferred(refusal)) }
            let count = tries.withLock { tries in
                tries += 1
                return tries
            }
            return count < 4 ? .outcome(.deferred(refusal)) : .take
        }
        for _ in 0..<20 {
            await try stage.worker(server).drain()
            stage.clock.advance(milliseconds: 600_000)
        }

        #expect(server.got.map(\.recipient) == ["u0@mail.example"])
        #expect(try stage.message("m0")?.attempts == 4)
        #expect(try stage.message("m1")?.state == .expired)
    }

    @Test func `a message that can't be made is a dead letter with its reason, and the others go`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(3)
        try stage.add([
            stage.order("poison", to: customers[0], template: "greeting"),
            stage.order("nowhere", to: customers[1], template: "never-written"),
            stage.order("fine", to: customers[2]),
        ])
        let server = PlayedServer()

        await try stage.worker(server).drain()

        #expect(server.got.map(\.recipient) == ["u2@mail.example"])
        let poison = try #require(try stage.workspace.records.outboxItem(key: "poison"))
        #expect(poison.state == .dead)
        #expect(poison.lastError.contains("customer.nickname"))
        let nowhere = try #require(try stage.workspace.records.outboxItem(key: "nowhere"))
        #expect(nowhere.lastError.contains("perennial apply"))
    }

    @Test func `while mail is held nothing is handed over, and all of it goes after`() async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(120)
        try stage.add(customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let workspace = stage.workspace
        let count = Mutex(0)
        let server = PlayedServer(beforeApproval: {
            let now = count.withLock { count in
                count += 1
                return count
            }
            if now == 30 {
                try workspace.records.holdMail(
                    MailHold(
                        lane: "", reason: "wrong price", actor: "test",
                        since: workspace.clock.now))
            }
        })

        await try stage.worker(server).drain()
        #expect((20..<40).contains(server.got.count))
        #expect(try stage.workspace.records.releaseMail(lane: ""))
        stage.clock.advance(milliseconds: 10_000)
        await try stage.worker(server).drain()

        #expect(server.got.count == 120)
        #expect(Set(server.got.map(\.recipient)).count == 120)
    }

    @Test func `a server that can't be used is left alone for a while, and loses nothing`()
        async throws
    {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0])])
        let isDown = Mutex(true)
        let attempts = Mutex(0)
        let server = PlayedServer { _ in
            attempts.withLock { $0 += 1 }
            return isDown.withLock { $0 }
                ? .outcome(.endpointFailed(reason: "bad password")) : .take
        }
        let worker = try stage.worker(server)
        for _ in 0..<10 {
            await worker.drain()
            stage.clock.advance(milliseconds: 6_000)
        }
        #expect(stage.workspace.mailStatus.trouble?.reason == "bad password")
        isDown.withLock { $0 = false }
        stage.clock.advance(milliseconds: 3_600_000)
        await worker.drain()

        #expect(server.got.count == 1)
        #expect(stage.workspace.mailStatus.trouble == nil)
        #expect(try stage.message("m")?.state == .accepted)
    }

    @Test func `what came due while nobody ran for long waits for a person`() async throws {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(2)
        await try stage.worker(PlayedServer()).drain()
        try stage.add([stage.order("old", to: customers[0])])
        stage.clock.advance(milliseconds: MailWorker.absenceMs)
        try stage.restart()
        let server = PlayedServer()
        try await stage.worker(server).takeOver()
        await try stage.worker(server).drain()
        #expect(server.got.isEmpty)

        #expect(try stage.workspace.records.releaseMail(lane: ""))
        await try stage.worker(server).drain()
        #expect(server.got.count == 1)

        // A short stop holds nothing.
        try stage.add([stage.order("new", to: customers[1])])
        try stage.restart()
        try await stage.worker(server).takeOver()
        await try stage.worker(server).drain()
        #expect(server.got.count == 2)
    }
}
