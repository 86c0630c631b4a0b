/// Reads JSON (RFC 8259) piece by piece from bytes that somebody else holds.
///
/// The caller asks for what it knows how to use and takes the rest as ranges:
/// ```swift
/// var reader = JSONReader(body)
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///     let value = try reader.readValue()   // checked to its end, not decoded
/// }
/// try reader.finish()
/// ```
/// Everything that is passed over is checked: grammar, escapes, UTF-8, depth. Duplicate keys are
/// reported as they come; who reads the members lets the last one win.
package struct JSONReader: ~Escapable {
    /// How many containers may be open at once.
    package static let depthMax = 64

    /// At most 4 GiB.
    package let bytes: Span<UInt8>
    package private(set) var offset: Int
    private var depth = 0
    /// Right behind an opening bracket, where no comma is expected.
    private var isAtStart = false

    /// - Parameter offset: Where to start, such as a slice's lower bound.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, from offset: Int = 0) {
        precondition(bytes.count <= Int(UInt32.max), "a JSON document has at most 4 GiB")
        self.bytes = bytes
        self.offset = offset
    }

    /// The kind of the value that comes next, by its first byte; `offset` is at that byte
    /// afterwards.
    ///
    /// - Throws: `.unexpectedEnd`, `.unexpectedByte`, `.byteOrderMark`.
    package mutating func peekKind() throws(JSONError) -> JSONKind {
        switch try JSONScanner.next(in: bytes, at: &offset) {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw JSONScanner.unexpected(in: bytes, at: offset)
        }
    }

    /// Reads the next value whole: checks it to its end and says where it is.
    ///
    /// - Throws: Every reason but `.trailingBytes` and `.wrongKind`.
    package mutating func readValue() throws(JSONError) -> JSONSlice {
        isAtStart = false
        let value = try JSONScanner.value(in: bytes, from: offset, depth: depth)
        offset = value.end
        return value
    }

    /// Enters an object, whose members `nextKey()` then gives.
    ///
    /// - Throws: `.wrongKind` where another value comes; `.tooDeep`.
    package mutating func beginObject() throws(JSONError) {
        try begin(.object)
    }

    /// The next member's key; its value must be read before the next call. Nil at the object's end,
    /// which is then behind the reader.
    package mutating func nextKey() throws(JSONError) -> JSONSlice? {
        var byte = try JSONScanner.next(in: bytes, at: &offset)
        if byte == UInt8(ascii: "}") {
            close()
            return nil
        }
        if isAtStart {
            isAtStart = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: offset) }
            offset += 1
            byte = try JSONScanner.next(in: bytes, at: &offset)
        }
        return try JSONScanner.key(in: bytes, at: &offset)
    }

    /// Enters an array, whose elements follow where `nextElement()` says so.
    ///
    /// - Throws: `.wrongKind` where another value comes; `.tooDeep`.
    package mutating func beginArray() throws(JSONError) {
        try begin(.array)
    }

    /// Whether an element follows, which must be read before the next call. False at the array's
    /// end, which is then behind the reader.
    package mutating func nextElement() throws(JSONError) -> Bool {
        let byte = try JSONScanner.next(in: bytes, at: &offset)
        if byte == UInt8(ascii: "]") {
            close()
            return false
        }
        if isAtStart {
            isAtStart = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: offset) }
        offset += 1
        return true
    }

    /// Says that the document must end here.
    ///
    /// - Throws: `.trailingBytes` where something other than white space follows.
    package mutating func finish() throws(JSONError) {
        JSONScanner.skipSpace(in: bytes, at: &offset)
        guard offset == bytes.count else { throw JSONError(.trailingBytes, at: offset) }
    }

    /// Checks a whole document.
    ///
    /// - Returns: Its one value.
    package static func document(_ bytes: Span<UInt8>) throws(JSONError) -> JSONSlice {
        var reader = JSONReader(bytes)
        let value = try reader.readValue()
        try reader.finish()
        return value
    }

    private mutating func begin(_ kind: JSONKind) throws(JSONError) {
        guard try peekKind() == kind else { throw JSONError(.wrongKind, at: offset) }
        guard depth < Self.depthMax else { throw JSONError(.tooDeep, at: offset) }
        depth += 1
        offset += 1
        isAtStart = true
    }

    private mutating func close() {
        offset += 1
        depth -= 1
        isAtStart = false
    }
}
