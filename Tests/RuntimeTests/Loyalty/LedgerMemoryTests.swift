import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// Accounts in memory are what the ledger has: nobody can tell how many operations shared a commit.
struct LedgerMemoryTests {
    private static let clock = WallClock.fixed(LoyaltyStage.start)

    private func writer(
        _ store: LedgerStore, _ inForce: LoyaltyInForce, isApart: Bool = false
    ) -> LedgerWriter {
        LedgerWriter(store: store, clock: Self.clock, isApart: { _ in isApart }) {
            ask, account, spent, now throws(LedgerWriter.Refusal) in
            do throws(ByteReader.Damaged) {
                return try LoyaltyDecider.decide(ask, &account, spent, now, by: inForce)
            } catch {
                throw .storage("damaged at byte \(error.offset)")
            }
        }
    }

    /// Every kind of operation on a hundred accounts, some of them refused, some asked twice.
    private func asks(_ currency: Currency) -> [LedgerWriter.Ask] {
        (0..<800).map { number in
            let order = "o\(number / 40)"
            let operation: LoyaltyOperation =
                switch number % 8 {
                case 0:
                    .order(
                        id: order, lines: [OrderLine(id: "#1", product: "mug", amount: 4200)],
                        currency: currency)
                case 1: .award(points: Int64(number), reason: "thanks")
                case 2: .spend(points: Int64(number % 90), reference: "till")
                case 3: .reserve(points: 5, reference: "cart", seconds: 600)
                case 4: .unspend(operation: "a\(number - 10)", points: nil)
                case 5: .confirm(operation: "a\(number - 10)")
                case 6: .cancel(order: order)
                default: .adjust(points: -3, reason: "slip")
                }
            // A tenth is asked again.
            let again = number % 10 == 9 ? number - 5 : number
            return LedgerWriter.Ask(
                program: "club", customer: ID(rawValue: Int64(number % 5 + number / 40 * 5 + 1)),
                id: "a\(again)",
                content: Array("\(again)".utf8), request: LoyaltyRequest(operation))
        }
    }

    @Test func `the ledger is the same to the byte, however many share a commit`() async throws {
        let stage = try await LoyaltyStage()
        let inForce = try #require(stage.workspace.loyalty.program("club"))
        let asks = asks(inForce.program.currency)
        var found: [[String]] = []
        // At once, and by several threads; then by few and alone.
        for (size, isApart) in [(asks.count, false), (asks.count, true), (7, false), (1, false)] {
            let store = try LedgerStore(path: stage.folder.file("ledger-\(size)\(isApart).sqlite"))
            var writer = writer(store, inForce, isApart: isApart)
            for start in stride(from: 0, to: asks.count, by: size) {
                // Alone, each is by a process of its own.
                if size == 1 { writer = self.writer(store, inForce) }
                try await writer.perform(Array(asks[start..<min(asks.count, start + size)]))
            }
            #expect(try store.check().problems == [])
            var rows: [String] = []
            for account in try store.accounts(after: 0, limit: 100) {
                rows.append("\(account)")
                rows += try store.entries(of: account.id, limit: 1000).map { "\($0)" }
            }
            rows += try asks.map { "\(try store.operation(program: "club", id: $0.id) as Any)" }
            rows += try store.news(limit: 1000).map { "\($0)" }
            found.append(rows)
        }
        #expect(found[0].count > 1000)
        for other in found.dropFirst() { #expect(other == found[0]) }
    }

    @Test func `what can't be decided takes all of its commit, and the next one goes on`()
        async throws
    {
        let stage = try await LoyaltyStage()
        let inForce = try #require(stage.workspace.loyalty.program("club"))
        let store = try LedgerStore(path: stage.folder.file("ledger-at-once.sqlite"))
        let asks = (0..<1000).map { number in
            LedgerWriter.Ask(
                program: "club", customer: ID(rawValue: Int64(number % 400 + 1)), id: "a\(number)",
                content: [], request: LoyaltyRequest(.award(points: 1, reason: "thanks")))
        }
        let writer = LedgerWriter(store: store, clock: Self.clock, isApart: { _ in true }) {
            ask, account, spent, now throws(LedgerWriter.Refusal) in
            if ask.id == "a777" { throw .storage("broken") }
            do throws(ByteReader.Damaged) {
                return try LoyaltyDecider.decide(ask, &account, spent, now, by: inForce)
            } catch {
                throw .storage("damaged at byte \(error.offset)")
            }
        }
        await #expect(throws: LedgerWriter.Refusal.storage("broken")) {
            try await writer.perform(asks)
        }
        #expect(try store.check().operations == 0)
        try await writer.perform(asks.filter { $0.id != "a777" })
        // All of them again: nothing happens twice.
        await #expect(throws: LedgerWriter.Refusal.self) { try await writer.perform(asks) }
        try await writer.perform(asks.filter { $0.id != "a777" })
        let check = try store.check()
        #expect(check.problems == [])
        #expect([check.operations, check.entries, Int(check.balance)] == [999, 999, 999])
        #expect(check.accounts == 400)
    }

    @Test func `who is only asked again takes room, too, and is forgotten in their turn`()
        async throws
    {
        let stage = try await LoyaltyStage()
        let inForce = try #require(stage.workspace.loyalty.program("club"))
        let store = try LedgerStore(path: stage.folder.file("ledger-again.sqlite"))
        let asks = (1...600).map { number in
            LedgerWriter.Ask(
                program: "club", customer: ID(rawValue: Int64(number)), id: "a\(number)",
                content: [], request: LoyaltyRequest(.award(points: 1, reason: "thanks")))
        }
        try await writer(store, inForce).perform(asks)
        var memory = LedgerMemory()
        try store.transaction { ledger in
            for (half, forgotten) in [(asks[..<300], 0), (asks[300...], 300)] {
                let plan = try LedgerPlan(Array(half), &memory, in: ledger)
                plan.keep(in: &memory)
                #expect(plan.answers().allSatisfy { (try? $0.get().isRepeat) ?? false })
                #expect(memory.trim(to: 300 * 384).count == forgotten)
            }
        }
    }

    @Test func `what wasn't used for long is forgotten, and read again`() throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        var memory = LedgerMemory()
        let owners = (1...2).map { LedgerMemory.Owner(program: "club", customer: ID(rawValue: $0)) }
        try store.transaction { ledger in
            for owner in owners {
                #expect(try memory.take(owner, in: ledger) == nil)
                let held = try memory.open(owner, in: ledger)
                held.account.rules = LoyaltyAccount()
                held.measure()
                memory.keep(held)
            }
            memory.trim(to: 1)
            // One is used meanwhile.
            let used = try #require(try memory.take(owners[0], in: ledger))
            #expect(used.account.row.id == 1)
            memory.keep(used)
            memory.trim(to: 1)
            #expect(try memory.take(owners[0], in: ledger)?.account.row.id == 1)
            #expect(try memory.take(owners[1], in: ledger) == nil, "the ledger has none")
        }
    }
}
