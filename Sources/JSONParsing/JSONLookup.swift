/// Finds single members in an object's bytes, for who needs one property now and then.
package enum JSONLookup {
    /// The value of an object's member; of several with the name, the last.
    ///
    /// - Parameter bytes: A whole object. Empty bytes have no members.
    /// - Returns: nil where there is no such member; `.null` values are returned as they are.
    /// - Throws: Where the bytes aren't an object.
    package static func member(
        named name: Span<UInt8>, in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONSlice? {
        guard bytes.count > 0 else { return nil }
        return try member(named: name, in: bytes, from: 0)
    }

    /// As above.
    package static func member(
        named name: String, in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONSlice? {
        try member(named: name.utf8Span.span, in: bytes)
    }

    /// The value of a member of the object that a slice of the bytes is.
    package static func member(
        named name: Span<UInt8>, of object: JSONSlice, in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONSlice? {
        guard object.kind == .object else { return nil }
        return try member(named: name, in: bytes, from: object.range.lowerBound)
    }

    /// The value at the end of a path of names, such as `["page", "url"]`.
    ///
    /// - Returns: nil where a step is missing or isn't an object.
    package static func value(
        at path: [String], in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONSlice? {
        guard let first = path.first else { return nil }
        var found = try member(named: first, in: bytes)
        for name in path.dropFirst() {
            guard let object = found else { return nil }
            found = try member(named: name.utf8Span.span, of: object, in: bytes)
        }
        return found
    }

    private static func member(
        named name: Span<UInt8>, in bytes: Span<UInt8>, from offset: Int
    ) throws(JSONError) -> JSONSlice? {
        var reader = JSONReader(bytes, from: offset)
        var found: JSONSlice?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let value = try reader.readValue()
            if key.isText(name, in: bytes) { found = value }
        }
        return found
    }
}
