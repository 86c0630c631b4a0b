/// Why the archive couldn't do what it was asked.
package enum ArchiveError: Error, Equatable, CustomStringConvertible {
    /// No DuckDB library is where one was looked for.
    case libraryMissing(lookedFor: [String])
    /// The DuckDB library at `path` can't be used.
    case libraryUnusable(path: String, reason: String)
    /// The archive's file can't be opened: in use by another process, damaged, or of a later
    /// version.
    case cannotOpen(path: String, reason: String)
    /// DuckDB refused a statement; its own message.
    case statementFailed(reason: String)
    /// `QueryStop` stopped the query.
    case stopped
    /// A sum is beyond what 64 bits of minor units hold.
    case amountOutOfRange
    /// The archive holds something that it never wrote.
    case damaged(reason: String)

    package var description: String {
        switch self {
        case .libraryMissing(let places):
            "no DuckDB library found (looked for \(places.joined(separator: ", "))); "
                + "run script/setup, or set DUCKDB_LIBRARY"
        case .libraryUnusable(let path, let reason):
            "the DuckDB library \(path) can't be used: \(reason)"
        case .cannotOpen(let path, let reason): "can't open \(path): \(reason)"
        case .statementFailed(let reason): "DuckDB: \(reason)"
        case .stopped: "the query was stopped"
        case .amountOutOfRange: "a sum of money is beyond 64 bits of minor units"
        case .damaged(let reason): "the archive is damaged: \(reason)"
        }
    }
}
