import Delivery
import Events
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// Everything at the same moment: who sends, who waits, who delivers, who orders with the same code.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct TogetherTests {
    private static let journey = """
        {"kind":"journey","name":"hello","status":"live","entry":{"event":"Signed Up"},
         "steps":[{"id":"now","webhook":{"to":"crm"}},{"id":"pause","wait":"1 hour"},
            {"id":"code","coupon":{"percent":10}},{"id":"later","webhook":{"to":"crm"}}]}
        """

    @Test func `eight of everything at once enter each customer once and deliver each effect once`()
        async throws
    {
        let stage = try OutboxStage()
        let (workspace, clock) = (stage.workspace, stage.clock)
        try stage.addReceiver("crm")
        _ = try await workspace.apply([try AutomationTests.draft(Self.journey)], by: "test")
        let receivers = Receivers { _, _ in .delivered(status: 200) }
        let people = 60
        for name in ["Signed Up", "Page Seen"] {
            let drafts = (0..<people).map {
                EventDraft.track(name, id: "\(name)-\($0)", at: clock.now, user: "u\($0)")
            }
            let framed = drafts.framed
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    // Each sends the same, waits for it, and delivers what it finds.
                    group.addTask {
                        _ = try await workspace.append(framed)
                        try await workspace.settle()
                        await stage.worker(receivers).drain()
                    }
                }
                try await group.waitForAll()
            }
            clock.advance(milliseconds: 3_600_000)
        }
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    workspace.engine.wake()
                    try await workspace.settle()
                    await stage.worker(receivers).drain()
                }
            }
            try await group.waitForAll()
        }
        let ids = receivers.ids("crm")
        #expect(ids.count == 2 * people && Set(ids).count == 2 * people)
        #expect(
            try workspace.records.outboxCounts()
                == [.done: [.webhook: 2 * people, .coupon: people]])
        try await workspace.settle()
        for index in 0..<people {
            let user = try #require(try workspace.customerID(named: "u\(index)"))
            let runs = try workspace.records.runs(ofCustomer: user.rawValue, limit: 9)
            #expect(runs.map(\.state) == [.completed])
            // Nobody lost an event that came after.
            let details = try workspace.details(of: user, timeline: 9)
            let told = details.timeline.map(\.event.name).sorted()
            #expect(told == ["Coupon Issued", "Page Seen", "Signed Up"])
        }
    }

    @Test func `of a thousand orders at once with the same code one redeems it`() async throws {
        let stage = try OutboxStage()
        let (workspace, clock) = (stage.workspace, stage.clock)
        try await workspace.append([.identify(id: "i", at: clock.now, user: "ada")])
        try await workspace.settle()
        let ada = try #require(try workspace.customerID(named: "ada"))
        try stage.add([
            OutboxDraft(
                key: "c", customer: ada,
                content: .coupon(
                    code: "ONE-USE", value: .basisPoints(1000),
                    expiresAt: clock.now.adding(days: 1)),
                createdAt: clock.now)
        ])
        let worker = stage.worker(Receivers { _, _ in .gone })
        await worker.drain()
        try await workspace.settle()
        let count = 1_000
        try await withThrowingTaskGroup { group in
            for index in 0..<count {
                group.addTask {
                    try await workspace.append([
                        .track(
                            "Order Completed", id: "e\(index)", at: clock.now,
                            user: "u\(index % 50)",
                            properties: """
                                {"order_id":"o\(index)","total":1,"currency":"USD",\
                                "coupon":"ONE-USE"}
                                """)
                    ])
                }
            }
            try await group.waitForAll()
        }
        try await workspace.settle()
        await worker.drain()
        let told = try workspace.log.blocks(after: 0, byteCountMax: .max).flatMap { stored in
            stored.block.frames.map { stored.block.draft($0).name }
        }
        #expect(told.count { $0 == "Coupon Redeemed" } == 1)
        #expect(told.count { $0 == "Coupon Used Again" } == count - 1)
        #expect(try workspace.records.coupon(code: "ONE-USE")?.orderID.isEmpty == false)
    }
}
