import Foundation

/// A Swift file of the repository.
struct SourceFile: Sendable {
    /// From the repository's root: `Sources/Kernel/Money.swift`.
    let path: String
    /// The text as it stands.
    let lines: [String]
    let codeLines: [String]
    let literals: [(line: Int, text: String)]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let source = SourceText(text)
        codeLines = source.codeLines
        literals = source.literals
    }

    /// The target the file belongs to: the second part of its path.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// Whether the file is shipped, not a test or a benchmark.
    var isSource: Bool { path.hasPrefix("Sources/") }

    /// How many lines there are; a line end at the end starts no further one.
    var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }
}

/// The repository that these tests stand in.
enum Repository {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All Swift files under `Sources`, `Tests` and `Benchmarks`, read once for all rules.
    static func swiftFiles() throws -> [SourceFile] { try read.get() }

    private static let read = Result {
        try ["Sources", "Tests", "Benchmarks"].flatMap { folder in
            try files(under: folder).filter { $0.hasSuffix(".swift") }.map { path in
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                return SourceFile(path: path, text: text)
            }
        }
    }

    /// The paths of the files under a folder of the root.
    private static func files(under folder: String) throws -> [String] {
        let url = root.appending(path: folder)
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path)
            .filter { !$0.contains(".build") }.sorted().map { folder + "/" + $0 }
    }
}
