import GRDB

/// The workspace's small, exact tables in `records.sqlite`: what is folded from the log, and what people enter.
///
/// Each subject's statements are in an extension of its own. Calls are synchronous and thread-safe; writes
/// wait for one another.
package final class RecordsStore: Sendable {
    let file: SQLiteFile
    private let folding: FoldingState
    /// Open as long as the statements that it prepared.
    private let foldReader: DatabaseQueue
    /// Rung when the outbox has something new.
    package let outboxBell = ChangeBell()

    /// The prepared statements of the writing connection; only touched inside `file.writer`'s queue.
    ///
    /// `@unchecked Sendable`: GRDB's queue runs one closure at a time, and every use is inside such a closure.
    private final class FoldingState: @unchecked Sendable {
        let tables: FoldTables

        init(_ db: Database, reader: Database) throws {
            tables = try FoldTables(db, reader: reader)
        }
    }

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        let file = try SQLiteFile(
            path: path, durability: .untilCheckpoint, cacheKiB: 65_536,
            migrator: RecordsMigrations.migrator)
        self.file = file
        let reader = try file.reading()
        foldReader = reader
        folding = try file.writer.writeWithoutTransaction { db in
            try reader.inDatabase { try FoldingState(db, reader: $0) }
        }
    }

    /// Folds one batch: what `body` reads and writes is one transaction.
    package func fold<Value>(_ body: (FoldTables) throws -> Value) throws -> Value {
        let (value, didAdd) = try file.writer.writeWithoutTransaction { _ in
            let value = try folding.tables.transaction { try body(folding.tables) }
            return (value, folding.tables.outbox.didAdd)
        }
        if didAdd { outboxBell.ring() }
        return value
    }

    /// Returns once nothing is done with the file beside what was asked for.
    package func settle() { file.awaitJournal() }

    /// Gives back the memory that a long stretch of writing took.
    package func releaseMemory() {
        file.releaseMemory()
        // Between two batches, as the folding thread calls it; nothing is lost where it isn't done.
        try? foldReader.inDatabase { db in try db.execute(sql: "PRAGMA shrink_memory") }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try file.reader.read(body)
    }

    /// One transaction that a machine which stops at once may lose, never half of it: for what is done again
    /// without harm.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try file.writer.write(body)
    }

    /// One transaction that is synced before the call returns: for what people enter, which no log repeats.
    func writeDurably<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try file.writer.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            defer {
                // A connection that can't take this pragma syncs more than it must, nothing worse.
                try? db.execute(sql: "PRAGMA synchronous = NORMAL")
            }
            var result: Value?
            try db.inTransaction {
                result = try body(db)
                return .commit
            }
            guard let result else { throw DatabaseError(message: "the transaction gave no value") }
            return result
        }
    }

    /// Deletes everything that is folded from the log; the next fold starts at its beginning.
    package func forgetFolded() throws {
        try file.writer.write { db in
            for table in RecordsMigrations.foldedTables {
                try db.execute(sql: "DELETE FROM \(table)")
            }
        }
        try file.writer.writeWithoutTransaction { _ in try folding.tables.reload() }
    }

    // MARK: Settings

    package func setting(_ name: String) throws -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name])
        }
    }

    /// The time zone that a workspace goes by, read beside the process that owns it; nil where none is noted.
    package static func timeZone(folder: String) throws -> String? {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: folder + "/records.sqlite", configuration: configuration)
        return try queue.read { db in
            try String.fetchOne(
                db, sql: "SELECT value FROM settings WHERE name = 'time-zone'")
        }
    }

    package func setSetting(_ name: String, to value: String) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO settings (name, value) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value
                    """, arguments: [name, value])
        }
    }
}
