import GRDB
import Kernel

/// The statements of a ledger's writing connection.
///
/// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
final class LedgerWriting: @unchecked Sendable {
    private let addAccount: HotStatement
    private let changeAccount: HotStatement
    private let addOperation: HotStatement
    private let addEntry: HotStatement
    private let putLot: HotStatement
    private let addNews: HotStatement
    private let findAccount: HotStatement
    private let findOperation: HotStatement

    init(_ db: Database) throws {
        addAccount = try HotStatement(
            db,
            """
            INSERT INTO ledger_accounts
                (id, program, customer, state, entry_count, revision, next_at, tier)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
            """)
        changeAccount = try HotStatement(
            db,
            """
            UPDATE ledger_accounts SET state = ?4, entry_count = ?5, revision = ?6,
                next_at = ?7, tier = ?8
            WHERE id = ?1 AND program = ?2 AND customer = ?3
                AND revision = ?9 AND entry_count = ?10
            """)
        addOperation = try HotStatement(
            db,
            """
            INSERT INTO ledger_operations
                (program, operation, account, first_entry, at, content, answer)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
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
        addNews = try HotStatement(db, "INSERT INTO ledger_news (event) VALUES (?1)")
        findAccount = try HotStatement(
            db,
            """
            SELECT id, state, entry_count, revision, next_at, tier FROM ledger_accounts
            WHERE program = ?1 AND customer = ?2
            """)
        findOperation = try HotStatement(
            db,
            """
            SELECT account, at, content, answer FROM ledger_operations
            WHERE program = ?1 AND operation = ?2
            """)
    }

    // MARK: Reading

    func account(_ program: String, _ customer: ID<Customer>) throws -> LedgerAccount? {
        findAccount.bind(1, text: program)
        findAccount.bind(2, customer.rawValue)
        guard try findAccount.step() else { return nil }
        defer { findAccount.reset() }
        let nextMs = findAccount.integer(4)
        var account = LedgerAccount(
            id: findAccount.integer(0), program: program, customer: customer,
            state: findAccount.blob(1), entryCount: findAccount.integer(2),
            revision: findAccount.integer(3),
            nextAt: nextMs == 0 ? nil : Timestamp(milliseconds: nextMs))
        account.tier = Int(findAccount.integer(5))
        return account
    }

    func operation(_ program: String, _ id: String) throws -> LedgerOperation? {
        findOperation.bind(1, text: program)
        findOperation.bind(2, text: id)
        guard try findOperation.step() else { return nil }
        defer { findOperation.reset() }
        return LedgerOperation(
            id: id, account: findOperation.integer(0),
            at: Timestamp(milliseconds: findOperation.integer(1)),
            content: findOperation.blob(2), answer: findOperation.blob(3))
    }

    // MARK: Writing

    /// Writes a batch within the transaction that the caller began.
    ///
    /// - Throws: `LedgerStore.Refusal`; `DatabaseError`. The transaction is to be undone then.
    func add(_ batch: LedgerBatch, of changes: [LedgerChange]) throws {
        let numbers = try addOperations(of: changes)
        for part in batch.parts {
            try put(part, changes)
            for place in part.changes {
                for entry in changes[place].entries {
                    try add(entry, of: changes[place].account.id, operation: numbers[place])
                }
            }
            let account = changes[part.changes[0]].account.id
            for lot in part.lots { try put(lot, of: account) }
        }
        for change in changes {
            for event in change.news {
                addNews.bind(1, blob: event.span)
                try addNews.run()
            }
        }
    }

    /// - Returns: The number of each, in the changes' order.
    private func addOperations(of changes: [LedgerChange]) throws -> [Int64] {
        var numbers: [Int64] = []
        numbers.reserveCapacity(changes.count)
        for change in changes {
            let (account, operation) = (change.account, change.operation)
            addOperation.bind(1, text: account.program)
            addOperation.bind(2, text: operation.id)
            addOperation.bind(3, account.id)
            addOperation.bind(4, account.entryCount - Int64(change.entries.count) + 1)
            addOperation.bind(5, operation.at.milliseconds)
            addOperation.bind(6, blob: operation.content.span)
            addOperation.bind(7, blob: operation.answer.span)
            try addOperation.run()
            guard addOperation.changes > 0 else {
                throw LedgerStore.Refusal.repeated(operation: operation.id)
            }
            numbers.append(addOperation.lastRow)
        }
        return numbers
    }

    /// Writes the account's row, as the last of its changes leaves it.
    private func put(_ part: LedgerBatch.Part, _ changes: [LedgerChange]) throws {
        guard let last = part.changes.last else { return }
        let account = changes[last].account
        let isNew = part.revisionBefore == 0 && part.entriesBefore == 0
        let put = isNew ? addAccount : changeAccount
        put.bind(1, account.id)
        put.bind(2, text: account.program)
        put.bind(3, account.customer.rawValue)
        put.bind(4, blob: account.state.span)
        put.bind(5, account.entryCount)
        put.bind(6, account.revision)
        put.bind(7, account.nextAt?.milliseconds ?? 0)
        put.bind(8, Int64(account.tier))
        if !isNew {
            put.bind(9, part.revisionBefore)
            put.bind(10, part.entriesBefore)
        }
        try put.run()
        guard put.changes > 0 else { throw LedgerStore.Refusal.stale(account: account.id) }
    }

    private func add(_ entry: LedgerEntry, of account: Int64, operation: Int64) throws {
        addEntry.bind(1, account)
        addEntry.bind(2, entry.sequence)
        addEntry.bind(3, entry.lot)
        addEntry.bind(4, text: entry.kind)
        addEntry.bind(5, entry.amount)
        addEntry.bind(6, entry.balance)
        addEntry.bind(7, entry.at.milliseconds)
        addEntry.bind(8, operation)
        addEntry.bind(9, blob: entry.reason.span)
        try addEntry.run()
    }

    private func put(_ lot: LedgerLot, of account: Int64) throws {
        putLot.bind(1, account)
        putLot.bind(2, lot.id)
        putLot.bind(3, blob: lot.source.span)
        putLot.bind(4, lot.createdAt.milliseconds)
        putLot.bind(5, lot.availableAt?.milliseconds ?? 0)
        putLot.bind(6, lot.expiresAt?.milliseconds ?? 0)
        putLot.bind(7, lot.issued)
        putLot.bind(8, lot.remaining)
        putLot.bind(9, lot.held)
        try putLot.run()
    }
}
