import GRDB
package import Kernel

/// Accounts as the newest commit left them, read beside the connection that writes.
package struct LedgerGlance: LedgerAccounts, ~Copyable {
    private let db: Database
    private let finder: LedgerAccountFinder

    fileprivate init(db: Database, finder: LedgerAccountFinder) {
        self.db = db
        self.finder = finder
    }

    package func account(program: String, customer: ID<Customer>) throws -> LedgerAccount? {
        try finder.account(program, customer)
    }

    package func nextAccount() throws -> Int64 { try LedgerStore.nextAccount(db) }

    /// A connection for glances, with its statement.
    ///
    /// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use of the statement is inside such a
    /// closure.
    final class Connection: @unchecked Sendable {
        private let queue: DatabaseQueue
        private let finder: LedgerAccountFinder

        init(_ file: SQLiteFile) throws {
            queue = try file.reading()
            finder = try queue.read { try LedgerAccountFinder($0) }
        }

        func glance<Value>(
            _ body: (borrowing LedgerGlance) throws -> Value
        ) throws -> Value {
            try queue.read { try body(LedgerGlance(db: $0, finder: finder)) }
        }
    }
}
