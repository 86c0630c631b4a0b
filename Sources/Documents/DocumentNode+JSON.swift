package import JSONParsing

extension DocumentNode {
    /// Reads a JSON text.
    ///
    /// - Throws: Where the bytes aren't JSON.
    package init(json bytes: Span<UInt8>) throws(JSONError) {
        var reader = JSONReader(bytes)
        let node = try Self.read(&reader)
        try reader.finish()
        self = node
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> DocumentNode {
        switch try reader.peekKind() {
        case .object:
            var members: [Member] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let name = key.text(in: reader.bytes)
                members.append(Member(name, try read(&reader)))
            }
            return DocumentNode(.mapping(members))
        case .array:
            var nodes: [DocumentNode] = []
            try reader.beginArray()
            while try reader.nextElement() { nodes.append(try read(&reader)) }
            return DocumentNode(.list(nodes))
        case .string: return DocumentNode(.text(try reader.readValue().text(in: reader.bytes)))
        case .number: return DocumentNode(.number(try reader.readValue().text(in: reader.bytes)))
        case .boolean:
            let slice = try reader.readValue()
            return DocumentNode(.boolean(slice.boolean(in: reader.bytes) ?? false))
        case .null:
            _ = try reader.readValue()
            return DocumentNode(.null)
        }
    }

    /// The JSON text, without white space.
    package var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    package func write(to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .number(let text): writer.raw(Array(text.utf8).span)
        case .text(let text): writer.string(text)
        case .list(let nodes):
            writer.beginArray()
            for node in nodes { node.write(to: &writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.name)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
