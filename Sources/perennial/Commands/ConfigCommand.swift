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

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func run() async throws {
        do {
            let loaded = try workspace.load()
            // With a file that is named, or in the folder, there is something to tell before there is
            // a workspace.
            if workspace.config == nil, !workspace.hasSettingsFile {
                try workspace.requireWorkspace()
            }
            for warning in loaded.warnings {
                try await CommandOutput.standard.error("warning: \(warning)")
            }
            let text =
                switch format {
                case .table: SettingsListing.table(loaded.rows)
                case .json: SettingsListing.json(loaded.rows)
                case .csv: Self.table(loaded.rows).csv()
                }
            try await CommandOutput.standard.line(text)
        } catch {
            throw Shell.exit(for: error)
        }
    }

    private static func table(_ rows: [LoadedSettings.Row]) -> TextTable {
        var table = TextTable(headings: [
            "setting", "value", "source", "variable", "flag", "default", "meaning",
        ])
        table.rows = rows.map { row in
            let isHidden = row.setting.isSecret && !row.value.text.isEmpty
            return [
                row.setting.name, isHidden ? SettingsListing.mask : row.value.text,
                row.source.description, row.setting.variable, row.setting.flagText,
                row.setting.isSecret ? SettingsListing.mask : row.setting.defaultText,
                row.setting.meaning,
            ]
        }
        return table
    }
}
