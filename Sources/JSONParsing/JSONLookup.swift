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

    /// Whether an object somewhere in the bytes may have a member of this name: it is there as a whole
    /// string, or some string has escapes. One quick pass, to save reading the JSON where it can't.
    package static func mayHave(_ name: StaticString, in bytes: Span<UInt8>) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // Safe: a static string of bytes is that many bytes, for ever.
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount).span
        guard name.count > 0 else { return true }
        let first = ones &* UInt64(name[0])
        let raw = bytes.bytes
        var index = 0
        while index &+ 9 <= raw.byteCount {
            // Eight places at once: a byte is zero where a quote stands before the name's first byte,
            // or where a backslash is. (The loads check their bounds and take numbers only.)
            let word = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let next = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(
                    fromByteOffset: index &+ 1, as: UInt64.self))
            let pairs = (word ^ (ones &* 0x22)) | (next ^ first)
            let slashes = word ^ (ones &* 0x5C)
            let found = (((pairs &- ones) & ~pairs) | ((slashes &- ones) & ~slashes)) & highs
            if found != 0 {
                for place in index..<index &+ 8 where isStart(of: name, at: place, in: bytes) {
                    return true
                }
            }
            index &+= 8
        }
        while index < bytes.count {
            if isStart(of: name, at: index, in: bytes) { return true }
            index &+= 1
        }
        return false
    }

    /// Whether the name in quotes, or a backslash, is at a place.
    private static func isStart(
        of name: Span<UInt8>, at place: Int, in bytes: Span<UInt8>
    ) -> Bool {
        if bytes[place] == UInt8(ascii: "\\") { return true }
        let end = place &+ name.count &+ 1
        guard bytes[place] == UInt8(ascii: "\""), end < bytes.count,
            bytes[end] == UInt8(ascii: "\"")
        else { return false }
        return JSONText.areEqual(bytes.extracting(place &+ 1..<end), name)
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
