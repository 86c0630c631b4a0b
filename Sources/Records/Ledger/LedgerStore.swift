import GRDB
package import Kernel

/// The points ledger: accounts, what was asked of them, and every movement of points, in a file of its own.
///
/// Entries and operations are only ever added. A group of changes is one commit, and synced before it returns.
package final class LedgerStore: Sendable {
    /// Why a change was not kept; none of its group was.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        /// The program knows the operation already.
        case repeated(operation: String)
        /// The account was changed since it was read.
        case stale(account: Int64)

        package var description: String {
            switch self {
            case .repeated(let operation): "operation \(operation) is in the ledger already"
            case .stale(let account): "account \(account) changed since it was read"
            }
        }
    }

    let file: SQLiteFile
    private let writing: Writing

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 32_768,
            migrator: LedgerTables.migrator)
        writing = try file.writer.writeWithoutTransaction { try Writing($0) }
    }

    /// The writing connection's statements.
    ///
    /// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
    private final class Writing: @unchecked Sendable {
        let addAccount: HotStatement
        let changeAccount: HotStatement
        let addOperation: HotStatement
        let addEntry: HotStatement
        let putLot: HotStatement
        let isKnown: HotStatement
        let addNews: HotStatement

        init(_ db: Database) throws {
            addAccount = try HotStatement(
                db,
                """
                INSERT INTO ledger_accounts
                    (id, program, customer, state, entry_count, revision, next_at, tier)
                VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7) ON CONFLICT DO NOTHING
                """)
            changeAccount = try HotStatement(
                db,
                """
                UPDATE ledger_accounts SET state = ?2, entry_count = ?3, revision = ?4,
                    next_at = ?8, tier = ?9
                WHERE id = ?1 AND revision = ?4 - 1 AND entry_count = ?5
                    AND program = ?6 AND customer = ?7
                """)
            addOperation = try HotStatement(
                db,
                """
                INSERT INTO ledger_operations
                    (program, operation, account, first_entry, at, content, answer)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """)
            addEntry = try HotStatement(
                db,
                """
                INSERT INTO ledger_entries
                    (account, sequence, lot, kind, amount, balance, at, operation, reason)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """)
            putLot = try HotStatement(
                db,
                """
                INSERT INTO ledger_lots (account, lot, source, created_at, available_at,
                    expires_at, issued, remaining, held)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                ON CONFLICT (account, lot) DO UPDATE SET available_at = excluded.available_at,
                    expires_at = excluded.expires_at, issued = excluded.issued,
                    remaining = excluded.remaining, held = excluded.held
                """)
            isKnown = try HotStatement(
                db, "SELECT 1 FROM ledger_operations WHERE program = ?1 AND operation = ?2")
            addNews = try HotStatement(db, "INSERT INTO ledger_news (event) VALUES (?1)")
        }
    }

    // MARK: Writing

    /// The number that the next account gets.
    package func nextAccount() throws -> Int64 {
        try file.reader.read { db in
            try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) + 1 FROM ledger_accounts") ?? 1
        }
    }

    /// Keeps changes in their order, all of them or none. Durable when this returns.
    ///
    /// - Throws: `Refusal`; `DatabaseError` where the file can't be written, or a lot would go below zero.
    ///
    /// - Parameter reached: Up to which position of the log a program has followed it by then.
    package func commit(
        _ changes: [LedgerChange], reached: (program: String, position: Int64)? = nil
    ) throws {
        try file.writer.write { db in
            for change in changes { try add(change, db) }
            guard let reached else { return }
            try db.execute(
                sql: """
                    INSERT INTO ledger_positions (program, position) VALUES (?, ?)
                    ON CONFLICT (program) DO UPDATE SET position = excluded.position
                    """, arguments: [reached.program, reached.position])
        }
    }

    private func add(_ change: LedgerChange, _ db: Database) throws {
        let (account, operation) = (change.account, change.operation)
        writing.isKnown.bind(1, text: account.program)
        writing.isKnown.bind(2, text: operation.id)
        if try writing.isKnown.exists() { throw Refusal.repeated(operation: operation.id) }
        let before = account.entryCount - Int64(change.entries.count)
        writing.changeAccount.bind(1, account.id)
        writing.changeAccount.bind(2, blob: account.state.span)
        writing.changeAccount.bind(3, account.entryCount)
        writing.changeAccount.bind(4, account.revision)
        writing.changeAccount.bind(5, before)
        writing.changeAccount.bind(6, text: account.program)
        writing.changeAccount.bind(7, account.customer.rawValue)
        writing.changeAccount.bind(8, account.nextAt?.milliseconds ?? 0)
        writing.changeAccount.bind(9, Int64(account.tier))
        try writing.changeAccount.run()
        if writing.changeAccount.changes == 0 {
            guard before == 0, account.revision == 1 else {
                throw Refusal.stale(account: account.id)
            }
            writing.addAccount.bind(1, account.id)
            writing.addAccount.bind(2, text: account.program)
            writing.addAccount.bind(3, account.customer.rawValue)
            writing.addAccount.bind(4, blob: account.state.span)
            writing.addAccount.bind(5, account.entryCount)
            writing.addAccount.bind(6, account.nextAt?.milliseconds ?? 0)
            writing.addAccount.bind(7, Int64(account.tier))
            try writing.addAccount.run()
            guard writing.addAccount.changes > 0 else { throw Refusal.stale(account: account.id) }
        }
        writing.addOperation.bind(1, text: account.program)
        writing.addOperation.bind(2, text: operation.id)
        writing.addOperation.bind(3, account.id)
        writing.addOperation.bind(4, before + 1)
        writing.addOperation.bind(5, operation.at.milliseconds)
        writing.addOperation.bind(6, blob: operation.content.span)
        writing.addOperation.bind(7, blob: operation.answer.span)
        try writing.addOperation.run()
        let number = db.lastInsertedRowID
        for (index, entry) in change.entries.enumerated() {
            guard entry.sequence == before + Int64(index) + 1 else {
                throw Refusal.stale(account: account.id)
            }
            let add = writing.addEntry
            add.bind(1, account.id)
            add.bind(2, entry.sequence)
            add.bind(3, entry.lot)
            add.bind(4, text: entry.kind)
            add.bind(5, entry.amount)
            add.bind(6, entry.balance)
            add.bind(7, entry.at.milliseconds)
            add.bind(8, number)
            add.bind(9, blob: entry.reason.span)
            try add.run()
        }
        for lot in change.lots {
            let put = writing.putLot
            put.bind(1, account.id)
            put.bind(2, lot.id)
            put.bind(3, blob: lot.source.span)
            put.bind(4, lot.createdAt.milliseconds)
            put.bind(5, lot.availableAt?.milliseconds ?? 0)
            put.bind(6, lot.expiresAt?.milliseconds ?? 0)
            put.bind(7, lot.issued)
            put.bind(8, lot.remaining)
            put.bind(9, lot.held)
            try put.run()
        }
        for event in change.news {
            writing.addNews.bind(1, blob: event.span)
            try writing.addNews.run()
        }
    }
}
