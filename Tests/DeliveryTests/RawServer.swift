import NIOCore
import NIOPosix
import Synchronization

/// A server that says what it is told to, byte for byte, and remembers what it was asked.
final class RawServer: Sendable {
    /// What is done once a whole request is there.
    enum Answer: Sendable {
        /// Says this and keeps the connection open.
        case say(String)
        /// Says this and closes the connection.
        case sayAndClose(String)
        /// Goes on with zeros for as long as they are taken.
        case flood(head: String)
        case hang
        case close
    }

    private let channel: any Channel
    private let recorder: Recorder
    let port: Int

    private init(_ channel: any Channel, _ recorder: Recorder) {
        self.channel = channel
        self.recorder = recorder
        port = channel.localAddress?.port ?? 0
    }

    final class Recorder: Sendable {
        let requests = Mutex<[String]>([])
    }

    static func start(_ answer: Answer) async throws -> RawServer {
        let recorder = Recorder()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(answer, recorder))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel, recorder)
    }

    /// The requests so far, heads and bodies.
    var requests: [String] { recorder.requests.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: Answer
        private let recorder: Recorder
        private var text = ""

        init(_ answer: Answer, _ recorder: Recorder) {
            self.answer = answer
            self.recorder = recorder
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.firstRange(of: "\r\n\r\n") else { return }
            let head = text[..<end.lowerBound].lowercased()
            let mark = "content-length: "
            let length = head.split(separator: "\r\n").first { $0.hasPrefix(mark) }
                .flatMap { Int($0.dropFirst(mark.count)) }
            guard text[end.upperBound...].utf8.count >= length ?? 0 else { return }
            recorder.requests.withLock { $0.append(text) }
            text = ""
            reply(context)
        }

        private func reply(_ context: ChannelHandlerContext) {
            switch answer {
            case .say(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .sayAndClose(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).assumeIsolated()
                    .whenComplete { _ in context.close(promise: nil) }
            case .flood(let head):
                context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
                flood(context)
            case .hang: break
            case .close: context.close(promise: nil)
            }
        }

        private func flood(_ context: ChannelHandlerContext) {
            let zeros = ByteBuffer(repeating: 0, count: 64 << 10)
            context.writeAndFlush(wrapOutboundOut(zeros)).assumeIsolated().whenSuccess {
                self.flood(context)
            }
        }
    }
}
