package import Messaging
package import NIOCore
import NIOPosix

/// Asks name servers, in their order, until one answers: over UDP, and over TCP what doesn't fit.
///
/// Each question goes out from a socket of its own, whose port the system draws, with a number that is drawn too, and
/// only what gives back both and the question is taken for its answer (RFC 5452). It keeps nothing.
package struct DNSResolver: Sendable {
    /// Questions that are out at the same time.
    package static let togetherMax = 16

    private let servers: [NameServer]
    private let timeout: TimeAmount
    private let rounds: Int
    private let drawID: @Sendable () -> UInt16
    private let group: any EventLoopGroup

    /// - Parameters:
    ///   - timeoutMs: For one server's answer.
    ///   - rounds: How often all servers are asked.
    ///   - drawID: A random number for each question.
    package init(
        servers: [NameServer], timeoutMs: Int64 = 3000, rounds: Int = 2,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        drawID: @escaping @Sendable () -> UInt16
    ) {
        self.servers = Array(servers.prefix(NameServer.countMax))
        timeout = .milliseconds(timeoutMs)
        self.rounds = rounds
        self.drawID = drawID
        self.group = group
    }

    /// The answer, or why there is none.
    package func answer(_ question: DNSQuestion) async -> DNSAnswer {
        guard !servers.isEmpty else { return .failed(reason: "no name server is set up") }
        guard DNSMessage.query(question, id: 0) != nil else {
            return .failed(reason: "“\(question.name)” can't be a name")
        }
        var reason = ""
        for _ in 0..<rounds {
            for server in servers {
                if Task.isCancelled { return .failed(reason: "cancelled") }
                do {
                    let reply = try await ask(server, question)
                    switch reply.code {
                    case 0: return reply.answer(to: question)
                    case 3: return .none
                    case let code: reason = "\(server) says \(Self.words(code))"
                    }
                } catch {
                    reason = Self.words(error, server)
                }
            }
        }
        return .failed(reason: reason)
    }

    /// The answers to several questions.
    package func answers(_ questions: [DNSQuestion]) async -> [DNSQuestion: DNSAnswer] {
        await withTaskGroup(of: (DNSQuestion, DNSAnswer).self) { tasks in
            var answers: [DNSQuestion: DNSAnswer] = [:]
            var rest = questions[...]
            for question in rest.prefix(Self.togetherMax) {
                tasks.addTask { (question, await answer(question)) }
            }
            rest = rest.dropFirst(Self.togetherMax)
            for await (question, answer) in tasks {
                answers[question] = answer
                if let next = rest.popFirst() {
                    tasks.addTask { (next, await self.answer(next)) }
                }
            }
            return answers
        }
    }

    private func ask(
        _ server: NameServer, _ question: DNSQuestion
    ) async throws -> DNSMessage.Reply {
        let reply = try await exchange(server, question, isStream: false)
        guard reply.isTruncated else { return reply }
        let whole = try await exchange(server, question, isStream: true)
        // Nothing is cut off where there is room for all of it.
        guard !whole.isTruncated else { throw DNSExchange.Failure.unreadable(.short) }
        return whole
    }

    private func exchange(
        _ server: NameServer, _ question: DNSQuestion, isStream: Bool
    ) async throws -> DNSMessage.Reply {
        let id = drawID()
        guard let query = DNSMessage.query(question, id: id) else {
            throw DNSExchange.Failure.unreadable(.name)
        }
        let loop = group.next()
        let promise = loop.makePromise(of: DNSMessage.Reply.self)
        let timeout = timeout
        let prepare: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    DNSExchange(
                        question, id: id, query: query, isStream: isStream, timeout: timeout,
                        promise: promise))
            }
        }
        do {
            let address = try server.socketAddress()
            let channel =
                isStream
                ? try await ClientBootstrap(group: loop).connectTimeout(timeout)
                    .channelInitializer(prepare).connect(to: address).get()
                : try await DatagramBootstrap(group: loop).channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramPayload())
                    }.flatMap { prepare(channel) }
                }.connect(to: address).get()
            defer { channel.close(promise: nil) }
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            // It may have said so itself already.
            promise.fail(error)
            throw error
        }
    }

    private static func words(_ code: UInt8) -> String {
        switch code {
        case 1: "that it can't read the question (FORMERR)"
        case 2: "that it couldn't find out (SERVFAIL)"
        case 4: "that it doesn't know such questions (NOTIMP)"
        case 5: "that it won't answer us (REFUSED)"
        default: "error \(code)"
        }
    }

    private static func words(_ error: any Error, _ server: NameServer) -> String {
        switch error as? DNSExchange.Failure {
        case .timedOut: "\(server) doesn't answer"
        case .unreadable: "what \(server) answers can't be read"
        case .closed: "\(server) closed the connection"
        case nil: "\(server) can't be reached"
        }
    }
}

/// The bytes of datagrams: the socket is connected, so that they come from nobody else and go to nobody else.
private final class DatagramPayload: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let remote = context.channel.remoteAddress else {
            promise?.fail(ChannelError.unknownLocalAddress)
            return
        }
        let envelope = AddressedEnvelope(remoteAddress: remote, data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(envelope), promise: promise)
    }
}

extension DomainCheck {
    /// Looks up all that the check needs.
    package func report(asking resolver: DNSResolver) async -> DomainReport {
        var known: [DNSQuestion: DNSAnswer] = [:]
        while true {
            switch next(knowing: known) {
            case .report(let report): return report
            case .ask(let questions):
                known.merge(await resolver.answers(questions)) { _, new in new }
            }
        }
    }
}
