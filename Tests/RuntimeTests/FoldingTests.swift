import Analytics
import Customers
import Events
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct FoldingTests {
    private let folder: TestFolder
    private let clock = VirtualClock(Timestamp(milliseconds: 1_720_000_000_000))
    /// After all that happens.
    private let asOf = Timestamp(milliseconds: 1_716_000_000_000)

    init() throws {
        folder = try TestFolder()
    }

    /// One life of a process with the workspace: it ends as one that is stopped, with what was folded
    /// folded and nothing else put away. No limit keeps customers from being joined.
    private func live<Value>(
        in folder: TestFolder? = nil, zone: String = "Europe/London",
        _ body: (Workspace) async throws -> Value
    ) async throws -> Value {
        let workspace = try Workspace.forTests(in: folder ?? self.folder, clock: clock) {
            $0.timeZone = zone
            $0.identityRules.userIDs.count = 1000
            $0.identityRules.emails.count = 1000
            $0.identityRules.anonymousIDs.count = 1000
            // So that some batches go to the archive at once and some later.
            $0.pace.smallBatchCount = 25
        }
        defer { workspace.engine.close() }
        return try await body(workspace)
    }

    /// What the folder's workspace comes to once all is folded.
    ///
    /// - Parameter drafts: Appended first, in one call.
    private func settled(
        in folder: TestFolder? = nil, zone: String = "Europe/London",
        after drafts: [EventDraft] = []
    ) async throws -> Fingerprint {
        try await live(in: folder, zone: zone) { workspace in
            if !drafts.isEmpty { try await workspace.append(drafts) }
            try await workspace.settleWholly()
            return try Fingerprint(workspace, asOf: asOf)
        }
    }

    /// The same events as the folder's log holds, folded as one block in another folder.
    private func foldedAtOnce(zone: String = "Europe/London") async throws -> Fingerprint {
        let drafts = try await live { try $0.logged() }
        return try await settled(in: try TestFolder(), zone: zone, after: drafts)
    }

    /// Sends a random history in one life after another, with and without waiting for the fold.
    private func fill(
        seed: UInt64, batches: Int, sizeMax: Int, settles: Bool? = nil
    ) async throws -> RandomHistory {
        var history = RandomHistory(seed: seed)
        var random = SeededRandom(seed: seed)
        var left = batches
        while left > 0 {
            let life = min(left, Int.random(in: 1...5, using: &random))
            left -= life
            let settles = settles ?? Bool.random(using: &random)
            try await live { workspace in
                for _ in 0..<life {
                    try await workspace.append(try history.batch(sizeMax, after: workspace))
                    if settles { try await workspace.settle() }
                }
                if settles { try workspace.close() }
            }
        }
        return history
    }

    @Test(arguments: UInt64(1)...6)
    func `the figures of a random history are those of a plain count`(seed: UInt64) async throws {
        let history = try await fill(seed: seed, batches: 16, sizeMax: 40)
        let (found, expected) = try await live { workspace in
            try await workspace.settleWholly()
            let model = history.model(of: try workspace.logged())
            #expect(workspace.log.lastPosition == model.position)
            return (try ShopFigures(of: workspace, asOf: asOf), ShopFigures(model))
        }
        #expect(found.customers.keys.sorted() == expected.customers.keys.sorted())
        for id in expected.customers.keys.sorted() {
            #expect(found.customers[id] == expected.customers[id], "customer \(id)")
        }
        #expect(found == expected)
    }

    @Test(arguments: UInt64(21)...23)
    func `events one by one, in pieces and in one block fold to the same`(
        seed: UInt64
    ) async throws {
        _ = try await fill(seed: seed, batches: 60, sizeMax: 1, settles: true)
        let oneByOne = try await settled()
        #expect(oneByOne.difference(from: try await foldedAtOnce()) == nil)
    }

    /// Files that can be lost; the log isn't among them.
    private static let losses: [[String]] = [
        ["events.duckdb"], ["records.sqlite"], ["events.duckdb", "records.sqlite"],
    ]

    @Test(arguments: losses)
    func `what is lost beside the log is folded anew to the same`(files: [String]) async throws {
        _ = try await fill(seed: 31, batches: 10, sizeMax: 50)
        let before = try await settled()
        for name in files { try folder.remove(name) }
        #expect(try await settled().difference(from: before) == nil)
    }

    @Test(arguments: losses)
    func `a gap in what waits for the archive is filled from the log`(
        files: [String]
    ) async throws {
        var history = RandomHistory(seed: 71)
        // The large batch goes to the archive at once, those beside it later.
        for count in [5, 60, 5] {
            try await live { workspace in
                try await workspace.append(try history.batch(count, after: workspace))
                try await workspace.settle()
                try workspace.close()
            }
        }
        let before = try await settled()
        for name in files { try folder.remove(name) }
        #expect(try await settled().difference(from: before) == nil)
    }

    @Test(arguments: UInt64(41)...43)
    func `a stop between the two commits of a batch changes nothing`(seed: UInt64) async throws {
        var history = RandomHistory(seed: seed)
        let saved = try TestFolder()
        _ = try await settled()
        for _ in 0..<8 {
            try folder.copy("records.sqlite", to: saved)
            try await live { workspace in
                try await workspace.append(try history.batch(40, after: workspace))
                try await workspace.settle()
            }
            // The archive has taken this batch, and the records are as they were before it.
            try saved.copy("records.sqlite", to: folder)
        }
        let found = try await settled()
        #expect(found.difference(from: try await foldedAtOnce()) == nil)
    }

    @Test func `after a change of the time zone all is folded by the new one`() async throws {
        _ = try await fill(seed: 51, batches: 10, sizeMax: 40)
        let before = try await settled()

        let changed = try await settled(zone: "Pacific/Apia")

        #expect(changed.purchases != before.purchases)
        let fresh = try await foldedAtOnce(zone: "Pacific/Apia")
        #expect(changed.difference(from: fresh) == nil)
        #expect(try await settled().difference(from: before) == nil)
    }

    @Test func `a merge that an event brought about is told on the log, once for ever`()
        async throws
    {
        let time = Timestamp(milliseconds: 1_710_000_000_000)
        _ = try await settled(after: [
            .identify(id: "1", at: time, user: "u1"), .identify(id: "2", at: time, anonymous: "a1"),
            .identify(id: "3", at: time, user: "u1", anonymous: "a1"),
        ])
        for name in ["events.duckdb", "records.sqlite"] { try folder.remove(name) }
        let again = try await settled()

        let told = try await live { try $0.logged() }.dropFirst(3)
        #expect(told.map(\.name) == ["Customers Merged"])
        #expect(told.first?.flags == .system)
        #expect(again.merges.map(\.position) == [3])
        #expect(again.customers.map(\.members) == [[1, 2]])
    }

    @Test func `a customer is called the same whether they were kept in memory or read again`()
        async throws
    {
        let time = Timestamp(milliseconds: 1_710_000_000_000)
        // An alias of two ids that are both new gives its customer two user ids at once.
        let aliases = (0..<16).map {
            EventDraft.alias(id: "alias \($0)", at: time, user: "u\($0)", previous: "v\($0)")
        }
        let later = (0..<16).map {
            EventDraft.track("Seen", id: "later \($0)", at: time, user: "u\($0)")
        }
        _ = try await settled(after: aliases)
        let apart = try await settled(after: later)
        #expect(apart.difference(from: try await foldedAtOnce()) == nil)
    }

    @Test func `a merge and its undo in one block leave their customers apart`() async throws {
        let time = Timestamp(milliseconds: 1_710_000_000_000)
        func merge(_ id: String) -> EventDraft {
            IdentityEvent.customersMerged(ID(rawValue: 1), ID(rawValue: 2))
                .draft(by: "", at: time, messageID: id)
        }
        func undo(_ merge: Int64, _ id: String) -> EventDraft {
            IdentityEvent.mergeUndone(ID(rawValue: merge)).draft(by: "", at: time, messageID: id)
        }
        _ = try await settled(after: [
            .identify(id: "1", at: time, user: "u1"),
            .identify(id: "2", at: time, user: "u2", anonymous: "a2"), merge("3"), undo(24, "4"),
        ])
        // A merge's number is eight times its event's position.
        _ = try await settled(after: [merge("5"), undo(40, "6")])
        let found = try await settled(after: [
            .track("Seen", id: "7", at: time, user: "u1", anonymous: "a2")
        ])
        #expect(found.customers.map(\.members) == [[1], [2]])
        #expect(found.difference(from: try await foldedAtOnce()) == nil)
    }

    @Test func `an order that can't be understood is counted as a problem and no more`()
        async throws
    {
        let time = Timestamp(milliseconds: 1_710_000_000_000)
        try await live { workspace in
            try await workspace.append([
                .track("Order Completed", id: "1", at: time, user: "u", properties: "{}"),
                .track(
                    "Order Completed", id: "2", at: time, user: "u",
                    properties: #"{"order_id":"o","total":5}"#),
            ])
            try await workspace.settle()
            #expect(workspace.engine.status.orderProblems == 1)
            #expect(workspace.engine.status.position == 2)
            #expect(workspace.engine.status.failure == nil)
            let figures = try ShopFigures(of: workspace, asOf: asOf)
            #expect(figures.customers[1]?.events == 2)
            #expect(figures.orders == 1)
        }
    }
}

extension Workspace {
    /// Waits until what the fold itself told on the log is folded too.
    fileprivate func settleWholly() async throws {
        repeat { try await settle() } while engine.status.position < log.lastPosition
    }

    /// All events of the log.
    fileprivate func logged() throws -> [EventDraft] {
        try log.blocks(after: 0, byteCountMax: .max).flatMap { stored in
            stored.block.frames.map { stored.block.draft($0) }
        }
    }
}

extension RandomHistory {
    /// A batch as somebody would send who has seen what the workspace knows by now.
    fileprivate mutating func batch(
        _ sizeMax: Int, after workspace: Workspace
    ) throws -> [EventDraft] {
        let last = workspace.log.lastPosition
        return batch(
            sizeMax: sizeMax,
            fragments: try (0..<last).map { $0 + 1 }.filter {
                try workspace.records.root(of: ID(rawValue: $0)) != nil
            },
            merges: try workspace.records.merges(limit: 1000).map(\.id.rawValue))
    }
}
