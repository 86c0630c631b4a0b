import ArgumentParser
import Kernel
import Logging
import Runtime
import Settings
import Telemetry

/// A command that reads or changes a workspace, and works whether or not a server owns it.
///
/// `run(in:_:)` runs in the process that owns the workspace: this one, or the server, which is asked over
/// the workspace's Unix socket to run the same arguments.
protocol WorkspaceCommand: AsyncParsableCommand {
    var workspace: WorkspaceOptions { get }

    /// Values for settings that the command's own flags give, by setting name.
    var settingFlags: [String: String] { get }

    /// Whether the command makes a workspace where there is none. One that reads or changes what is
    /// there doesn't: a folder that was mistyped is said, not made.
    static var makesWorkspace: Bool { get }

    /// The arguments as the workspace's owner gets them, who has a working folder of its own.
    func forwarded(_ arguments: [String]) -> [String]

    /// Does the work and says what there is to say.
    func run(in workspace: Workspace, _ output: CommandOutput) async throws
}

extension WorkspaceCommand {
    var settingFlags: [String: String] { [:] }
    static var makesWorkspace: Bool { false }
    func forwarded(_ arguments: [String]) -> [String] { arguments }

    func run() async throws {
        let options = workspace
        do {
            let loaded = try options.load(flags: settingFlags)
            if !Self.makesWorkspace { try options.requireWorkspace() }
            Shell.startLogging(loaded.values, atLeast: .warning)
            for warning in loaded.warnings {
                try await CommandOutput.standard.error("warning: \(warning)")
            }
            let opened: Workspace
            var runtimeOptions = loaded.runtimeOptions
            runtimeOptions.isRemembered = false
            do {
                opened = try Workspace(
                    folder: options.folder, options: runtimeOptions, clock: .system,
                    logger: Logger(label: "perennial"))
            } catch WorkspaceLock.Failure.owned {
                try await askOwner(options.folder)
                return
            }
            try await opened.settle(orWarn: .standard)
            try await run(in: opened, .standard)
            try opened.close()
        } catch {
            throw Shell.exit(for: error)
        }
    }

    private func askOwner(_ folder: String) async throws {
        let arguments = forwarded(Array(CommandLine.arguments.dropFirst()))
            .joined(separator: "\0")
        let code = try await ControlClient(folder: folder).converse { conversation in
            try await conversation.send(ControlFrame(.command, text: arguments))
            while true {
                let frame = try await conversation.next()
                switch frame.kind {
                case .output: StandardStream.write(frame.payload, to: 1)
                case .errorOutput: StandardStream.write(frame.payload, to: 2)
                case .exit: return Int32(frame.payload.first ?? 1)
                case .refused: throw ControlClient.Failure.refused(frame.text)
                default: throw ControlClient.Failure.disconnected
                }
            }
        }
        if code != 0 { throw ExitCode(code) }
    }
}

extension Workspace {
    /// Folds what is new before figures are read; where that fails (a full disk), says so and goes on with
    /// the figures so far.
    fileprivate func settle(orWarn output: CommandOutput) async throws {
        do {
            try await settle()
        } catch {
            try await output.error("warning: \(error); the figures are those so far")
        }
    }
}

/// What all commands share of this process.
enum Shell {
    /// Structured lines on standard error.
    static func startLogging(_ settings: WorkspaceSettings, atLeast floor: Logger.Level = .trace) {
        let level = max(Logger.Level(rawValue: settings.log.level.rawValue) ?? .info, floor)
        let format = LogFormat(rawValue: settings.log.format.rawValue) ?? .text
        let output = LogOutput.standardError()
        LoggingSystem.bootstrap { label in
            StructuredLogHandler(
                label: label, level: level, format: format, clock: .system, output: output)
        }
    }

    /// Says why a command failed, on standard error, and gives the exit code.
    static func exit(for error: any Error) -> any Error {
        if error is ExitCode || error is ValidationError || error is CleanExit { return error }
        var text = String(describing: error)
        if text.contains("errno: 98") {
            text = "the port is in use; choose another with --port, or 0 for a free one"
        }
        StandardStream.write(Array("error: \(text)\n".utf8), to: 2)
        return ExitCode.failure
    }
}

/// Runs, inside the server, a command that another process asked for.
enum AskedCommand {
    static func run(
        _ arguments: [String], in workspace: Workspace,
        _ answer: @escaping @Sendable (ControlFrame) async throws -> Void
    ) async throws {
        let output = CommandOutput { bytes, isError in
            try await answer(ControlFrame(isError ? .errorOutput : .output, bytes))
        }
        do {
            let parsed = try Perennial.parseAsRoot(arguments)
            guard let command = parsed as? any WorkspaceCommand else {
                try await output.error("error: a running server doesn't take this command")
                try await answer(ControlFrame(.exit, [1]))
                return
            }
            try await workspace.settle(orWarn: output)
            try await command.run(in: workspace, output)
            try await answer(ControlFrame(.exit, [0]))
        } catch let code as ExitCode {
            try await answer(ControlFrame(.exit, [UInt8(clamping: code.rawValue)]))
        } catch {
            try await output.error("error: \(error)")
            try await answer(ControlFrame(.exit, [1]))
        }
    }
}
