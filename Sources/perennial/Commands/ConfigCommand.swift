import ArgumentParser
import Settings

/// `perennial config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Lists every setting, its value, and where the value came from.",
        discussion: """
            Defaults come first, then the file (perennial.json in the workspace, or --config), then \
            PERENNIAL_* variables, then flags; each overrides those before.
            """)

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table or json.")
    var format = ReportFormat.table

    func run() async throws {
        do {
            let loaded = try workspace.load()
            for warning in loaded.warnings {
                try await CommandOutput.standard.error("warning: \(warning)")
            }
            try await CommandOutput.standard.line(
                format == .json
                    ? SettingsListing.json(loaded.rows) : SettingsListing.table(loaded.rows))
        } catch {
            throw Shell.exit(for: error)
        }
    }
}
