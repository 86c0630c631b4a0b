import Access
import ArgumentParser
import Imports
import Kernel
import Logging
import Runtime
import Settings

/// `perennial demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Makes a workspace from a real shop's year, scores it, and serves it.",
        discussion: """
            The shop is a UK gift shop's every invoice line from December 2009 to December 2010 (Online \
            Retail II, Chen 2019, CC BY 4.0). Names and e-mail addresses are generated, at example.test.
            """)

    @Option(help: "The demo's folder; made when missing.")
    var data = "demo-data"

    @Flag(help: "Make the workspace and stop, without serving.")
    var noServe = false

    @OptionGroup var address: AddressOptions

    func run() async throws {
        do {
            let options = try WorkspaceOptions.parse(["--data", data])
            try DemoShop.writeSettings(folder: options.folder)
            let loaded = try options.load(flags: address.flags)
            Shell.startLogging(loaded.values, atLeast: .notice)
            let workspace = try Workspace(
                folder: options.folder, options: loaded.runtimeOptions, clock: .system,
                logger: Logger(label: "perennial"))
            let password = try await DemoShop(workspace: workspace).load()
            // Said before the port is asked for, so that it isn't lost where that fails.
            if let password { try await say(["password         \(password)   (not shown again)"]) }
            if noServe {
                try workspace.close()
                return
            }
            let known = password == nil ? "as printed when \(data) was made" : "as above"
            try await Server(workspace: workspace, settings: loaded.values, isDemo: true) {
                address in
                // What can't be printed is in the log, too; serving goes on.
                try? await say([
                    "Perennial is at  \(address)", "sign in as       \(DemoShop.email)",
                    "password         \(known)",
                    "mail goes to     127.0.0.1:\(DemoShop.mailPort), and waits until something listens there:",
                    "                 .perennial/venv/bin/python -m aiosmtpd -n -l 127.0.0.1:\(DemoShop.mailPort)",
                    "                 (script/setup --test brings it)",
                ])
            }.run()
        } catch {
            throw Shell.exit(for: error)
        }
    }

    private func say(_ lines: [String]) async throws {
        let text = ([""] + lines.map { "  " + $0 } + [""]).joined(separator: "\n")
        try await CommandOutput.standard.line(text)
    }
}
