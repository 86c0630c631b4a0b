import Kernel
import Synchronization

/// The permanent archive: a workspace's events in columns, and the typed queries on them.
///
/// One process owns it. Calls block until they are done, and may come from any thread: writing
/// calls take turns; queries run beside each other and beside a writer, each on what was committed
/// when it began. Customers are counted as the links say (`CustomerLink`); figures are defined in
/// docs/metrics.md.
package final class Archive: Sendable {
    /// What of the machine the archive may take.
    package struct Options: Sendable, Equatable {
        /// Threads of one query; 0 for DuckDB's own choice, all cores.
        package var threads = 0
        /// Where DuckDB begins to move its work to disk.
        package var memoryMaxMB = 1024
        /// An archive of more events than this is estimated from a sample of the customers.
        package var countedEventsMax = 100_000
        /// How many events such a sample has at most, about.
        package var sampledEventsMax = 60_000
        /// How many customers it has at least, about, however many events are theirs.
        package var sampledCustomersMin = 1000

        package init() {}
    }

    /// The file's name in a workspace folder.
    package static let fileName = "events.duckdb"
    /// Connections that are kept for reading; more readers than this at one time open their own.
    package static let idleReadersMax = 4

    let writer: Mutex<Writer>
    let sampler = Mutex(Sampler())
    let options: Options
    let database: Database
    private let idleReaders = Mutex<[Connection]>([])

    /// What only the writing side holds.
    struct Writer: Sendable {
        let connection: Connection
        /// Whom the summary may show wrongly since it was made; nil where nobody kept count.
        var dirty: Set<Int64>?
        /// Beyond this many, everybody is done anew.
        static let dirtyMax = 100_000

        mutating func markDirty(_ customers: some Sequence<Int64>) {
            guard dirty != nil else { return }
            for customer in customers where customer != 0 { dirty?.insert(customer) }
            if let count = dirty?.count, count > Self.dirtyMax { dirty = nil }
        }
    }

    /// Opens the archive of a workspace, and makes it where there is none.
    ///
    /// - Parameter folder: The workspace's folder, which exists.
    /// - Throws: `.cannotOpen`; `.damaged` where a later version of Perennial wrote it.
    package init(
        folder: String, options: Options = Options(), library: DuckDBLibrary
    ) throws(ArchiveError) {
        self.options = options
        var settings = [
            (name: "memory_limit", value: "\(options.memoryMaxMB)MB"),
            // Nothing here reads other files, and nothing is to be fetched.
            (name: "enable_external_access", value: "false"),
            (name: "autoinstall_known_extensions", value: "false"),
            (name: "autoload_known_extensions", value: "false"),
            (name: "preserve_insertion_order", value: "false"),
            // A checkpoint compresses the last rows of each table anew: fewer make imports quicker.
            (name: "checkpoint_threshold", value: "64MB"),
        ]
        if options.threads > 0 { settings.append(("threads", String(options.threads))) }
        database = try Database(
            path: folder + "/" + Self.fileName, settings: settings, library: library)
        let connection = try Connection(database)
        try Migrations.run(on: connection)
        let changed = try connection.changedSinceSummary()
        writer = Mutex(Writer(connection: connection, dirty: changed))
    }

    /// The last log position that the archive holds; 0 in a new one.
    package func position() throws(ArchiveError) -> Int64 {
        try read { connection throws(ArchiveError) in
            try connection.integer("SELECT position FROM archive_state")
        }
    }

    /// Moves what was written lately into the file's columns, which happens by itself at times;
    /// worth its while after an import.
    package func checkpoint() throws(ArchiveError) {
        // Not while the sample is written: DuckDB refuses beside another writer.
        try sampler.withLock { _ throws(ArchiveError) in
            try write { writer throws(ArchiveError) in try writer.connection.execute("CHECKPOINT") }
        }
    }

    /// How many rows each table has, in the order of the schema.
    package func sizes() throws(ArchiveError) -> [(table: String, rows: Int)] {
        try read { connection throws(ArchiveError) in
            var sizes: [(table: String, rows: Int)] = []
            for table in Self.tables {
                let rows = try connection.integer("SELECT count(*) FROM \(table)")
                sizes.append((table, Int(rows)))
            }
            return sizes
        }
    }

    private static let tables = [
        "events", "orders", "refunds", "cancellations", "order_lines", "contacts", "links",
        "model_runs", "predictions", "customer_summary", "customer_revenue",
    ]

    /// Lends a connection, in one transaction: everything the body reads is of one moment.
    func read<Result>(
        _ body: (Connection) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        let idle = idleReaders.withLock { $0.popLast() }
        let connection = if let idle { idle } else { try Connection(database) }
        let result = try connection.transaction { () throws(ArchiveError) in
            try body(connection)
        }
        // After an error the connection is closed, whatever state it is in.
        idleReaders.withLock { if $0.count < Self.idleReadersMax { $0.append(connection) } }
        return result
    }

    /// Runs the body with the writer's connection, when the writers before are done.
    func write<Result: Sendable>(
        _ body: (inout Writer) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try writer.withLock { writer throws(ArchiveError) in try body(&writer) }
    }
}

extension Connection {
    /// The table or view of orders whose `customer` is whom an order counts for: without links, the
    /// table itself, so that nothing is joined.
    func ordersTable() throws(ArchiveError) -> String {
        try hasLinks() ? "rooted_orders" : "orders"
    }

    func contactsTable() throws(ArchiveError) -> String {
        try hasLinks() ? "rooted_contacts" : "contacts"
    }

    func hasLinks() throws(ArchiveError) -> Bool {
        try integer("SELECT count(*) FROM links") > 0
    }
}

extension Rows {
    func timestamp(_ column: Int) -> Timestamp { Timestamp(milliseconds: int64(column)) }

    func optionalTimestamp(_ column: Int) -> Timestamp? {
        optionalInt64(column).map { Timestamp(milliseconds: $0) }
    }

    /// - Throws: `.damaged` where the column holds no currency.
    func currency(_ column: Int) throws(ArchiveError) -> Currency {
        guard let packed = UInt32(exactly: int64(column)), let currency = Currency(packed: packed)
        else { throw .damaged(reason: "\(int64(column)) is no currency") }
        return currency
    }
}
