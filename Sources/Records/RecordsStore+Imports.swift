import GRDB
package import Kernel

extension RecordsStore {
    /// How far an import of this source got, as the import wrote it; nil for a new source.
    package func importState(source: String) throws -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT state FROM imports WHERE source = ?", arguments: [source])
        }
    }

    package func setImportState(source: String, to state: String, at time: Timestamp) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO imports (source, state, updated_at) VALUES (?, ?, ?)
                    ON CONFLICT (source) DO UPDATE
                    SET state = excluded.state, updated_at = excluded.updated_at
                    """, arguments: [source, state, time.milliseconds])
        }
    }
}
