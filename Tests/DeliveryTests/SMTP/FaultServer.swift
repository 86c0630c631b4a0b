import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A mail server that misbehaves as it is told to, and keeps a ledger of what it took.
final class FaultServer: Sendable {
    /// What a client did.
    enum Event: Sendable, Equatable {
        case connected
        case command(String)
        /// The end of a content was read.
        case content(recipient: String, text: String)
    }

    /// Where a client did it, counted from 1.
    struct Place: Sendable {
        let connection: Int
        /// Of this connection; the one that is under way, or the next.
        let message: Int
        let recipient: String
    }

    /// What the server does about it.
    enum Act: Sendable {
        case say(String)
        /// In pieces that are sent one by one.
        case pieces([String])
        case sayAndClose(String)
        /// A byte of an answer that never ends, every few milliseconds.
        case drip
        /// An answer of so many bytes in one line.
        case flood(byteCount: Int)
        case hang
        case close
        /// Closes so that the client's side is torn down (RST).
        case reset
        /// To DATA: reads so many bytes of the content, then resets.
        case goOnAndReset(byteCount: Int)
    }

    typealias Script = @Sendable (Event, Place) -> Act?

    struct Ledger: Sendable {
        var connections = 0
        /// Lines that clients sent, contents left out.
        var commands: [String] = []
        /// Recipients of contents whose end was read, in order.
        var ended: [String] = []
        /// Recipients of contents that were answered with 2xx.
        var taken: [String] = []
        var contents: [String] = []
    }

    private let channel: any Channel
    private let book: Book
    let port: Int

    final class Book: Sendable {
        let ledger = Mutex(Ledger())
    }

    private init(_ channel: any Channel, _ book: Book) {
        self.channel = channel
        self.book = book
        port = channel.localAddress?.port ?? 0
    }

    /// - Parameters:
    ///   - offers: Lines of the answer to EHLO.
    ///   - script: What is done about an event; nil for what a good server does.
    static func start(
        offers: [String] = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 10000000"],
        _ script: @escaping Script = { _, _ in nil }
    ) async throws -> FaultServer {
        let book = Book()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(offers, script, book))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FaultServer(channel, book)
    }

    var ledger: Ledger { book.ledger.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let offers: [String]
        private let script: Script
        private let book: Book
        private var input = ByteBuffer()
        private var connection = 0
        private var message = 1
        private var recipient = ""
        private var hasRecipient = false
        private var isInContent = false
        private var searchedCount = 0
        private var resetAfter: Int?
        private var isDeaf = false

        init(_ offers: [String], _ script: @escaping Script, _ book: Book) {
            self.offers = offers
            self.script = script
            self.book = book
        }

        private var place: Place {
            Place(connection: connection, message: message, recipient: recipient)
        }

        func channelActive(context: ChannelHandlerContext) {
            connection = book.ledger.withLock {
                $0.connections += 1
                return $0.connections
            }
            act(script(.connected, place) ?? .say("220 mx.example.test ESMTP\r\n"), context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            input.writeBuffer(&bytes)
            while !isDeaf, isInContent ? readContent(context) : readCommand(context) {}
        }

        private func readCommand(_ context: ChannelHandlerContext) -> Bool {
            guard let end = input.readableBytesView.firstIndex(of: 0x0A) else { return false }
            let count = end - input.readerIndex
            let line = String(input.readString(length: count)?.dropLast() ?? "")
            input.moveReaderIndex(forwardBy: 1)
            book.ledger.withLock { $0.commands.append(line) }
            let event = Event.command(line)
            let verb = line.prefix { $0 != " " }.uppercased()
            if verb == "RCPT" {
                recipient = String(line.split { $0 == "<" || $0 == ">" }.dropFirst().first ?? "")
            }
            let scripted = script(event, place)
            if verb == "RCPT" {
                hasRecipient =
                    if case .say(let text) = scripted { text.hasPrefix("2") } else { true }
            }
            if let act = scripted {
                if case .say(let text) = act, verb == "DATA", text.hasPrefix("354") {
                    isInContent = true
                }
                if case .goOnAndReset = act { isInContent = true }
                self.act(act, context)
                return true
            }
            switch verb {
            case "EHLO":
                let lines = ["mx.example.test"] + offers
                let text = lines.enumerated().map {
                    "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)\r\n"
                }
                act(.say(text.joined()), context)
            case "DATA" where !hasRecipient: act(.say("554 5.5.1 no recipient\r\n"), context)
            case "DATA":
                isInContent = true
                act(.say("354 go on\r\n"), context)
            case "QUIT": act(.sayAndClose("221 bye\r\n"), context)
            default: act(.say("250 2.0.0 fine\r\n"), context)
            }
            return true
        }

        private func readContent(_ context: ChannelHandlerContext) -> Bool {
            if let resetAfter, input.readableBytes >= resetAfter {
                act(.reset, context)
                return false
            }
            guard let count = contentByteCount() else { return false }
            let content = String(input.readString(length: count) ?? "")
            input.moveReaderIndex(forwardBy: count == 0 ? 3 : 5)
            searchedCount = 0
            isInContent = false
            book.ledger.withLock {
                $0.ended.append(recipient)
                $0.contents.append(content)
            }
            let answer =
                script(.content(recipient: recipient, text: content), place)
                ?? .say("250 2.0.0 taken\r\n")
            switch answer {
            case .say(let text), .sayAndClose(let text):
                if text.hasPrefix("2") { book.ledger.withLock { $0.taken.append(recipient) } }
            case .pieces(let pieces):
                if pieces.first?.hasPrefix("2") == true {
                    book.ledger.withLock { $0.taken.append(recipient) }
                }
            case .drip, .flood, .hang, .close, .reset, .goOnAndReset: break
            }
            message += 1
            act(answer, context)
            return true
        }

        /// How long the content is whose end is there; what was looked through isn't again.
        private func contentByteCount() -> Int? {
            input.withUnsafeReadableBytes { bytes in
                if bytes.starts(with: ".\r\n".utf8) { return 0 }
                let from = max(0, searchedCount - 4)
                searchedCount = bytes.count
                guard let start = bytes.baseAddress else { return nil }
                var index = from
                while index < bytes.count,
                    let dot = memchr(start + index, 0x2E, bytes.count - index)
                {
                    let at = UnsafeRawPointer(dot) - start
                    if at >= 2, bytes[(at - 2)...].starts(with: "\r\n.\r\n".utf8) { return at - 2 }
                    index = at + 1
                }
                return nil
            }
        }

        private func act(_ act: Act, _ context: ChannelHandlerContext) {
            switch act {
            case .say(let text): write(text, context)
            case .pieces(let pieces): for piece in pieces { write(piece, context) }
            case .sayAndClose(let text):
                isDeaf = true
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).assumeIsolated()
                    .whenComplete { _ in context.close(promise: nil) }
            case .drip:
                isDeaf = true
                drip(context)
            case .flood(let byteCount):
                write("250-" + String(repeating: "x", count: byteCount), context)
            case .hang: isDeaf = true
            case .close:
                isDeaf = true
                context.close(promise: nil)
            case .reset:
                isDeaf = true
                guard let socket = context.channel as? any SocketOptionProvider else { return }
                socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated()
                    .whenComplete { _ in context.close(promise: nil) }
            case .goOnAndReset(let byteCount):
                resetAfter = byteCount
                write("354 go on\r\n", context)
            }
        }

        private func drip(_ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            write("2", context)
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) {
                self.drip(context)
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}
