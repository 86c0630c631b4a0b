import FoundationEssentials
import GRDB

/// What was folded and the archive hasn't taken yet: kept with the fold's own tables, so that the archive may take it
/// later, and gathered.
extension FoldTables {
    /// Keeps what the archive is to be told of a batch.
    ///
    /// - Parameters:
    ///   - after: The position up to which the archive has all, or has it in the backlog.
    ///   - through: The last that it covers; greater than of any before.
    package func addBacklog(
        after: Int64, through: Int64, _ bytes: Span<UInt8>
    ) throws {
        putBacklog.bind(1, through)
        putBacklog.bind(2, after)
        putBacklog.bind(3, blob: bytes)
        try putBacklog.run()
    }

    /// Drops what the archive has.
    package func dropBacklog(through position: Int64) throws {
        cutBacklog.bind(1, position)
        try cutBacklog.run()
    }
}

extension RecordsStore {
    /// What an archive is to be told that has all through a position, in the order of folding; nothing where that isn't
    /// all that it lacks.
    package func archiveBacklog(after position: Int64) throws -> [[UInt8]] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT after_position, bytes, through_position FROM archive_backlog
                    WHERE through_position > ? ORDER BY through_position
                    """, arguments: [position])
            var end = position
            for row in rows {
                guard row[0] == end else { return [] }
                end = row[2]
            }
            return rows.map { row in
                let bytes: Data = row[1]
                return Array(bytes)
            }
        }
    }
}
