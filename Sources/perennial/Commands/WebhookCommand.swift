import ArgumentParser
import Delivery
import Kernel
import Records
import Runtime

/// `perennial webhook add|list|test|enable|remove`
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Says which systems are told by webhook.",
        subcommands: [
            WebhookAddCommand.self, WebhookListCommand.self, WebhookTestCommand.self,
            WebhookEnableCommand.self, WebhookRemoveCommand.self,
        ])
}

struct WebhookAddCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a receiver and prints its secret.")
    static var makesWorkspace: Bool { true }

    @Argument(help: "What journeys call it by, such as crm.")
    var name: String

    @Argument(help: "Its address, such as https://example.com/hooks.")
    var url: String

    @Option(help: "A secret that it knows already (whsec_…); one is made otherwise.")
    var secret: String?

    @Flag(help: "Let it be at an address that isn't public, and without TLS: one of your own.")
    var allowPrivate = false

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let (name, url, secret, allowPrivate) = (name, url, secret, allowPrivate)
        let isAllowed = try WebhookReceivers.allowsPrivate(self.workspace)
        let receiver = try await Blocking.run {
            try WebhookReceivers.add(
                name, url: url, secret: secret, allowsPrivate: allowPrivate, to: workspace,
                allowsPrivateAnyway: isAllowed)
        }
        try await output.line(receiver.secret)
    }
}

struct WebhookListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the receivers and how they are doing.")

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let receivers = try await Blocking.run { try workspace.records.receivers() }
        if format == .json {
            return try await output.line(
                String(decoding: OutboxReport.json(receivers), as: UTF8.self))
        }
        var table = TextTable(headings: ["receiver", "address", "state", "delivered", "last error"])
        for receiver in receivers {
            table.rows.append([
                receiver.name, receiver.url, Self.state(receiver, workspace),
                Figures.time(receiver.deliveredAt, workspace.zone), receiver.lastError,
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(
            receivers.isEmpty
                ? "no receivers yet; add one with: perennial webhook add NAME URL" : table.table())
    }

    private static func state(_ receiver: ReceiverRecord, _ workspace: Workspace) -> String {
        guard receiver.isEnabled else { return "disabled: " + receiver.disabledReason }
        if let heldUntil = receiver.heldUntil, heldUntil > workspace.clock.now {
            return "left alone until " + Figures.time(heldUntil, workspace.zone)
        }
        let failures = receiver.consecutiveFailures
        return failures == 0 ? "in use" : "failed \(failures) times in a row"
    }
}

struct WebhookTestCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends a receiver one message of the type perennial.test.")

    @Argument(help: "The receiver's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let outcome = try await WebhookReceivers.test(
            name, in: workspace,
            allowsPrivateAnyway: try WebhookReceivers.allowsPrivate(self.workspace))
        switch outcome {
        case .delivered(let status): try await output.line("delivered; it answered \(status)")
        case .gone: throw ValidationFailure("it answered 410: it wants nothing more")
        case .failed(let reason, _): throw ValidationFailure("not delivered: \(reason)")
        case .refused(let reason): throw ValidationFailure("not sent: \(reason)")
        }
    }
}

struct WebhookEnableCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Sends to a receiver again, what waited for it too.")

    @Argument(help: "The receiver's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let name = name
        let isThere = try await Blocking.run {
            try workspace.records.enableReceiver(named: name)
        }
        guard isThere else { throw WebhookReceivers.Failure.unknown(name) }
        try await output.line("enabled")
    }
}

struct WebhookRemoveCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a receiver; what is still for it goes to the dead letters.")

    @Argument(help: "The receiver's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let name = name
        let isThere = try await Blocking.run {
            try workspace.records.removeReceiver(named: name)
        }
        guard isThere else { throw WebhookReceivers.Failure.unknown(name) }
        try await output.line("removed")
    }
}
