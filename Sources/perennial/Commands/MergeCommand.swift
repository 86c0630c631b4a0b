import ArgumentParser
import JSONParsing
import Kernel
import Records
import Runtime

/// `perennial merge list|undo|customers`
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Lists merges of customers, undoes them, makes new ones.",
        subcommands: [MergeListCommand.self, MergeUndoCommand.self, MergeCustomersCommand.self])
}

struct MergeListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the newest merges and why they happened.")

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @Option(help: "How many at most.")
    var limit = 50

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let merges = try await Blocking.run { try workspace.records.merges(limit: max(1, limit)) }
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for merge in merges { MergeText.write(merge, to: &json) }
            json.endArray()
            try await output.line(json.text)
            return
        }
        if format == .csv { return try await output.line(MergeText.table(merges).csv()) }
        if merges.isEmpty { try await output.line("no customers were merged yet") }
        for merge in merges { try await output.line(MergeText.line(merge, workspace.zone)) }
    }
}

struct MergeUndoCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Takes a merge back and keeps the two apart from then on.")

    @Argument(help: "The merge's id (mrg_…), as listed.")
    var merge: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let id = ID<Merge>(merge) else {
            throw ValidationFailure("\(merge) is not a merge's id; they begin with mrg_")
        }
        do {
            try await workspace.undo(id, by: "")
        } catch Workspace.MergeFailure.unknownMerge {
            // As it was typed: the id's own way of writing itself may look like another.
            throw Workspace.MergeFailure.unknownMerge(merge)
        }
        try await output.line("undone; the two are apart again")
    }
}

struct MergeCustomersCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers", abstract: "Makes two customers one.")

    @Argument(help: "One customer: an id, user id, e-mail, phone number or anonymous id.")
    var one: String

    @Argument(help: "The other.")
    var other: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let parts = try await Blocking.run {
            try [one, other].compactMap { try workspace.customerID(named: $0) }
        }
        try await workspace.merge(one, other, by: "")
        let merges = try await Blocking.run {
            let members = try parts.first.flatMap { try workspace.records.root(of: $0) }.map {
                try workspace.records.members(of: $0)
            }
            return try workspace.records.merges(among: members ?? [], limit: 100)
        }
        let made = merges.first { merge in
            merge.undoneAt == nil && Set([merge.winner, merge.loser]) == Set(parts)
        }
        guard let made else {
            return try await output.line("merged; find the merge with: perennial merge list")
        }
        try await output.line("merged as \(made.id)")
        try await output.line("undo it with: perennial merge undo \(made.id)")
    }
}
