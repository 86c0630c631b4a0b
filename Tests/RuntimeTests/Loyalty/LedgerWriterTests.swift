import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// Operations on accounts from many at once: each has one effect, durable before it is answered.
struct LedgerWriterTests {
    private static let clock = WallClock.fixed(Timestamp(milliseconds: 1_800_000_000_000))

    /// Gives as many points as the content says; what isn't a number is refused, and -1 breaks the ledger's own rule.
    private static func give(
        _ ask: LedgerWriter.Ask, _ kept: inout LedgerMemory.Account,
        _ spent: [LoyaltyBudget: Int64],
        _ now: Timestamp
    ) -> LedgerWriter.Decision {
        let account = kept.row
        let balance = Int64(String(decoding: account.state, as: UTF8.self)) ?? 0
        guard let points = Int64(String(decoding: ask.content, as: UTF8.self)) else {
            return LedgerWriter.Decision(answer: Array("no".utf8), state: account.state)
        }
        let sequence = account.entryCount + 1
        return LedgerWriter.Decision(
            answer: Array("\(balance + points)".utf8), state: Array("\(balance + points)".utf8),
            entries: [
                LedgerEntry(
                    sequence: sequence, lot: sequence, kind: "award", amount: points,
                    balance: balance + points, at: now)
            ],
            lots: [LedgerLot(id: sequence, createdAt: now, issued: points, remaining: points)])
    }

    private func ask(_ id: String, _ content: String, customer: Int64 = 7) -> LedgerWriter.Ask {
        LedgerWriter.Ask(
            program: "circle", customer: ID(rawValue: customer), id: id,
            content: Array(content.utf8))
    }

    private func said(_ answer: LedgerWriter.Answer) -> String {
        String(decoding: answer.bytes, as: UTF8.self)
    }

    @Test func `what is asked again is answered as before, also by the next process`() async throws
    {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let first = LedgerWriter(
            store: try LedgerStore(path: path), clock: Self.clock, decide: Self.give)
        #expect(said(try await first.perform(ask("a", "5"))) == "5")
        #expect(said(try await first.perform(ask("b", "7"))) == "12")
        #expect(said(try await first.perform(ask("c", "none"))) == "no")
        let store = try LedgerStore(path: path)
        let writer = LedgerWriter(store: store, clock: Self.clock, decide: Self.give)
        let again = try await writer.perform(ask("a", "5"))
        #expect(again.isRepeat)
        #expect(said(again) == "5")
        #expect(try await writer.perform(ask("c", "none")).isRepeat, "a refusal is kept, too")
        await #expect(throws: LedgerWriter.Refusal.reused) {
            try await writer.perform(ask("a", "6"))
        }
        for customer in [8, 9] as [Int64] {
            await #expect(throws: LedgerWriter.Refusal.reused) {
                try await writer.perform(ask("a", "5", customer: customer))
            }
        }
        #expect(said(try await writer.perform(ask("d", "1"))) == "13")
        #expect(try store.check().problems == [])
        #expect(try store.check().balance == 13)
    }

    @Test func `a thousand at once, a tenth of them repeats, add up`() async throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        let writer = LedgerWriter(store: store, clock: Self.clock, decide: Self.give)
        let repeats = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    let number = index % 900
                    return try await writer.perform(
                        ask("o\(number)", "\(number % 10 + 1)", customer: Int64(number % 13))
                    ).isRepeat
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(repeats == 100)
        let check = try store.check()
        #expect(check.problems == [])
        #expect(check.balance == (0..<900).reduce(0) { $0 + Int64($1 % 10 + 1) })
        #expect([check.accounts, check.operations, check.entries] == [13, 900, 900])
    }

    @Test func `what breaks a rule of the ledger takes no other with it`() async throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        let writer = LedgerWriter(store: store, clock: Self.clock, decide: Self.give)
        let failed = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    do {
                        _ = try await writer.perform(
                            ask("o\(index)", index == 20 ? "-1" : "2", customer: Int64(index % 3)))
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failed == 1)
        #expect(try store.check().problems == [])
        #expect(try store.check().balance == 98)
        #expect(try store.operation(program: "circle", id: "o20") == nil)
    }

    @Test func `an account that another process changed is read anew`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let (one, other) = (
            LedgerWriter(
                store: try LedgerStore(path: path), clock: Self.clock, decide: Self.give),
            LedgerWriter(
                store: try LedgerStore(path: path), clock: Self.clock, decide: Self.give)
        )
        #expect(said(try await one.perform(ask("a", "5"))) == "5")
        #expect(said(try await other.perform(ask("b", "7"))) == "12")
        #expect(said(try await one.perform(ask("c", "1"))) == "13")
    }

    @Test func `who comes after the end is told so`() async throws {
        let folder = try TestFolder()
        let writer = LedgerWriter(
            store: try LedgerStore(path: folder.file("ledger.sqlite")), clock: Self.clock,
            decide: Self.give)
        writer.close()
        await #expect(throws: LedgerWriter.Refusal.closing) {
            try await writer.perform(ask("a", "5"))
        }
    }
}
