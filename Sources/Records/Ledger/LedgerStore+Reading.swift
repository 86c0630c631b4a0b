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
                    SELECT id, program, customer, state, entry_count, revision, next_at, tier
                    FROM ledger_accounts
                    WHERE program = ? AND customer = ?
                    """, arguments: [program, customer.rawValue]
            ).map(LedgerAccount.init(row:))
        }
    }

    /// Accounts in the order in which they were opened, with all their lots; one moment's state of them.
    package func accounts(
        after id: Int64, limit: Int
    ) throws -> [(account: LedgerAccount, lots: [LedgerLot])] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, program, customer, state, entry_count, revision, next_at, tier
                    FROM ledger_accounts WHERE id > ? ORDER BY id LIMIT ?
                    """, arguments: [id, limit]
            ).map { row in
                let account = LedgerAccount(row: row)
                let lots = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT lot, source, created_at, available_at, expires_at, issued, remaining,
                            held FROM ledger_lots WHERE account = ? ORDER BY lot
                        """, arguments: [account.id]
                ).map(LedgerLot.init(row:))
                return (account, lots)
            }
        }
    }

    /// What was asked under an id before; nil where nothing was.
    package func operation(program: String, id: String) throws -> LedgerOperation? {
        try file.reader.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT operation, at, content, answer, account FROM ledger_operations
                    WHERE program = ? AND operation = ?
                    """, arguments: [program, id]
            ).map { row in
                LedgerOperation(
                    id: row[0], account: row[4], at: Timestamp(milliseconds: row[1]),
                    content: row.blob(2),
                    answer: row.blob(3))
            }
        }
    }

    /// An account's lots, the oldest first.
    ///
    /// - Parameter isOpen: Whether only those with points left.
    package func lots(of account: Int64, isOpen: Bool = false) throws -> [LedgerLot] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT lot, source, created_at, available_at, expires_at, issued, remaining, held
                    FROM ledger_lots WHERE account = ? AND remaining >= ? ORDER BY lot
                    """, arguments: [account, isOpen ? 1 : 0]
            ).map(LedgerLot.init(row:))
        }
    }

    /// A page of an account's history, the newest first.
    ///
    /// - Parameter before: The last entry of the page before.
    package func entries(
        of account: Int64, before: Int64? = nil, limit: Int
    ) throws -> [(entry: LedgerEntry, operation: String)] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT e.sequence, e.lot, e.kind, e.amount, e.balance, e.at, e.reason, o.operation
                    FROM ledger_entries AS e JOIN ledger_operations AS o ON o.number = e.operation
                    WHERE e.account = ? AND e.sequence < ? ORDER BY e.sequence DESC LIMIT ?
                    """, arguments: [account, before ?? .max, limit]
            ).map { (LedgerEntry(row: $0), $0[7]) }
        }
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
    }
}

extension LedgerEntry {
    init(row: Row) {
        self.init(
            sequence: row[0], lot: row[1], kind: row[2], amount: row[3], balance: row[4],
            at: Timestamp(milliseconds: row[5]), reason: row.blob(6))
    }
}

extension LedgerLot {
    init(row: Row) {
        func time(_ column: Int) -> Timestamp? {
            let ms: Int64 = row[column]
            return ms == 0 ? nil : Timestamp(milliseconds: ms)
        }
        self.init(
            id: row[0], source: row.blob(1), createdAt: Timestamp(milliseconds: row[2]),
            availableAt: time(3), expiresAt: time(4), issued: row[5], remaining: row[6],
            held: row[7])
    }
}
