import GRDB
import GRDBSQLite
import Kernel

/// A prepared statement for the rows of a batch: bound and stepped directly, without a value per argument.
///
/// Used on the connection that made it, inside a `DatabaseQueue`'s closure; finalised when it goes away.
/// Safe because the pointer never leaves this type, whose owner is confined to one connection's queue.
final class HotStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer

    /// - Throws: `DatabaseError` where the SQL isn't valid.
    init(_ db: Database, _ sql: String) throws {
        guard let connection = db.sqliteConnection else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed")
        }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw Self.failure(connection, code, sql)
        }
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    /// The text that was prepared.
    var sql: String { sqlite3_sql(statement).map { String(cString: $0) } ?? "" }

    /// Binds an integer; places count from 1.
    @inline(__always)
    func bind(_ place: Int32, _ value: Int64) {
        sqlite3_bind_int64(statement, place, value)
    }

    /// Binds bytes, which SQLite copies.
    func bind(_ place: Int32, blob value: Span<UInt8>) {
        value.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress, !buffer.isEmpty {
                _ = sqlite3_bind_blob64(statement, place, base, UInt64(buffer.count), copied)
            } else {
                _ = sqlite3_bind_zeroblob(statement, place, 0)
            }
        }
    }

    /// Binds bytes without a copy: they must hold until the statement was run, or others are bound in their place.
    func bind(_ place: Int32, lent value: UnsafeBufferPointer<UInt8>) {
        if let base = value.baseAddress, !value.isEmpty {
            _ = sqlite3_bind_blob64(statement, place, base, UInt64(value.count), nil)
        } else {
            _ = sqlite3_bind_zeroblob(statement, place, 0)
        }
    }

    /// Binds UTF-8 without a copy, as above.
    func bind(_ place: Int32, lentText value: UnsafeBufferPointer<UInt8>) {
        guard let base = value.baseAddress, !value.isEmpty else {
            _ = sqlite3_bind_text(statement, place, "", 0, nil)
            return
        }
        base.withMemoryRebound(to: CChar.self, capacity: value.count) { characters in
            _ = sqlite3_bind_text64(
                statement, place, characters, UInt64(value.count), nil, UInt8(SQLITE_UTF8))
        }
    }

    /// Binds text, which SQLite copies.
    func bind(_ place: Int32, text value: String) {
        var value = value
        value.withUTF8 { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                if let base = characters.baseAddress {
                    _ = sqlite3_bind_text64(
                        statement, place, base, UInt64(characters.count), copied,
                        UInt8(SQLITE_UTF8))
                } else {
                    _ = sqlite3_bind_text(statement, place, "", 0, copied)
                }
            }
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next values.
    func run() throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw Self.failure(connection, code, nil)
        }
    }

    /// How many rows the connection's last change was of.
    var changes: Int { Int(sqlite3_changes(connection)) }

    /// The number of the row that was added last.
    var lastRow: Int64 { sqlite3_last_insert_rowid(connection) }

    /// Steps to the next row; false at the end, where the statement is made ready again.
    func step() throws -> Bool {
        let code = sqlite3_step(statement)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw Self.failure(connection, code, nil) }
        return false
    }

    /// Makes the statement ready again before its rows are exhausted.
    func reset() { sqlite3_reset(statement) }

    /// Whether there is a row at all.
    func exists() throws -> Bool {
        let found = try step()
        if found { reset() }
        return found
    }

    /// A column of the current row; columns count from 0.
    @inline(__always)
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
        guard let base = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(
            decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// Lends a column's bytes, which hold until the next step.
    func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let base = sqlite3_column_blob(statement, column)
        let count = base == nil ? 0 : Int(sqlite3_column_bytes(statement, column))
        return body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// As above, as a span.
    func withSpan<Value, Failure: Error>(
        _ column: Int32, _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let base = sqlite3_column_blob(statement, column)
        let count = base == nil ? 0 : Int(sqlite3_column_bytes(statement, column))
        // Bytes bind to bytes; they hold while the body runs, which doesn't step.
        return try body(
            UnsafeBufferPointer(
                start: base?.assumingMemoryBound(to: UInt8.self), count: count
            ).span)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, column))
        return Array(UnsafeRawBufferPointer(start: base, count: count))
    }

    private static func failure(
        _ connection: OpaquePointer, _ code: CInt, _ sql: String?
    ) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(connection)), sql: sql)
    }
}

/// `SQLITE_TRANSIENT`: tells SQLite to copy what is bound.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
