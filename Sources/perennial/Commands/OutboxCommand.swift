import ArgumentParser
import Kernel
import Records
import Runtime

/// `perennial outbox list|show|replay`
struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: "Shows what decisions made happen, and replays what could not be delivered.",
        subcommands: [OutboxListCommand.self, OutboxShowCommand.self, OutboxReplayCommand.self])
}

struct OutboxListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the newest items.")

    @Option(help: "Only these: pending, sending, done, kept, withheld or dead.")
    var state: OutboxState?

    @Option(help: "Only these: send, award, webhook, coupon, task, attribute or redemption.")
    var kind: OutboxKind?

    @Option(help: "Only those of this journey.")
    var journey: String?

    @Option(help: "Only those to this receiver.")
    var receiver: String?

    @Option(help: "Only those for this customer: an id, user id, e-mail or phone number.")
    var customer: String?

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @Option(help: "How many at most.")
    var limit = 50

    @Option(help: "Go on after a page: the id that it ended with.")
    var after: String?

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        var filter = OutboxFilter(limit: min(max(1, limit), 10_000))
        (filter.state, filter.kind, filter.journey) = (state, kind, journey)
        filter.receiver = receiver
        if let after {
            guard let id = ID<OutboxItem>(after) else {
                throw ValidationFailure("--after takes the id that a page ended with (out_…)")
            }
            filter.before = id
        }
        let (customer, chosen) = (customer, filter)
        let (items, counts) = try await Blocking.run {
            var filter = chosen
            filter.customers = try workspace.members(named: customer)
            return (try workspace.records.outbox(filter), try workspace.records.outboxCounts())
        }
        if format == .json {
            return try await output.line(
                String(decoding: OutboxReport.json(items, limit: filter.limit), as: UTF8.self))
        }
        var table = TextTable(
            headings: [
                "item", "kind", "state", "customer", "journey", "step", "receiver", "tries", "made",
                "last error",
            ], numeric: [7])
        for item in items {
            table.rows.append([
                item.id.description, item.kind.rawValue, item.state.rawValue,
                item.customer.description, item.origin.journey, item.origin.step, item.receiver,
                String(item.attempts), Figures.time(item.createdAt, workspace.zone),
                String(item.lastError.prefix(60)),
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        if !items.isEmpty { try await output.line(table.table()) }
        try await output.line(Self.counted(counts))
        if let last = items.last, items.count == filter.limit {
            try await output.line("go on with: --after \(last.id)")
        }
    }

    /// How many there are of each state.
    private static func counted(_ counts: [OutboxState: [OutboxKind: Int]]) -> String {
        let parts = OutboxState.allCases.compactMap { state -> String? in
            let count = counts[state]?.values.reduce(0, +) ?? 0
            return count == 0 ? nil : "\(Figures.grouped(count)) \(state.rawValue)"
        }
        return parts.isEmpty ? "the outbox is empty" : "in all: " + parts.joined(separator: ", ")
    }
}

struct OutboxShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows an item with all it holds, as JSON.")

    @Argument(help: "The item's id (out_…), as listed.")
    var item: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let id = try OutboxReplayCommand.id(item)
        let found = try await Blocking.run { try workspace.records.outboxItem(id) }
        guard let found else { throw ValidationFailure("there is no item \(item)") }
        try await output.line(String(decoding: OutboxReport.json(found), as: UTF8.self))
    }
}

struct OutboxReplayCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Tries dead letters again, as often as at first; a receiver knows them by their id.")

    @Argument(help: "The item's id (out_…), as listed with --state dead.")
    var item: String?

    @Option(help: "All dead letters to this receiver.")
    var receiver: String?

    @Flag(help: "All dead letters.")
    var all = false

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        let named = [item != nil, receiver != nil, all].count { $0 }
        guard named == 1 else {
            throw ValidationError("name one item, or --receiver NAME, or --all")
        }
    }

    static func id(_ text: String) throws -> ID<OutboxItem> {
        guard let id = ID<OutboxItem>(text) else {
            throw ValidationFailure("\(text) is not an item's id; they begin with out_")
        }
        return id
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let now = workspace.clock.now
        if let item {
            let id = try Self.id(item)
            let isThere = try await Blocking.run {
                try workspace.records.replayOutbox(id, now: now)
            }
            guard isThere else { throw ValidationFailure("there is no dead letter \(item)") }
            return try await output.line("to be tried again by the server")
        }
        let receiver = receiver
        let count = try await Blocking.run {
            try workspace.records.replayOutbox(receiver: receiver, now: now)
        }
        try await output.line(
            count == 0
                ? "there are no such dead letters"
                : "\(Figures.grouped(count)) to be tried again by the server")
    }
}

extension OutboxState: ExpressibleByArgument {}
extension OutboxKind: ExpressibleByArgument {}
