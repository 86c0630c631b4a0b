import GRDB
package import Kernel

/// What is read and written of the ledger in one transaction.
package struct LedgerTransaction: ~Copyable {
    private let db: Database
    private let statements: LedgerWriting

    init(db: Database, statements: LedgerWriting) {
        self.db = db
        self.statements = statements
    }

    /// A customer's account; nil where none was opened.
    package func account(program: String, customer: ID<Customer>) throws -> LedgerAccount? {
        try statements.account(program, customer)
    }

    /// What was asked under an id before; nil where nothing was.
    package func operation(program: String, id: String) throws -> LedgerOperation? {
        try statements.operation(program, id)
    }

    /// The number that the next account gets.
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
        guard let reached else { return }
        try db.execute(
            sql: """
                INSERT INTO ledger_positions (program, position) VALUES (?, ?)
                ON CONFLICT (program) DO UPDATE SET position = excluded.position
                """, arguments: [reached.program, reached.position])
    }
}
