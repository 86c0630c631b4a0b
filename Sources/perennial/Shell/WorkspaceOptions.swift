import Analytics
import ArgumentParser
import Customers
import FoundationEssentials
import Kernel
import Predictions
import Runtime
import Settings

/// Flags that every command about a workspace takes.
struct WorkspaceOptions: ParsableArguments {
    @Option(help: "The workspace's folder.")
    var data = "data"

    @Option(
        help: ArgumentHelp(
            "A settings file instead of perennial.json in the workspace.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "A setting, such as workspace.activeDays=60; may be repeated.",
            valueName: "name=value"))
    var set: [String] = []

    @Option(help: "The workspace's time zone, such as Europe/London.")
    var timezone: String?

    @Option(help: "What to log from: trace, debug, info, notice, warning, error, critical.")
    var logLevel: String?

    @Option(help: "How to log: text or json.")
    var logFormat: String?

    /// The workspace's folder as an absolute path.
    var folder: String {
        let path =
            data.hasPrefix("/")
            ? data : FileManager.default.currentDirectoryPath + "/" + data
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    var hasSettingsFile: Bool {
        FileManager.default.fileExists(atPath: folder + "/" + SettingsFile.name)
    }

    /// - Throws: where the folder holds no workspace.
    func requireWorkspace() throws {
        // Either store is enough: the other may have been lost, and is then made from the log.
        let hasStore = ["log.sqlite", "records.sqlite"].contains {
            FileManager.default.fileExists(atPath: folder + "/" + $0)
        }
        guard hasStore else {
            throw ValidationFailure(
                "there is no workspace in \(folder); name another folder with --data, or make one "
                    + "with: perennial import, serve, demo, key create or member add")
        }
    }

    /// Loads the settings with this command's flags on top.
    ///
    /// - Parameter flags: Further values by setting name.
    func load(flags: [String: String] = [:]) throws -> LoadedSettings {
        var values = flags
        for entry in set {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw ValidationError("--set takes NAME=VALUE, such as workspace.activeDays=60")
            }
            values[String(parts[0])] = String(parts[1])
        }
        if let timezone { values["workspace.timezone"] = timezone }
        if let logLevel { values["log.level"] = logLevel }
        if let logFormat { values["log.format"] = logFormat }
        let file = try SettingsFile.read(
            path: config ?? folder + "/" + SettingsFile.name, mustExist: config != nil)
        return try WorkspaceSettings.load(
            file: file, environment: ProcessInfo.processInfo.environment, flags: values)
    }
}

extension LoadedSettings {
    /// What the workspace is told of the settings. Time zone and currency only where somebody set them:
    /// otherwise it goes by those that it was folded by.
    var runtimeOptions: Runtime.Workspace.Options {
        var options = values.runtimeOptions
        func isSet(_ name: String) -> Bool {
            rows.contains { $0.setting.name == name && $0.source != .standard }
        }
        if isSet("workspace.timezone") { options.timeZone = values.workspace.timezone }
        if isSet("workspace.currency") { options.currency = values.workspace.currency.description }
        return options
    }
}

extension WorkspaceSettings {
    fileprivate var runtimeOptions: Runtime.Workspace.Options {
        var options = Runtime.Workspace.Options()
        options.activeDays = workspace.activeDays
        options.offers.excludedProducts = Set(offers.excludedProducts)
        options.archive.threads = analytics.threads
        options.archive.memoryMaxMB = analytics.memoryMiB
        options.logLimits.queueBytesMax = ingest.queueBytes
        options.logLimits.commitBytesMax = ingest.commitBytes
        options.duckDBLibrary = analytics.library ?? ""
        options.duckDBLibraryCandidates = InstalledFiles.candidates("lib/libduckdb.so")
        let trees = TreeLibrary.load(self)
        options.boosting = trees.library
        options.boostingAbsence = trees.absence
        var rules = IdentityRules(
            blockedValues: IdentityRules.defaultBlockedValues + identity.blockedValues)
        rules.userIDs.count = identity.userIDLimit
        rules.emails.count = identity.emailLimit
        rules.phones.count = identity.phoneLimit
        rules.anonymousIDs.count = identity.anonymousIDLimit
        options.identityRules = rules
        options.sentChannels = sentChannels
        return options
    }
}
