import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

/// How the ledger lies on disk: operations with their entries one after the other, and found nevertheless.
struct LedgerFormTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    /// An operation that gives points into the account's one lot, as many entries as are asked for.
    private static func change(
        _ id: String, _ account: inout LedgerAccount, entries: Int = 1
    ) -> LedgerChange {
        let first = account.entryCount + 1
        account.entryCount += Int64(entries)
        account.revision += 1
        account.state = Array("s\(account.revision)".utf8)
        let rows = (0..<entries).map { index in
            LedgerEntry(
                sequence: first + Int64(index), lot: 1, kind: "award", amount: 1,
                balance: first + Int64(index), at: now,
                reason: Array(#"{"code":"\#(id)"}"#.utf8))
        }
        let change = LedgerChange(
            account: account,
            operation: LedgerOperation(
                id: id, account: account.id, at: now, content: Array(id.utf8), answer: [1]),
            entries: rows,
            lots: [
                LedgerLot(
                    id: 1, createdAt: now, availableAt: now,
                    expiresAt: now.adding(milliseconds: 5), issued: account.entryCount,
                    remaining: account.entryCount)
            ])
        account = change.account
        return change
    }

    @Test func `every page of a long history is found, wherever it begins`() throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        var accounts = (1...3).map {
            LedgerAccount(id: $0, program: "circle", customer: ID(rawValue: $0 + 10))
        }
        var random = SeededRandom(seed: 4)
        for commit in 0..<40 {
            let changes = (0..<20).map { index in
                // Some move nothing, some more than a mark is apart.
                let entries = [0, 1, 1, 2, 3, 90][Int(random.next() % 6)]
                return Self.change("o\(commit)-\(index)", &accounts[index % 3], entries: entries)
            }
            try store.commit(changes)
        }
        #expect(try store.check().problems == [])
        for account in accounts {
            let all = try store.entries(of: account.id, limit: 100_000)
            #expect(all.map(\.entry.sequence) == (1...account.entryCount).reversed())
            for before in [1, 2, 63, 64, 65, 128, 129, 500, account.entryCount] {
                let page = try store.entries(of: account.id, before: before, limit: 50)
                let expected = all.filter { $0.entry.sequence < before }.prefix(50)
                #expect(page.map(\.entry) == expected.map(\.entry))
                #expect(page.map(\.operation) == expected.map(\.operation))
            }
        }
    }

    @Test func `ids are found in memory, in runs, by the next process, and each once`() throws {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let queue = try DatabaseQueue(path: path)
        try LedgerTables.migrator.migrate(queue)
        let add = """
            INSERT INTO ledger_operations (number, program, operation, account, previous,
                first_entry, at, entries, content, answer)
            VALUES (?, ?, ?, 1, 0, 1, 0, x'', x'', x'')
            """
        try queue.write { db in
            var index = try LedgerOperationIndex(db, runCount: 8...16)
            func insert(_ program: String, _ id: String) throws {
                let number = index.nextNumber
                #expect(try index.insert(program, id))
                try db.execute(sql: add, arguments: [number, program, id])
            }
            for round in 0..<60 {
                try index.begin()
                for place in 0..<3 {
                    try insert(place == 2 ? "stamps" : "circle", "o\(round)-\(place)")
                }
                if round % 7 == 3 {
                    // What is undone was never there.
                    index.didCommit()
                    let next = index.nextNumber
                    #expect(try index.insert("circle", "undone"))
                    index.undo()
                    #expect(index.nextNumber == next)
                    #expect(try index.number("circle", "undone") == nil)
                }
                try index.storeRunIfDue()
                index.didCommit()
                if round % 20 == 19 {
                    index = try LedgerOperationIndex(db, runCount: 8...16)
                    try index.begin()
                }
                for known in 0...round {
                    let first = Int64(known * 3 + 1)
                    #expect(try index.number("circle", "o\(known)-0") == first)
                    #expect(try index.number("stamps", "o\(known)-2") == first + 2)
                    #expect(try index.number("circle", "o\(known)-2") == nil)
                    #expect(try index.insert("circle", "o\(known)-1") == false)
                }
            }
            #expect(try index.runsSum().count > 100)
        }
    }

    @Test func `what another process kept meanwhile is known`() throws {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let (one, other) = (try LedgerStore(path: path), try LedgerStore(path: path))
        var account = LedgerAccount(id: 1, program: "circle", customer: ID(rawValue: 7))
        try one.commit([Self.change("a", &account)])
        try other.commit([Self.change("b", &account)])
        var again = account
        #expect(throws: LedgerStore.Refusal.repeated(operation: "b")) {
            try one.commit([Self.change("b", &again)])
        }
        try one.commit([Self.change("c", &account)])
        #expect(try other.operation(program: "circle", id: "c")?.content == Array("c".utf8))
        #expect(try other.check().problems == [])
        #expect(try other.check().operations == 3)
    }

    @Test func `a history page and the endings to come are found by an index`() throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        for (query, plan) in [
            (
                "SELECT operation FROM ledger_marks WHERE account = 1 AND sequence >= 1 "
                    + "ORDER BY sequence LIMIT 1",
                ["SEARCH ledger_marks USING PRIMARY KEY (account=? AND sequence>?)"]
            ),
            (
                "SELECT account FROM ledger_endings WHERE expires_at > 1 AND expires_at <= 2 "
                    + "ORDER BY expires_at, account",
                ["SEARCH ledger_endings USING PRIMARY KEY (expires_at>? AND expires_at<?)"]
            ),
        ] {
            let found = try store.file.reader.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query).map {
                    $0["detail"] as String
                }
            }
            #expect(found == plan)
        }
    }

    @Test func `a ledger of the first form is brought into today's`() throws {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let queue = try DatabaseQueue(path: path)
        try LedgerTables.migrator.migrate(queue, upTo: "0003 budgets and approvals")
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO ledger_accounts VALUES
                        (1, 'circle', 7, x'01', 3, 3, 9, 1), (2, 'circle', 8, x'02', 1, 1, 0, 0);
                    INSERT INTO ledger_operations VALUES
                        (1, 'circle', 'o-1', 1, 1, 5, x'7b7d', x'61'),
                        (2, 'circle', 'o-2', 1, 2, 6, x'7b7d', x'62'),
                        (4, 'circle', 'o-3', 2, 1, 7, x'', x''),
                        (6, 'circle', 'o-4', 1, 2, 8, x'7b7d', x'63');
                    INSERT INTO ledger_entries VALUES
                        (1, 1, 1, 'award', 10, 10, 5, 1, x'7b7d'),
                        (1, 2, 1, 'spend', -4, 6, 8, 6, x'7b7d'),
                        (1, 3, 2, 'award', 3, 9, 8, 6, x'7b7d'),
                        (2, 1, 1, 'award', 2, 2, 7, 4, x'7b7d');
                    INSERT INTO ledger_lots VALUES
                        (1, 1, x'7b7d', 5, 5, 50, 10, 6, 1), (1, 2, x'7b7d', 8, 0, 0, 3, 3, 0),
                        (2, 1, x'7b7d', 7, 7, 50, 2, 2, 0);
                    INSERT INTO ledger_positions VALUES ('circle', 12);
                    """)
        }
        try queue.close()

        let store = try LedgerStore(path: path)
        let check = try store.check()
        #expect(check.problems == [])
        #expect([check.accounts, check.operations, check.entries, check.lots] == [2, 4, 4, 3])
        #expect(check.balance == 11)
        let account = try #require(try store.account(program: "circle", customer: ID(rawValue: 7)))
        #expect([account.entryCount, account.revision, account.nextAt?.milliseconds] == [3, 3, 9])
        #expect(account.lots.all.map(\.remaining) == [6, 3])
        #expect(account.lots.all.map(\.availableAt?.milliseconds) == [5, nil])
        #expect(account.lots.all.map(\.expiresAt?.milliseconds) == [50, nil])
        #expect(try store.entries(of: 1, limit: 9).map(\.operation) == ["o-4", "o-4", "o-1"])
        #expect(try store.operation(program: "circle", id: "o-2")?.answer == Array("b".utf8))
        #expect(try store.position(program: "circle") == 12)
        let endings = try store.endings(
            program: "circle", after: .init(milliseconds: 1), through: .init(milliseconds: 99),
            limit: 9)
        #expect(endings.map(\.points) == [6, 2])
    }
}
