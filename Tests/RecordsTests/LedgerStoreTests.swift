import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

/// The points ledger on disk: every change whole or not at all, and nothing that doesn't add up goes unseen.
struct LedgerStoreTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func store() throws -> (LedgerStore, TestFolder) {
        let folder = try TestFolder()
        return (try LedgerStore(path: folder.file("ledger.sqlite")), folder)
    }

    private func operation(_ id: String, _ account: Int64) -> LedgerOperation {
        LedgerOperation(
            id: id, account: account, at: Self.now, content: Array(#"{"award":1}"#.utf8),
            answer: Array(#"{"balance":1}"#.utf8))
    }

    /// An account that was given points, in a lot of its own.
    private func award(
        _ id: String, _ points: Int64, to account: LedgerAccount
    ) -> LedgerChange {
        var account = account
        let sequence = account.entryCount + 1
        account.entryCount = sequence
        account.revision += 1
        account.state = Array("s\(sequence)".utf8)
        let total = points * sequence
        return LedgerChange(
            account: account, operation: operation(id, account.id),
            entries: [
                LedgerEntry(
                    sequence: sequence, lot: sequence, kind: "award", amount: points,
                    balance: total, at: Self.now, reason: Array("{}".utf8))
            ],
            lots: [
                LedgerLot(
                    id: sequence, createdAt: Self.now, availableAt: Self.now,
                    expiresAt: Self.now.adding(milliseconds: sequence), issued: points,
                    remaining: points)
            ])
    }

    private let empty = LedgerAccount(id: 1, program: "circle", customer: ID(rawValue: 7))

    @Test func `what was kept is read as it was written, also by the next process`() throws {
        let (first, folder) = try store()
        let opened = award("o-1", 100, to: empty)
        let more = award("o-2", 100, to: opened.account)
        try first.commit([opened, more])
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))

        let account = try #require(try store.account(program: "circle", customer: ID(rawValue: 7)))
        #expect(account == more.account)
        #expect(try store.operation(program: "circle", id: "o-1") == opened.operation)
        #expect(try store.operation(program: "other", id: "o-1") == nil)
        #expect(try store.lots(of: 1) == more.account.lots.all)
        #expect(try store.lots(of: 1).map(\.remaining) == [100, 100])
        let page = try store.entries(of: 1, limit: 1)
        #expect(page.map(\.entry) == more.entries)
        #expect(page.map(\.operation) == ["o-2"])
        #expect(try store.entries(of: 1, before: 2, limit: 9).map(\.entry) == opened.entries)
        #expect(try store.nextAccount() == 2)
        #expect(try store.position(program: "circle") == nil)
        let check = try store.check()
        #expect(check.problems == [])
        #expect(check.balance == 200)
        #expect([check.accounts, check.operations, check.entries, check.lots] == [1, 2, 2, 2])
    }

    @Test
    func `whom time changes, how far the log was followed and its news are kept with the change`()
        throws
    {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        var opened = award("o-1", 100, to: empty)
        opened.account.nextAt = Self.now
        opened.news = [[1], [2]]
        try store.commit([opened], reached: ("circle", 5))
        #expect(try store.position(program: "circle") == 5)
        let before = Self.now.adding(milliseconds: -1)
        #expect(try store.customersDue(program: "circle", at: before, limit: 9) == [])
        #expect(
            try store.customersDue(program: "circle", at: Self.now, limit: 9) == [ID(rawValue: 7)])
        #expect(try store.news(limit: 9).map(\.event) == [[1], [2]])
        try store.dropNews(through: 1)
        #expect(try store.news(limit: 9).map(\.event) == [[2]])

        // What fails takes the position with it.
        #expect(throws: LedgerStore.Refusal.self) {
            try store.commit([opened], reached: ("circle", 9))
        }
        #expect(try store.position(program: "circle") == 5)
    }

    @Test func `an operation is kept once, and takes its group with it`() throws {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        let opened = award("o-1", 100, to: empty)
        try store.commit([opened])
        let again = award("o-1", 100, to: opened.account)
        let other = award(
            "o-2", 5, to: LedgerAccount(id: 2, program: "circle", customer: ID(rawValue: 8)))
        #expect(throws: LedgerStore.Refusal.repeated(operation: "o-1")) {
            try store.commit([other, again])
        }
        #expect(try store.account(program: "circle", customer: ID(rawValue: 8)) == nil)
        #expect(try store.check().operations == 1)
        // Another program may call its own so.
        let elsewhere = LedgerAccount(id: 2, program: "stamps", customer: ID(rawValue: 7))
        try store.commit([award("o-1", 1, to: elsewhere)])
        #expect(try store.check().operations == 2)
    }

    @Test func `what was decided on an account as it was before isn't kept`() throws {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        let opened = award("o-1", 100, to: empty)
        try store.commit([opened])
        #expect(throws: LedgerStore.Refusal.stale(account: 1)) {
            try store.commit([award("o-2", 100, to: empty)])
        }
        let second = LedgerAccount(id: 9, program: "circle", customer: ID(rawValue: 7))
        #expect(throws: LedgerStore.Refusal.stale(account: 9)) {
            try store.commit([award("o-3", 100, to: second)])
        }
        #expect(try store.check().entries == 1)

        // Also where an operation moves nothing.
        func refused(_ id: String, _ account: LedgerAccount) -> LedgerChange {
            var account = account
            account.revision += 1
            return LedgerChange(
                account: account, operation: operation(id, account.id), entries: [], lots: [])
        }
        try store.commit([refused("o-4", opened.account)])
        #expect(throws: LedgerStore.Refusal.stale(account: 1)) {
            try store.commit([refused("o-5", opened.account)])
        }
        let stranger = LedgerAccount(
            id: 1, program: "circle", customer: ID(rawValue: 8), entryCount: 1, revision: 2)
        #expect(throws: LedgerStore.Refusal.stale(account: 1)) {
            try store.commit([refused("o-6", stranger)])
        }
    }

    @Test
    func `of several changes in a commit the last one stands, and each continues the one before`()
        throws
    {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        var opened = award("o-1", 100, to: empty)
        var more = award("o-2", 100, to: opened.account)
        // Only the last one's state is kept.
        opened.account.state = []
        var lot = more.account.lots[0]
        lot.held = 40
        more.account.lots.put(lot)
        try store.commit([opened, more])
        #expect(try store.account(program: "circle", customer: ID(rawValue: 7)) == more.account)
        #expect(try store.lots(of: 1).map(\.held) == [40, 0])
        #expect(try store.operation(program: "circle", id: "o-1") == opened.operation)
        #expect(try store.check().problems == [])

        let third = award("o-3", 100, to: more.account)
        #expect(throws: LedgerStore.Refusal.stale(account: 1)) {
            try store.commit([third, award("o-4", 100, to: more.account)])
        }
        #expect(throws: LedgerStore.Refusal.repeated(operation: "o-3")) {
            try store.commit([third, award("o-3", 100, to: third.account)])
        }
        #expect(try store.check().operations == 2)
    }

    @Test func `no lot goes below zero, whoever writes it`() throws {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        var change = award("o-1", 100, to: empty)
        let overdrawn = LedgerStore.Refusal.overdrawn(account: 1, lot: 1)
        var lot = change.account.lots[0]
        lot.remaining = -1
        change.account.lots.put(lot)
        #expect(throws: overdrawn) { try store.commit([change]) }
        (lot.remaining, lot.held) = (100, 101)
        change.account.lots.put(lot)
        #expect(throws: overdrawn) { try store.commit([change]) }
        #expect(try store.check() == LedgerStore.Check())
    }

    /// SQL that writes other entries into an operation, of those that `award` made.
    private static func entries(
        of operation: Int64, _ change: (inout LedgerEntry) -> Void
    ) -> String {
        var entry = LedgerEntry(
            sequence: operation, lot: operation, kind: "award", amount: 100,
            balance: 100 * operation, at: now, reason: Array("{}".utf8))
        change(&entry)
        let bytes = LedgerEntries.bytes([entry]).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0" + hex : hex
        }
        return "UPDATE ledger_operations SET entries = x'\(bytes.joined())' "
            + "WHERE number = \(operation)"
    }

    @Test(arguments: [
        (entries(of: 2) { $0.amount = 99 }, "add up"),
        (entries(of: 1) { $0.balance = 1 }, "says 1 points"),
        ("UPDATE ledger_operations SET entries = x'00' WHERE number = 2", "damaged at byte"),
        ("UPDATE ledger_accounts SET lots = substr(lots, 1, 48)", "lot 2, which isn't there"),
        ("UPDATE ledger_accounts SET lots = substr(lots, 1, 95)", "its lots are cut off"),
        ("DELETE FROM ledger_operations WHERE number = 1", "stands in place 1"),
        ("DELETE FROM ledger_operations WHERE number = 2", "has 1 entries, not 2"),
        ("DELETE FROM ledger_operations WHERE number = 2", "has 1 operations, not 2"),
        ("DELETE FROM ledger_operations WHERE number = 1", "comes after 1, and not after 0"),
        ("UPDATE ledger_operations SET previous = 0", "comes after 0, and not after 1"),
        ("UPDATE ledger_accounts SET last_operation = 1", "is of operation 2, not of 1"),
        ("DELETE FROM ledger_accounts", "2 entries belong to no account"),
        (entries(of: 1) { $0.lot = 0 }, "its debt is 100 points above"),
        ("DELETE FROM ledger_endings WHERE account = 1", "when points end is listed otherwise"),
        ("UPDATE ledger_endings SET account = 2", "when points end is listed otherwise"),
        ("INSERT INTO ledger_marks VALUES (1, 2, 1)", "marks of long histories"),
    ])
    func `a change from outside is seen`(sql: String, words: String) throws {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        let opened = award("o-1", 100, to: empty)
        try store.commit([opened, award("o-2", 100, to: opened.account)])
        try store.file.writer.write { try $0.execute(sql: sql) }
        let check = try store.check()
        #expect(check.problemCount > 0)
        #expect(check.problems.contains { $0.description.contains(words) }, "\(check.problems)")
    }

    @Test func `a lot that is changed from outside is seen`() throws {
        let (store, folder) = try store()
        defer { withExtendedLifetime(folder) {} }
        let opened = award("o-1", 100, to: empty)
        try store.commit([opened])
        for (remaining, held, words) in [
            (50, 0, "lot 1 has 50 points left and its entries add up to 100"),
            (-1, 0, "lot 1 has -1 points left, 0 reserved"),
            (100, 101, "lot 1 has 100 points left, 101 reserved"),
        ] {
            var lots = opened.account.lots
            var lot = lots[0]
            (lot.remaining, lot.held) = (Int64(remaining), Int64(held))
            lots.put(lot)
            let bytes = lots.bytes.databaseBlob
            try store.file.writer.write {
                try $0.execute(sql: "UPDATE ledger_accounts SET lots = ?", arguments: [bytes])
            }
            let problems = try store.check().problems.map(\.description)
            #expect(problems.contains(words), "\(problems)")
        }
    }
}
