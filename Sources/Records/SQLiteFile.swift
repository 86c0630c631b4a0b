package import GRDB

/// Opens the workspace's SQLite files, each with one writing and one reading connection.
package struct SQLiteFile: Sendable {
    /// What may be lost when the machine (not only the process) stops at once.
    package enum Durability: Sendable {
        /// Nothing that was committed.
        case everyCommit
        /// The newest commits; the file stays whole. For what is folded from the log.
        case untilCheckpoint
    }

    package let writer: DatabaseQueue
    package let reader: DatabaseQueue
    /// Pages that change with every batch are taken in once for many batches.
    private let keeper: JournalKeeper
    private let path: String
    private let cacheKiB: Int

    /// - Parameters:
    ///   - path: Created where it doesn't exist.
    ///   - cacheKiB: Page cache of the writing connection.
    ///   - isPrompt: Whether much of the journal is taken in at once, as `JournalKeeper` says.
    package init(
        path: String, durability: Durability, cacheKiB: Int, migrator: DatabaseMigrator,
        isPrompt: Bool = false
    ) throws {
        var configuration = Configuration()
        configuration.label = "perennial." + (path.split(separator: "/").last ?? "db")
        let keeper = JournalKeeper(
            path: path, label: configuration.label ?? "perennial", isPrompt: isPrompt)
        self.keeper = keeper
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(
                sql: "PRAGMA synchronous = \(durability == .everyCommit ? "FULL" : "NORMAL")")
            keeper.watch(db)
            try db.execute(sql: "PRAGMA cache_size = -\(cacheKiB)")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        writer = try DatabaseQueue(path: path, configuration: configuration)
        try migrator.migrate(writer)

        reader = try Self.reading(path, cacheKiB: 4096)
        self.path = path
        self.cacheKiB = cacheKiB
    }

    /// Another connection for reading, with as large a cache as the writing one.
    func reading() throws -> DatabaseQueue { try Self.reading(path, cacheKiB: cacheKiB) }

    private static func reading(_ path: String, cacheKiB: Int) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -\(cacheKiB)")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Returns once the journal isn't being taken in beside the writer.
    func awaitJournal() { keeper.wait() }

    /// Gives back the memory that the writing connection's page cache took.
    func releaseMemory() {
        // Nothing is lost where it isn't done.
        try? writer.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA shrink_memory") }
    }
}
