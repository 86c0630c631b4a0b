extension TidyRule {
    /// Where the machine's clock may be read: the composition root, which hands it to all others.
    static let clockEdges: Set<String> = ["perennial"]
    /// Where a program may write to standard output: the commands.
    static let commandTargets: Set<String> = ["perennial"]
    /// Where SQL lives.
    static let databaseTargets: Set<String> = ["Records", "Analytics"]
    /// The most lines a file may have.
    static let linesMax = 600
    /// From here on a file needs a reason in `longFiles`.
    static let linesWithoutReasonMax = 400
    /// Files over `linesWithoutReasonMax` lines, with the reason why they aren't split.
    static let longFiles: [String: String] = [:]

    static let all: [TidyRule] = [
        .code(
            "no clock outside the edges",
            bans: ["Date()", "Date.now", "Date(timeIntervalSinceNow"],
            sample: ("Sources/Events/A.swift", "// Date() in a comment\nlet now = Date()")
        ) { $0.isSource && !clockEdges.contains($0.target) },
        .code(
            "no DateFormatter", bans: ["DateFormatter", "ISO8601DateFormatter"],
            sample: (
                "Tests/EventsTests/A.swift", "let name = \"DateFormatter\"\nlet f = DateFormatter()"
            )
        ) { _ in true },
        .code(
            "no AnyCodable", bans: ["AnyCodable", "AnyEncodable", "AnyDecodable"],
            sample: ("Sources/API/A.swift", "struct AnyCodableLike {}\nlet x: AnyCodable")
        ) { _ in true },
        .code(
            "no printing outside commands", bans: ["print(", "debugPrint(", "dump("],
            sample: ("Sources/Runtime/A.swift", "page.print(1)\nblueprint(2)\nprint(3)")
        ) { $0.isSource && !commandTargets.contains($0.target) },
        .code(
            "no try!, as! or fatalError in sources", bans: ["try!", "as!", "fatalError("],
            sample: (
                "Sources/Kernel/A.swift", "let a = \"try!\"\nlet b = x as? Int\nlet c = x as! Int"
            )
        ) { $0.isSource },
        .code(
            "no randomness of its own in pure targets",
            bans: [".random(", "SystemRandomNumberGenerator", ".shuffled()", ".randomElement()"],
            sample: ("Sources/Customers/A.swift", "source.next()\nlet n = Int.random(in: 0..<2)")
        ) { $0.isSource && Room.named($0.target)?.isPure == true },
        unfinishedWork, queryText, imports, fileSize,
    ]

    private static let unfinishedWork = TidyRule(
        name: "no work left in comments", applies: { !$0.path.hasPrefix("Tests/TidyTests/") },
        brokenLines: { file in
            file.lines.indices.filter { index in
                ["TODO", "FIXME", "XXX"].contains { has(word: $0, in: file.lines[index]) }
            }.map { $0 + 1 }
        }, sample: ("Tests/EventsTests/A.swift", "let XXXL = 1\n// TODO: later"))

    private static let queryText = TidyRule(
        name: "no SQL outside Records and Analytics",
        applies: { $0.isSource && !databaseTargets.contains($0.target) },
        brokenLines: { file in file.literals.filter { isQuery($0.text) }.map(\.line) },
        sample: (
            "Sources/API/A.swift",
            "let a = \"UPDATE to the newest\"\nlet b = \"\"\"\n  SELECT id\n  FROM members\n  \"\"\""
        ))

    private static let imports = TidyRule(
        name: "imports point down only",
        applies: { $0.isSource && !Room.shims.contains($0.target) },
        brokenLines: { file in
            guard let room = Room.named(file.target) else { return [1] }
            let ours = Set(Room.all.map(\.name)).union(Room.shims)
            return file.codeLines.indices.filter { index in
                guard let module = importedModule(file.codeLines[index]) else { return false }
                if ours.contains(module) { return !room.rooms.contains(module) }
                return room.modules?.contains(module) == false
            }.map { $0 + 1 }
        },
        sample: ("Sources/Events/A.swift", "package import Kernel\n@testable import Runtime"))

    private static let fileSize = TidyRule(
        name: "no file that is too long", applies: { _ in true },
        brokenLines: { file in
            let limit = longFiles[file.path] == nil ? linesWithoutReasonMax : linesMax
            return file.lineCount > limit ? [file.lineCount] : []
        },
        sample: (
            "Sources/Events/A.swift",
            String(repeating: "\n", count: linesWithoutReasonMax) + "let a = 1"
        ))

    /// Whether a literal holds a statement of SQL, by its upper-case keywords.
    static func isQuery(_ text: String) -> Bool {
        func holds(_ words: String...) -> Bool { words.allSatisfy { has(word: $0, in: text) } }
        return holds("SELECT", "FROM") || holds("INSERT", "INTO") || holds("DELETE", "FROM")
            || holds("UPDATE", "SET") || holds("CREATE", "TABLE") || holds("CREATE", "INDEX")
            || holds("ALTER", "TABLE") || holds("DROP", "TABLE") || holds("PRAGMA")
    }

    /// The module that a line imports; nil where it imports none.
    static func importedModule(_ line: String) -> String? {
        var words = line.split(separator: " ")
        while let first = words.first,
            first.hasPrefix("@")
                || ["public", "package", "internal", "fileprivate", "private"].contains(first)
        {
            words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor",
        ]
        let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return module.split(separator: ".").first.map(String.init)
    }
}
