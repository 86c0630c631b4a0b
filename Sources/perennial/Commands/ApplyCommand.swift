import ArgumentParser
import FoundationEssentials
import JSONParsing
import Runtime

/// What `perennial apply` and `perennial plan` share.
struct DefinitionOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A folder of definitions (.yaml, .yml, .json, also in folders below), or one file.",
            valueName: "dir"))
    var path: String

    @Flag(help: "Takes out of force what is defined and isn't in the folder.")
    var prune = false

    @Option(help: "table or json.")
    var format = ReportFormat.table

    /// The arguments with the path as it is from anywhere.
    func forwarded(_ arguments: [String]) -> [String] {
        guard !path.hasPrefix("/") else { return arguments }
        let folder = FileManager.default.currentDirectoryPath
        return arguments.map { $0 == path ? folder + "/" + path : $0 }
    }
}

/// `perennial plan DIR`
struct PlanCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Says what applying definitions would change, and changes nothing.")

    @OptionGroup var definitions: DefinitionOptions
    @OptionGroup var workspace: WorkspaceOptions

    func forwarded(_ arguments: [String]) -> [String] { definitions.forwarded(arguments) }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let changes = try await Blocking.run { [definitions] in
            try workspace.planned(
                try DefinitionFiles.read(definitions.path), prunes: definitions.prune)
        }
        try await output.line(ChangesText.text(changes, definitions.format, isDone: false))
    }
}

/// `perennial apply DIR`
struct ApplyCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Puts segments, journeys and sending rules in force, all of a folder or nothing.",
        discussion: """
            Who is in a new segment is found among all customers while events go on; they don't begin \
            journeys by that. People inside a journey that is edited stay on their version, unless the \
            journey says edits: move.
            """)

    @OptionGroup var definitions: DefinitionOptions
    @OptionGroup var workspace: WorkspaceOptions

    static var makesWorkspace: Bool { true }

    func forwarded(_ arguments: [String]) -> [String] { definitions.forwarded(arguments) }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let drafts = try await Blocking.run { [definitions] in
            try DefinitionFiles.read(definitions.path)
        }
        let changes = try await workspace.apply(
            drafts, prunes: definitions.prune, by: "command line")
        try await output.line(ChangesText.text(changes, definitions.format, isDone: true))
    }
}

/// Changes of definitions as text.
enum ChangesText {
    static func text(
        _ changes: [DefinitionChange], _ format: ReportFormat, isDone: Bool
    ) -> String {
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for change in changes {
                json.beginObject()
                json.member("kind", change.kind.rawValue)
                json.member("name", change.name)
                json.member("action", change.action.rawValue)
                json.member("version", change.version)
                json.endObject()
            }
            json.endArray()
            return json.text
        }
        let marks: [DefinitionChange.Action: String] = [
            .added: "+", .changed: "~", .removed: "-",
        ]
        var lines: [String] = []
        for change in changes {
            guard let mark = marks[change.action] else { continue }
            lines.append(
                "\(mark) \(change.kind.rawValue) \(change.name)"
                    + (change.kind == .sending ? "" : " (version \(change.version))"))
        }
        let same = changes.count - lines.count
        if lines.isEmpty { return "nothing to change: \(same) unchanged" }
        let verb = isDone ? "applied" : "would apply"
        lines.append("\(verb) \(lines.count), \(same) unchanged")
        return lines.joined(separator: "\n")
    }
}
