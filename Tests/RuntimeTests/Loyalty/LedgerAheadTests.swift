import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// What is decided while what came before it is written: nobody can tell it from what was decided after that.
struct LedgerAheadTests {
    private static let clock = WallClock.fixed(LoyaltyStage.start)

    private let stage: LoyaltyStage
    private let inForce: LoyaltyInForce

    init() async throws {
        stage = try await LoyaltyStage()
        inForce = try #require(stage.workspace.loyalty.program("club"))
    }

    private func store(_ name: String) throws -> LedgerStore {
        try LedgerStore(path: stage.folder.file("ledger-\(name).sqlite"))
    }

    /// - Parameter broken: Of which operation it can't be decided what it does.
    private func writer(_ store: LedgerStore, broken: String = "") -> LedgerWriter {
        LedgerWriter(store: store, clock: Self.clock, isApart: { _ in true }) {
            [inForce] ask, account, spent, now throws(LedgerWriter.Refusal) in
            if ask.id == broken { throw .storage("broken") }
            do throws(ByteReader.Damaged) {
                return try LoyaltyDecider.decide(ask, &account, spent, now, by: inForce)
            } catch {
                throw .storage("damaged at byte \(error.offset)")
            }
        }
    }

    /// Operations on accounts of which each part of them has old and new ones.
    private func asks(_ numbers: Range<Int>) -> [LedgerWriter.Ask] {
        let currency = inForce.program.currency
        return numbers.map { number in
            let operation: LoyaltyOperation =
                switch number % 5 {
                case 0, 1:
                    .order(
                        id: "o\(number)",
                        lines: [OrderLine(id: "#1", product: "mug", amount: 4200)],
                        currency: currency)
                case 2: .cancel(order: "o\(number - 401)")
                case 3: .spend(points: Int64(number % 90), reference: "till")
                default: .award(points: Int64(number), reason: "thanks")
                }
            return LedgerWriter.Ask(
                program: "club", customer: ID(rawValue: Int64(number % 173 + number / 40)),
                id: "a\(number)", content: [], request: LoyaltyRequest(operation))
        }
    }

    private func parts(_ asks: [LedgerWriter.Ask], of size: Int) -> [[LedgerWriter.Ask]] {
        stride(from: 0, to: asks.count, by: size).map {
            Array(asks[$0..<min(asks.count, $0 + size)])
        }
    }

    private func rows(_ store: LedgerStore, _ asks: [LedgerWriter.Ask]) throws -> [String] {
        #expect(try store.check().problems == [])
        var rows: [String] = []
        for account in try store.accounts(after: 0, limit: 1000) {
            rows.append("\(account)")
            rows += try store.entries(of: account.id, limit: 1000).map { "\($0)" }
        }
        rows += try asks.map { "\(try store.operation(program: "club", id: $0.id) as Any)" }
        return try rows + store.news(limit: 10_000).map { "\($0)" }
    }

    /// Begins with each before the one before it is done.
    private func perform(
        _ parts: [[LedgerWriter.Ask]], by writer: LedgerWriter
    ) async throws {
        var before: LedgerBulk?
        for part in parts {
            let bulk = writer.begin(part)
            try await before?.done()
            before = bulk
        }
        try await before?.done()
    }

    @Test func `the ledger is the same to the byte`() async throws {
        let asks = asks(0..<3000)
        var found: [[String]] = []
        for size in [300, 7] {
            let store = try store("\(size)")
            try await perform(parts(asks, of: size), by: writer(store))
            found.append(try rows(store, asks))
        }
        #expect(found[0].count > 6000)
        #expect(found[0] == found[1])
    }

    @Test func `what fails takes what was decided by it along, and all of it can be done again`()
        async throws
    {
        let asks = asks(0..<1500)
        let store = try store("broken")
        let broken = writer(store, broken: "a450")
        let bulks = parts(asks, of: 300).map { broken.begin($0) }
        var failed: [Int] = []
        for (place, bulk) in bulks.enumerated() {
            do throws(LedgerWriter.Refusal) {
                try await bulk.done()
            } catch {
                failed.append(place)
            }
        }
        // Those that weren't decided ahead don't stand on it.
        #expect(failed.first == 1)
        let kept = try store.check()
        #expect(kept.problems == [])
        #expect(kept.operations == 300 * (5 - failed.count))
        for place in failed {
            for ask in parts(asks, of: 300)[place] {
                #expect(try store.operation(program: "club", id: ask.id) == nil)
            }
        }
        try await broken.perform(asks.filter { $0.id != "a450" })
        #expect(try store.check().operations == 1499)
        #expect(try store.check().problems == [])
    }

    @Test func `what was asked before has no other effect`() async throws {
        let asks = asks(0..<1200)
        let (once, twice) = (try store("once"), try store("twice"))
        try await writer(once).perform(asks)
        let writer = writer(twice)
        try await perform(
            [Array(asks[0..<400]), Array(asks[300..<700]), Array(asks[700..<1200])], by: writer)
        // Also by a writer that knows nothing, and within one of them.
        try await perform(
            [Array(asks[0..<600]), Array(asks[600..<1200] + asks[600..<900])],
            by: self.writer(twice))
        #expect(try rows(once, asks) == rows(twice, asks))
    }

    @Test func `who asks alone meanwhile is answered in turn`() async throws {
        let asks = asks(0..<3000)
        let store = try store("between")
        let writer = writer(store)
        let alone = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await perform(parts(asks, of: 300), by: writer)
                return 0
            }
            for client in 0..<4 {
                group.addTask {
                    for number in 0..<100 {
                        let ask = LedgerWriter.Ask(
                            program: "club", customer: ID(rawValue: Int64(number % 50)),
                            id: "c\(client)-\(number)", content: Array("1".utf8),
                            request: LoyaltyRequest(.award(points: 1, reason: "thanks")))
                        let answer = try await writer.perform(ask)
                        try #require(!answer.isRepeat)
                    }
                    return 100
                }
            }
            return try await group.reduce(0, +)
        }
        let check = try store.check()
        #expect(check.problems == [])
        #expect(check.operations == 3000 + alone)
    }

    @Test func `no part of the log is left out`() async throws {
        let store = try store("position")
        let writer = writer(store)
        let asks = asks(0..<900)
        func bulk(_ numbers: Range<Int>, after: Int64) -> LedgerBulk {
            writer.begin(
                Array(asks[numbers]),
                LedgerBulk.Reach(
                    program: "club", position: Int64(numbers.upperBound), after: after))
        }
        try await writer.perform([], reached: ("club", 0))
        try await bulk(0..<300, after: 0).done()
        let other = bulk(600..<900, after: 600)
        await #expect(throws: LedgerWriter.Refusal.self) { try await other.done() }
        #expect(try store.position(program: "club") == 300)
        #expect(try store.check().operations == 300)
        try await bulk(300..<600, after: 300).done()
        #expect(try store.position(program: "club") == 600)
    }
}
