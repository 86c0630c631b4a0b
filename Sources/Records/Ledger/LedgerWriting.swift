import GRDB
import Kernel

/// The statements of a ledger's writing connection, and its index of operations.
///
/// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
final class LedgerWriting: @unchecked Sendable {
    /// Of each so many entries of an account there is a mark, from which a page of its history is found.
    static let markEvery: Int64 = 64

    private let index: LedgerOperationIndex
    private let findLast: HotStatement
    private let addAccount: HotStatement
    private let changeAccount: HotStatement
    private let addOperation: HotStatement
    private let addMark: HotStatement
    private let addEnding: HotStatement
    private let dropEnding: HotStatement
    private let addNews: HotStatement
    private let findAccount: HotStatement
    private let getOperation: HotStatement

    init(_ db: Database) throws {
        index = try LedgerOperationIndex(db)
        findLast = try HotStatement(
            db,
            """
            SELECT last_operation FROM ledger_accounts
            WHERE id = ?1 AND program = ?2 AND customer = ?3
                AND revision = ?4 AND entry_count = ?5
            """)
        addAccount = try HotStatement(
            db,
            """
            INSERT INTO ledger_accounts (id, program, customer, state, entry_count, revision,
                next_at, tier, lots, last_operation)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
            """)
        changeAccount = try HotStatement(
            db,
            """
            UPDATE ledger_accounts SET state = ?4, entry_count = ?5, revision = ?6,
                next_at = ?7, tier = ?8, lots = ?9, last_operation = ?10
            WHERE id = ?1 AND program = ?2 AND customer = ?3
            """)
        addOperation = try HotStatement(
            db,
            """
            INSERT INTO ledger_operations (number, program, operation, account, previous,
                first_entry, at, entries, content, answer)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        addMark = try HotStatement(
            db, "INSERT INTO ledger_marks (account, sequence, operation) VALUES (?1, ?2, ?3)")
        addEnding = try HotStatement(
            db,
            """
            INSERT INTO ledger_endings (expires_at, account) VALUES (?1, ?2)
            ON CONFLICT DO NOTHING
            """)
        dropEnding = try HotStatement(
            db, "DELETE FROM ledger_endings WHERE expires_at = ?1 AND account = ?2")
        addNews = try HotStatement(db, "INSERT INTO ledger_news (event) VALUES (?1)")
        findAccount = try HotStatement(
            db,
            """
            SELECT id, state, entry_count, revision, next_at, tier, lots FROM ledger_accounts
            WHERE program = ?1 AND customer = ?2
            """)
        getOperation = try HotStatement(
            db, "SELECT account, at, content, answer FROM ledger_operations WHERE number = ?1")
    }

    /// Before anything else of a transaction, `end()` after everything, and then `didCommit()` or `undo()`.
    func begin() throws { try index.begin() }

    func end() throws { try index.storeRunIfDue() }

    func didCommit() { index.didCommit() }

    func undo() { index.undo() }

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
        account.lots = LedgerLots(bytes: findAccount.blob(6))
        return account
    }

    func operation(_ program: String, _ id: String) throws -> LedgerOperation? {
        guard let number = try index.number(program, id) else { return nil }
        getOperation.bind(1, number)
        guard try getOperation.step() else { return nil }
        defer { getOperation.reset() }
        return LedgerOperation(
            id: id, account: getOperation.integer(0),
            at: Timestamp(milliseconds: getOperation.integer(1)),
            content: getOperation.blob(2), answer: getOperation.blob(3))
    }

    // MARK: Writing

    /// Writes a batch within the transaction that the caller began.
    ///
    /// - Throws: `LedgerStore.Refusal`; `DatabaseError`. The transaction is to be undone then.
    func add(_ batch: LedgerBatch, of changes: [LedgerChange]) throws {
        let first = index.nextNumber
        // The operation before each that moved anything of the same account.
        var previous = [Int64](repeating: 0, count: changes.count)
        var lasts: [Int64] = []
        lasts.reserveCapacity(batch.parts.count)
        for part in batch.parts {
            var last = try lastOperation(before: part, changes[part.changes[0]].account)
            for place in part.changes {
                previous[place] = last
                if !changes[place].entries.isEmpty { last = first + Int64(place) }
            }
            lasts.append(last)
        }
        // Lent, not copied.
        let all = changes.span
        for place in all.indices {
            guard try index.insert(all[place].account.program, all[place].operation.id) else {
                throw LedgerStore.Refusal.repeated(operation: all[place].operation.id)
            }
            try add(
                all[place].operation, of: all[place].account.program, all[place].entries,
                first: all[place].account.entryCount - Int64(all[place].entries.count) + 1,
                number: first + Int64(place), previous: previous[place])
        }
        for (part, last) in zip(batch.parts, lasts) { try put(part, last, changes) }
        for place in all.indices where !all[place].news.isEmpty {
            for event in all[place].news {
                addNews.bind(1, blob: event.span)
                try addNews.run()
            }
        }
    }

    /// Adds an operation; the index is the caller's to see to.
    ///
    /// - Parameters:
    ///   - first: Its first entry's sequence, or what that would be.
    ///   - previous: The number of the account's last operation that moved anything; 0 for none.
    func add(
        _ operation: LedgerOperation, of program: String, _ entries: [LedgerEntry], first: Int64,
        number: Int64, previous: Int64
    ) throws {
        addOperation.bind(1, number)
        addOperation.bind(2, text: program)
        addOperation.bind(3, text: operation.id)
        addOperation.bind(4, operation.account)
        addOperation.bind(5, previous)
        addOperation.bind(6, first)
        addOperation.bind(7, operation.at.milliseconds)
        let bytes = LedgerEntries.bytes(entries)
        addOperation.bind(8, blob: bytes.span)
        addOperation.bind(9, blob: operation.content.span)
        addOperation.bind(10, blob: operation.answer.span)
        try addOperation.run()
        let last = first + Int64(entries.count) - 1
        if last / Self.markEvery > (first - 1) / Self.markEvery {
            addMark.bind(1, operation.account)
            addMark.bind(2, last)
            addMark.bind(3, number)
            try addMark.run()
        }
    }

    /// - Throws: `LedgerStore.Refusal.stale` where the account isn't as it was before the part.
    private func lastOperation(before part: LedgerBatch.Part, _ account: LedgerAccount) throws
        -> Int64
    {
        if part.revisionBefore == 0, part.entriesBefore == 0 { return 0 }
        findLast.bind(1, account.id)
        findLast.bind(2, text: account.program)
        findLast.bind(3, account.customer.rawValue)
        findLast.bind(4, part.revisionBefore)
        findLast.bind(5, part.entriesBefore)
        guard try findLast.step() else { throw LedgerStore.Refusal.stale(account: account.id) }
        defer { findLast.reset() }
        return findLast.integer(0)
    }

    /// Writes the account's row, as the last of its changes leaves it.
    private func put(
        _ part: LedgerBatch.Part, _ lastOperation: Int64, _ changes: [LedgerChange]
    ) throws {
        guard let first = part.changes.first, let last = part.changes.last else { return }
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
        put.bind(9, blob: account.lots.bytes.span)
        put.bind(10, lastOperation)
        try put.run()
        guard put.changes > 0 else { throw LedgerStore.Refusal.stale(account: account.id) }
        try changeEndings(of: account.id, from: changes[first].lotsBefore, to: account.lots)
    }

    /// Notes when points of an account end from now on, where that changed.
    func changeEndings(of account: Int64, from before: LedgerLots, to after: LedgerLots) throws {
        let (old, new) = (before.endings, after.endings)
        if old == new { return }
        let (oldSet, newSet) = (Set(old), Set(new))
        for at in new where !oldSet.contains(at) {
            addEnding.bind(1, at)
            addEnding.bind(2, account)
            try addEnding.run()
        }
        for at in old where !newSet.contains(at) {
            dropEnding.bind(1, at)
            dropEnding.bind(2, account)
            try dropEnding.run()
        }
    }
}
