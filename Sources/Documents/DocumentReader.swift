/// A node and the path to it: what definitions are read from, with problems that say where they are.
package struct DocumentReader: Sendable {
    package let node: DocumentNode
    package let path: String

    package init(_ node: DocumentNode, path: String = "") {
        self.node = node
        self.path = path
    }

    package func problem(_ reason: String) -> DocumentProblem {
        DocumentProblem(path: path, place: node.place, reason: reason)
    }

    // MARK: Single values

    package func text() throws(DocumentProblem) -> String {
        switch node.value {
        case .text(let text): return text
        case .number(let text): return text
        default: throw problem("must be a text, not \(node.phrase)")
        }
    }

    package func boolean() throws(DocumentProblem) -> Bool {
        guard case .boolean(let value) = node.value else {
            throw problem("must be true or false, not \(node.phrase)")
        }
        return value
    }

    /// A number's exact text.
    package func number() throws(DocumentProblem) -> String {
        guard case .number(let text) = node.value else {
            throw problem("must be a number, not \(node.phrase)")
        }
        return text
    }

    package func integer(_ range: ClosedRange<Int>) throws(DocumentProblem) -> Int {
        guard case .number(let text) = node.value, let number = Int(text), range.contains(number)
        else {
            throw problem(
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func double() throws(DocumentProblem) -> Double {
        guard case .number(let text) = node.value, let number = Double(text), number.isFinite
        else { throw problem("must be a number, not \(node.phrase)") }
        return number
    }

    /// One of an enumeration's raw values.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(DocumentProblem) -> Choice where Choice.RawValue == String {
        let names = type.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .text(let text) = node.value else {
            throw problem("must be one of \(names); not \(node.phrase)")
        }
        guard let choice = Choice(rawValue: text) else {
            throw problem("must be one of \(names); not \(text)")
        }
        return choice
    }

    // MARK: Parts

    /// The elements of a list, each with its path.
    package func elements() throws(DocumentProblem) -> [DocumentReader] {
        guard case .list(let nodes) = node.value else {
            throw problem("must be a list, not \(node.phrase)")
        }
        return nodes.enumerated().map { DocumentReader($1, path: path + "[\($0)]") }
    }

    /// The elements of a list, or the one value that stands for a list of one.
    package func elementsOrSelf() throws(DocumentProblem) -> [DocumentReader] {
        if case .list = node.value { return try elements() }
        return [self]
    }

    package func members() throws(DocumentProblem) -> MemberReader {
        guard case .mapping(let members) = node.value else {
            throw problem("must have named parts, not be \(node.phrase)")
        }
        var seen: Set<String> = []
        for member in members where !seen.insert(member.name).inserted {
            throw DocumentProblem(
                path: Self.join(path, member.name), place: member.value.place,
                reason: "is there twice")
        }
        return MemberReader(self, members)
    }

    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : path + "." + name
    }
}

/// Takes a mapping's members one by one; `end()` refuses those that nobody asked for.
package struct MemberReader: Sendable {
    package let whole: DocumentReader
    private let members: [DocumentNode.Member]
    private var taken: Set<String> = []
    private var asked: [String] = []

    init(_ whole: DocumentReader, _ members: [DocumentNode.Member]) {
        self.whole = whole
        self.members = members
    }

    package var path: String { whole.path }
    /// All members' names, in their order.
    package var names: [String] { members.map(\.name) }

    package func problem(_ reason: String) -> DocumentProblem { whole.problem(reason) }

    /// Whether there is such a member that says something; doesn't take it.
    package func has(_ name: String) -> Bool {
        members.contains { $0.name == name && $0.value.value != .null }
    }

    /// Takes a member; nil where there is none, or it says nothing (`null`).
    package mutating func optional(_ name: String) -> DocumentReader? {
        asked.append(name)
        guard let member = members.first(where: { $0.name == name }) else { return nil }
        taken.insert(name)
        if member.value.value == .null { return nil }
        return DocumentReader(member.value, path: DocumentReader.join(path, name))
    }

    package mutating func required(_ name: String) throws(DocumentProblem) -> DocumentReader {
        guard let reader = optional(name) else { throw problem("\(name) is missing") }
        return reader
    }

    /// - Throws: Where a member is left that was never asked for.
    package func end() throws(DocumentProblem) {
        for member in members where !taken.contains(member.name) {
            var reason = "is not known here"
            let known = Array(Set(asked)).sorted()
            if let near = nearest(to: member.name, among: known) {
                reason += "; did you mean \(near)?"
            } else if !known.isEmpty {
                reason += "; known are \(known.joined(separator: ", "))"
            }
            throw DocumentProblem(
                path: DocumentReader.join(path, member.name), place: member.value.place,
                reason: reason)
        }
    }
}

/// The name at an edit distance of at most two, for "did you mean"; nil where none is near.
package func nearest(to name: String, among names: [String]) -> String? {
    let scored = names.map {
        (name: $0, distance: editDistance(name.lowercased(), $0.lowercased()))
    }
    return scored.filter { $0.distance <= 2 && $0.distance < $0.name.count }
        .min { $0.distance < $1.distance }?.name
}

private func editDistance(_ one: String, _ other: String) -> Int {
    let left = Array(one.utf8.prefix(64))
    let right = Array(other.utf8.prefix(64))
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in right.indices {
            let above = row[column + 1]
            let changed = diagonal + (right[column] == byte ? 0 : 1)
            row[column + 1] = min(changed, above + 1, row[column] + 1)
            diagonal = above
        }
    }
    return row[right.count]
}
