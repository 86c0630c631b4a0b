import Delivery
import Foundation
import Kernel
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// The outbox with receivers that a test plays.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct OutboxWorkerTests {
    private let stage: OutboxStage

    init() throws { stage = try OutboxStage() }

    // MARK: Delivering

    @Test func `a webhook goes out once, with what the journey said`() async throws {
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("a")])
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        for _ in 0..<2 { await stage.worker(receivers).drain() }
        let got = receivers.got.withLock { $0 }
        #expect(got.map(\.host) == ["crm"])
        #expect(got.first?.id.hasPrefix("msg_") == true)
        #expect(
            got.first?.body
                == #"{"type":"journey.webhook","timestamp":"2025-10-09T08:53:20.000Z","#
                + #""data":{"code":"a"}}"#)
        let item = try stage.item("a")
        #expect(item.state == .done)
        #expect(item.doneAt == stage.clock.now)
        #expect(try stage.workspace.records.receiver(named: "crm")?.deliveredAt == stage.clock.now)
    }

    @Test func `a message keeps its id over every attempt, and ends among the dead letters`()
        async throws
    {
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("a")])
        let receivers = Receivers { _, _ in .failed(reason: "answered 500") }
        let worker = stage.worker(receivers)
        try await stage.drainAll(worker)
        let ids = receivers.ids("crm")
        #expect(ids.count == 10)
        #expect(Set(ids).count == 1)
        var item = try stage.item("a")
        #expect(item.state == .dead)
        #expect(item.lastError == "tried 10 times; the last time: answered 500")
        #expect(stage.clock.now.milliseconds - item.createdAt.milliseconds > 75 * 3_600_000)
        // Replayed, it is the same message still.
        #expect(try stage.workspace.records.replayOutbox(item.id, now: stage.clock.now))
        _ = try stage.workspace.records.enableReceiver(named: "crm")
        await worker.drain()
        #expect(Set(receivers.ids("crm")).count == 1)
        item = try stage.item("a")
        #expect(item.attempts == 1)
    }

    @Test func `a poisoned item goes to the dead letters and the others flow past it`() async throws
    {
        try stage.addReceiver("crm")
        try stage.add((0..<20).map { stage.webhook("key-\($0)") })
        let poison = OutboxMessages.id(of: try stage.item("key-3"), stage.workspace.hash)
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        let worker = OutboxWorker(workspace: stage.workspace) { message, endpoint in
            let outcome = await receivers.send(message, endpoint)
            return message.id == poison ? .failed(reason: "answered 500") : outcome
        }
        await worker.drain()
        #expect(try stage.workspace.records.outboxCounts()[.done] == [.webhook: 19])
        try await stage.drainAll(worker)
        #expect(
            try stage.workspace.records.outboxCounts() == [
                .done: [.webhook: 19], .dead: [.webhook: 1],
            ])
        #expect(try stage.item("key-3").state == .dead)
        #expect(receivers.ids("crm").count == 19 + 10)
    }

    @Test func `an item for nobody, or of another form, is a dead letter at once, and says why`()
        async throws
    {
        try stage.addReceiver("crm")
        var odd = stage.webhook("odd")
        odd.content = .webhook(receiver: "crm", type: "x", data: Array("[1]".utf8))
        var broken = stage.webhook("broken")
        broken.content = .attributes(Array("not JSON".utf8))
        try stage.add([stage.webhook("a", to: "nobody"), odd, broken])
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        await stage.worker(receivers).drain()
        #expect(try stage.item("a").state == .dead)
        #expect(try stage.item("a").lastError.hasPrefix("there is no receiver nobody;"))
        #expect(try stage.item("odd").state == .dead)
        #expect(try stage.item("broken").state == .dead)
        #expect(receivers.got.withLock { $0.isEmpty })
        try stage.addReceiver("nobody")
        #expect(
            try stage.workspace.records.replayOutbox(receiver: "nobody", now: stage.clock.now) == 1)
        await stage.worker(receivers).drain()
        #expect(try stage.item("a").state == .done)
    }

    @Test func `410 disables a receiver, and what is for it waits until it is enabled`()
        async throws
    {
        try stage.addReceiver("crm")
        try stage.add((0..<3).map { stage.webhook("key-\($0)") })
        let receivers = Receivers { _, _ in .gone }
        await stage.worker(receivers).drain()
        let receiver = try #require(try stage.workspace.records.receiver(named: "crm"))
        #expect(!receiver.isEnabled)
        #expect(receiver.disabledReason == "answered 410: it wants nothing more")
        stage.clock.advance(milliseconds: 86_400_000)
        let others = Receivers { _, _ in .delivered(status: 200) }
        await stage.worker(others).drain()
        #expect(others.got.withLock { $0.isEmpty })
        #expect(try stage.workspace.records.enableReceiver(named: "crm"))
        await stage.worker(others).drain()
        #expect(others.ids("crm").count == 3)
        #expect(try stage.workspace.records.outboxCounts() == [.done: [.webhook: 3]])
    }

    @Test func `a receiver that asks for time is left alone as a whole`() async throws {
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("a")])
        let receivers = Receivers { _, count in
            count == 1
                ? .failed(reason: "answered 429", retryAfterSeconds: 60) : .delivered(status: 200)
        }
        let worker = stage.worker(receivers)
        await worker.drain()
        try stage.add([stage.webhook("b")])
        stage.clock.advance(milliseconds: 59_999)
        await worker.drain()
        #expect(receivers.ids("crm").count == 1)
        stage.clock.advance(milliseconds: 1)
        await worker.drain()
        #expect(receivers.ids("crm").count == 2)
        #expect(try stage.item("b").state == .done)
        // A tenth of the time at most goes to jitter.
        stage.clock.advance(milliseconds: 6_000)
        await worker.drain()
        #expect(try stage.item("a").state == .done)
    }

    // MARK: Fairness and crashes

    /// `PERENNIAL_BACKLOG` for more.
    private static let backlog =
        ProcessInfo.processInfo.environment["PERENNIAL_BACKLOG"].flatMap { Int($0) } ?? 5_000

    @Test func `a dead receiver's backlog holds up nobody else`() async throws {
        try stage.addReceiver("dead")
        try stage.addReceiver("well")
        for start in stride(from: 0, to: Self.backlog, by: 5_000) {
            let end = min(start + 5_000, Self.backlog)
            try stage.add((start..<end).map { stage.webhook("dead-\($0)", to: "dead") })
        }
        try stage.add((0..<50).map { stage.webhook("well-\($0)", to: "well") })
        // The dead one answers nothing at all before the other one has everything.
        let bell = ChangeBell()
        let receivers = Receivers { host, count in
            if host == "well" {
                if count == 50 { bell.ring() }
                return .delivered(status: 200)
            }
            await bell.wait(after: 0)
            return .failed(reason: "no answer")
        }
        await stage.worker(receivers).drain()
        #expect(receivers.ids("well").count == 50)
        #expect(try stage.workspace.records.outboxCounts()[.done] == [.webhook: 50])
        let dead = try #require(try stage.workspace.records.receiver(named: "dead"))
        // Eight at a time at first, then one by one, and then left alone.
        #expect(receivers.ids("dead").count < 20)
        #expect(try #require(dead.heldUntil) > stage.clock.now)
    }

    /// Which messages are on their way, and how often one was twice at a time.
    private final class UnderWay: Sendable {
        private let state = Mutex<(ids: Set<String>, doubled: Int)>(([], 0))

        var doubled: Int { state.withLock { $0.doubled } }

        func begin(_ id: String) {
            state.withLock { if !$0.ids.insert(id).inserted { $0.doubled += 1 } }
        }

        func end(_ id: String) { state.withLock { _ = $0.ids.remove(id) } }
    }

    @Test func `eight workers at once deliver each item once, and never two the same at a time`()
        async throws
    {
        try stage.addReceiver("crm")
        try stage.add((0..<200).map { stage.webhook("key-\($0)") })
        let underWay = UnderWay()
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        let workspace = stage.workspace
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    await OutboxWorker(workspace: workspace) { message, endpoint in
                        underWay.begin(message.id)
                        defer { underWay.end(message.id) }
                        return await receivers.send(message, endpoint)
                    }.drain()
                }
            }
        }
        #expect(underWay.doubled == 0)
        let ids = receivers.ids("crm")
        #expect(ids.count == 200)
        #expect(Set(ids).count == 200)
    }

    @Test func `what a worker claimed that died is delivered by the next, with the same id`()
        async throws
    {
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("a")])
        let claimed = try stage.workspace.records.claimOutbox(
            OutboxLane(kind: .webhook, receiver: "crm"), limit: 8, now: stage.clock.now,
            until: stage.clock.now.adding(milliseconds: 90_000))
        #expect(claimed.count == 1)
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        await stage.worker(receivers).drain()
        #expect(receivers.got.withLock { $0.isEmpty })
        stage.clock.advance(milliseconds: 90_000)
        await stage.worker(receivers).drain()
        #expect(receivers.ids("crm") == [OutboxMessages.id(of: claimed[0], stage.workspace.hash)])
    }

    @Test func `an item at which every worker dies is a dead letter in the end`() async throws {
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("a")])
        for _ in 0..<10 {
            let claimed = try stage.workspace.records.claimOutbox(
                OutboxLane(kind: .webhook, receiver: "crm"), limit: 1, now: stage.clock.now,
                until: stage.clock.now)
            #expect(claimed.count == 1)
        }
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        await stage.worker(receivers).drain()
        #expect(try stage.item("a").state == .dead)
        #expect(try stage.item("a").lastError == "begun 10 times, and never came to an end")
        #expect(receivers.ids("crm").isEmpty)
    }

    @Test func `a worker that is stopped in the middle leaves no gap and repeats nothing`()
        async throws
    {
        try stage.addReceiver("crm")
        try stage.add((0..<100).map { stage.webhook("key-\($0)") })
        let first = Receivers { _, _ in .delivered(status: 200) }
        let workspace = stage.workspace
        let reached = ChangeBell()
        await withTaskGroup { group in
            group.addTask {
                await OutboxWorker(workspace: workspace) { message, endpoint in
                    let outcome = await first.send(message, endpoint)
                    if first.ids("crm").count == 30 { reached.ring() }
                    return outcome
                }.drain()
            }
            await reached.wait(after: 0)
            group.cancelAll()
        }
        let second = Receivers { _, _ in .delivered(status: 200) }
        try stage.workspace.records.releaseOutboxClaims(now: stage.clock.now)
        await stage.worker(second).drain()
        let ids = first.ids("crm") + second.ids("crm")
        #expect(ids.count == 100)
        #expect(Set(ids).count == 100)
    }
}
