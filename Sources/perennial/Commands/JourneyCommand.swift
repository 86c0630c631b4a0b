import ArgumentParser
import Experiments
import JSONParsing
import Journeys
import Kernel
import Records
import Runtime

/// `perennial journey list|show|start|pause|resume`
struct JourneyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey",
        abstract: "Lists journeys, shows what was decided in them, starts and pauses them.",
        subcommands: [
            JourneyListCommand.self, JourneyShowCommand.self, JourneyStartCommand.self,
            JourneyPauseCommand.self, JourneyResumeCommand.self,
        ])
}

struct JourneyListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the journeys, who is inside, and what they brought.")

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let standings = try await Blocking.run { try workspace.journeyStandings() }
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for standing in standings {
                json.beginObject()
                json.member("name", standing.row.name)
                json.member("title", standing.journey.title)
                json.member("status", standing.journey.status.rawValue)
                json.member("version", standing.row.version)
                json.member("inside", standing.inside)
                json.member("entered", standing.entered)
                json.member("heldOut", standing.heldOut)
                json.member("lift", JourneyText.lift(standing.result))
                json.endObject()
            }
            json.endArray()
            return try await output.line(json.text)
        }
        var table = TextTable(
            headings: ["journey", "status", "inside", "entered", "lift"], numeric: [2, 3])
        for standing in standings {
            table.rows.append([
                standing.row.name, standing.journey.status.rawValue,
                Figures.grouped(Int(standing.inside)), Figures.grouped(Int(standing.entered)),
                JourneyText.lift(standing.result),
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        if standings.isEmpty {
            return try await output.line(
                "no journeys yet; begin with: perennial apply Playbooks/win-back")
        }
        try await output.line(table.table())
    }
}

struct JourneyShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a journey step by step: how many are there, what was decided, and why.")

    @Argument(help: "The journey's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "How many decisions at most.")
    var limit = 20

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let lines = try await Blocking.run { [name, limit] in
            try JourneyText.lines(name, in: workspace, decisions: max(0, limit))
        }
        for line in lines { try await output.line(line) }
    }
}

struct JourneyStartCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Enters a customer into a journey that is entered by hand.")

    @Argument(help: "The journey's name.")
    var name: String

    @Argument(help: "An id, user id, e-mail, phone number or anonymous id.")
    var customer: String

    @Option(help: "Tells this run from others of the journey.")
    var key = ""

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let id = try await Blocking.run { [customer] in
            try workspace.customerID(named: customer)
        }
        guard let id else { throw Workspace.StartFailure.unknownCustomer(customer) }
        let decisions = try await workspace.start(
            JourneyStart(journey: name, key: key, isByAPI: false), for: id)
        if decisions.isEmpty { try await output.line("nothing was decided") }
        for decision in decisions { try await output.line(JourneyText.line(decision)) }
    }
}

struct JourneyPauseCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pauses a journey: nobody enters, nobody goes on.")

    @Argument(help: "The journey's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        try await workspace.setStatus(.paused, ofJourney: name, by: "command line")
        try await output.line("\(name) is paused; go on with: perennial journey resume \(name)")
    }
}

struct JourneyResumeCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Puts a draft or paused journey live.")

    @Argument(help: "The journey's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        try await workspace.setStatus(.live, ofJourney: name, by: "command line")
        try await output.line("\(name) is live")
    }
}
