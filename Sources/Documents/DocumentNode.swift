/// A value of a definition that people write: what YAML, JSON and the console's forms have in common.
///
/// Numbers keep their exact text. Of mappings the order of the members is kept.
package struct DocumentNode: Hashable, Sendable {
    package indirect enum Value: Hashable, Sendable {
        case null
        case boolean(Bool)
        /// A number in JSON's grammar.
        case number(String)
        case text(String)
        case list([DocumentNode])
        case mapping([Member])
    }

    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: DocumentNode

        package init(_ name: String, _ value: DocumentNode) {
            self.name = name
            self.value = value
        }
    }

    /// Where a value begins in the file it was written in; both count from 1.
    package struct Place: Hashable, Sendable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package var value: Value
    /// Nil where the value wasn't read from a text.
    package var place: Place?

    package init(_ value: Value, place: Place? = nil) {
        self.value = value
        self.place = place
    }

    /// Two nodes that say the same are the same, wherever they were written.
    package static func == (left: Self, right: Self) -> Bool { left.value == right.value }

    package func hash(into hasher: inout Hasher) { hasher.combine(value) }

    package static func text(_ text: String) -> Self { Self(.text(text)) }
    package static func number(_ number: Int64) -> Self { Self(.number(String(number))) }
    package static func number(_ number: Int) -> Self { Self(.number(String(number))) }
    package static func boolean(_ value: Bool) -> Self { Self(.boolean(value)) }
    package static func list(_ nodes: [Self]) -> Self { Self(.list(nodes)) }
    package static func mapping(_ members: [(String, Self)]) -> Self {
        Self(.mapping(members.map { Member($0.0, $0.1) }))
    }

    /// A mapping's member; of several with the name, the last. Nil where there is none, or this is no mapping.
    package subscript(name: String) -> Self? {
        guard case .mapping(let members) = value else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// What kind of value this is, for messages: `a list`.
    package var phrase: String {
        switch value {
        case .null: "nothing"
        case .boolean: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// Why a definition can't be taken, and where.
package struct DocumentProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names and indices from the document's root: `steps[2].send.channel`; empty for the root.
    package var path: String
    package var place: DocumentNode.Place?
    /// What a person can act on: `must be one of email, sms; not "mail"`.
    package var reason: String

    package init(path: String, place: DocumentNode.Place? = nil, reason: String) {
        self.path = path
        self.place = place
        self.reason = reason
    }

    /// `line 12, column 5: steps[2].wait: must be a duration such as 7 days`.
    package var description: String {
        var text = ""
        if let place { text += "line \(place.line), column \(place.column): " }
        if !path.isEmpty { text += path + ": " }
        return text + reason
    }
}
