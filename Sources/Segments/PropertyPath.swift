package import Documents
import JSONParsing

/// Where a value is in an event's properties or a customer's attributes: names with dots between them.
///
/// A list on the way, or at the end, stands for each of its elements: `products.category` is the category of
/// every product. Lists within lists aren't gone into.
package struct PropertyPath: Hashable, Sendable, CustomStringConvertible {
    package static let stepsMax = 4
    package static let stepBytesMax = 128

    package let steps: [String]

    package var description: String { steps.joined(separator: ".") }

    /// Nil where a name is missing or too long, holds a quote, a backslash or a control character, or they are
    /// too many.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= Self.stepsMax,
            parts.allSatisfy({ (1...Self.stepBytesMax).contains($0.utf8.count) }),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C })
        else { return nil }
        steps = parts
    }

    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        let text = try reader.text()
        guard let path = PropertyPath(text) else {
            throw reader.problem(
                "must be a name, or up to \(Self.stepsMax) with dots between them, such as "
                    + "address.city; not \(text)")
        }
        self = path
    }

    /// The values at this path's end in an object's bytes; none where there are none or the bytes can't be read.
    func values(in bytes: Span<UInt8>) -> PropertyValues {
        var found = PropertyValues()
        // Events were checked before they came into the log; what can't be read has no values.
        guard let first = try? JSONLookup.member(named: steps[0], in: bytes) else { return found }
        try? descend(first, 1, bytes, &found)
        return found
    }

    /// As above, where the bytes are the value of the path's first name.
    func values(ofFirst bytes: Span<UInt8>) -> PropertyValues {
        var found = PropertyValues()
        // As above.
        guard let first = try? JSONReader.document(bytes) else { return found }
        try? descend(first, 1, bytes, &found)
        return found
    }

    private func descend(
        _ value: JSONSlice, _ step: Int, _ bytes: Span<UInt8>, _ found: inout PropertyValues
    ) throws(JSONError) {
        guard value.kind == .array else { return try take(value, step, bytes, &found) }
        var reader = JSONReader(bytes, from: value.range.lowerBound)
        try reader.beginArray()
        while try reader.nextElement() {
            let element = try reader.readValue()
            if element.kind != .array { try take(element, step, bytes, &found) }
        }
    }

    private func take(
        _ value: JSONSlice, _ step: Int, _ bytes: Span<UInt8>, _ found: inout PropertyValues
    ) throws(JSONError) {
        guard step < steps.count else { return found.add(value, bytes) }
        let member = try JSONLookup.member(named: steps[step].utf8.span, of: value, in: bytes)
        if let member { try descend(member, step + 1, bytes, &found) }
    }
}

/// The values at the end of a path.
struct PropertyValues {
    /// Texts, numbers, true and false. A blank text is no value.
    private(set) var plain: [JSONSlice] = []
    /// Whether there is anything that isn't null or blank: objects count.
    private(set) var exists = false

    fileprivate mutating func add(_ value: JSONSlice, _ bytes: Span<UInt8>) {
        switch value.kind {
        case .null, .array: return
        case .object: exists = true
        case .string:
            var isBlank = true
            let content = bytes.extracting(value.content)
            for index in content.indices where content[index] > 0x20 { isBlank = false }
            if isBlank { return }
            exists = true
            plain.append(value)
        case .number, .boolean:
            exists = true
            plain.append(value)
        }
    }
}
