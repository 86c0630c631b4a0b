import Analytics
import Customers
import Dispatch
import Documents
import Events
import Kernel
import Records
import Segments
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Definitions that are applied while events go on: what they ask of the past is filled in piece by piece, and comes
/// to what it would be if nothing had happened meanwhile.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct FillingTests {
    private let folder: TestFolder
    private let clock = VirtualClock(Timestamp(milliseconds: 1_720_000_000_000))

    init() throws {
        folder = try TestFolder()
    }

    /// - Parameter atRest: How many may be left at the end.
    private func workspace(perBatch: Int, atRest: Int) throws -> Workspace {
        try Workspace.forTests(in: folder, clock: clock) {
            $0.timeZone = "Europe/London"
            $0.identityRules.userIDs.count = 1000
            $0.identityRules.emails.count = 1000
            $0.identityRules.anonymousIDs.count = 1000
            $0.pace.filledPerBatch = perBatch
            $0.pace.filledAtRest = atRest
        }
    }

    private static func definitions(
        _ names: String, _ random: inout SeededRandom
    ) throws -> [DefinitionDraft] {
        let events = ["Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"]
        return try names.map { name in
            let event = events.randomElement(using: &random) ?? events[0]
            let limit = Int.random(in: 0...400, using: &random)
            let times = Int.random(in: 1...3, using: &random)
            let days = Int.random(in: 20...300, using: &random)
            let conditions = [
                #"{"did":"\#(event)","times":{"atLeast":\#(times)}}"#,
                #"{"did":"\#(event)","where":[{"property":"total","atLeast":\#(limit)}],"within":"\#(days) days"}"#,
                #"{"sum":{"event":"\#(event)","property":"total"},"atLeast":\#(limit)}"#,
                #"{"last":{"event":"\#(event)","property":"order_id"},"oneOf":["o1","o2","o3","o4","o5"]}"#,
                #"{"frequency":{"atLeast":\#(times)}}"#,
                #"{"monetary":{"atLeast":"\#(limit) USD"},"within":"\#(days) days"}"#,
                #"{"recency":{"lessThan":"\#(days) days"}}"#,
            ].shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            return try AutomationTests.draft(
                """
                {"kind":"segment","name":"\(name)","where":{"any":[\
                \(conditions.joined(separator: ","))]}}
                """)
        }
    }

    /// Keeps the engine from going on by itself, so that the test says what follows what.
    private func hold(_ engine: Engine) throws {
        try engine.queue.sync {
            // Nobody waits for the archive, then, for whom it would go on.
            try engine.archiveNow()
            // What was put off for a moment doesn't come either.
            engine.memory.runs += 1
            engine.state.withLock { $0.isScheduled = true }
        }
    }

    private func letGo(_ engine: Engine) {
        engine.state.withLock { $0.isScheduled = false }
        engine.wake()
    }

    private func isFilling(_ engine: Engine) -> Bool {
        engine.queue.sync { engine.memory.plan?.filling != nil }
    }

    /// Begins to apply definitions, in an engine that is held.
    private func begin(
        _ drafts: [DefinitionDraft], prunes: Bool = false, _ workspace: Workspace
    ) async -> Task<[DefinitionChange], any Error> {
        let isOver = Mutex(false)
        let task = Task {
            defer { isOver.withLock { $0 = true } }
            return try await workspace.apply(drafts, prunes: prunes, by: "test")
        }
        while !isFilling(workspace.engine), !isOver.withLock({ $0 }) { await Task.yield() }
        return task
    }

    /// Waits until what the fold itself told on the log is folded too.
    private func settleWholly(_ workspace: Workspace) async throws {
        repeat {
            try await workspace.settle()
        } while workspace.engine.status.position
            < workspace.log.lastPosition
    }

    /// Fills in one piece, when the archive has answered.
    private func fillOne(_ engine: Engine) async throws {
        while isFilling(engine), try !engine.queue.sync(execute: { try engine.fillNext() }) {
            await Task.yield()
        }
    }

    /// Sends some events, and folds them.
    private func send(
        _ history: inout RandomHistory, _ workspace: Workspace
    ) async throws {
        let last = workspace.log.lastPosition
        try await workspace.append(
            history.batch(
                sizeMax: 12,
                fragments: try (0..<last).map { $0 + 1 }.filter {
                    try workspace.records.root(of: ID(rawValue: $0)) != nil
                },
                merges: try workspace.records.merges(limit: 1000).map(\.id.rawValue)))
        try fold(workspace)
    }

    /// Folds what is in the log, and what is told of it.
    private func fold(_ workspace: Workspace) throws {
        let engine = workspace.engine
        try engine.queue.sync {
            repeat {
                let position = try engine.foldNext()
                engine.state.withLock { $0.status.position = position }
            } while engine.status.position < workspace.log.lastPosition
            try engine.archiveNow()
        }
    }

    /// Compares what is kept with what the archive says by itself.
    private func check(_ workspace: Workspace, _ place: String) async throws {
        try await settleWholly(workspace)
        let plan = try #require(workspace.engine.plan)
        #expect(plan.filling == nil, "\(place)")
        var found: [Int64: Behaviours] = [:]
        try workspace.archive.readBehaviours(for: plan.traces) { found[$1] = $2 }
        #expect(!found.isEmpty, "\(place)")
        for fragment in 1...workspace.log.lastPosition {
            var behaviours = Behaviours()
            if let kept = try workspace.records.behaviours(of: [fragment]).first {
                // Traces that nobody asks for any more are dropped when they are next written.
                var writer = ByteWriter(reserving: 256)
                try Behaviours(decoding: kept.span).encode(to: &writer, plan: plan.traces)
                behaviours = try Behaviours(decoding: writer.span)
            }
            #expect(behaviours == found[fragment] ?? Behaviours(), "\(place): \(fragment)")
        }
        let sizes = try workspace.records.segmentSizes()
        for item in try workspace.definitions().segments {
            let query = try workspace.query(item.definition.condition)
            let members = try workspace.archive.segmentMembers(query, limit: 10_000).members
            let kept = try workspace.records.members(
                of: item.row.subject, after: 0, limit: 10_000)
            #expect(
                kept.map(\.customer) == members.map(\.rawValue), "\(place): \(item.row.name)")
            #expect(sizes[item.row.subject] ?? 0 == Int64(kept.count), "\(place)")
        }
    }

    @Test(arguments: UInt64(1)...8)
    func `what is filled in while events go on is what the archive tells when they rest`(
        seed: UInt64
    ) async throws {
        var random = SeededRandom(seed: seed)
        var history = RandomHistory(seed: seed)
        let workspace = try workspace(
            perBatch: Int.random(in: 1...3, using: &random),
            atRest: Int.random(in: 0...4, using: &random))
        let engine = workspace.engine
        try hold(engine)
        var touched = 0
        // The first definitions ask about orders, the second are edits of these, and new ones.
        for names in ["abc", "bcde"] {
            for _ in 0..<12 { try await send(&history, workspace) }
            let applying = await begin(try Self.definitions(names, &random), workspace)
            while isFilling(engine) {
                if Bool.random(using: &random) { try await send(&history, workspace) }
                try await fillOne(engine)
                touched += engine.queue.sync { engine.memory.filling?.leftCount ?? 0 }
            }
            _ = try await applying.value
            letGo(engine)
            try await check(workspace, "seed \(seed), \(names)")
            try hold(engine)
        }
        letGo(engine)
        #expect(touched > 0, "events came to customers who were being filled")
    }

    @Test(arguments: UInt64(11)...14)
    func `a machine that stops while it fills goes on when it starts again`(
        seed: UInt64
    ) async throws {
        var random = SeededRandom(seed: seed)
        var history = RandomHistory(seed: seed)
        func live(_ body: (Workspace) async throws -> Void) async throws {
            let workspace = try workspace(perBatch: 2, atRest: 0)
            try await body(workspace)
            workspace.engine.close()
            clock.advance(milliseconds: 1000)
        }
        try await live { workspace in
            try hold(workspace.engine)
            for _ in 0..<12 { try await send(&history, workspace) }
            let applying = await begin(try Self.definitions("abc", &random), workspace)
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                try await fillOne(workspace.engine)
                try await send(&history, workspace)
            }
            try #require(isFilling(workspace.engine))
            workspace.engine.close()
            await #expect(throws: Workspace.Failure.self) { _ = try await applying.value }
        }
        try await live { workspace in
            #expect(try workspace.definitions().segments.map(\.row.name) == ["a", "b", "c"])
            try await check(workspace, "seed \(seed)")
            #expect(try workspace.reviewedShare() == nil)
        }
    }

    @Test func `what decided before goes on deciding while new definitions are filled`()
        async throws
    {
        let workspace = try workspace(perBatch: 1, atRest: 0)
        let engine = workspace.engine
        func draft(_ name: String, _ condition: String) throws -> DefinitionDraft {
            try AutomationTests.draft(
                #"{"kind":"segment","name":"\#(name)","where":[\#(condition)]}"#)
        }
        func members(_ name: String) throws -> Int {
            let item = try #require(
                try workspace.definitions().segments.first { $0.row.name == name })
            return try workspace.records.members(of: item.row.subject, after: 0, limit: 9).count
        }
        func order(_ id: String, of user: String) -> EventDraft {
            AutomationTests.order(id, of: user, at: clock.now)
        }
        _ = try await workspace.apply(
            [
                try draft("buyers", #"{"did":"Order Completed"}"#),
                try draft("gone", #"{"frequency":{"atLeast":1}}"#),
            ], by: "test")
        try await workspace.append([order("o1", of: "ada"), order("o2", of: "bea")])
        try await settleWholly(workspace)
        #expect(try members("buyers") == 2)

        try hold(engine)
        let applying = try await begin(
            [
                draft("buyers", #"{"did":"Order Completed","times":{"atLeast":2}}"#),
                draft(
                    "large",
                    #"{"did":"Order Completed","where":[{"property":"total","atLeast":9}]}"#),
            ], prunes: true, workspace)
        #expect(isFilling(engine))
        try await workspace.append([order("o3", of: "cyd"), order("o4", of: "ada")])
        try fold(workspace)
        #expect(try members("buyers") == 3)
        #expect(try members("large") == 0)
        #expect(try workspace.segmentStandings().map(\.filled) == [0, 0])
        letGo(engine)
        #expect(try await applying.value.map(\.action) == [.changed, .added, .removed])
        try await settleWholly(workspace)
        #expect(try members("buyers") == 1)
        #expect(try members("large") == 3)
        #expect(try workspace.records.segmentSizes().values.sorted() == [0, 1, 3])
        #expect(try workspace.segmentStandings().allSatisfy { $0.filled == nil })
    }
}
