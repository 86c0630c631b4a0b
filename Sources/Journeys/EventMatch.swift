import Documents
import JSONParsing

/// Which events count: by name, and by what their properties say.
package struct EventMatch: Hashable, Sendable {
    package static let testsMax = 20

    package let name: String
    /// All of them must hold.
    package let tests: [PropertyTest]

    package init(name: String, tests: [PropertyTest] = []) {
        self.name = name
        self.tests = tests
    }

    /// Takes `event` and `where` from a mapping.
    ///
    /// - Parameter correlates: Whether a property may be compared with one of the entry.
    init(taking members: inout MemberReader, correlates: Bool) throws(DocumentProblem) {
        let name = try members.required("event")
        self.name = try name.text()
        guard !self.name.isEmpty else { throw name.problem("must name an event") }
        var tests: [PropertyTest] = []
        if let list = members.optional("where") {
            let elements = try list.elementsOrSelf()
            guard elements.count <= Self.testsMax else {
                throw list.problem("must have at most \(Self.testsMax) conditions")
            }
            for element in elements {
                tests.append(try PropertyTest(reading: element, correlates: correlates))
            }
        }
        self.tests = tests
    }

    /// Whether the event is one of these.
    ///
    /// - Parameter entry: What the run was entered by.
    func matches(_ event: JourneyEvent, entry: EntryValues) -> Bool {
        guard event.name == name else { return false }
        return tests.allSatisfy { $0.holds(of: event.properties, entry: entry) }
    }

    /// Whether it asks for the same thing as the entry: `{property: cart_id, is: entry.cart_id}`.
    package var isCorrelated: Bool { tests.contains { $0.entryPath != nil } }

    /// The properties of the entry that it compares with.
    var entryPaths: [String] { tests.compactMap(\.entryPath) }
}

/// One condition on an event's property, as segments have them, and `is: entry.cart_id` besides.
package struct PropertyTest: Hashable, Sendable {
    package enum Comparison: Hashable, Sendable {
        case oneOf([String], negated: Bool)
        case contains(String)
        case startsWith(String)
        case greaterThan(Double)
        case atLeast(Double)
        case lessThan(Double)
        case atMost(Double)
        case exists(Bool)
        /// The same as a property of the entry (or, negated, another); never where either is missing.
        case entry(String, negated: Bool)
    }

    /// Names, the outermost first; of a list, any element.
    package let path: [String]
    package let comparison: Comparison

    init(reading reader: DocumentReader, correlates: Bool) throws(DocumentProblem) {
        var members = try reader.members()
        let property = try members.required("property")
        path = try property.text().split(separator: ".").map(String.init)
        guard !path.isEmpty else { throw property.problem("must name a property") }
        var found: [Comparison] = []
        for name in ["is", "isNot"] {
            guard let value = members.optional(name) else { continue }
            let text = try Self.scalar(value)
            let negated = name == "isNot"
            if text.hasPrefix("entry."), case .text = value.node.value {
                guard correlates else {
                    throw value.problem("there is no entry to compare with here")
                }
                found.append(.entry(String(text.dropFirst(6)), negated: negated))
            } else {
                found.append(.oneOf([text], negated: negated))
            }
        }
        for name in ["oneOf", "noneOf"] {
            guard let value = members.optional(name) else { continue }
            var texts: [String] = []
            for element in try value.elementsOrSelf() { texts.append(try Self.scalar(element)) }
            found.append(.oneOf(texts, negated: name == "noneOf"))
        }
        if let value = members.optional("contains") { found.append(.contains(try value.text())) }
        if let value = members.optional("startsWith") {
            found.append(.startsWith(try value.text()))
        }
        if let value = members.optional("greaterThan") {
            found.append(.greaterThan(try value.double()))
        }
        if let value = members.optional("atLeast") { found.append(.atLeast(try value.double())) }
        if let value = members.optional("lessThan") { found.append(.lessThan(try value.double())) }
        if let value = members.optional("atMost") { found.append(.atMost(try value.double())) }
        if let value = members.optional("exists") { found.append(.exists(try value.boolean())) }
        try members.end()
        guard found.count == 1 else {
            throw reader.problem("must have one comparison, such as is or atLeast")
        }
        comparison = found[0]
    }

    private static func scalar(_ reader: DocumentReader) throws(DocumentProblem) -> String {
        if case .boolean(let value) = reader.node.value { return value ? "true" : "false" }
        return try reader.text()
    }

    var entryPath: String? {
        if case .entry(let path, _) = comparison { path } else { nil }
    }

    func holds(of properties: [UInt8], entry: EntryValues) -> Bool {
        let values = EntryValues.values(at: path[...], in: properties)
        switch comparison {
        case .exists(let wanted): return !values.isEmpty == wanted
        case .oneOf(let texts, let negated):
            return values.contains { texts.contains($0.text) } != negated
        case .contains(let part): return values.contains { $0.text.contains(part) }
        case .startsWith(let part): return values.contains { $0.text.hasPrefix(part) }
        case .greaterThan(let limit):
            return values.contains { $0.number.map { $0 > limit } ?? false }
        case .atLeast(let limit): return values.contains { $0.number.map { $0 >= limit } ?? false }
        case .lessThan(let limit): return values.contains { $0.number.map { $0 < limit } ?? false }
        case .atMost(let limit): return values.contains { $0.number.map { $0 <= limit } ?? false }
        case .entry(let path, let negated):
            guard let kept = entry.text(at: path), !values.isEmpty else { return false }
            return values.contains { $0.text == kept } != negated
        }
    }
}

/// What a run keeps of what it was entered by: the properties that its journey asks for.
package struct EntryValues: Hashable, Sendable {
    /// Bytes of names and values that are kept; what doesn't fit is left out, as told in the decision.
    package static let bytesMax = 2048

    package struct Value: Hashable, Sendable {
        /// As the journey writes it: `cart_id`, `cart.id`.
        package let path: String
        /// A text's content; other values as JSON.
        package let text: String
    }

    package var values: [Value] = []

    package init() {}

    /// Takes the properties at the paths out of an object's bytes.
    ///
    /// - Returns: The paths of those that are there and are too long to keep.
    mutating func take(_ paths: [String], from properties: [UInt8]) -> [String] {
        if paths.isEmpty || properties.isEmpty { return [] }
        var room = Self.bytesMax
        var left: [String] = []
        for path in paths {
            guard let value = Self.values(at: Self.names(path), in: properties).first else {
                continue
            }
            let count = path.utf8.count + value.text.utf8.count
            if count > room {
                left.append(path)
            } else {
                room -= count
                values.append(Value(path: path, text: value.text))
            }
        }
        return left
    }

    /// The property as text; nil where there was none.
    package func text(at path: String) -> String? { values.first { $0.path == path }?.text }

    static func names(_ path: String) -> ArraySlice<String> {
        path.split(separator: ".").map(String.init)[...]
    }

    struct Found {
        var text: String
        var isNumber: Bool
        var number: Double? { isNumber ? Double(text) : nil }
    }

    /// The values at a path in an object's bytes, lists gone into; `null` counts as nothing.
    static func values(at path: ArraySlice<String>, in bytes: [UInt8]) -> [Found] {
        guard let first = path.first, !bytes.isEmpty else { return [] }
        // Events were checked before they came into the log; of what can't be read there is nothing.
        guard let slice = try? JSONLookup.member(named: first, in: bytes.span) else { return [] }
        return values(at: path.dropFirst(), of: slice, in: bytes)
    }

    private static func values(
        at path: ArraySlice<String>, of slice: JSONSlice, in bytes: [UInt8]
    ) -> [Found] {
        if slice.kind == .array {
            var found: [Found] = []
            var reader = JSONReader(bytes.span, from: slice.range.lowerBound)
            do throws(JSONError) {
                try reader.beginArray()
                while try reader.nextElement() {
                    found += values(at: path, of: try reader.readValue(), in: bytes)
                }
            } catch {
                // As above.
            }
            return found
        }
        guard let first = path.first else {
            if slice.kind == .null { return [] }
            return [Found(text: slice.text(in: bytes.span), isNumber: slice.kind == .number)]
        }
        guard
            let inner = try? JSONLookup.member(
                named: first.utf8Span.span, of: slice, in: bytes.span)
        else { return [] }
        return values(at: path.dropFirst(), of: inner, in: bytes)
    }
}
