import GRDB

extension RecordsStore {
    /// What changes whenever somebody enters or leaves a segment: its newest size, and who entered last. Three rows
    /// are read.
    package func pulse(ofSegment segment: Int64) throws -> String {
        try read { db in
            let size = try Row.fetchOne(
                db,
                sql: """
                    SELECT day, size FROM segment_sizes WHERE segment = ? ORDER BY day DESC LIMIT 1
                    """, arguments: [segment])
            let newest = try Row.fetchOne(
                db,
                sql: """
                    SELECT since, customer FROM memberships WHERE segment = ?
                    ORDER BY since DESC, customer DESC LIMIT 1
                    """, arguments: [segment])
            let numbers: [Int64] = [
                size?[0] ?? 0, size?[1] ?? 0, newest?[0] ?? 0, newest?[1] ?? 0,
            ]
            return numbers.map(String.init).joined(separator: "-")
        }
    }
}
