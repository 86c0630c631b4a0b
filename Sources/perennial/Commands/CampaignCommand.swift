import ArgumentParser
import Kernel
import Records
import Runtime

/// `perennial campaign list|show|approve|start|pause|resume|winner|cancel`
struct CampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign",
        abstract: "Shows campaigns and how far they are, and starts and stops them.",
        discussion: """
            A campaign is a definition (kind: campaign) that perennial apply puts in force. It goes out once \
            somebody approved it as it is written now.
            """,
        subcommands: [
            CampaignListCommand.self, CampaignShowCommand.self, CampaignApproveCommand.self,
            CampaignStartCommand.self, CampaignPauseCommand.self, CampaignResumeCommand.self,
            CampaignWinnerCommand.self, CampaignCancelCommand.self,
        ])
}

struct CampaignListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists campaigns and how far they are.")

    @Option(help: "table or csv.")
    var format = ReportFormat.table

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let rows = try await Blocking.run {
            try workspace.campaigns().map { standing -> [String] in
                let run = standing.run
                let counts = try run.map { try workspace.records.campaignMessages(of: $0) } ?? [:]
                func count(_ states: MessageState...) -> String {
                    String(states.reduce(0) { $0 + (counts[$1] ?? 0) })
                }
                let state = run?.state.rawValue ?? "new"
                let isOpen = run.map { !$0.state.isOver } ?? true
                return [
                    standing.row.name,
                    isOpen && !standing.isApproved ? state + ", not approved" : state,
                    String(run?.audience ?? 0), String(run?.queued ?? 0),
                    String(run?.heldOut ?? 0), count(.accepted), count(.deferred),
                    count(.bounced, .refused, .failed), count(.suppressed, .expired),
                    count(.inDoubt), VariantsText.summary(standing),
                ]
            }
        }
        var table = TextTable(headings: [
            "campaign", "state", "audience", "queued", "held out", "accepted", "deferred",
            "failed", "not wanted", "in doubt", "variants",
        ])
        table.rows = rows
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(rows.isEmpty ? "no campaign is defined" : table.table())
    }
}

/// What the commands that change one campaign share.
protocol CampaignStepCommand: WorkspaceCommand {
    static var step: CampaignStep { get }
    var name: String { get }
}

extension CampaignStepCommand {
    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let name = name
        try await Blocking.run {
            // Who may use the command line is trusted with everything.
            try workspace.take(Self.step, with: name, by: "command", mayApproveOwn: true)
        }
        let standing = try await Blocking.run { try workspace.campaign(name) }
        let state = standing.run?.state.rawValue ?? "new"
        let isReady = standing.run?.state == .draft && standing.isApproved
        try await output.line(
            isReady
                ? "\(name) is approved; to begin: perennial campaign start \(name)"
                : "\(name) is \(state)")
    }
}

struct CampaignApproveCommand: CampaignStepCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Lets a campaign go out as it is written now.")
    static let step = CampaignStep.approve

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions
}

struct CampaignStartCommand: CampaignStepCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Begins a campaign that is approved.")
    static let step = CampaignStep.start

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions
}

struct CampaignPauseCommand: CampaignStepCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Lets a campaign wait; what is on its way goes.")
    static let step = CampaignStep.pause

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions
}

struct CampaignResumeCommand: CampaignStepCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets a campaign go on where it waits.")
    static let step = CampaignStep.resume

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions
}

struct CampaignCancelCommand: CampaignStepCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends a campaign: who wasn't written to won't be.")
    static let step = CampaignStep.cancel

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions
}
