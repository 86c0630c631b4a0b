import Customers
import Events
import Kernel
import Logging
import Records
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Mail while servers stop, start and change their minds.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailStopTests {
    private static let gold = """
        {"kind":"segment","name":"gold","where":[{"attribute":"plan","is":"gold"}]}
        """
    private static let spring = """
        {"kind":"campaign","name":"spring","segment":"gold","template":"news","topic":"offers"}
        """

    private func started(_ count: Int) async throws -> MailStage {
        let stage = try await MailStage()
        try await stage.workspace.append(
            (0..<count).map { index in
                EventDraft.identify(
                    id: "i\(index)", at: stage.clock.now, user: "user-\(index)",
                    traits: #"{"email":"u\#(index)@mail.example","plan":"gold"}"#)
            })
        _ = try await stage.workspace.apply(
            try [Self.gold, Self.spring].map(MailStage.draft), by: "ann")
        try await stage.workspace.settle()
        for step in [CampaignStep.approve, .start] {
            try stage.workspace.take(step, with: "spring", by: "bob", mayApproveOwn: false)
        }
        return stage
    }

    /// Runs a server's worker until a bell rings, and tells it to stop then. Nobody owns the workspace by it after.
    private func serve(
        _ stage: MailStage, _ server: PlayedServer, until reached: ChangeBell
    ) async throws {
        let group = ServiceGroup(
            services: [try stage.worker(server)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            await reached.wait(after: 0)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test(arguments: [1, 90, 250])
    func
        `a server that is told to stop in a campaign leaves nothing in doubt, and the next goes on`(
            at place: Int
        ) async throws
    {
        let stage = try await started(300)
        let count = Mutex(0)
        let reached = ChangeBell()
        let first = PlayedServer(beforeApproval: {
            let now = count.withLock { count in
                count += 1
                return count
            }
            if now == place { reached.ring() }
        })
        try await serve(stage, first, until: reached)
        #expect(first.got.count >= place - 1)
        try stage.restart()
        #expect(try stage.states()[.inDoubt] == nil)

        // What wasn't handed over any more is due again in a moment.
        stage.clock.advance(milliseconds: 10_000)
        let second = PlayedServer()
        await try stage.worker(second).drain()
        let all = (first.got + second.got).map(\.recipient)
        #expect(all.count == 300)
        #expect(Set(all).count == 300)
        #expect(try stage.workspace.campaign("spring").run?.state == .done)
    }

    @Test func `eight workers at once hand each message over once`() async throws {
        let stage = try await started(400)
        let server = PlayedServer()
        let workers = try (0..<8).map { _ in try stage.worker(server) }
        await withTaskGroup { group in
            for worker in workers { group.addTask { await worker.drain() } }
        }
        #expect(server.got.count == 400)
        #expect(Set(server.got.map(\.recipient)).count == 400)
        #expect(try stage.states() == [.accepted: 400])
    }

    @Test
    func
        `what waits is made by the template in force, and by none is a dead letter that can be replayed`()
        async throws
    {
        let stage = try await MailStage()
        let workspace = stage.workspace
        let customers = try await stage.addCustomers(2)
        let far = stage.clock.now.adding(milliseconds: 60_000)
        try stage.add(
            customers.enumerated().map { index, customer in
                var draft = stage.order("m\(index)", to: customer)
                draft.dueAt = index == 0 ? stage.clock.now : far
                return draft
            })
        let changed = MailStage.news.replacing("News for", with: "Changed for")
        _ = try await workspace.apply([try MailStage.draft(changed)], by: "ann")
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.count == 1)
        #expect(server.got.first?.header("Subject").hasPrefix("Changed for") == true)

        _ = try await workspace.apply(
            try [MailStage.receipt, MailStage.greeting, MailStage.journey].map(MailStage.draft),
            prunes: true, by: "ann")
        stage.clock.advance(milliseconds: 60_000)
        await try stage.worker(server).drain()
        let item = try #require(try workspace.records.outboxItem(key: "m1"))
        #expect(item.state == .dead)
        #expect(item.lastError.contains("there is no template news"))

        _ = try await workspace.apply([try MailStage.draft(MailStage.news)], by: "ann")
        _ = try workspace.records.replayOutbox(item.id, now: stage.clock.now)
        await try stage.worker(server).drain()
        #expect(server.got.count == 2)
    }
}
