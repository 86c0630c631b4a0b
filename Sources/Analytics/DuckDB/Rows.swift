import CDuckDB

/// The rows of a query, read in order.
///
/// Values are read straight from DuckDB's column vectors. The pointers kept here are into the
/// current chunk, which lives until the next one is fetched; `row` is always below the chunk's
/// size.
final class Rows {
    private var result: duck_result
    private let types: [duck_type]
    private var chunk: duck_chunk?
    private var size = 0
    private var row = -1
    private var values: [UnsafeMutableRawPointer?]
    private var validity: [UnsafeMutablePointer<UInt64>?]

    init(_ result: duck_result) {
        var result = result
        let count = duck_column_count(&result)
        types = (0..<count).map { duck_column_type(&result, $0) }
        values = Array(repeating: nil, count: Int(count))
        validity = Array(repeating: nil, count: Int(count))
        self.result = result
    }

    deinit {
        duck_destroy_data_chunk(&chunk)
        duck_destroy_result(&result)
    }

    /// Goes to the next row; false at the end.
    func next() -> Bool {
        row += 1
        while row >= size {
            duck_destroy_data_chunk(&chunk)
            chunk = duck_fetch_chunk(&result)
            guard let chunk else {
                size = 0
                return false
            }
            size = Int(duck_data_chunk_get_size(chunk))
            row = 0
            for column in values.indices {
                let vector = duck_data_chunk_get_vector(chunk, duck_index(column))
                values[column] = duck_vector_get_data(vector)
                validity[column] = duck_vector_get_validity(vector)
            }
        }
        return true
    }

    /// Says after the last row of a stream whether it was the last, or reading failed there.
    func check() throws(ArchiveError) {
        guard let reason = duck_result_error(&result) else { return }
        let said = text(reason)
        if !said.isEmpty { throw .statementFailed(reason: said) }
    }

    func isNull(_ column: Int) -> Bool {
        guard let mask = validity[column] else { return false }
        return mask[row >> 6] >> UInt64(row & 63) & 1 == 0
    }

    /// An integer of any width up to 64 bits, or a boolean as 0 or 1.
    func int64(_ column: Int) -> Int64 {
        switch types[column] {
        case DUCK_TYPE_BIGINT: value(column)
        case DUCK_TYPE_INTEGER: Int64(value(column) as Int32)
        case DUCK_TYPE_UINTEGER: Int64(value(column) as UInt32)
        case DUCK_TYPE_UTINYINT, DUCK_TYPE_BOOLEAN: Int64(value(column) as UInt8)
        default: preconditionFailure("column \(column) isn't an integer")
        }
    }

    /// The values of a `BIGINT` column in the chunk that `nextChunk()` went to, without NULLs: for queries of
    /// millions of rows.
    func bigints(_ column: Int) -> UnsafeBufferPointer<Int64> {
        precondition(types[column] == DUCK_TYPE_BIGINT, "column \(column) isn't a BIGINT")
        return buffer(column)
    }

    /// As above, of an `INTEGER` column.
    func integers(_ column: Int) -> UnsafeBufferPointer<Int32> {
        precondition(types[column] == DUCK_TYPE_INTEGER, "column \(column) isn't an INTEGER")
        return buffer(column)
    }

    /// Goes to the next chunk of rows; nil at the end. What was given out of the one before is gone.
    func nextChunk() -> Int? {
        row = size
        guard next() else { return nil }
        row = size - 1
        return size
    }

    private func buffer<Value>(_ column: Int) -> UnsafeBufferPointer<Value> {
        UnsafeBufferPointer(
            start: values[column].map { UnsafePointer($0.assumingMemoryBound(to: Value.self)) },
            count: size)
    }

    func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }

    func int(_ column: Int) -> Int { Int(int64(column)) }

    func bool(_ column: Int) -> Bool { int64(column) != 0 }

    /// A sum of integers, which DuckDB makes with 128 bits; 0 for the sum of nothing.
    ///
    /// - Throws: `.amountOutOfRange` where it doesn't fit into 64.
    func sum(_ column: Int) throws(ArchiveError) -> Int64 {
        precondition(types[column] == DUCK_TYPE_HUGEINT, "column \(column) isn't a sum")
        if isNull(column) { return 0 }
        let wide: duck_hugeint = value(column)
        let low = Int64(bitPattern: wide.lower)
        guard wide.upper == low >> 63 else { throw .amountOutOfRange }
        return low
    }

    func double(_ column: Int) -> Double {
        precondition(types[column] == DUCK_TYPE_DOUBLE, "column \(column) isn't a double")
        return value(column)
    }

    func optionalDouble(_ column: Int) -> Double? { isNull(column) ? nil : double(column) }

    func string(_ column: Int) -> String {
        precondition(types[column] == DUCK_TYPE_VARCHAR, "column \(column) isn't a text")
        guard let base = values[column] else { return "" }
        let cell = base.assumingMemoryBound(to: duck_string.self) + row
        let count = Int(cell.pointee.length)
        if count <= 12 {
            // The bytes stand behind the four of the length.
            let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(cell) + 4, count: count)
            return String(decoding: bytes, as: UTF8.self)
        }
        let bytes = UnsafeRawBufferPointer(start: cell.pointee.elsewhere, count: count)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func value<Value>(_ column: Int) -> Value {
        guard let base = values[column] else { preconditionFailure("no row has been read") }
        return base.assumingMemoryBound(to: Value.self)[row]
    }
}
