import ArgumentParser
import JSONParsing
import Journeys
import Kernel
import Runtime

/// `perennial simulate journey FILE --from DATE --to DATE`
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Says what would have been done in the past.",
        subcommands: [SimulateJourneyCommand.self])
}

struct SimulateJourneyCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey",
        abstract: "Takes the workspace's real past through journeys; nothing is sent or changed.",
        discussion: """
            Who would have got what and when, through the same decisions as in earnest, on a clock that is the \
            events' own. Customers who were merged are one from the start, and did what they did without these \
            journeys.
            """)

    @OptionGroup var definitions: SimulationPath
    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: ArgumentHelp("The first day.", valueName: "yyyy-mm-dd"))
    var from: String

    @Option(help: ArgumentHelp("The last day.", valueName: "yyyy-mm-dd"))
    var to: String

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @Option(help: "How many decisions are listed.")
    var limit = 20

    @Option(
        help: ArgumentHelp(
            """
            Draws by this number who is held out, and who falls into which part of a split: the same in every \
            workspace with this history. Without it the draw is this workspace's own.
            """,
            valueName: "number"))
    var seed: UInt64?

    func forwarded(_ arguments: [String]) -> [String] { definitions.forwarded(arguments) }

    func validate() throws {
        for (name, day) in [("--from", from), ("--to", to)] where CalendarDay(day) == nil {
            throw ValidationError("\(name) takes a day such as 2026-03-01, not \(day)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let first = CalendarDay(from), let last = CalendarDay(to) else { return }
        let result = try await Blocking.run { [definitions, seed] in
            try workspace.simulate(
                try definitions.drafts(), from: workspace.zone.start(of: first),
                to: workspace.zone.start(of: CalendarDay(daysSinceEpoch: last.daysSinceEpoch + 1)),
                seed: seed)
        }
        let limit = max(0, limit)
        let labels = try await Blocking.run {
            let names = PeopleNames(workspace: workspace)
            return try result.lines.prefix(format == .table ? limit : 0).map {
                try names.label($0.customer)
            }
        }
        try await output.line(
            SimulationText.text(
                result, format, zone: workspace.zone, limit: limit, labels: labels))
    }
}

/// Where the journeys to simulate are.
struct SimulationPath: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Files or folders with the journeys, and segments that aren't in force.",
            valueName: "file"))
    var paths: [String]

    func drafts() throws -> [DefinitionDraft] {
        try paths.flatMap { try DefinitionFiles.read($0) }
    }

    func forwarded(_ arguments: [String]) -> [String] {
        paths.reduce(arguments) { arguments, path in
            (try? DefinitionOptions.parse([path]).forwarded(arguments)) ?? arguments
        }
    }
}
