import Kernel
import Settings

/// Loads with two time zones known, so that no test depends on the machine's.
func load(
    file: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
) throws(SettingsFailure) -> LoadedSettings {
    try WorkspaceSettings.load(
        file: file.map { SettingsFile(path: "data/perennial.json", bytes: Array($0.utf8)) },
        environment: environment, flags: flags,
        zoneExists: { ["UTC", "Europe/London", "Etc/GMT+3"].contains($0) })
}

/// What is wrong with the settings; empty where nothing is.
func problems(
    file: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
) -> [SettingsProblem] {
    do {
        _ = try load(file: file, environment: environment, flags: flags)
        return []
    } catch {
        return error.problems
    }
}

extension LoadedSettings {
    func row(_ name: String) -> Row? { rows.first { $0.setting.name == name } }
}
