/// The archive's schema, step by step; a step that has been released is never changed.
enum Migrations {
    static let all: [String] = [archive0001, archive0002, archive0003, archive0004, archive0005]

    /// Brings the database to the newest schema; each step in a transaction of its own.
    ///
    /// - Throws: `.damaged` where the file is of a later version than this code.
    static func run(on connection: Connection) throws(ArchiveError) {
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        let version = Int(
            try connection.integer("SELECT coalesce(max(version), 0)::BIGINT FROM schema_version"))
        guard version <= all.count else {
            throw .damaged(
                reason: "its schema has version \(version), and \(all.count) is the newest known")
        }
        for step in version..<all.count {
            try connection.transaction { () throws(ArchiveError) in
                try connection.execute(all[step])
                try connection.execute("INSERT INTO schema_version VALUES (\(step + 1))")
            }
        }
    }
}
