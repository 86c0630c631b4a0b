import FoundationEssentials
import GRDB
package import Kernel

extension LedgerStore {
    /// A customer's account; nil where none was opened.
    package func account(program: String, customer: ID<Customer>) throws -> LedgerAccount? {
        try file.reader.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT id, program, customer, state, entry_count, revision, next_at, tier,
                        lots
                    FROM ledger_accounts
                    WHERE program = ? AND customer = ?
                    """, arguments: [program, customer.rawValue]
            ).map(LedgerAccount.init(row:))
        }
    }

    /// Accounts in the order in which they were opened; one moment's state of them.
    package func accounts(after id: Int64, limit: Int) throws -> [LedgerAccount] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, program, customer, state, entry_count, revision, next_at, tier, lots
                    FROM ledger_accounts WHERE id > ? ORDER BY id LIMIT ?
                    """, arguments: [id, limit]
            ).map(LedgerAccount.init(row:))
        }
    }

    /// Goes through all accounts in the order in which they were opened, at one moment's state, by a connection of its
    /// own.
    package func eachAccount(_ body: (LedgerAccount) -> Void) throws {
        try file.reading().read { db in
            let rows = try HotStatement(
                db,
                """
                SELECT id, program, customer, state, entry_count, revision, next_at, tier, lots
                FROM ledger_accounts ORDER BY id
                """)
            while try rows.step() {
                let nextMs = rows.integer(6)
                var account = LedgerAccount(
                    id: rows.integer(0), program: rows.text(1),
                    customer: ID(rawValue: rows.integer(2)), state: rows.blob(3),
                    entryCount: rows.integer(4), revision: rows.integer(5),
                    nextAt: nextMs == 0 ? nil : Timestamp(milliseconds: nextMs))
                account.tier = Int(rows.integer(7))
                account.lots = LedgerLots(bytes: rows.blob(8))
                body(account)
            }
        }
    }

    /// What was asked under an id before; nil where nothing was. Waits for what is being committed.
    package func operation(program: String, id: String) throws -> LedgerOperation? {
        try file.writer.writeWithoutTransaction { _ in
            try writing.begin()
            return try writing.operation(program, id, writing.key(program, id))
        }
    }

    /// An account's lots, the oldest first.
    ///
    /// - Parameter isOpen: Whether only those with points left.
    package func lots(of account: Int64, isOpen: Bool = false) throws -> [LedgerLot] {
        try file.reader.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT lots FROM ledger_accounts WHERE id = ?", arguments: [account])
            let lots = row.map { LedgerLots(bytes: $0.blob(0)).all } ?? []
            return isOpen ? lots.filter { $0.remaining > 0 } : lots
        }
    }

    /// A page of an account's history, the newest first.
    ///
    /// - Parameter before: The last entry of the page before.
    package func entries(
        of account: Int64, before: Int64? = nil, limit: Int
    ) throws -> [(entry: LedgerEntry, operation: String)] {
        try file.reader.read { db in
            guard let newest = try Self.newestOperation(of: account, before: before, db) else {
                return []
            }
            // Each operation has an entry at least, so that many are enough, and those after the page that a mark
            // is ahead of it.
            let rows = try Row.fetchCursor(
                db, sql: Self.chain,
                arguments: [newest, Int64(limit) + LedgerWriting.markEvery + 1])
            var page: [(entry: LedgerEntry, operation: String)] = []
            while page.count < limit, let row = try rows.next() {
                let name: String = row[3]
                let entries = try LedgerEntries.all(
                    row.blob(2).span, first: row[1], operation: row[0])
                for entry in entries.reversed() where entry.sequence < before ?? .max {
                    page.append((entry, name))
                }
            }
            return Array(page.prefix(limit))
        }
    }

    /// An operation and those before it of the same account that moved anything, the newest first.
    static let chain = """
        WITH RECURSIVE chain (number, previous, first_entry, entries, operation) AS (
            SELECT number, previous, first_entry, entries, operation FROM ledger_operations
            WHERE number = ?
            UNION ALL
            SELECT o.number, o.previous, o.first_entry, o.entries, o.operation
            FROM chain AS c JOIN ledger_operations AS o ON o.number = c.previous
        )
        SELECT number, first_entry, entries, operation FROM chain LIMIT ?
        """

    /// The operation from which the chain leads to the entries before one: the newest, or a mark after them.
    private static func newestOperation(
        of account: Int64, before: Int64?, _ db: Database
    ) throws -> Int64? {
        if let before {
            let mark = try Int64.fetchOne(
                db,
                sql: """
                    SELECT operation FROM ledger_marks WHERE account = ? AND sequence >= ?
                    ORDER BY sequence LIMIT 1
                    """, arguments: [account, before - 1])
            if let mark { return mark }
        }
        return try Int64.fetchOne(
            db, sql: "SELECT last_operation FROM ledger_accounts WHERE id = ?",
            arguments: [account])
    }

    /// Customers whose accounts time has changed by a moment, those first that waited longest.
    package func customersDue(
        program: String, at now: Timestamp, limit: Int
    ) throws -> [ID<Customer>] {
        try file.reader.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT customer FROM ledger_accounts
                    WHERE program = ? AND next_at > 0 AND next_at <= ? ORDER BY next_at LIMIT ?
                    """, arguments: [program, now.milliseconds, limit]
            ).map { ID(rawValue: $0) }
        }
    }

    /// Up to which position of the log a program has followed it; nil where it hasn't begun.
    package func position(program: String) throws -> Int64? {
        try file.reader.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT position FROM ledger_positions WHERE program = ?",
                arguments: [program])
        }
    }

    /// What the log is still to be told, the oldest first.
    package func news(limit: Int) throws -> [(number: Int64, event: [UInt8])] {
        try file.reader.read { db in
            try Row.fetchAll(
                db, sql: "SELECT number, event FROM ledger_news ORDER BY number LIMIT ?",
                arguments: [limit]
            ).map { ($0[0], $0.blob(1)) }
        }
    }

    /// Forgets what the log was told.
    package func dropNews(through number: Int64) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "DELETE FROM ledger_news WHERE number <= ?", arguments: [number])
        }
    }
}

extension LedgerAccount {
    init(row: Row) {
        self.init(
            id: row[0], program: row[1], customer: ID(rawValue: row[2]),
            state: row.blob(3), entryCount: row[4], revision: row[5],
            nextAt: row[6] == 0 ? nil : Timestamp(milliseconds: row[6]))
        tier = row[7]
        lots = LedgerLots(bytes: row.blob(8))
    }
}
