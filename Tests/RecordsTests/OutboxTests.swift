import Kernel
import TestSupport
import Testing

@testable import Records

struct OutboxTests {
    private let folder: TestFolder
    private let store: RecordsStore
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    init() throws {
        folder = try TestFolder()
        store = try RecordsStore(path: folder.file("records.sqlite"))
    }

    private func draft(
        _ key: String, to receiver: String = "crm", after milliseconds: Int64 = 0,
        withheld: Bool = false
    ) -> OutboxDraft {
        OutboxDraft(
            key: key, customer: ID(rawValue: 7),
            origin: OutboxOrigin(journey: "win-back", version: 2, run: "r1", step: "tell"),
            content: .webhook(receiver: receiver, type: "journey.webhook", data: Array("{}".utf8)),
            createdAt: start, dueAt: start.adding(milliseconds: milliseconds),
            isWithheld: withheld)
    }

    private func add(_ drafts: OutboxDraft...) throws {
        try store.fold { try $0.add(drafts) }
    }

    private func claim(
        _ receiver: String = "crm", limit: Int = 10, at milliseconds: Int64 = 0
    ) throws -> [OutboxRecord] {
        let now = start.adding(milliseconds: milliseconds)
        return try store.claimOutbox(
            OutboxLane(kind: .webhook, receiver: receiver), limit: limit, now: now,
            until: now.adding(milliseconds: 60_000))
    }

    private func settle(_ item: OutboxRecord, _ outcome: OutboxResult.Outcome) throws {
        let result = OutboxResult(id: item.id, attempt: item.attempts, outcome: outcome)
        try store.settleOutbox([result], at: start)
    }

    @Test func `a key that comes again is no second item`() throws {
        try add(draft("a"), draft("a"))
        try add(draft("a", after: 9))
        let items = try store.outbox(OutboxFilter(limit: 10))
        #expect(items.map(\.key) == ["a"])
        #expect(items.first?.dueAt == start)
        #expect(items.first?.origin.version == 2)
    }

    @Test func `a fold that fails leaves nothing in the outbox and rings nobody`() throws {
        struct Stop: Error {}
        let rings = store.outboxBell.rings
        #expect(throws: Stop.self) {
            try store.fold { tables in
                try tables.add([draft("a")])
                throw Stop()
            }
        }
        #expect(try store.outbox(OutboxFilter(limit: 10)).isEmpty)
        #expect(store.outboxBell.rings == rings)
        try add(draft("a"))
        #expect(store.outboxBell.rings == rings + 1)
    }

    @Test func `what is claimed is nobody else's until the claim runs out`() throws {
        try add(draft("a"), draft("b"))
        #expect(try claim(limit: 1).map(\.key) == ["a"])
        #expect(try claim().map(\.key) == ["b"])
        #expect(try claim(at: 59_999).isEmpty)
        let again = try claim(at: 60_000)
        #expect(again.map(\.key) == ["a", "b"])
        #expect(again.map(\.attempts) == [2, 2])
    }

    @Test func `who comes late to say that an attempt failed changes nothing`() throws {
        try add(draft("a"))
        let first = try #require(try claim().first)
        let second = try #require(try claim(at: 60_000).first)
        try settle(first, .retry(dueAt: start, reason: "late"))
        try settle(first, .returned(dueAt: start, reason: "late"))
        try settle(first, .dead(reason: "late"))
        #expect(try store.outboxItem(first.id)?.state == .sending)
        try settle(second, .retry(dueAt: start.adding(milliseconds: 90_000), reason: "again"))
        #expect(try store.outboxItem(first.id)?.lastError == "again")
        #expect(try claim(at: 89_999).isEmpty)
        #expect(try claim(at: 90_000).map(\.attempts) == [3])
    }

    @Test func `a delivery counts even if its claim ran out meanwhile`() throws {
        try add(draft("a"))
        let item = try #require(try claim().first)
        let other = try #require(try claim(at: 60_000).first)
        try settle(item, .done)
        try settle(other, .retry(dueAt: start, reason: "the other one"))
        #expect(try store.outboxItem(item.id)?.state == .done)
        #expect(try claim(at: 999_999_999).isEmpty)
    }

    @Test func `a new process lets go of the claims of the one before`() throws {
        try add(draft("a"))
        #expect(try claim().count == 1)
        try store.releaseOutboxClaims(now: start.adding(milliseconds: 5))
        #expect(try claim(at: 5).map(\.attempts) == [2])
    }

    @Test func `an item that was given back has lost no attempt`() throws {
        try add(draft("a"))
        let item = try #require(try claim().first)
        try settle(item, .returned(dueAt: start.adding(milliseconds: 10), reason: "full"))
        #expect(try claim(at: 9).isEmpty)
        #expect(try claim(at: 10).map(\.attempts) == [1])
    }

    @Test func `a dead letter stays with its reason until it is replayed`() throws {
        try add(draft("a"), draft("b", to: "erp"))
        for receiver in ["crm", "erp"] {
            let item = try #require(try claim(receiver).first)
            try settle(item, .dead(reason: "too often"))
        }
        #expect(try claim(at: 999_999).isEmpty)
        #expect(try store.outboxCounts() == [.dead: [.webhook: 2]])
        var filter = OutboxFilter(limit: 10)
        filter.state = .dead
        #expect(try store.outbox(filter).map(\.lastError) == ["too often", "too often"])
        #expect(try store.replayOutbox(receiver: "erp", now: start) == 1)
        #expect(try claim("erp").map(\.attempts) == [1])
        let id = try #require(try store.outboxItem(key: "a")?.id)
        #expect(try store.replayOutbox(id, now: start))
        #expect(try !store.replayOutbox(id, now: start))
        #expect(try claim().map(\.key) == ["a"])
    }

    @Test func `lanes say who has open items and when the next is due`() throws {
        try add(
            draft("a", to: "one", after: 50), draft("b", to: "one", after: 20),
            draft("c", to: "two"), draft("d", to: "three", withheld: true))
        try store.fold { tables in
            try tables.add([
                OutboxDraft(
                    key: "e", customer: ID(rawValue: 7), content: .attributes(Array("{}".utf8)),
                    createdAt: start)
            ])
        }
        let lanes = try store.outboxLanes()
        #expect(
            lanes.map(\.lane) == [
                OutboxLane(kind: .attribute), OutboxLane(kind: .webhook, receiver: "one"),
                OutboxLane(kind: .webhook, receiver: "two"),
            ])
        #expect(lanes.map { $0.dueAt.milliseconds - start.milliseconds } == [0, 20, 0])
    }

    @Test func `pages of the outbox go from the newest to the oldest, each item once`() throws {
        for index in 0..<7 { try add(draft("key-\(index)")) }
        var filter = OutboxFilter(limit: 3)
        filter.customers = [7]
        var seen: [String] = []
        while true {
            let page = try store.outbox(filter)
            seen += page.map(\.key)
            guard let last = page.last, page.count == 3 else { break }
            filter.before = last.id
        }
        #expect(seen == (0..<7).reversed().map { "key-\($0)" })
    }

    @Test func `eight workers at once never get one item at the same time`() async throws {
        for index in 0..<400 { try add(draft("key-\(index)")) }
        let store = store
        let start = start
        let claimed = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mine: [String] = []
                    while let items = try? store.claimOutbox(
                        OutboxLane(kind: .webhook, receiver: "crm"), limit: 3, now: start,
                        until: start.adding(milliseconds: 60_000)), !items.isEmpty
                    {
                        mine += items.map(\.key)
                    }
                    return mine
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 400)
        #expect(Set(claimed).count == 400)
    }
}
