import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The connections to one server, and the messages that wait for one.
///
/// A batch is asked for its next messages only where a connection is ready for them, so that what is recorded as being
/// sent is about to be. Batches take turns.
final class SMTPPool: Sendable {
    enum Grant: Sendable {
        /// So many may be approved and handed over, if nothing stops them meanwhile.
        case go(Int, stops: Int)
        /// None of what remains; this is what came of it.
        case stop(SMTPOutcome)
    }

    struct Waiter {
        let batch: SMTPBatch
        let wanted: Int
        let continuation: CheckedContinuation<Grant, Never>
    }

    struct State {
        /// Approved ones.
        var queue = CircularBuffer<SMTPJob>()
        /// Granted, and not handed over yet.
        var granted = 0
        var waiters = CircularBuffer<Waiter>()
        /// How often those who wait were stopped, and why the last time.
        var stops = 0
        var stopOutcome: SMTPOutcome?
        var cancelled: Set<ObjectIdentifier> = []
        var handles: [ObjectIdentifier: SMTPConnection.Handle] = [:]
        var idle: [SMTPConnection.Handle] = []
        var connecting = 0
        var ready = 0
        var limit: Int
        /// Answers to messages since a connection last broke without one: so many connections more than one are tried.
        var trust = 0
        /// Connections in a row that broke without an answer to any message.
        var fruitless = 0
        var avoidsTLS = false
        var isShut = false
        var counts = SMTPCounts()
    }

    /// What is done after the lock is given back.
    struct Effects {
        var grants: [(Waiter, Grant)] = []
        var settled: [(SMTPJob, SMTPOutcome)] = []
        var wakes: ArraySlice<SMTPConnection.Handle> = []
        var opens = 0
        var avoidsTLS = false
    }

    /// So many connections may break in a row before those who wait are told.
    static let fruitlessMax = 3

    private let endpoint: SMTPEndpoint
    private let tls: NIOSSLContext?
    private let group: any EventLoopGroup
    private let state: Mutex<State>

    init(_ endpoint: SMTPEndpoint, tls: NIOSSLContext?, group: any EventLoopGroup) {
        self.endpoint = endpoint
        self.tls = tls
        self.group = group
        state = Mutex(State(limit: endpoint.connectionsMax))
    }

    var counts: SMTPCounts { state.withLock { $0.counts } }

    /// Changes the state, and does what follows from that.
    private func change(_ body: (inout State, inout Effects) -> Void) {
        let effects = state.withLock { state in
            var effects = Effects()
            body(&state, &effects)
            arrange(&state, &effects)
            return effects
        }
        for (job, outcome) in effects.settled { job.settle(outcome) }
        for handle in effects.wakes { handle.wake() }
        for _ in 0..<effects.opens { open(avoidsTLS: effects.avoidsTLS) }
        for (waiter, grant) in effects.grants { waiter.continuation.resume(returning: grant) }
    }

    /// Opens connections that are wanted, and grants what connections want.
    private func arrange(_ state: inout State, _ effects: inout Effects) {
        guard !state.isShut else {
            stop(&state, &effects, .notSent(reason: "the client has stopped"))
            return
        }
        effects.avoidsTLS = state.avoidsTLS
        if state.queue.isEmpty && state.waiters.isEmpty { return }
        if state.ready == 0 {
            // One finds out for all whether the server is there.
            if state.connecting == 0 {
                state.connecting = 1
                effects.opens = 1
            }
            return
        }
        let waiting = state.waiters.reduce(0) { $0 + $1.wanted } + state.queue.count + state.granted
        let wanted = min(
            waiting - state.idle.count,
            min(state.limit, state.trust + 1) - state.ready - state.connecting)
        if wanted > 0 {
            state.connecting += wanted
            effects.opens = wanted
        }
        let most = max(1, endpoint.aheadMax / 2)
        while let waiter = state.waiters.first,
            state.queue.count + state.granted <= endpoint.aheadMax - most
        {
            state.waiters.removeFirst()
            let count = min(waiter.wanted, most)
            state.granted += count
            effects.grants.append((waiter, .go(count, stops: state.stops)))
        }
    }

    /// Tells all who wait, and those who are about to hand over, that nothing more is sent now.
    private func stop(_ state: inout State, _ effects: inout Effects, _ outcome: SMTPOutcome) {
        state.stops += 1
        state.stopOutcome = outcome
        effects.settled += state.queue.map { ($0, outcome) }
        effects.grants += state.waiters.map { ($0, .stop(outcome)) }
        state.queue.removeAll()
        state.waiters.removeAll()
    }

    /// Waits until more of a batch's messages can be sent soon.
    func demand(_ batch: SMTPBatch, wanted: Int) async -> Grant {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(batch: batch, wanted: wanted, continuation: continuation)
            change { state, effects in
                if state.cancelled.contains(ObjectIdentifier(batch)) {
                    effects.grants.append((waiter, .stop(Self.cancelled)))
                } else {
                    state.waiters.append(waiter)
                }
            }
        }
    }

    /// Hands over messages that were approved, of so many that were granted.
    ///
    /// - Returns: What came of them where they were stopped since then.
    func enqueue(_ jobs: [SMTPJob], granted: Int, stops: Int) -> SMTPOutcome? {
        var stopped: SMTPOutcome?
        change { state, effects in
            state.granted -= granted
            guard state.stops == stops else {
                stopped = state.stopOutcome
                if let stopped { effects.settled += jobs.map { ($0, stopped) } }
                return
            }
            for job in jobs {
                if state.cancelled.contains(ObjectIdentifier(job.batch)) {
                    effects.settled.append((job, Self.cancelled))
                } else {
                    state.queue.append(job)
                }
            }
            wakeIdle(&state, &effects, count: jobs.count)
        }
        return stopped
    }

    private func wakeIdle(_ state: inout State, _ effects: inout Effects, count: Int) {
        effects.wakes += state.idle.suffix(count)
        state.idle.removeLast(min(count, state.idle.count))
    }

    /// Takes back what isn't on its way.
    func cancel(_ batch: SMTPBatch) {
        change { state, effects in
            state.cancelled.insert(ObjectIdentifier(batch))
            effects.grants += state.waiters.filter { $0.batch === batch }
                .map { ($0, .stop(Self.cancelled)) }
            state.waiters.removeAll { $0.batch === batch }
            effects.settled += state.queue.filter { $0.batch === batch }
                .map { ($0, Self.cancelled) }
            state.queue.removeAll { $0.batch === batch }
        }
    }

    /// A batch's name may go to another.
    func forget(_ batch: SMTPBatch) {
        state.withLock { _ = $0.cancelled.remove(ObjectIdentifier(batch)) }
    }

    private static let cancelled = SMTPOutcome.notSent(reason: "stopped before it was sent")

    /// The next message for a connection; nil where there is none now, and the connection is woken when there is.
    func take(_ handle: SMTPConnection.Handle) -> SMTPJob? {
        let (job, isLow) = state.withLock { state -> (SMTPJob?, Bool) in
            let job = state.queue.popFirst()
            if job == nil, !state.idle.contains(where: { $0.channel === handle.channel }) {
                state.idle.append(handle)
            }
            let isLow = state.queue.count + state.granted <= endpoint.aheadMax / 2
            return (job, isLow && !state.waiters.isEmpty)
        }
        if isLow { change { _, _ in } }
        return job
    }

    func settle(_ job: SMTPJob, _ outcome: SMTPOutcome, over handle: SMTPConnection.Handle) {
        let isGrowing = state.withLock { state in
            switch outcome {
            case .delivered, .refused, .deferred:
                state.fruitless = 0
                state.trust += 1
                state.counts.answered += 1
                // A server that once took fewer connections may take more again.
                if state.trust % 256 == 0, state.limit < endpoint.connectionsMax {
                    state.limit += 1
                    return true
                }
                return state.trust < state.limit
            case .inDoubt:
                state.counts.inDoubt += 1
                return false
            case .notSent, .endpointFailed: return false
            }
        }
        job.settle(outcome)
        if isGrowing { change { _, _ in } }
    }

    /// Takes back a message whose end was not sent.
    ///
    /// - Parameter isFirst: Whether the connection had answered no other.
    func giveBack(_ job: SMTPJob, isFirst: Bool, reason: String) {
        var job = job
        if isFirst { job.attempts += 1 } else { job.misses += 1 }
        let again = job
        change { state, effects in
            if again.isExhausted {
                effects.settled.append((again, .notSent(reason: reason)))
            } else if state.cancelled.contains(ObjectIdentifier(again.batch)) {
                effects.settled.append((again, Self.cancelled))
            } else {
                state.queue.prepend(again)
                wakeIdle(&state, &effects, count: 1)
            }
        }
    }

    func becameReady(_ handle: SMTPConnection.Handle) {
        change { state, _ in
            state.connecting -= 1
            state.ready += 1
            state.counts.connections += 1
            state.handles[ObjectIdentifier(handle.channel)] = handle
        }
        // It came after everybody was told to go.
        if state.withLock({ $0.isShut }) { handle.quit() }
    }

    /// A connection that was ready takes nothing more.
    func left(_ handle: SMTPConnection.Handle, isFruitless: Bool) {
        change { state, effects in
            state.ready -= 1
            state.handles[ObjectIdentifier(handle.channel)] = nil
            state.idle.removeAll { $0.channel === handle.channel }
            if isFruitless {
                state.fruitless += 1
                state.trust = 0
            }
            if state.fruitless >= Self.fruitlessMax {
                state.fruitless = 0
                stop(
                    &state, &effects,
                    .notSent(reason: "the server closes connections without an answer"))
            }
            // What this one was woken for is another's.
            wakeIdle(&state, &effects, count: state.queue.count)
        }
    }

    /// A connection that never was ready.
    func failed(_ failure: SMTPConnectionFailure) {
        change { state, effects in
            state.connecting -= 1
            if failure.isTLS, endpoint.security == .startTLSIfOffered, !state.avoidsTLS {
                state.avoidsTLS = true
                return
            }
            if state.ready > 0 {
                // The server takes no more at once; what it took goes on.
                state.limit = max(1, state.ready + state.connecting)
                return
            }
            state.limit = endpoint.connectionsMax
            guard state.connecting == 0 else { return }
            stop(
                &state, &effects,
                failure.isLasting
                    ? .endpointFailed(reason: failure.reason) : .notSent(reason: failure.reason))
        }
    }

    private func failed(_ reason: String) {
        failed(SMTPConnectionFailure(reason: reason, isLasting: false, isTLS: false))
    }

    private func begin(_ channel: any Channel) {
        do {
            try channel.pipeline.syncOperations.handler(type: SMTPConnection.self).begin()
        } catch {
            failed("the server closed the connection")
        }
    }

    private func open(avoidsTLS: Bool) {
        let endpoint = endpoint
        let tls = tls
        ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(endpoint.timeouts.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if endpoint.security == .implicitTLS, let tls {
                        try pipeline.addHandler(self.tlsHandler(tls))
                    }
                    try pipeline.addHandler(
                        SMTPConnection(endpoint, avoidsTLS: avoidsTLS, pool: self, tls: tls))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    if channel.eventLoop.inEventLoop {
                        self.begin(channel)
                    } else {
                        channel.eventLoop.execute { self.begin(channel) }
                    }
                case .failure(let error): self.failed(SMTPConnection.words(error))
                }
            }
    }

    /// A handler for one connection.
    ///
    /// - Throws: Where the name can't be one in a certificate.
    func tlsHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        let name = endpoint.certificateName ?? endpoint.host
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        guard !isAddress, endpoint.security != .startTLSIfOffered else {
            return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
        }
        return try NIOSSLClientHandler._makeSSLClientHandler(
            context: context, serverHostname: name
        ) { certificate, channel in
            SMTPCertificateName.check(certificate, isFor: name, on: channel)
        }
    }

    /// Lets what has begun end, and closes all connections.
    func shutdown() async {
        let handles = state.withLock { state in
            state.isShut = true
            return Array(state.handles.values)
        }
        change { _, _ in }
        for handle in handles { handle.quit() }
        for handle in handles {
            // However it closes, it is closed.
            try? await handle.channel.closeFuture.get()
        }
    }
}
