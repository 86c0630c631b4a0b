import CDuckDB

/// The type of a column that is appended to.
enum ColumnType {
    case bigint
    case integer
    case utinyint
    case boolean
    case double
    case varchar

    fileprivate var duckType: duck_type {
        switch self {
        case .bigint: DUCK_TYPE_BIGINT
        case .integer: DUCK_TYPE_INTEGER
        case .utinyint: DUCK_TYPE_UTINYINT
        case .boolean: DUCK_TYPE_BOOLEAN
        case .double: DUCK_TYPE_DOUBLE
        case .varchar: DUCK_TYPE_VARCHAR
        }
    }
}

/// Appends rows to a table column by column, in chunks of DuckDB's own size.
final class Appender {
    private var handle: duck_appender?
    private var chunk: duck_chunk?
    private let columns: [ColumnType]

    /// Takes over the handle.
    init(_ handle: duck_appender?, _ columns: [ColumnType]) {
        self.handle = handle
        self.columns = columns
        var types = columns.map { duck_create_logical_type($0.duckType) }
        chunk = duck_create_data_chunk(&types, duck_index(types.count))
        for index in types.indices { duck_destroy_logical_type(&types[index]) }
    }

    deinit {
        duck_destroy_data_chunk(&chunk)
        duck_appender_destroy(&handle)
    }

    /// Appends `count` rows and closes the appender: they belong to the connection's transaction.
    ///
    /// - Parameter fill: Fills every column of one slice of the rows.
    func append(_ count: Int, _ fill: (Slice) -> Void) throws(ArchiveError) {
        try add(count, fill)
        try close()
    }

    /// Appends `count` rows; others may follow, and then `close()`.
    func add(_ count: Int, _ fill: (Slice) -> Void) throws(ArchiveError) {
        let step = Int(duck_vector_size())
        var start = 0
        while start < count {
            let end = min(start + step, count)
            duck_data_chunk_reset(chunk)
            fill(Slice(rows: start..<end, chunk: chunk, columns: columns))
            duck_data_chunk_set_size(chunk, duck_index(end - start))
            try check(duck_append_data_chunk(handle, chunk))
            start = end
        }
    }

    /// Hands what was added over to the connection's transaction.
    func close() throws(ArchiveError) {
        try check(duck_appender_close(handle))
    }

    private func check(_ state: duck_state) throws(ArchiveError) {
        guard state == DUCK_SUCCESS else {
            throw .statementFailed(reason: text(duck_appender_error(handle)))
        }
    }

    /// A run of rows that is being filled.
    ///
    /// Every pointer is into the appender's chunk, which holds as many rows as a vector does; a
    /// slice is never longer.
    struct Slice {
        fileprivate let rows: Range<Int>
        fileprivate let chunk: duck_chunk?
        fileprivate let columns: [ColumnType]

        func bigints(_ column: Int, _ value: (Int) -> Int64) {
            write(column, .bigint, value)
        }

        func integers(_ column: Int, _ value: (Int) -> Int32) {
            write(column, .integer, value)
        }

        func bytes(_ column: Int, _ value: (Int) -> UInt8) {
            write(column, .utinyint, value)
        }

        func booleans(_ column: Int, _ value: (Int) -> Bool) {
            write(column, .boolean, value)
        }

        /// NaN is stored as NULL.
        func doubles(_ column: Int, _ value: (Int) -> Double) {
            write(column, .double, value)
            let vector = duck_data_chunk_get_vector(chunk, duck_index(column))
            guard rows.contains(where: { value($0).isNaN }) else { return }
            duck_vector_ensure_validity_writable(vector)
            guard let mask = duck_vector_get_validity(vector) else { return }
            for index in rows where value(index).isNaN {
                let row = index - rows.lowerBound
                mask[row >> 6] &= ~(1 << UInt64(row & 63))
            }
        }

        func texts(_ column: Int, _ value: (Int) -> String) {
            precondition(columns[column] == .varchar, "column \(column) isn't a text")
            let vector = duck_data_chunk_get_vector(chunk, duck_index(column))
            for index in rows {
                var text = value(index)
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        duck_vector_assign_string_element_len(
                            vector, duck_index(index - rows.lowerBound), $0.baseAddress,
                            duck_index($0.count))
                    }
                }
            }
        }

        /// Texts that are parts of one run of UTF-8.
        func texts(_ column: Int, in bytes: [UInt8], _ range: (Int) -> Range<Int>) {
            precondition(columns[column] == .varchar, "column \(column) isn't a text")
            let vector = duck_data_chunk_get_vector(chunk, duck_index(column))
            bytes.withUnsafeBytes { buffer in
                for index in rows {
                    let part = UnsafeRawBufferPointer(rebasing: buffer[range(index)])
                    // Without a byte there need not be an address.
                    duck_vector_assign_string_element_len(
                        vector, duck_index(index - rows.lowerBound),
                        part.baseAddress?.assumingMemoryBound(to: CChar.self),
                        duck_index(part.count))
                }
            }
        }

        @inline(__always)
        private func write<Value>(_ column: Int, _ type: ColumnType, _ value: (Int) -> Value) {
            precondition(columns[column] == type, "column \(column) isn't of type \(type)")
            let vector = duck_data_chunk_get_vector(chunk, duck_index(column))
            guard let data = duck_vector_get_data(vector) else { return }
            let cells = data.assumingMemoryBound(to: Value.self)
            for index in rows { cells[index - rows.lowerBound] = value(index) }
        }
    }
}
