package import Documents

/// A segment as a person wrote it.
package struct SegmentDefinition: Hashable, Sendable {
    package static let kind = "segment"
    package static let titleBytesMax = 200
    package static let descriptionBytesMax = 2000

    /// A `DefinitionName`.
    package let name: String
    /// For people; the name where none was given.
    package let title: String
    package let description: String
    package let condition: Condition

    package init(name: String, title: String, description: String = "", condition: Condition) {
        self.name = name
        self.title = title
        self.description = description
        self.condition = condition
    }

    /// Reads a definition of `kind: segment`.
    ///
    /// - Throws: The first thing that isn't right, with its place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        let kind = try members.required("kind")
        guard try kind.text() == Self.kind else { throw kind.problem("must be \(Self.kind)") }
        name = try members.required("name").segmentName()
        title = try members.optional("title")?.text(bytesMax: Self.titleBytesMax) ?? name
        description =
            try members.optional("description")?.text(bytesMax: Self.descriptionBytesMax) ?? ""
        let condition = try members.required("where")
        try members.end()
        self.condition = try Condition(reading: condition)
        if self.condition.segments.contains(name) {
            throw condition.problem(
                "asks whether the customer is in \(name), which is this segment")
        }
    }

    /// The definition as a person would write it; reading it again gives the same.
    package var document: DocumentNode {
        var members: [(String, DocumentNode)] = [
            ("kind", .text(Self.kind)), ("name", .text(name)),
        ]
        if title != name { members.append(("title", .text(title))) }
        if !description.isEmpty { members.append(("description", .text(description))) }
        members.append(("where", condition.document))
        return .mapping(members)
    }
}

extension DocumentReader {
    func segmentName() throws(DocumentProblem) -> String {
        let text = try text()
        guard DefinitionName.isValid(text) else {
            throw problem(
                "must be 1 to \(DefinitionName.bytesMax) small letters, digits and -, beginning "
                    + "with a letter; not \(text)")
        }
        return text
    }

    func text(bytesMax: Int) throws(DocumentProblem) -> String {
        let text = try text()
        guard text.utf8.count <= bytesMax else {
            throw problem("is longer than \(bytesMax) bytes")
        }
        return text
    }
}
