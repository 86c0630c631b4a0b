import Documents
import JSONParsing
package import Segments

/// Which events count: by name, and by what their properties say.
package struct EventMatch: Hashable, Sendable {
    package static let testsMax = 20

    package let name: String
    /// All of them must hold.
    package let tests: [EventTest]

    package init(name: String, tests: [EventTest] = []) {
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
        var tests: [EventTest] = []
        if let list = members.optional("where") {
            let elements = try list.elementsOrSelf()
            guard elements.count <= Self.testsMax else {
                throw list.problem("must have at most \(Self.testsMax) conditions")
            }
            for element in elements {
                tests.append(try EventTest(reading: element, correlates: correlates))
            }
        }
        self.tests = tests
    }

    /// Whether the event is one of these.
    ///
    /// - Parameter entry: What the run was entered by.
    func matches(_ event: JourneyEvent, entry: EntryValues) -> Bool {
        guard event.name == name else { return false }
        return tests.allSatisfy { $0.holds(of: event.properties.span, entry: entry) }
    }

    /// Whether it asks for the same thing as the entry: `{property: cart_id, is: entry.cart_id}`.
    package var isCorrelated: Bool { tests.contains { $0.entryPath != nil } }

    /// The properties of the entry that it compares with.
    var entryPaths: [String] { tests.compactMap(\.entryPath) }
}

/// One condition on an event: as segments have them, or a comparison with the entry (`is: entry.cart_id`).
package enum EventTest: Hashable, Sendable {
    case property(PropertyTest)
    /// The same as a property of the entry (or, negated, another); never where either is missing.
    case entry(PropertyPath, is: String, negated: Bool)

    init(reading reader: DocumentReader, correlates: Bool) throws(DocumentProblem) {
        for (name, negated) in [("is", false), ("isNot", true)] {
            guard case .text(let text) = reader.node[name]?.value, text.hasPrefix("entry."),
                text.utf8.count > 6
            else { continue }
            var members = try reader.members()
            let path = try PropertyPath(reading: try members.required("property"))
            let value = try members.required(name)
            try members.end()
            guard correlates else {
                throw value.problem("there is no entry to compare with here")
            }
            self = .entry(path, is: String(text.dropFirst(6)), negated: negated)
            return
        }
        self = .property(try PropertyTest(reading: reader))
    }

    var entryPath: String? {
        if case .entry(_, let path, _) = self { path } else { nil }
    }

    func holds(of properties: Span<UInt8>, entry: EntryValues) -> Bool {
        switch self {
        case .property(let test): return test.holds(properties)
        case .entry(let path, let kept, let negated):
            guard let value = entry.text(at: kept) else { return false }
            let literal = Literal(value)
            // `isNot` holds also where there is nothing to compare.
            if negated {
                return PropertyTest(path: path, comparison: .exists(true)).holds(properties)
                    && PropertyTest(path: path, comparison: .isNot(literal)).holds(properties)
            }
            return PropertyTest(path: path, comparison: .is(literal)).holds(properties)
        }
    }
}

/// What a run keeps of what it was entered by: the properties that its journey asks for.
package struct EntryValues: Hashable, Sendable {
    /// Bytes of names and values that are kept; what doesn't fit is left out, as told in the decision.
    package static let bytesMax = 8192

    /// By which a list or an object at a path is kept as JSON.
    static func whole(_ path: String) -> String { path + "[]" }

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
            guard let value = Self.kept(path, in: properties) else { continue }
            let count = path.utf8.count + value.utf8.count
            if count > room {
                left.append(path)
            } else {
                room -= count
                values.append(Value(path: path, text: value))
            }
        }
        return left
    }

    /// What is kept of the property at a path; nil where there is none.
    private static func kept(_ path: String, in properties: [UInt8]) -> String? {
        guard path.hasSuffix("[]") else { return values(at: names(path), in: properties).first }
        var names = names(String(path.dropLast(2)))
        guard let first = names.popFirst(),
            var slice = try? JSONLookup.member(named: first, in: properties.span)
        else { return nil }
        for name in names {
            guard
                let inner = try? JSONLookup.member(
                    named: name.utf8Span.span, of: slice, in: properties.span)
            else { return nil }
            slice = inner
        }
        guard slice.kind == .array || slice.kind.isObject else { return nil }
        return String(
            decoding: Array(properties[slice.range.lowerBound..<slice.range.upperBound]),
            as: UTF8.self)
    }

    /// The property as text; nil where there was none.
    package func text(at path: String) -> String? { values.first { $0.path == path }?.text }

    /// The names of a path, the outermost first; most have one.
    static func names(_ path: String) -> ArraySlice<String> {
        guard path.utf8.contains(UInt8(ascii: ".")) else { return [path] }
        return path.split(separator: ".").map(String.init)[...]
    }

    /// The texts of the values at a path in an object's bytes, lists gone into; `null` counts as nothing.
    static func values(at path: ArraySlice<String>, in bytes: [UInt8]) -> [String] {
        guard let first = path.first, !bytes.isEmpty else { return [] }
        // Events were checked before they came into the log; of what can't be read there is nothing.
        guard let slice = try? JSONLookup.member(named: first, in: bytes.span) else { return [] }
        return values(at: path.dropFirst(), of: slice, in: bytes)
    }

    private static func values(
        at path: ArraySlice<String>, of slice: JSONSlice, in bytes: [UInt8]
    ) -> [String] {
        if slice.kind == .array {
            var found: [String] = []
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
            return [slice.text(in: bytes.span)]
        }
        guard
            let inner = try? JSONLookup.member(
                named: first.utf8Span.span, of: slice, in: bytes.span)
        else { return [] }
        return values(at: path.dropFirst(), of: inner, in: bytes)
    }
}
