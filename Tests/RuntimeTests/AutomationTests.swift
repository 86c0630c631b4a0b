import Analytics
import Customers
import Documents
import Events
import Journeys
import Kernel
import Records
import Runtime
import Segments
import TestSupport
import Testing

/// Definitions in a workspace: events, time and crashes, through the engine and both stores.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct AutomationTests {
    static let start = Timestamp("2026-03-02T09:00:00Z") ?? Timestamp(milliseconds: 0)
    static let dayMs: Int64 = 86_400_000

    static let lapsed = """
        {"kind":"segment","name":"lapsed","where":[
            {"frequency":{"atLeast":1}},{"recency":{"atLeast":"30 days"}}]}
        """
    static let winBack = """
        {"kind":"journey","name":"win-back","status":"live",
         "entry":{"segment":"lapsed"},"goal":{"event":"Order Completed","within":"14 days"},
         "exit":[{"event":"Order Completed"}],
         "steps":[
            {"id":"code","coupon":{"percent":10,"expires":"14 days"}},
            {"id":"mail","send":{"channel":"email","template":"back"}},
            {"id":"week","wait":"7 days"},
            {"id":"call","task":{"title":"Call","due":"2 days"}}]}
        """

    static func draft(_ json: String) throws -> DefinitionDraft {
        let node = try DocumentNode(json: Array(json.utf8).span)
        return DefinitionDraft(document: node, source: json, file: "test.json")
    }

    static func order(_ id: String, of user: String, at: Timestamp) -> EventDraft {
        .track(
            "Order Completed", id: "m-" + id, at: at, user: user,
            properties: #"{"order_id":"\#(id)","total":20,"currency":"EUR"}"#)
    }

    @Test func `a customer enters a segment by time alone, and a journey goes through with them`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(Self.start)
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        let changes = try await workspace.apply(
            [try Self.draft(Self.lapsed), try Self.draft(Self.winBack)], by: "test")
        #expect(changes.map(\.action) == [.added, .added])
        try await workspace.append([Self.order("o1", of: "ada", at: clock.now)])
        try await workspace.settle()
        let ada = try #require(try workspace.customerID(named: "ada"))
        #expect(try workspace.records.segmentSizes().isEmpty)

        clock.advance(milliseconds: 30 * Self.dayMs - 1)
        try await workspace.settle()
        #expect(try workspace.records.runs(ofCustomer: ada.rawValue, limit: 9).isEmpty)
        clock.advance(milliseconds: 1)
        try await workspace.settle()
        let run = try #require(
            try workspace.records.runs(ofCustomer: ada.rawValue, limit: 9).first)
        #expect(run.state == .active)
        #expect(run.step == "week")
        #expect(run.enteredAt == clock.now)
        #expect(
            try workspace.records.decisions(aboutCustomer: ada.rawValue, limit: 9)
                .map(\.decision.kind).reversed() == ["entered", "done", "sent", "waited"])

        clock.advance(milliseconds: 3 * Self.dayMs)
        try await workspace.append([Self.order("o2", of: "ada", at: clock.now)])
        try await workspace.settle()
        let after = try #require(try workspace.records.run(run.run))
        #expect(after.state == .exited)
        #expect(after.convertedAt == clock.now)
        #expect(after.revenueMinor == 2000)
        // The segment was told on the log, by events that name the customer; these are folded after what caused them.
        try await workspace.settle()
        let told = try workspace.archive.timeline(customers: [ada.rawValue], limit: 20)
            .map(\.event.name)
        #expect(told.contains("Segment Entered") && told.contains("Segment Exited"))
        clock.advance(milliseconds: 60 * Self.dayMs)
        try await workspace.settle()
        #expect(try workspace.records.timerCount() == 0)
    }

    @Test func `who is in a segment when it is defined is found, and doesn't enter journeys`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(Self.start)
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        let orders = (0..<50).map { index in
            Self.order(
                "o\(index)", of: "user-\(index)",
                at: clock.now.adding(milliseconds: -Int64(index) * 2 * Self.dayMs))
        }
        try await workspace.append(orders)
        _ = try await workspace.apply(
            [try Self.draft(Self.lapsed), try Self.draft(Self.winBack)], by: "test")
        try await workspace.settle()
        // Orders 30, 32, … days old: indices 15 to 49.
        #expect(try workspace.records.segmentSizes().values.map { $0 } == [35])
        #expect(try workspace.records.timerCount() == 15)
        clock.advance(milliseconds: 2 * Self.dayMs)
        try await workspace.settle()
        #expect(try workspace.records.segmentSizes().values.map { $0 } == [36])
        let user = try #require(try workspace.customerID(named: "user-14"))
        #expect(try workspace.records.runs(ofCustomer: user.rawValue, limit: 9).count == 1)
        let old = try #require(try workspace.customerID(named: "user-20"))
        #expect(try workspace.records.runs(ofCustomer: old.rawValue, limit: 9).isEmpty)
    }

    @Test
    func `an order that arrives before the deadline is before it, at each millisecond around it`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(Self.start)
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        _ = try await workspace.apply(
            [
                try Self.draft(
                    """
                    {"kind":"journey","name":"cart","status":"live",
                     "entry":{"event":"Cart Updated","per":"event.cart_id","reentry":"always"},
                     "steps":[{"waitFor":{"event":"Order Completed","atMost":"1 hour",
                        "where":[{"property":"cart_id","is":"entry.cart_id"}]},
                        "timedOut":[{"id":"mail","send":{"channel":"email","template":"cart"}}]}]}
                    """)
            ], by: "test")
        for offset in -3...3 {
            let user = "user\(offset)"
            try await workspace.append([
                .track(
                    "Cart Updated", id: "c\(offset)", at: clock.now, user: user,
                    properties: #"{"cart_id":"k\#(offset)"}"#)
            ])
            try await workspace.settle()
            clock.advance(milliseconds: 3_600_000 + Int64(offset))
            // The order is on the log before the timers were looked at.
            try await workspace.append([
                .track(
                    "Order Completed", id: "b\(offset)", at: clock.now, user: user,
                    properties: """
                        {"order_id":"o\(offset)","total":5,"cart_id":"k\(offset)"}
                        """)
            ])
            try await workspace.settle()
            let id = try #require(try workspace.customerID(named: user))
            let kinds = try workspace.records.decisions(aboutCustomer: id.rawValue, limit: 20)
                .map(\.decision.kind)
            #expect(kinds.contains("sent") == (offset >= 0), "\(offset) ms")
        }
    }

    @Test func `who waits right after opening waits for what came due while nobody ran`()
        async throws
    {
        let folder = try TestFolder()
        let clock = VirtualClock(Self.start)
        func open<Value>(_ body: (Workspace) async throws -> Value) async throws -> Value {
            let workspace = try Workspace.forTests(in: folder, clock: clock)
            defer { workspace.engine.close() }
            return try await body(workspace)
        }
        try await open { workspace in
            _ = try await workspace.apply([try Self.draft(Self.lapsed)], by: "test")
            try await workspace.append(
                (0..<20).map { Self.order("o\($0)", of: "user-\($0)", at: clock.now) })
            try await workspace.settle()
        }
        clock.advance(milliseconds: 40 * Self.dayMs)
        let sizes = try await open { workspace in
            try await workspace.settle()
            return try workspace.records.segmentSizes().values.map { $0 }
        }
        #expect(sizes == [20])
    }

    @Test func `what was decided isn't decided again where the log is folded anew`() async throws {
        let folder = try TestFolder()
        let clock = VirtualClock(Self.start)
        func decisions(zone: String) async throws -> Int {
            let workspace = try Workspace.forTests(in: folder, clock: clock) {
                $0.timeZone = zone
            }
            if zone == "UTC" {
                _ = try await workspace.apply(
                    [try Self.draft(Self.lapsed), try Self.draft(Self.winBack)], by: "test")
                try await workspace.append([Self.order("o1", of: "ada", at: clock.now)])
                try await workspace.settle()
                clock.advance(milliseconds: 31 * Self.dayMs)
            }
            try await workspace.settle()
            let ada = try #require(try workspace.customerID(named: "ada"))
            let count = try workspace.records.decisions(aboutCustomer: ada.rawValue, limit: 99)
                .count
            let state = try #require(try workspace.records.automation(of: ada.rawValue))
            #expect(state.due != nil)
            try workspace.close()
            return count
        }
        let before = try await decisions(zone: "UTC")
        clock.advance(milliseconds: 1000)
        #expect(before == 4)
        #expect(try await decisions(zone: "Europe/London") == before)
    }
}
