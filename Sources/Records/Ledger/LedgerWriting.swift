import GRDB
import Kernel

/// The statements of a ledger's writing connection, and its index of operations.
///
/// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
final class LedgerWriting: @unchecked Sendable {
    /// Of each so many entries of an account there is a mark, from which a page of its history is found.
    static let markEvery: Int64 = 64

    private let index: LedgerOperationIndex
    /// The program that is bound for adding operations.
    private var addedProgram: String?
    /// Those that are bound for adding and for changing accounts.
    private var putPrograms: [String?] = [nil, nil]
    private let findLast: HotStatement
    private let addAccount: HotStatement
    private let changeAccount: HotStatement
    private let addOperation: HotStatement
    private let addMark: HotStatement
    private let addEnding: HotStatement
    private let dropEnding: HotStatement
    private let addNews: HotStatement
    private let finder: LedgerAccountFinder
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
                AND revision = ?11 AND entry_count = ?12
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
        finder = try LedgerAccountFinder(db)
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
        try finder.account(program, customer)
    }

    /// Whether an operation of that id is kept.
    ///
    /// - Parameter key: What its id is found by.
    func holds(_ program: String, _ id: String, _ key: SipHash.Digest) throws -> Bool {
        try index.number(of: key, program, id) != nil
    }

    /// - Parameter key: What its id is found by.
    func operation(
        _ program: String, _ id: String, _ key: SipHash.Digest
    ) throws -> LedgerOperation? {
        guard let number = try index.number(of: key, program, id) else { return nil }
        getOperation.bind(1, number)
        guard try getOperation.step() else { return nil }
        defer { getOperation.reset() }
        return LedgerOperation(
            id: id, account: getOperation.integer(0),
            at: Timestamp(milliseconds: getOperation.integer(1)),
            content: getOperation.blob(2), answer: getOperation.blob(3))
    }

    // MARK: Writing

    /// What an operation's id is found by.
    func key(_ program: String, _ id: String) -> SipHash.Digest { index.digest(program, id) }

    /// Writes a batch within the transaction that the caller began.
    ///
    /// - Throws: `LedgerStore.Refusal`; `DatabaseError`. The transaction is to be undone then.
    func add(_ batch: LedgerBatch, of changes: [LedgerChange]) throws {
        var parts = batch.parts
        for (place, change) in changes.enumerated() {
            let (program, operation) = (change.account.program, change.operation)
            let key = index.digest(program, operation.id)
            guard try index.number(of: key, program, operation.id) == nil else {
                throw LedgerStore.Refusal.repeated(operation: operation.id)
            }
            try operation.answer.withUnsafeBufferPointer { answer in
                try add(
                    place, of: batch.steps, &parts[batch.partOf[place]], key, id: operation.id,
                    at: operation.at, content: operation.content, answer)
            }
        }
        for part in batch.order {
            let account = changes[batch.last[part]].account
            let last = parts[part].last
            try put(&parts[part], account, last: last, state: account.state.span)
        }
    }

    /// Adds an operation whose id was looked for in this transaction, and which has the next number.
    ///
    /// - Parameters:
    ///   - step: Which of the steps it is; those of its account before it were added.
    ///   - answer: What was answered, where the steps don't have it.
    func add(
        _ step: Int, of steps: LedgerSteps, _ part: inout LedgerPart,
        _ key: SipHash.Digest, id: String, at: Timestamp, content: [UInt8],
        _ answer: UnsafeBufferPointer<UInt8>? = nil
    ) throws {
        if steps.all[step].isStale { throw LedgerStore.Refusal.stale(account: part.account) }
        let previous = try part.last ?? lastOperation(before: part)
        let number = index.insert(key)
        let entryCount = steps.all[step].entryCount
        try steps.bytes.withUnsafeBufferPointer { bytes in
            let row = Row(
                number: number, account: part.account, previous: previous,
                first: steps.all[step].firstEntry, at: at,
                entries: UnsafeBufferPointer(rebasing: bytes[steps.all[step].entries]),
                entryCount: entryCount,
                answer: answer ?? UnsafeBufferPointer(rebasing: bytes[steps.all[step].answer]))
            // Safe: the bytes hold until the row is added.
            try add(row, id: id, of: part.program, content: content)
        }
        part.last = entryCount > 0 ? number : previous
        for event in steps.all[step].news {
            addNews.bind(1, blob: event.span)
            try addNews.run()
        }
    }

    /// An operation as it is added.
    struct Row {
        var number: Int64
        var account: Int64
        /// The number of the account's last operation that moved anything; 0 for none.
        var previous: Int64
        /// Its first entry's sequence, or what that would be.
        var first: Int64
        var at: Timestamp
        /// As `LedgerEntries` has them.
        var entries: UnsafeBufferPointer<UInt8>
        var entryCount: Int
        var answer: UnsafeBufferPointer<UInt8>
    }

    /// Adds an operation; the index is the caller's to see to, and that what the row points to holds.
    func add(_ row: Row, id: String, of program: String, content: [UInt8]) throws {
        addOperation.bind(1, row.number)
        if addedProgram != program {
            // It stays bound.
            addOperation.bind(2, text: program)
            addedProgram = program
        }
        addOperation.bind(4, row.account)
        addOperation.bind(5, row.previous)
        addOperation.bind(6, row.first)
        addOperation.bind(7, row.at.milliseconds)
        addOperation.bind(8, lent: row.entries)
        addOperation.bind(10, lent: row.answer)
        var id = id
        try id.withUTF8 { id in
            addOperation.bind(3, lentText: id)
            try content.withUnsafeBufferPointer { content in
                addOperation.bind(9, lent: content)
                // Safe: it is run while all that is lent holds.
                try addOperation.run()
            }
        }
        let last = row.first + Int64(row.entryCount) - 1
        if last / Self.markEvery > (row.first - 1) / Self.markEvery {
            addMark.bind(1, row.account)
            addMark.bind(2, last)
            addMark.bind(3, row.number)
            try addMark.run()
        }
    }

    /// - Throws: `LedgerStore.Refusal.stale` where the account isn't as it was before the part.
    private func lastOperation(before part: LedgerPart) throws -> Int64 {
        if part.isNew { return 0 }
        findLast.bind(1, part.account)
        findLast.bind(2, text: part.program)
        findLast.bind(3, part.customer.rawValue)
        findLast.bind(4, part.revisionBefore)
        findLast.bind(5, part.entriesBefore)
        guard try findLast.step() else { throw LedgerStore.Refusal.stale(account: part.account) }
        defer { findLast.reset() }
        return findLast.integer(0)
    }

    /// The number that the next operation gets.
    var nextOperation: Int64 { index.nextNumber }

    /// Writes the account's row, as the last of its part's operations leaves it.
    ///
    /// - Parameters:
    ///   - last: The number of the last of them that moves anything; nil where none does.
    ///   - state: What is kept as its state.
    func put(
        _ part: inout LedgerPart, _ account: LedgerAccount, last: Int64?, state: Span<UInt8>
    ) throws {
        // Those that are added later come after this one.
        let before = try part.last ?? lastOperation(before: part)
        part.last = before
        if let lot = account.lots.overdrawn {
            throw LedgerStore.Refusal.overdrawn(account: account.id, lot: lot.id)
        }
        let put = part.isNew ? addAccount : changeAccount
        put.bind(1, account.id)
        if putPrograms[part.isNew ? 0 : 1] != account.program {
            // It stays bound.
            put.bind(2, text: account.program)
            putPrograms[part.isNew ? 0 : 1] = account.program
        }
        put.bind(3, account.customer.rawValue)
        put.bind(5, account.entryCount)
        put.bind(6, account.revision)
        put.bind(7, account.nextAt?.milliseconds ?? 0)
        put.bind(8, Int64(account.tier))
        put.bind(10, last ?? before)
        if !part.isNew {
            put.bind(11, part.revisionBefore)
            put.bind(12, part.entriesBefore)
        }
        try state.withUnsafeBufferPointer { state in
            put.bind(4, lent: state)
            try account.lots.bytes.withUnsafeBufferPointer { lots in
                put.bind(9, lent: lots)
                // Safe: it is run while both hold.
                try put.run()
            }
        }
        guard put.changes > 0 else { throw LedgerStore.Refusal.stale(account: account.id) }
        try changeEndings(of: account.id, from: part.endingsBefore, to: account.lots.endings)
    }

    /// Notes when points of an account end from now on, where that changed.
    func changeEndings(of account: Int64, from old: [Int64], to new: [Int64]) throws {
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
