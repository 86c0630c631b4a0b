import CDuckDB

/// The loaded DuckDB library; having one is the proof that DuckDB's functions may be called.
///
/// A process loads one library once; later values name the same one.
package struct DuckDBLibrary: Sendable {
    /// Such as `v1.4.2`.
    package let version: String

    /// Loads the library.
    ///
    /// - Parameters:
    ///   - chosen: The user's own choice (`DUCKDB_LIBRARY`), tried alone; nil or empty for none.
    ///   - candidates: Paths to try in this order otherwise.
    /// - Throws: `.libraryMissing` where no path can be opened; `.libraryUnusable` where the chosen
    ///   one, or each one found, lacks a function or is too old.
    package init(chosen: String?, candidates: [String]) throws(ArchiveError) {
        let isChosen = chosen.map { !$0.isEmpty } ?? false
        let paths = isChosen ? [chosen ?? ""] : candidates
        var failure = ArchiveError.libraryMissing(lookedFor: paths)
        for path in paths {
            guard isChosen || perennial_file_is_readable(path) else { continue }
            var message = [CChar](repeating: 0, count: 512)
            if perennial_duckdb_load(path, &message, message.count) {
                version = String(cString: duck_library_version())
                return
            }
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            failure = .libraryUnusable(path: path, reason: String(decoding: text, as: UTF8.self))
        }
        throw failure
    }
}
