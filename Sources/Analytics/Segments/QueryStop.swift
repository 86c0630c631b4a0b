import Synchronization

/// Stops a query from another thread.
///
/// Between two statements of one query the stop is noticed before the second; of a statement that begins in that very
/// moment it may be missed, and the query goes on to its end.
package final class QueryStop: Sendable {
    private struct State {
        var isStopped = false
        var connection: Connection?
    }

    private let state = Mutex(State())

    package init() {}

    package var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Stops the query that runs, and any that is to run.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            state.connection?.interrupt()
        }
    }

    /// - Throws: `.stopped` where it is stopped.
    func check() throws(ArchiveError) {
        if isStopped { throw .stopped }
    }

    /// Lets the body's statements on this connection be stopped.
    ///
    /// - Throws: `.stopped`, whatever DuckDB says of it; else what the body throws.
    func watching<Result>(
        _ connection: Connection, _ body: () throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try check()
        state.withLock { $0.connection = connection }
        defer { state.withLock { $0.connection = nil } }
        do throws(ArchiveError) { return try body() } catch {
            try check()
            throw error
        }
    }
}
