import Dispatch
import Records

/// Writes what was decided on a thread of its own, in the order in which it was handed over, while more is decided.
///
/// `@unchecked Sendable`: what is behind it is only touched within its serial queue, and by its owner after `wait`,
/// when nothing is left in the queue.
final class RowWriting: @unchecked Sendable {
    private let tables: FoldTables
    private let queue = DispatchQueue(label: "perennial.engine.rows")
    /// The first failure, after which nothing is written.
    private var failure: (any Error)?

    init(_ tables: FoldTables) {
        self.tables = tables
    }

    /// Has rows written. Until `wait`, nobody else may write through these tables.
    func add(_ rows: DecidedRows) {
        queue.async { [self] in
            if failure != nil { return }
            do {
                var rows = rows
                try rows.write(to: tables)
            } catch {
                failure = error
            }
        }
    }

    /// Returns once everything is written.
    ///
    /// - Throws: What kept it from being written.
    func wait() throws {
        try queue.sync { if let failure { throw failure } }
    }
}
