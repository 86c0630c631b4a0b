package import Documents

/// A definition as somebody wrote it, not yet in force.
package struct DefinitionDraft: Sendable, Equatable {
    package var document: DocumentNode
    /// The text that was written.
    package var source: String
    /// Where it was written, for messages.
    package var file: String

    package init(document: DocumentNode, source: String, file: String) {
        self.document = document
        self.source = source
        self.file = file
    }

    /// What can be defined.
    package enum Kind: String, Sendable, CaseIterable {
        case segment, journey, sending
        /// What a message says.
        case template
        /// A message to everyone in a segment.
        case campaign
        /// A loyalty program.
        case program
        /// An advantage on an order.
        case promotion
        /// What friends and those who bring them get.
        case referral
        /// What points are good for.
        case reward

        /// Whether it has a part in what is decided about customers: they are looked at anew where it changes.
        var decides: Bool {
            switch self {
            case .segment, .journey, .sending: true
            case .template, .campaign, .program, .promotion, .referral, .reward: false
            }
        }
    }

    /// What it says it is.
    ///
    /// - Throws: Where `kind` is missing or unknown, or the name isn't one.
    func heading() throws(DocumentProblem) -> (kind: Kind, name: String) {
        var members = try DocumentReader(document).members()
        let kind = try members.required("kind").choice(Kind.self)
        // There is one set of sending rules, which needs no name.
        if kind == .sending { return (kind, "sending") }
        let reader = try members.required("name")
        let name = try reader.text()
        guard DefinitionName.isValid(name) else {
            throw reader.problem(
                "must be 1 to \(DefinitionName.bytesMax) of a–z, 0–9 and -, beginning with a letter"
            )
        }
        return (kind, name)
    }
}

/// What applying a definition changes.
package struct DefinitionChange: Sendable, Equatable {
    package enum Action: String, Sendable {
        case added, changed, unchanged, removed
    }

    package var kind: DefinitionDraft.Kind
    package var name: String
    package var action: Action
    /// The version that is in force after it; of what is removed, the last one.
    package var version: Int64
    /// What it does to people who are inside, and what else is to be known; empty for nothing.
    package var notes: [String] = []
}

/// Why definitions weren't applied; nothing was changed.
package struct DefinitionFailure: Error, CustomStringConvertible {
    /// Each with the file it is in.
    package var problems: [(file: String, problem: DocumentProblem)]

    package var description: String {
        problems.map { "\($0.file): \($0.problem)" }.joined(separator: "\n")
    }
}
