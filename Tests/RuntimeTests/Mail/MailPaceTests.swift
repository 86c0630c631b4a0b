import Customers
import Events
import Kernel
import Records
import Synchronization
import TestSupport
import Testing

@testable import Delivery
@testable import Runtime

/// A receiver that is slow, beside others.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailPaceTests {
    /// Customers of whom every second has an address at a provider.
    private func stage(_ count: Int) async throws -> (MailStage, [ID<Customer>]) {
        let stage = try await MailStage()
        try await stage.workspace.append(
            (0..<count).map { index in
                let domain = index % 2 == 0 ? "gmail.com" : "mail.example"
                return EventDraft.identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@\#(domain)"}"#)
            })
        try await stage.workspace.settle()
        let ids = try (0..<count).map {
            try #require(try stage.workspace.customerID(named: "user-\($0)"))
        }
        return (stage, ids)
    }

    @Test
    func `a receiver that asks for patience keeps nobody else waiting, and gets all in the end`()
        async throws
    {
        let (stage, customers) = try await stage(200)
        try stage.add(customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let asked = Mutex(0)
        let (clock, opens) = (stage.clock, stage.clock.now.adding(milliseconds: 600_000))
        let server = PlayedServer { got in
            guard got.recipient.hasSuffix("@gmail.com"), clock.now < opens else { return .take }
            asked.withLock { $0 += 1 }
            return .outcome(DomainPaceTests.slow())
        }
        // Of several batches at once each could be on its way when the first is answered.
        await try stage.worker(server, batches: 1).drain()

        #expect(server.got.count == 100)
        #expect(server.got.allSatisfy { $0.recipient.hasSuffix("@mail.example") })
        // Nothing more is tried after the first answer.
        #expect(asked.withLock { $0 } == 1)
        let waits = stage.workspace.mailStatus.domains.waits(now: stage.clock.now)
        #expect(waits.map(\.receiver) == ["gmail.com"])
        let wait = try #require(waits.first)
        #expect(wait.words(until: "14:05").hasPrefix("waits until 14:05, it asked us to slow down"))

        // What somebody asked for goes on.
        try stage.add([stage.order("receipt", to: customers[0], template: "receipt")])
        await try stage.worker(server).drain()
        #expect(asked.withLock { $0 } == 2)

        for _ in 0..<30 {
            stage.clock.advance(milliseconds: 120_000)
            await try stage.worker(server).drain()
        }
        let marketing = server.got.filter { $0.header("Subject") != "Your order" }
        #expect(marketing.count == 200)
        #expect(Set(marketing.map(\.recipient)).count == 200)
        #expect(asked.withLock { $0 } < 8)
        #expect(try stage.states() == [.accepted: 201])
    }

    @Test func `a campaign reaches those behind many who must wait`() async throws {
        let (stage, customers) = try await stage(8)
        var entry = stage.order("m0", to: customers[0])
        entry.content = .send(
            lane: "email:spring", message: Array(#"{"template":"news","topic":"offers"}"#.utf8))
        let far = stage.clock.now.adding(milliseconds: 3_600_000)
        let records = stage.workspace.records
        try records.fold { tables in
            try tables.add(
                (0..<50).map { index in
                    var draft = entry
                    draft.key = "w\(index)"
                    draft.dueAt = index < 30 ? far : stage.clock.now
                    return draft
                })
        }
        let soon = stage.clock.now.adding(milliseconds: 20_000)
        #expect(try records.openMessages(inLane: "email:spring", limit: 100) == 50)
        #expect(try records.openMessages(inLane: "email:spring", dueBy: soon, limit: 100) == 20)
    }

    @Test func `what was said long ago is let go while there is nothing to send`() async throws {
        let (stage, customers) = try await stage(500)
        try stage.add(customers.enumerated().map { stage.order("m\($0.offset)", to: $0.element) })
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.count == 500)
        #expect(try stage.message("m7")?.draft.subject.isEmpty == false)

        let month: Int64 = 30 * 86_400_000
        stage.clock.advance(milliseconds: 23 * month)
        await try stage.worker(server).drain()
        #expect(try stage.message("m7")?.draft.subject.isEmpty == false)

        stage.clock.advance(milliseconds: 3 * month)
        await try stage.worker(server).drain()
        for key in ["m0", "m7", "m499"] {
            let message = try #require(try stage.message(key))
            #expect(message.draft.subject.isEmpty)
            #expect(message.draft.filled == Array("{}".utf8))
            #expect(message.state == .accepted)
        }
        #expect(try stage.workspace.records.messageCount() == 500)

        stage.clock.advance(milliseconds: 13 * month)
        await try stage.worker(server).drain()
        #expect(try stage.workspace.records.messageCount() == 0)
        #expect(try stage.states() == [:])
    }
}
