import Delivery
import Foundation
import Kernel
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// What came due while nobody ran, and what takes longer than one who watches it thinks.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct OverdueTests {
    /// `PERENNIAL_OVERDUE` for more.
    private static let count =
        ProcessInfo.processInfo.environment["PERENNIAL_OVERDUE"].flatMap { Int($0) } ?? 1_500

    private static let journey = """
        {"kind":"journey","name":"hello","status":"live","entry":{"event":"Signed Up"},
         "exit":[{"event":"Order Completed"}],
         "steps":[{"id":"pause","wait":"2 hours"},{"id":"tell","webhook":{"to":"crm"}},
            {"id":"day","wait":"1 day"},{"id":"call","task":{"title":"Call"}}]}
        """

    @Test
    func `timers that came due while nobody ran go off once each, in order, before what comes now`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(AutomationTests.start)
        func open<Value>(_ body: (Workspace) async throws -> Value) async throws -> Value {
            let workspace = try Workspace.forTests(in: folder, clock: clock) {
                $0.pace.timersPerBatch = 400
            }
            defer { workspace.engine.close() }
            return try await body(workspace)
        }
        try await open { workspace in
            _ = try await workspace.apply([try AutomationTests.draft(Self.journey)], by: "test")
            // Five at each of so many moments, not in the order of their numbers.
            for group in stride(from: 0, to: Self.count, by: 5) {
                let order = group * 7_919 % Self.count
                try await workspace.append(
                    (0..<5).map { index in
                        .track(
                            "Signed Up", id: "s\(group)-\(index)", at: clock.now,
                            user: "u\(order + index)-\(group)")
                    })
                clock.advance(milliseconds: 10)
            }
            try await workspace.settle()
            #expect(try workspace.records.timerCount() == Int64(Self.count))
        }
        clock.advance(milliseconds: 30 * AutomationTests.dayMs)
        try await open { workspace in
            // Whoever orders now was told of before, though the process looks at both together.
            try await workspace.append([
                AutomationTests.order("late", of: "u0-0", at: clock.now)
            ])
            try await workspace.settle()
            let items = try workspace.webhooks().reversed().map { $0 }
            #expect(items.count == Self.count)
            #expect(Set(items.map(\.key)).count == Self.count)
            // Customers came in the order of their timers.
            #expect(items.map(\.customer.rawValue) == items.map(\.customer.rawValue).sorted())
        }
        // What follows counts from now, not from a month ago.
        try await open { workspace in
            try await workspace.settle()
            #expect(try workspace.records.taskCount(isDone: false, owner: nil) == 0)
            clock.advance(milliseconds: AutomationTests.dayMs - 1)
            try await workspace.settle()
            #expect(try workspace.records.taskCount(isDone: false, owner: nil) == 0)
            clock.advance(milliseconds: 1)
            try await workspace.settle()
            #expect(
                try workspace.records.taskCount(isDone: false, owner: nil) == Self.count - 1)
            #expect(try workspace.records.timerCount() == 0)
        }
    }

    /// Attempts that last until the test lets them end.
    private final class SlowReceiver: Sendable {
        private let bell = ChangeBell()
        private let begun = Mutex<[String]>([])
        let hasBegun = ChangeBell()

        var ids: [String] { begun.withLock { $0 } }

        func take(_ id: String) async -> DeliveryOutcome {
            begun.withLock { $0.append(id) }
            hasBegun.ring()
            await bell.wait(after: 0)
            return .delivered(status: 200)
        }

        func answer() { bell.ring() }
    }

    @Test func `a delivery that is still under way isn't begun again by another worker`()
        async throws
    {
        let stage = try OutboxStage()
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("slow")])
        let slow = SlowReceiver()
        let others = Receivers { _, _ in .delivered(status: 200) }
        let workspace = stage.workspace
        await withTaskGroup { group in
            group.addTask {
                await OutboxWorker(workspace: workspace) { message, _ in
                    await slow.take(message.id)
                }.drain()
            }
            await slow.hasBegun.wait(after: 0)
            // The longest that an attempt may take is a sixth of it.
            stage.clock.advance(milliseconds: OutboxWorker.Options().claimMs - 1)
            await stage.worker(others).drain()
            slow.answer()
        }
        #expect(slow.ids.count == 1)
        #expect(others.got.withLock { $0.isEmpty })
        let item = try stage.item("slow")
        #expect(item.state == .done && item.attempts == 1)
    }

    @Test
    func `whoever outlives their claim is doubled by the next with the same id, and done once`()
        async throws
    {
        let stage = try OutboxStage()
        try stage.addReceiver("crm")
        try stage.add([stage.webhook("slow"), stage.webhook("next")])
        let slow = SlowReceiver()
        let others = Receivers { _, _ in .delivered(status: 200) }
        let workspace = stage.workspace
        await withTaskGroup { group in
            group.addTask {
                await OutboxWorker(workspace: workspace) { message, _ in
                    await slow.take(message.id)
                }.drain()
            }
            while slow.ids.count < 2 { await slow.hasBegun.wait(after: slow.ids.count - 1) }
            stage.clock.advance(milliseconds: OutboxWorker.Options().claimMs)
            await stage.worker(others).drain()
            slow.answer()
        }
        #expect(Set(others.ids("crm")) == Set(slow.ids) && others.ids("crm").count == 2)
        #expect(try workspace.records.outboxCounts() == [.done: [.webhook: 2]])
        await stage.worker(others).drain()
        #expect(others.ids("crm").count == 2)
    }
}
