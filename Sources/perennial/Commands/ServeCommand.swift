import ArgumentParser
import Kernel
import Logging
import Records
import Runtime
import Settings

/// `perennial serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the API and the console on one port.")

    @OptionGroup var workspace: WorkspaceOptions
    @OptionGroup var address: AddressOptions

    func run() async throws {
        do {
            let loaded = try workspace.load(flags: address.flags)
            Shell.startLogging(loaded.values)
            let logger = Logger(label: "perennial")
            for warning in loaded.warnings { logger.warning("\(warning)") }
            let opened = try Workspace(
                folder: workspace.folder, options: loaded.runtimeOptions, clock: .system,
                logger: logger)
            let hasMembers = try !opened.records.members().isEmpty
            let data = workspace.data
            let isDemo = try opened.records.setting("demo") != nil
            try await Server(workspace: opened, settings: loaded.values, isDemo: isDemo) {
                address in
                logger.notice("serving", metadata: ["address": "\(address)", "data": "\(data)"])
                if !hasMembers {
                    logger.notice(
                        "nobody can sign in yet; run: perennial member add E-MAIL --data \(data)")
                }
            }.run()
        } catch {
            throw Shell.exit(for: error)
        }
    }
}

/// Where a server listens.
struct AddressOptions: ParsableArguments {
    @Option(help: "The address to listen on; 127.0.0.1 unless told otherwise.")
    var host: String?

    @Option(help: "The port; 0 takes a free one.")
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "The address that people type, where a proxy stands before the server.",
            valueName: "url"))
    var publicUrl: String?

    var flags: [String: String] {
        var flags: [String: String] = [:]
        if let host { flags["server.host"] = host }
        if let port { flags["server.port"] = String(port) }
        if let publicUrl { flags["server.publicURL"] = publicUrl }
        return flags
    }
}
