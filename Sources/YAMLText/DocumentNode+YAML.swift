package import Documents
import Yams

extension DocumentNode {
    /// Reads one YAML document (YAML 1.2's core schema: only `true` and `false` are booleans, so that a
    /// country called `no` stays a text).
    ///
    /// Aliases are written out; a text that grows beyond `nodesMax` by that is refused.
    ///
    /// - Throws: Where the text isn't YAML, is too large, or a name isn't a text.
    package init(yaml text: String) throws(DocumentProblem) {
        let documents = try Self.documents(yaml: text)
        guard documents.count == 1 else {
            throw DocumentProblem(path: "", reason: "must be one document, not several")
        }
        self = documents[0]
    }

    /// Reads the documents of a YAML text, which `---` divides.
    ///
    /// - Throws: As `init(yaml:)`.
    package static func documents(yaml text: String) throws(DocumentProblem) -> [DocumentNode] {
        var roots: [Node] = []
        do {
            let parser = try Yams.Parser(yaml: text, resolver: .basic)
            while let root = try parser.nextRoot() { roots.append(root) }
        } catch {
            throw problem(error)
        }
        guard !roots.isEmpty else {
            throw DocumentProblem(path: "", reason: "the text is empty")
        }
        var nodes: [DocumentNode] = []
        for root in roots {
            var count = 0
            nodes.append(try read(root, path: "", depth: 0, count: &count))
        }
        return nodes
    }

    /// Levels of nesting that are read.
    private static let depthMax = 64
    /// Values of one text that are read, each use of an alias counted.
    package static let nodesMax = 100_000

    private static func problem(_ error: any Error) -> DocumentProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            DocumentProblem(
                path: "", place: Place(line: mark.line, column: mark.column),
                reason: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, _):
            DocumentProblem(
                path: "",
                reason: "is there twice in one mapping: \(names.joined(separator: ", "))")
        default:
            DocumentProblem(path: "", reason: "is not YAML: \(error)")
        }
    }

    private static func read(
        _ node: Node, path: String, depth: Int, count: inout Int
    ) throws(DocumentProblem) -> DocumentNode {
        let place = node.mark.map { Place(line: $0.line, column: $0.column) }
        guard depth <= depthMax else {
            throw DocumentProblem(
                path: path, place: place, reason: "more than \(depthMax) levels of nesting")
        }
        count += 1
        guard count <= nodesMax else {
            throw DocumentProblem(
                path: path, place: place, reason: "more than \(nodesMax) values")
        }
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain else {
                return DocumentNode(.text(scalar.string), place: place)
            }
            return DocumentNode(plain(scalar.string), place: place)
        case .sequence(let sequence):
            var nodes: [DocumentNode] = []
            for (index, element) in sequence.enumerated() {
                nodes.append(
                    try read(element, path: "\(path)[\(index)]", depth: depth + 1, count: &count))
            }
            return DocumentNode(.list(nodes), place: place)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw DocumentProblem(
                        path: path, place: place, reason: "names must be plain texts")
                }
                let inner = path.isEmpty ? name.string : path + "." + name.string
                members.append(
                    Member(
                        name.string, try read(value, path: inner, depth: depth + 1, count: &count)))
            }
            return DocumentNode(.mapping(members), place: place)
        case .alias:
            throw DocumentProblem(
                path: path, place: place, reason: "an alias without its anchor")
        }
    }

    private static func plain(_ text: String) -> Value {
        switch text {
        case "", "~", "null": .null
        case "true": .boolean(true)
        case "false": .boolean(false)
        default: isNumber(text) ? .number(text) : .text(text)
        }
    }

    /// JSON's grammar of numbers.
    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
    }

    /// The YAML text, in block style, with a line end at its end.
    ///
    /// - Throws: Where the library can't write it, which no node is known to bring about.
    package func yaml() throws(DocumentProblem) -> String {
        do {
            return try Yams.serialize(
                node: yamsNode, width: 100, allowUnicode: true, sortKeys: false)
        } catch {
            throw DocumentProblem(path: "", reason: "can't be written as YAML: \(error)")
        }
    }

    private var yamsNode: Node {
        switch value {
        case .null: return Node("null", Tag(.null), .plain)
        case .boolean(let value): return Node(value ? "true" : "false", Tag(.bool), .plain)
        case .number(let text): return Node(text, .implicit, .plain)
        case .text(let text):
            // What a plain scalar would be read as something else is quoted.
            let isPlain = Self.plain(text) == .text(text)
            return Node(text, isPlain ? .implicit : Tag(.str), isPlain ? .any : .doubleQuoted)
        case .list(let nodes): return Node(nodes.map(\.yamsNode))
        case .mapping(let members):
            return Node(members.map { (Node($0.name), $0.value.yamsNode) })
        }
    }
}
