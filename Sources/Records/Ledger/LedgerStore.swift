import GRDB
package import Kernel
import Synchronization

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
        /// A lot would be below zero, or have more reserved than is left.
        case overdrawn(account: Int64, lot: Int64)
        /// The program has followed the log to another place than was thought.
        case elsewhere(program: String)

        package var description: String {
            switch self {
            case .repeated(let operation): "operation \(operation) is in the ledger already"
            case .stale(let account): "account \(account) changed since it was read"
            case .overdrawn(let account, let lot): "lot \(lot) of account \(account) hasn't so much"
            case .elsewhere(let program): "\(program) follows the log at another place by now"
            }
        }
    }

    let file: SQLiteFile
    let writing: LedgerWriting
    /// Made when it is first needed.
    private let glances = Mutex<LedgerGlance.Connection?>(nil)

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 32_768,
            migrator: LedgerTables.migrator, isPrompt: true)
        writing = try file.writer.writeWithoutTransaction { try LedgerWriting($0) }
    }

    /// Looks at accounts as they are now, beside who writes: nobody waits for the other.
    package func glance<Value>(
        _ body: (borrowing LedgerGlance) throws -> Value
    ) throws -> Value {
        let connection = try glances.withLock { glances in
            let connection = try glances ?? LedgerGlance.Connection(file)
            glances = connection
            return connection
        }
        return try connection.glance(body)
    }

    // MARK: Writing

    /// The number that the next account gets.
    package func nextAccount() throws -> Int64 {
        try file.reader.read { db in try Self.nextAccount(db) }
    }

    static func nextAccount(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) + 1 FROM ledger_accounts") ?? 1
    }

    /// Keeps changes in their order, all of them or none. Durable when this returns. Of several changes of an account,
    /// its row is what the last one says; the state of the others isn't read.
    ///
    /// - Throws: `Refusal`; `DatabaseError` where the file can't be written.
    ///
    /// - Parameter reached: Up to which position of the log a program has followed it by then.
    package func commit(
        _ changes: [LedgerChange], reached: (program: String, position: Int64)? = nil
    ) throws {
        try transaction { try $0.keep(changes, reached: reached) }
    }

    /// Reads and writes in one transaction of the writing connection: nobody else writes between. All that is kept is
    /// durable when this returns, and none of it is where the body throws.
    package func transaction<Value>(
        _ body: (borrowing LedgerTransaction) throws -> Value
    ) throws -> Value {
        try file.writer.writeWithoutTransaction { db in
            var value: Value?
            do {
                try db.inTransaction {
                    try writing.begin()
                    value = try body(LedgerTransaction(db: db, statements: writing))
                    try writing.end()
                    return .commit
                }
            } catch {
                writing.undo()
                throw error
            }
            writing.didCommit()
            guard let value else { preconditionFailure("what was committed has a value") }
            return value
        }
    }
}
