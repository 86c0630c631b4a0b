import CDuckDB

/// One open database file.
///
/// `@unchecked Sendable`: the handle is set once in `init` and only handed to DuckDB, which allows
/// connecting from any thread; it is closed when nobody holds the object any more.
final class Database: @unchecked Sendable {
    private var handle: duck_database?

    /// Opens or creates the file.
    ///
    /// - Throws: `.cannotOpen` with DuckDB's reason.
    init(
        path: String, settings: [(name: String, value: String)], library _: DuckDBLibrary
    ) throws(ArchiveError) {
        var config: duck_config?
        guard duck_create_config(&config) == DUCK_SUCCESS else {
            throw .cannotOpen(path: path, reason: "out of memory")
        }
        defer { duck_destroy_config(&config) }
        for (name, value) in settings {
            guard duck_set_config(config, name, value) == DUCK_SUCCESS else {
                throw .cannotOpen(path: path, reason: "no setting \(name) = \(value)")
            }
        }
        var message: UnsafeMutablePointer<CChar>?
        guard duck_open_ext(path, &handle, config, &message) == DUCK_SUCCESS else {
            defer { duck_free(message) }
            let reason = message.map { String(cString: $0) } ?? "unknown"
            throw .cannotOpen(path: path, reason: reason)
        }
    }

    deinit {
        duck_close(&handle)
    }

    fileprivate func connect() throws(ArchiveError) -> duck_connection {
        var connection: duck_connection?
        guard duck_connect(handle, &connection) == DUCK_SUCCESS, let connection else {
            throw .statementFailed(reason: "can't connect")
        }
        return connection
    }
}

/// What is bound to a `?` of a statement. User input reaches DuckDB only this way.
enum Argument {
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// A connection to a database: one transaction at a time.
///
/// `@unchecked Sendable`: DuckDB's connections may be used from any thread, by one at a time. Each
/// is owned by one of `Archive`'s locks or lent by its pool to one caller, which never keeps it. Only `interrupt()`
/// may be called from anywhere, as DuckDB allows.
final class Connection: @unchecked Sendable {
    let database: Database
    private var handle: duck_connection?

    init(_ database: Database) throws(ArchiveError) {
        self.database = database
        handle = try database.connect()
    }

    deinit {
        duck_disconnect(&handle)
    }

    /// Ends the statement that is running, which fails then; nothing where none is.
    func interrupt() { duck_interrupt(handle) }

    /// Runs one statement or several, without arguments or rows.
    func execute(_ sql: String) throws(ArchiveError) {
        var result = duck_result()
        defer { duck_destroy_result(&result) }
        guard duck_query(handle, sql, &result) == DUCK_SUCCESS else {
            throw .statementFailed(reason: text(duck_result_error(&result)))
        }
    }

    /// Runs one statement and returns its rows.
    func rows(_ sql: String, _ arguments: [Argument] = []) throws(ArchiveError) -> Rows {
        try rows(sql, arguments) { duck_execute_prepared($0, $1) }
    }

    /// As above, for many millions of rows, which are made as they are read rather than all held; nothing else runs
    /// on this connection until the last was read. Then `Rows.check` says whether they were all.
    func stream(_ sql: String, _ arguments: [Argument] = []) throws(ArchiveError) -> Rows {
        try rows(sql, arguments) { duck_execute_streaming($0, $1) }
    }

    private func rows(
        _ sql: String, _ arguments: [Argument],
        _ run: (duck_statement?, UnsafeMutablePointer<duck_result>) -> duck_state
    ) throws(ArchiveError) -> Rows {
        var statement: duck_statement?
        defer { duck_destroy_prepare(&statement) }
        guard duck_prepare(handle, sql, &statement) == DUCK_SUCCESS else {
            throw .statementFailed(reason: text(duck_prepare_error(statement)))
        }
        precondition(
            duck_nparams(statement) == arguments.count, "a statement's arguments are miscounted")
        for (offset, argument) in arguments.enumerated() {
            let index = duck_index(offset + 1)
            let state: duck_state
            switch argument {
            case .integer(let value): state = duck_bind_int64(statement, index, value)
            case .real(let value): state = duck_bind_double(statement, index, value)
            case .text(var value):
                state = value.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { characters in
                        duck_bind_varchar_length(
                            statement, index, characters.baseAddress,
                            duck_index(characters.count))
                    }
                }
            }
            guard state == DUCK_SUCCESS else {
                throw .statementFailed(reason: "argument \(offset + 1) can't be bound")
            }
        }
        var result = duck_result()
        guard run(statement, &result) == DUCK_SUCCESS else {
            defer { duck_destroy_result(&result) }
            throw .statementFailed(reason: text(duck_result_error(&result)))
        }
        return Rows(result)
    }

    /// The integer that a statement returns in its only row and column.
    func integer(_ sql: String, _ arguments: [Argument] = []) throws(ArchiveError) -> Int64 {
        let rows = try rows(sql, arguments)
        guard rows.next() else { throw .damaged(reason: "a row is missing") }
        return rows.int64(0)
    }

    /// Runs the body in a transaction, which is rolled back where the body throws.
    func transaction<Result>(
        _ body: () throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try execute("BEGIN TRANSACTION")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // The first error is the one to report; a failed COMMIT has already rolled back.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// An appender for a table's columns in their order.
    func appender(for table: String, _ columns: [ColumnType]) throws(ArchiveError) -> Appender {
        var appender: duck_appender?
        guard duck_appender_create(handle, nil, table, &appender) == DUCK_SUCCESS else {
            defer { duck_appender_destroy(&appender) }
            throw .statementFailed(reason: text(duck_appender_error(appender)))
        }
        return Appender(appender, columns)
    }
}

func text(_ message: UnsafePointer<CChar>?) -> String {
    message.map { String(cString: $0) } ?? "unknown error"
}
