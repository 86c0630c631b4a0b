import Kernel
import TestSupport
import Testing

@testable import Records

struct TaskAndCouponTests {
    private let folder: TestFolder
    private let store: RecordsStore
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    init() throws {
        folder = try TestFolder()
        store = try RecordsStore(path: folder.file("records.sqlite"))
    }

    private func task(_ key: String, due: Int64, owner: String = "sales") -> OutboxDraft {
        OutboxDraft(
            key: key, customer: ID(rawValue: 7), origin: OutboxOrigin(journey: "win-back"),
            content: .task(
                title: "Call " + key, owner: owner, dueAt: start.adding(milliseconds: due)),
            createdAt: start)
    }

    private func coupon(_ key: String, code: String, withheld: Bool = false) -> OutboxDraft {
        OutboxDraft(
            key: key, customer: ID(rawValue: 7),
            content: .coupon(
                code: code, value: .basisPoints(1250), expiresAt: start.adding(days: 14)),
            createdAt: start, isWithheld: withheld)
    }

    private func use(_ code: String, order: String, at days: Int = 1, ms: Int64 = 0) -> CouponUse {
        let time = start.adding(days: days).adding(milliseconds: ms)
        return CouponUse(code: code, orderID: order, customer: 9, at: time, now: time)
    }

    private func asked(
        _ title: String, owner: String = "", due: String = ""
    ) throws(NewTask.Problem) -> NewTask {
        // Three hours ahead of UTC.
        let zone = ZoneRules(name: "Ahead", initialOffsetSeconds: 10_800, transitions: [])
        return try NewTask(title: title, owner: owner, due: due, now: start, zone: zone)
    }

    @Test func `what is asked for by hand is due at the end of its day, or in a week`() throws {
        #expect(try asked("Call", due: "2026-03-01").dueAt == Timestamp("2026-03-01T20:59:59.999Z"))
        let moment = "2026-03-01T12:00:00.000Z"
        #expect(try asked("Call", due: moment).dueAt == Timestamp(moment))
        #expect(try asked("Call").dueAt == start.adding(days: NewTask.dueDaysDefault))
        let tidy = try asked("  Call\nback\t ", owner: " Kim ")
        #expect(tidy.title == "Call back" && tidy.owner == "Kim")
        let most = String(repeating: "x", count: NewTask.titleBytesMax)
        #expect(try asked(most).title == most)
        #expect(throws: NewTask.Problem.longTitle) { try asked(most + "x") }
        #expect(throws: NewTask.Problem.noTitle) { try asked(" \n") }
        #expect(throws: NewTask.Problem.badDue("soon")) { try asked("Call", due: "soon") }
        let owner = String(repeating: "x", count: NewTask.ownerBytesMax)
        #expect(try asked("Call", owner: owner).owner == owner)
        #expect(throws: NewTask.Problem.longOwner) { try asked("Call", owner: owner + "x") }
    }

    @Test func `of tasks with one key only the first is kept, and those without are all`() throws {
        let ada = ID<Customer>(rawValue: 7)
        let first = try store.addTask(try asked("Call"), for: ada, key: "k", at: start)
        let second = try store.addTask(try asked("Visit"), for: ada, key: "k", at: start)
        #expect(first.isNew && !second.isNew && second.task == first.task)
        for _ in 0..<3 {
            #expect(try store.addTask(try asked("Call"), for: ada, key: nil, at: start).isNew)
        }
        var filter = TaskFilter(limit: 9)
        filter.customers = [7]
        #expect(try store.tasks(filter).count == 4)
        #expect(try store.tasks(filter).allSatisfy { $0.origin.journey.isEmpty })
    }

    @Test func `a task is there with its decision, once, and stays done`() throws {
        for _ in 0..<2 { try store.fold { try $0.add([task("a", due: 5)]) } }
        let found = try store.tasks(TaskFilter(limit: 10))
        #expect(found.map(\.title) == ["Call a"])
        let id = try #require(found.first?.id)
        #expect(id.description.hasPrefix("tsk_"))
        let done = try store.finishTask(id, by: "Kim", note: "reached them", at: start)
        #expect(done?.doneAt == start)
        let again = try store.finishTask(id, by: "Sam", note: "", at: start.adding(days: 1))
        #expect(again?.doneBy == "Kim")
        try store.fold { try $0.add([task("a", due: 5)]) }
        #expect(try store.tasks(TaskFilter(limit: 10)).isEmpty)
        #expect(try store.finishTask(ID(rawValue: 99), by: "", note: "", at: start) == nil)
    }

    @Test func `open tasks are listed by when they are due, page by page`() throws {
        let dues: [Int64] = [30, 10, 20, 10, 40]
        try store.fold { tables in
            try tables.add(dues.enumerated().map { task("\($0)", due: $1) })
            try tables.add([task("other", due: 0, owner: "support")])
        }
        var filter = TaskFilter(limit: 2)
        filter.owner = "sales"
        var titles: [String] = []
        while true {
            let page = try store.tasks(filter)
            titles += page.map(\.title)
            guard let last = page.last, page.count == 2 else { break }
            filter.after = TaskFilter.Place(dueAt: last.dueAt, id: last.id)
        }
        #expect(titles == ["Call 1", "Call 3", "Call 2", "Call 0", "Call 4"])
        let counts = try store.openTasks(now: start.adding(milliseconds: 15))
        #expect(counts == (6, 3))
    }

    @Test func `a code is redeemed by one order, whatever comes again or from another order`()
        throws
    {
        try store.fold { try $0.add([coupon("a", code: "BACK-7Q2M")]) }
        let uses = [
            use("SPRING", order: "1"), use(" back-7q2m ", order: "1"),
            use("BACK-7Q2M", order: "1", at: 2), use("BACK-7Q2M", order: "2"),
        ]
        let outcomes = try store.fold { tables in try uses.map { try tables.redeem($0) } }
        #expect(outcomes == [.unknown, .redeemed, .known, .usedBefore(orderID: "1")])
        let found = try #require(try store.coupon(code: "Back-7q2m"))
        #expect(found.orderID == "1")
        #expect(found.redeemedAt == start.adding(days: 1))
        #expect(found.value == .basisPoints(1250))
        var filter = OutboxFilter(limit: 10)
        filter.kind = .redemption
        let told = try store.outbox(filter).map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(told.count == 2)
        #expect(told.last?.contains(#""orderId":"1""#) == true)
        #expect(told.first?.contains(#""earlierOrderId":"1""#) == true)
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)])
    func `a code is good until the millisecond before it expires`(ms: Int64, late: Bool) throws {
        try store.fold { tables in
            try tables.add([coupon("a", code: "X")])
            _ = try tables.redeem(use("X", order: "1", at: 14, ms: ms))
        }
        var filter = OutboxFilter(limit: 1)
        filter.kind = .redemption
        let told = try #require(try store.outbox(filter).first)
        #expect(String(decoding: told.payload, as: UTF8.self).contains("afterExpiry") == late)
    }

    @Test func `what is withheld is written down and makes no task and no code`() throws {
        var held = task("t", due: 1)
        held.isWithheld = true
        try store.fold { try $0.add([held, coupon("c", code: "X", withheld: true)]) }
        #expect(try store.outboxCounts() == [.withheld: [.task: 1, .coupon: 1]])
        #expect(try store.tasks(TaskFilter(limit: 1)).isEmpty)
        #expect(try store.coupon(code: "X") == nil)
    }
}
