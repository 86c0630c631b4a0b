import ArgumentParser
import Kernel
import Messaging
import Records
import Runtime

/// `perennial mail suppression list|add|remove`
struct SuppressionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppression", abstract: "Shows and changes which addresses get no mail.",
        subcommands: [
            SuppressionListCommand.self, SuppressionAddCommand.self,
            SuppressionRemoveCommand.self,
        ])
}

struct SuppressionListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists addresses that get no mail, the newest first.")

    @Option(help: "Only those with this text in them.")
    var containing = ""

    @Option(help: "How many at most.")
    var limit = 100

    @Option(help: "table or csv.")
    var format = ReportFormat.table

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let (containing, limit) = (containing, min(max(1, limit), 1_000_000))
        let found = try await Blocking.run {
            try workspace.records.suppressions(containing: containing, limit: limit)
        }
        var table = TextTable(headings: ["address", "reason", "since", "message", "evidence"])
        for record in found {
            table.rows.append([
                record.address, record.reason.rawValue,
                Figures.time(record.since, workspace.zone), record.message?.description ?? "",
                record.evidence,
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(found.isEmpty ? "every address gets mail" : table.table())
    }
}

struct SuppressionAddCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Sends no more mail to an address.")

    @Argument(help: "The address.")
    var address: String

    @Option(help: "Why, for who asks later.")
    var reason = ""

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let known: EmailAddress
        do throws(AddressRefusal) {
            known = try EmailAddress(address)
        } catch {
            throw ValidationFailure("\(address): \(error.reason)")
        }
        let record = SuppressionRecord(
            address: known.description, reason: .manual, evidence: reason,
            since: workspace.clock.now)
        try await Blocking.run { try workspace.records.suppress(record) }
        try await output.line("\(record.address) gets no more mail")
    }
}

struct SuppressionRemoveCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Lets an address get mail again.")

    @Argument(help: "The address.")
    var address: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let address = address
        let isRemoved = try await Blocking.run {
            try workspace.records.removeSuppression(of: address)
        }
        guard isRemoved else { throw ValidationFailure("\(address) isn't on the list") }
        try await output.line("\(address) gets mail again, where its owner wants it")
    }
}
