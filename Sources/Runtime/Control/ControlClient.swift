import NIOCore
import NIOPosix

/// Speaks to the process that owns a workspace, over its Unix socket.
package struct ControlClient: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// Somebody owns the workspace and doesn't answer.
        case unreachable(path: String, reason: String)
        /// The owner went away in the middle.
        case disconnected
        /// The owner refused, for this reason.
        case refused(String)

        package var description: String {
            switch self {
            case .unreachable(let path, let reason):
                "another process owns this workspace and doesn't answer on \(path) (\(reason)); "
                    + "if it is starting or stopping, try again in a moment"
            case .disconnected:
                "the server that owns this workspace went away; run the command again"
            case .refused(let reason): reason
            }
        }
    }

    private let path: String

    package init(folder: String) {
        path = Workspace.socketPath(folder: folder)
    }

    /// A conversation: what is sent is answered in order.
    package struct Conversation {
        fileprivate var answers: NIOAsyncChannelInboundStream<ControlFrame>.AsyncIterator
        fileprivate let requests: NIOAsyncChannelOutboundWriter<ControlFrame>

        package func send(_ frame: ControlFrame) async throws { try await requests.write(frame) }

        /// - Throws: `.disconnected` where the owner went away.
        package mutating func next() async throws -> ControlFrame {
            guard let frame = try await answers.next() else { throw Failure.disconnected }
            return frame
        }

        /// Sends, and waits for the one answer.
        package mutating func ask(_ frame: ControlFrame) async throws -> ControlFrame {
            try await send(frame)
            return try await next()
        }
    }

    /// Connects and lends the conversation.
    ///
    /// - Throws: `.unreachable`, and what the body throws.
    package func converse<Value: Sendable>(
        _ body: (inout Conversation) async throws -> Value
    ) async throws -> Value {
        let channel: NIOAsyncChannel<ControlFrame, ControlFrame>
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture { try controlChannel(channel) }
                }
        } catch {
            throw Failure.unreachable(path: path, reason: "\(error)")
        }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = Conversation(
                answers: inbound.makeAsyncIterator(), requests: outbound)
            let value = try await body(&conversation)
            outbound.finish()
            return value
        }
    }
}
