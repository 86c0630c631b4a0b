import Delivery
import Events
import Foundation
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// As many as whole batches hold, one fewer and one more.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct BatchEdgeTests {
    private static let start = AutomationTests.start
    private static let dayMs = AutomationTests.dayMs

    /// Three batches of reviews and of timers.
    private static let batch = 4

    private let folder: TestFolder
    private let clock = VirtualClock(start)

    init() throws { folder = try TestFolder() }

    private func open() throws -> Workspace {
        try Workspace.forTests(in: folder, clock: clock) {
            $0.pace.reviewedPerBatch = Self.batch
            $0.pace.timersPerBatch = Self.batch
        }
    }

    private static let back = """
        {"kind":"journey","name":"back","status":"live",
         "entry":{"segment":"lapsed","reentry":"always"},"exit":[{"event":"Order Completed"}],
         "steps":[{"id":"tell","webhook":{"to":"crm"}},{"id":"month","wait":"30 days"},
            {"id":"call","task":{"title":"Call"}}]}
        """

    private func order(_ name: String, of count: Int) -> [EventDraft] {
        (0..<count).map { AutomationTests.order("\(name)-\($0)", of: "u\($0)", at: clock.now) }
    }

    @Test(arguments: [batch - 1, batch, batch + 1, 3 * batch - 1, 3 * batch, 3 * batch + 1])
    func `everybody is found by a new segment, enters by time, and enters again`(
        count: Int
    ) async throws {
        let workspace = try open()
        try await workspace.append(order("first", of: count))
        clock.advance(milliseconds: 31 * Self.dayMs)
        _ = try await workspace.apply(
            [
                try AutomationTests.draft(AutomationTests.lapsed),
                try AutomationTests.draft(Self.back),
            ], by: "test")
        try await workspace.settle()
        let sizes = try workspace.records.segmentSizes()
        #expect(sizes.values.map { $0 } == [Int64(count)])
        #expect(try workspace.reviewedShare() == nil)
        // Twice out by an order and in again by time, all at the same moment.
        for round in 1...2 {
            try await workspace.append(order("round\(round)", of: count))
            try await workspace.settle()
            #expect(try workspace.records.segmentSizes().values.map { $0 } == [0])
            clock.advance(milliseconds: 30 * Self.dayMs)
            try await workspace.settle()
            #expect(try workspace.records.segmentSizes().values.map { $0 } == [Int64(count)])
            for index in 0..<count {
                let user = try #require(try workspace.customerID(named: "u\(index)"))
                let runs = try workspace.records.runs(ofCustomer: user.rawValue, limit: 99)
                #expect(runs.count == round, "u\(index), round \(round)")
                #expect(runs.filter { $0.state == .active }.count == 1)
            }
        }
        let told = try workspace.webhooks()
        #expect(told.count == 2 * count)
        // A second edition looks at everybody again and changes nothing for who is inside.
        _ = try await workspace.apply(
            [
                try AutomationTests.draft(
                    AutomationTests.lapsed.replacingOccurrences(of: "30 days", with: "29 days"))
            ], by: "test")
        try await workspace.settle()
        #expect(try workspace.records.segmentSizes().values.map { $0 } == [Int64(count)])
        #expect(
            try workspace.webhooks().count
                == 2 * count)
        clock.advance(milliseconds: 30 * Self.dayMs)
        try await workspace.settle()
        #expect(try workspace.records.tasks(TaskFilter(limit: 10_000)).count == count)
    }

    /// The worker's shares: 500 items that stay in the workspace, 8 webhooks to a receiver.
    @Test(arguments: [(500, 8), (1_000, 16)], [-1, 0, 1])
    func `the outbox is emptied, and each item carried out once`(
        batches: (local: Int, webhooks: Int), edge: Int
    ) async throws {
        let stage = try OutboxStage()
        try stage.addReceiver("crm")
        try await stage.workspace.append([
            .identify(id: "i", at: stage.clock.now, user: "ada")
        ])
        try await stage.workspace.settle()
        let ada = try #require(try stage.workspace.customerID(named: "ada"))
        let (local, webhooks) = (batches.local + edge, batches.webhooks + edge)
        try stage.add(
            (0..<local).map { index in
                OutboxDraft(
                    key: "coupon-\(index)", customer: ada,
                    content: .coupon(
                        code: "CODE-\(index)", value: .basisPoints(500),
                        expiresAt: stage.clock.now.adding(days: 9)),
                    createdAt: stage.clock.now)
            })
        try stage.add((0..<webhooks).map { stage.webhook("tell-\($0)") })
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        await stage.worker(receivers).drain()
        #expect(
            try stage.workspace.records.outboxCounts()
                == [.done: [.coupon: local, .webhook: webhooks]])
        #expect(stage.workspace.log.lastPosition == Int64(1 + local))
        let ids = receivers.ids("crm")
        #expect(ids.count == webhooks && Set(ids).count == webhooks)
    }
}
