import JSONParsing

/// Puts objects of one body together, as bytes.
///
/// The slices come from a body that was checked to its end, so reading their members again
/// doesn't fail.
enum JSONMerge {
    /// A slice's bytes; none where it is nil.
    @_lifetime(copy body)
    static func part(_ slice: JSONSlice?, in body: Span<UInt8>) -> Span<UInt8> {
        body.extracting(slice?.range ?? 0..<0)
    }

    /// The members of both objects; where a name is in both, the first object's member.
    static func merged(
        _ first: JSONSlice, over second: JSONSlice, in body: Span<UInt8>
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: first.range.count + second.range.count)
        writer.beginObject()
        let names = copyMembers(of: first, in: body, except: [], to: &writer)
        _ = copyMembers(of: second, in: body, except: names, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// An object's members and one more, unless it has that one.
    static func adding(
        _ name: String, _ value: JSONSlice, to object: JSONSlice?, in body: Span<UInt8>
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: (object?.range.count ?? 0) + value.range.count + 16)
        writer.beginObject()
        var names: Set<String> = []
        if let object { names = copyMembers(of: object, in: body, except: [], to: &writer) }
        if !names.contains(name) {
            writer.key(name)
            writer.raw(body.extracting(value.range))
        }
        writer.endObject()
        return writer.bytes
    }

    private static func copyMembers(
        of object: JSONSlice, in body: Span<UInt8>, except taken: Set<String>,
        to writer: inout JSONWriter
    ) -> Set<String> {
        var names: Set<String> = []
        var reader = JSONReader(body, from: object.range.lowerBound)
        do throws(JSONError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                let name = key.text(in: body)
                names.insert(name)
                guard !taken.contains(name) else { continue }
                writer.key(name)
                writer.raw(body.extracting(value.range))
            }
        } catch {
            assertionFailure("a part of a checked body can't be read: \(error)")
        }
        return names
    }
}
