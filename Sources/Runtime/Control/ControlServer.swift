import Glibc
import Kernel
import Logging
import NIOCore
import NIOPosix
import Records
import ServiceLifecycle

/// Answers commands on the workspace's Unix socket while a server owns the workspace.
package struct ControlServer: Service {
    /// Runs one command and says what it printed and how it ended.
    package typealias RunCommand =
        @Sendable (
            _ arguments: [String], _ answer: @escaping @Sendable (ControlFrame) async throws -> Void
        ) async throws -> Void

    private let workspace: Workspace
    private let run: RunCommand

    /// - Parameter run: Answers `output` and `errorOutput` as it goes, then `exit`.
    package init(workspace: Workspace, run: @escaping RunCommand) {
        self.workspace = workspace
        self.run = run
    }

    package func run() async throws {
        let path = Workspace.socketPath(folder: workspace.folder)
        // Only the lock's holder gets here, so a socket that is there was left behind.
        unlink(path)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    AcceptedChannel(try controlChannel(channel))
                }
            }
        try await withGracefulShutdownHandler {
            try await server.executeThenClose { clients in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await client in clients {
                        group.addTask { await serve(client.frames) }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
        unlink(path)
    }

    private func serve(_ client: NIOAsyncChannel<ControlFrame, ControlFrame>) async {
        do {
            try await client.executeThenClose { frames, answers in
                for try await frame in frames {
                    try await answer(frame) { try await answers.write($0) }
                }
            }
        } catch {
            workspace.logger.debug(
                "a command's connection ended", metadata: ["reason": "\(error)"])
        }
    }

    private func answer(
        _ frame: ControlFrame, _ reply: @escaping @Sendable (ControlFrame) async throws -> Void
    ) async throws {
        switch frame.kind {
        case .command:
            try await run(
                frame.text.split(separator: "\0", omittingEmptySubsequences: false)
                    .map(String.init), reply)
        case .append:
            try await reply(await workspace.appendForImport(frame.payload))
        case .settle:
            if let reason = await workspace.engine.settle() {
                try await reply(ControlFrame(.refused, text: reason))
            } else {
                try await reply(ControlFrame(.done))
            }
        case .readProgress:
            let count = try workspace.log.importedEvents(source: frame.text)
            try await reply(ControlFrame(.progress, text: String(count)))
        case .writeProgress:
            let parts = frame.text.split(
                separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int(parts[1]) else {
                try await reply(ControlFrame(.refused, text: "no source, or no count"))
                return
            }
            try workspace.log.setImportedEvents(source: String(parts[0]), to: count)
            try await reply(ControlFrame(.done))
        case .output, .errorOutput, .exit, .appended, .refused, .busy, .done, .progress:
            try await reply(ControlFrame(.refused, text: "not a request"))
        }
    }
}

/// Sets a channel up to speak frames.
func controlChannel(
    _ channel: any Channel
) throws -> NIOAsyncChannel<ControlFrame, ControlFrame> {
    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ControlFrameCoder()))
    try channel.pipeline.syncOperations.addHandler(MessageToByteHandler(ControlFrameCoder()))
    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
}
