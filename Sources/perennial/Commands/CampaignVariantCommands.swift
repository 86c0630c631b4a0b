import ArgumentParser
import Kernel
import Records
import Runtime

struct CampaignShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a campaign, and what its variants brought.")

    @Argument(help: "The campaign's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let name = name
        let text = try await Blocking.run { () -> String in
            let standing = try workspace.campaign(name)
            var lines = ["\(name) is \(standing.run?.state.rawValue ?? "new")"]
            let obstacles = try workspace.obstacles(to: standing.campaign)
            lines += obstacles.map { "it can't go out: \($0)" }
            if let run = standing.run {
                lines.append(
                    "\(run.audience) in its segment when it began, \(run.queued) written to so far, "
                        + "\(run.heldOut) held out")
            }
            lines += try VariantsText.lines(standing, in: workspace)
            return lines.joined(separator: "\n")
        }
        try await output.line(text)
    }
}

struct CampaignWinnerCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "winner",
        abstract: "Chooses by hand the variant that everybody gets who waits for the best one.")

    @Argument(help: "The campaign's name.")
    var name: String

    @Option(help: "The variant's name.")
    var variant: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let (name, variant) = (name, variant)
        let text = try await Blocking.run { () -> String in
            try workspace.chooseWinner(variant, of: name, by: "command")
            return try VariantsText.lines(try workspace.campaign(name), in: workspace)
                .joined(separator: "\n")
        }
        try await output.line(text)
    }
}
