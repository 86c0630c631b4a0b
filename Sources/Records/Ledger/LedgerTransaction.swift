import GRDB
package import Kernel

/// What is read and written of the ledger in one transaction.
package struct LedgerTransaction: LedgerAccounts, ~Copyable {
    private let db: Database
    private let statements: LedgerWriting

    init(db: Database, statements: LedgerWriting) {
        self.db = db
        self.statements = statements
    }

    package func account(program: String, customer: ID<Customer>) throws -> LedgerAccount? {
        try statements.account(program, customer)
    }

    /// What was asked under an id before; nil where nothing was.
    package func operation(program: String, id: String) throws -> LedgerOperation? {
        try statements.operation(program, id, key(program: program, id: id))
    }

    /// What an operation's id is found by: two are the same where these are.
    package func key(program: String, id: String) -> SipHash.Digest { statements.key(program, id) }

    /// As above, where the key is known already.
    package func operation(
        program: String, id: String, key: SipHash.Digest
    ) throws -> LedgerOperation? {
        try statements.operation(program, id, key)
    }

    /// Whether an operation of that id is kept already.
    package func holds(program: String, id: String, key: SipHash.Digest) throws -> Bool {
        try statements.holds(program, id, key)
    }

    /// Keeps the next operation, which was looked for in this transaction, and not found.
    ///
    /// - Parameters:
    ///   - step: Which of the steps it is; those of its account's part before it are kept.
    /// - Throws: `LedgerStore.Refusal`; `DatabaseError` where the file can't be written.
    package func keep(
        _ step: Int, of steps: LedgerSteps, _ part: inout LedgerPart,
        key: SipHash.Digest, id: String, at: Timestamp, content: [UInt8]
    ) throws {
        try statements.add(step, of: steps, &part, key, id: id, at: at, content: content)
    }

    /// The number that the next operation gets.
    package var nextOperation: Int64 { statements.nextOperation }

    /// Keeps an account as the operations of its part leave it, at least one; they may be kept later.
    ///
    /// - Parameter last: The number of the last one that moves anything; nil where none does.
    /// - Throws: As above.
    package func keep(
        _ account: LedgerAccount, after part: inout LedgerPart, last: Int64?, state: Span<UInt8>
    ) throws {
        try statements.put(&part, account, last: last, state: state)
    }

    package func nextAccount() throws -> Int64 { try LedgerStore.nextAccount(db) }

    /// What all customers together have got of a program's budgets.
    package func budgets(program: String) throws -> [LedgerBudget] {
        try LedgerBudget.all(of: program, in: db)
    }

    /// Keeps what is got of a budget.
    package func keep(_ budget: LedgerBudget) throws { try budget.write(to: db) }

    /// Keeps changes in their order. Of several changes of an account, its row is what the last one says; the state
    /// of the others isn't read.
    ///
    /// - Parameter reached: Up to which position of the log a program has followed it by then.
    /// - Throws: `LedgerStore.Refusal`; `DatabaseError` where the file can't be written.
    package func keep(
        _ changes: [LedgerChange], reached: (program: String, position: Int64)? = nil
    ) throws {
        try statements.add(LedgerBatch(changes), of: changes)
        if let reached { try keep(reached: reached) }
    }

    /// Keeps up to which position of the log a program has followed it by then.
    package func keep(reached: (program: String, position: Int64)) throws {
        try db.execute(
            sql: """
                INSERT INTO ledger_positions (program, position) VALUES (?, ?)
                ON CONFLICT (program) DO UPDATE SET position = excluded.position
                """, arguments: [reached.program, reached.position])
    }

    /// As above, where it is as far as is thought: what was between isn't left out.
    ///
    /// - Throws: `LedgerStore.Refusal.elsewhere` where it isn't.
    package func keep(reached: (program: String, position: Int64), after: Int64) throws {
        let found = try Int64.fetchOne(
            db, sql: "SELECT position FROM ledger_positions WHERE program = ?",
            arguments: [reached.program])
        guard found == after else {
            throw LedgerStore.Refusal.elsewhere(program: reached.program)
        }
        try keep(reached: reached)
    }
}
