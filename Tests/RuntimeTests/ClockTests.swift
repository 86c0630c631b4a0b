import Events
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// Clocks that are wrong: set forward and back, stepping, standing still. No timer is early, lost or had twice.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct ClockTests {
    private static let journey = """
        {"kind":"journey","name":"hello","status":"live","entry":{"event":"Signed Up"},
         "steps":[{"id":"pause","wait":"2 hours"},{"id":"tell","webhook":{"to":"crm"}}]}
        """
    private static let hourMs: Int64 = 3_600_000
    private static let yearMs: Int64 = 365 * 86_400_000

    /// A workspace with people who signed up by its clock, whatever that said.
    private final class Stage {
        let folder: TestFolder
        let clock = VirtualClock(AutomationTests.start)
        /// Nil while nobody runs: a folder has one owner at a time.
        private var opened: Workspace?
        /// When who signed up is told of, by the clock.
        private(set) var dueAt: [String: Timestamp] = [:]
        private var told: Set<String> = []

        init() async throws {
            folder = try TestFolder()
            _ = try await workspace().apply(
                [try AutomationTests.draft(ClockTests.journey)], by: "test")
        }

        func workspace() throws -> Workspace {
            if let opened { return opened }
            let workspace = try Workspace.forTests(in: folder, clock: clock)
            opened = workspace
            return workspace
        }

        func signUp(_ user: String) async throws {
            dueAt[user] = clock.now.adding(milliseconds: 2 * ClockTests.hourMs)
            try await workspace().append([
                .track("Signed Up", id: "s-\(user)", at: clock.now, user: user)
            ])
            try await look()
        }

        func move(_ milliseconds: Int64) async throws {
            clock.advance(milliseconds: milliseconds)
            try await look()
        }

        func reopen() async throws {
            try workspace().close()
            opened = nil
            try await look()
        }

        /// Whoever's time has come by the clock was told of, once; nobody else was, save those told of before the
        /// clock was set back.
        func look() async throws {
            let workspace = try workspace()
            try await workspace.settle()
            for (user, due) in dueAt where due <= clock.now { told.insert(user) }
            for user in dueAt.keys.sorted() {
                let id = try #require(try workspace.customerID(named: user))
                let items = try workspace.outbox(of: id)
                #expect(items.count == (told.contains(user) ? 1 : 0), "\(user) at \(clock.now)")
                let runs = try workspace.records.runs(ofCustomer: id.rawValue, limit: 9)
                #expect(runs.count == 1)
            }
        }
    }

    @Test(arguments: [hourMs, yearMs, 10 * yearMs])
    func `a clock that is set back and put right again costs no timer and doubles none`(
        backMs: Int64
    ) async throws {
        let stage = try await Stage()
        try await stage.signUp("before")
        try await stage.move(2 * Self.hourMs - 1)
        try await stage.move(-backMs)
        try await stage.signUp("meanwhile")
        try await stage.move(2 * Self.hourMs - 1)
        try await stage.move(1)
        try await stage.reopen()
        try await stage.move(backMs - 2 * Self.hourMs)
        try await stage.signUp("after")
        try await stage.move(1)
        try await stage.move(2 * Self.hourMs)
    }

    @Test(arguments: [hourMs, yearMs, 10 * yearMs])
    func
        `a clock that is set forward brings what is due by it, and nothing again when it is put right`(
            forwardMs: Int64
        ) async throws
    {
        let stage = try await Stage()
        try await stage.signUp("before")
        try await stage.move(forwardMs)
        try await stage.signUp("meanwhile")
        try await stage.move(-forwardMs)
        try await stage.reopen()
        try await stage.signUp("after")
        try await stage.move(2 * Self.hourMs - 1)
        try await stage.move(1)
        // Who signed up by the clock that was ahead waits for that hour.
        try await stage.move(forwardMs)
        try await stage.move(2 * Self.hourMs)
    }

    @Test func `a clock that stands still holds timers and lets events through`() async throws {
        let stage = try await Stage()
        for index in 0..<5 { try await stage.signUp("u\(index)") }
        try await stage.reopen()
        for _ in 0..<3 { try await stage.look() }
        try await stage.move(2 * Self.hourMs)
    }

    @Test(arguments: UInt64(1)...3)
    func `a clock that steps to and fro brings each timer once, not before its time by it`(
        seed: UInt64
    ) async throws {
        let stage = try await Stage()
        var random = SeededRandom(seed: seed)
        let moves: [Int64] = [
            -Self.hourMs, Self.hourMs, -1, 1, 0, 60_000, -60_001, 2 * Self.hourMs, -Self.yearMs,
            Self.yearMs,
        ]
        for index in 0..<40 {
            if random.next() % 3 == 0 { try await stage.signUp("u\(index)") }
            if random.next() % 10 == 0 { try await stage.reopen() }
            try await stage.move(moves[Int(random.next() % UInt64(moves.count))])
        }
        let last = try #require(stage.dueAt.values.max())
        let left = last.milliseconds - stage.clock.now.milliseconds
        try await stage.move(max(0, left))
    }
}
