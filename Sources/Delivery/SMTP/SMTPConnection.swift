import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Carries a session's bytes over the network, on one event loop, and fetches messages for it.
final class SMTPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What others may do with a connection, from any thread.
    struct Handle: Sendable {
        let channel: any Channel
        fileprivate let connection: NIOLoopBound<SMTPConnection>

        /// There is work.
        func wake() {
            channel.eventLoop.execute { connection.value.run() }
        }

        /// Leaves as soon as what it has begun is settled.
        func quit() {
            channel.eventLoop.execute {
                connection.value.session.quit()
                connection.value.run()
            }
        }
    }

    private let pool: SMTPPool
    private let tls: NIOSSLContext?
    private var session: SMTPSession
    private var parser = SMTPReplyParser()
    private var input = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var handle: Handle?
    private var isRunning = false
    private var isReady = false
    private var isBegun = false
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var timerTime = NIODeadline.distantFuture
    private var waitSeen = -1

    init(_ endpoint: SMTPEndpoint, avoidsTLS: Bool, pool: SMTPPool, tls: NIOSSLContext?) {
        session = SMTPSession(endpoint, avoidsTLS: avoidsTLS)
        self.pool = pool
        self.tls = tls
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        handle = Handle(
            channel: context.channel,
            connection: NIOLoopBound(self, eventLoop: context.eventLoop))
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Of several connections that are tried at once this one is it.
    func begin() {
        guard let context, !isBegun else { return }
        isBegun = true
        session.isLoopback = context.remoteAddress.map(Self.isLoopback) ?? false
        parse()
        if !context.channel.isActive { session.closed() }
        run()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        parse()
    }

    private func parse() {
        guard isBegun else { return }
        do throws(SMTPReplyParser.Garbage) {
            while let reply = try parser.next(&input) {
                session.receive(reply, isAlone: input.readableBytes == 0)
                run()
                if case .handshake = session.stage { break }
            }
        } catch {
            session.garbage(error)
            run()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isBegun { session.closed() }
        run()
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let reason = SMTPConnection.words(error)
        if case .handshake = session.stage {
            session.failedTLS(reason)
        } else if let error = error as? NIOSSLError, case .uncleanShutdown = error {
            // Many servers just close.
            session.closed()
        } else {
            session.broke(reason)
        }
        run()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            session.encrypted()
            run()
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Does what the session wants, fetches what it can take, and sends what it has to say.
    private func run() {
        // What happens meanwhile is seen by the turn that is under way.
        guard isBegun, !isRunning, let context else { return }
        isRunning = true
        defer { isRunning = false }
        while true {
            perform(context)
            while isReady, session.canTake, let handle, let job = pool.take(handle) {
                session.submit(job)
                perform(context)
            }
            guard session.output.readableBytes > 0 else { break }
            send(context)
        }
        armTimer(context)
    }

    private func send(_ context: ChannelHandlerContext) {
        let output = session.output
        session.output = ByteBuffer()
        guard session.wantsWritten else {
            return context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess {
            self.session.written()
            self.run()
        }
        context.writeAndFlush(wrapOutboundOut(output), promise: written)
    }

    private func perform(_ context: ChannelHandlerContext) {
        while !session.actions.isEmpty {
            let actions = session.actions
            session.actions.removeAll(keepingCapacity: true)
            for action in actions { perform(action, context) }
        }
    }

    private func perform(_ action: SMTPSession.Action, _ context: ChannelHandlerContext) {
        guard let handle else { return }
        switch action {
        case .startTLS: startTLS(context)
        case .ready:
            isReady = true
            pool.becameReady(handle)
        case .failed(let failure): pool.failed(failure)
        case .settle(let job, let outcome): pool.settle(job, outcome, over: handle)
        case .giveBack(let job, let reason):
            pool.giveBack(job, isFirst: session.settledCount == 0, reason: reason)
        case .leaving:
            if isReady {
                isReady = false
                pool.left(
                    handle, isFruitless: session.begunCount > 0 && session.settledCount == 0)
            }
        case .close: context.close(mode: .all, promise: nil)
        }
    }

    private func startTLS(_ context: ChannelHandlerContext) {
        guard let tls else { return session.failedTLS("it is not set up") }
        do {
            try context.pipeline.syncOperations.addHandler(
                pool.tlsHandler(tls), position: .first)
        } catch {
            session.failedTLS(Self.words(error))
        }
    }

    /// One timer serves all waits: where it fires early it is set again, so that a busy connection sets none.
    private func armTimer(_ context: ChannelHandlerContext) {
        guard session.stage != .closed else {
            timer?.cancel()
            timer = nil
            return
        }
        if waitSeen != session.waitCount {
            waitSeen = session.waitCount
            deadline = .now() + TimeAmount(session.patience)
        }
        if timer != nil, timerTime <= deadline { return }
        timer?.cancel()
        timerTime = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            if NIODeadline.now() >= self.deadline { self.session.timedOut() }
            self.run()
        }
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }

    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            let first = error.connectionErrors.first.map { words($0.error) } ?? "no address answers"
            return "cannot connect to \(error.host):\(error.port): \(first)"
        case let error as ChannelError:
            if case .connectTimeout = error { return "no connection in time" }
            return String(describing: error)
        case let error as IOError:
            return String(error.description.prefix(160))
        default:
            return String(String(describing: error).prefix(200))
        }
    }
}
