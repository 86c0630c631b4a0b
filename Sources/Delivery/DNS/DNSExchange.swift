import Messaging
import NIOCore

/// One question to one server, over UDP or TCP, until it is answered or its time is over.
///
/// What doesn't answer the question (another number, another name) is left aside, and the true answer waited for.
final class DNSExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Failure: Error, Equatable {
        case timedOut
        case unreadable(DNSMessage.Problem)
        case closed
    }

    private let question: DNSQuestion
    private let id: UInt16
    private let query: [UInt8]
    /// By TCP each message has its length before it (RFC 1035 §4.2.2).
    private let isStream: Bool
    private let timeout: TimeAmount
    private let promise: EventLoopPromise<DNSMessage.Reply>
    private var input = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(
        _ question: DNSQuestion, id: UInt16, query: [UInt8], isStream: Bool, timeout: TimeAmount,
        promise: EventLoopPromise<DNSMessage.Reply>
    ) {
        self.question = question
        self.id = id
        self.query = query
        self.isStream = isStream
        self.timeout = timeout
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) {
            let (exchange, context) = bound.value
            exchange.finish(.failure(.timedOut), context)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        var output = context.channel.allocator.buffer(capacity: query.count + 2)
        if isStream { output.writeInteger(UInt16(query.count)) }
        output.writeBytes(query)
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        guard isStream else { return read(Array(received.readableBytesView), context) }
        input.writeBuffer(&received)
        while !isDone, let length = input.getInteger(at: input.readerIndex, as: UInt16.self),
            input.readableBytes >= 2 + Int(length)
        {
            input.moveReaderIndex(forwardBy: 2)
            read(input.readBytes(length: Int(length)) ?? [], context)
        }
    }

    private func read(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        do throws(DNSMessage.Problem) {
            guard let reply = try DNSMessage.reply(bytes, to: question, id: id) else { return }
            finish(.success(reply), context)
        } catch {
            finish(.failure(.unreadable(error)), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(.closed), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Such as that nobody listens there.
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }

    private func finish(
        _ result: Result<DNSMessage.Reply, Failure>, _ context: ChannelHandlerContext
    ) {
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        switch result {
        case .success(let reply): promise.succeed(reply)
        case .failure(let failure): promise.fail(failure)
        }
        context.close(promise: nil)
    }
}
