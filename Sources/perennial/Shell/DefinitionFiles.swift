import Documents
import Foundation
import JSONParsing
import Runtime
import YAMLText

/// Reads definitions from a folder: every `.yaml`, `.yml` and `.json` file in it and below it.
enum DefinitionFiles {
    /// A file that is larger isn't a definition.
    static let byteCountMax = 1 << 20
    /// Files of one folder.
    static let filesMax = 2000

    enum Failure: Error, CustomStringConvertible {
        case noFolder(String)
        case noDefinitions(String)
        case tooMany(String)
        case unreadable(file: String, reason: String)

        var description: String {
            switch self {
            case .noFolder(let path): "\(path) is no folder and no file"
            case .noDefinitions(let path):
                "\(path) has no definitions (files that end in .yaml, .yml or .json)"
            case .tooMany(let path): "\(path) has more than \(filesMax) definition files"
            case .unreadable(let file, let reason): "\(file): \(reason)"
            }
        }
    }

    /// The definitions of a folder, or of one file, in order of their paths.
    static func read(_ path: String) throws -> [DefinitionDraft] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure.noFolder(path)
        }
        let names = isFolder.boolValue ? try files(below: path) : [""]
        guard !names.isEmpty else { throw Failure.noDefinitions(path) }
        guard names.count <= filesMax else { throw Failure.tooMany(path) }
        return try names.flatMap { name in
            let file = name.isEmpty ? path : path + "/" + name
            return try drafts(in: file, shown: name.isEmpty ? path : name)
        }
    }

    private static func files(below path: String) throws -> [String] {
        // A link to a folder is not gone into.
        let folder = URL(filePath: path).resolvingSymlinksInPath().path
        guard let walker = FileManager.default.enumerator(atPath: folder) else {
            throw Failure.noFolder(path)
        }
        var names: [String] = []
        for case let name as String in walker {
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            let ending = name.split(separator: ".").last.map(String.init) ?? ""
            if !isHidden, ["yaml", "yml", "json"].contains(ending) { names.append(name) }
        }
        return names.sorted()
    }

    private static func drafts(in file: String, shown: String) throws -> [DefinitionDraft] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure.unreadable(file: shown, reason: "can't be read")
        }
        guard data.count <= byteCountMax else {
            throw Failure.unreadable(
                file: shown, reason: "is larger than \(byteCountMax >> 10) KiB")
        }
        let text = String(decoding: data, as: UTF8.self)
        do {
            return try drafts(of: text, isJSON: file.hasSuffix(".json"), file: shown)
        } catch {
            throw Failure.unreadable(file: shown, reason: String(describing: error))
        }
    }

    /// The definitions of a text: one YAML document or several, one JSON object or a list of them.
    static func drafts(
        of text: String, isJSON: Bool, file: String
    ) throws(DocumentProblem) -> [DefinitionDraft] {
        if isJSON {
            let bytes = Array(text.utf8)
            let node: DocumentNode
            do {
                node = try DocumentNode(json: bytes.span)
            } catch {
                throw DocumentProblem(
                    path: error.path(in: bytes.span),
                    reason: "is not JSON: \(error.reason.explanation)")
            }
            return try DocumentReader(node).elementsOrSelf().map {
                DefinitionDraft(
                    document: $0.node, source: String(decoding: $0.node.json, as: UTF8.self),
                    file: file)
            }
        }
        let documents = try DocumentNode.documents(yaml: text)
        return try documents.map { (node) throws(DocumentProblem) in
            // A file of one definition is kept as it was written, with its comments.
            let source = documents.count == 1 ? text : try node.yaml()
            return DefinitionDraft(document: node, source: source, file: file)
        }
    }
}
