package import NIOCore
import NIOPosix
import NIOSSL

/// Sends finished messages to one server, over connections that are kept, each message at most once.
///
/// Before anything of a message is sent, and only once a connection is ready for it, `approve` is asked. Whoever makes
/// "is being sent" durable there knows after a crash which messages may be on their way. Every outcome but `.delivered`
/// and `.inDoubt` says that the server did not take the message.
package final class SMTPClient: Sendable {
    private let pool: SMTPPool

    /// - Throws: The first problem of the settings.
    package init(
        _ endpoint: SMTPEndpoint, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(SMTPEndpoint.Problem) {
        try endpoint.check()
        pool = SMTPPool(endpoint, tls: try Self.tls(endpoint), group: group)
    }

    /// What went over all connections so far.
    package var counts: SMTPCounts { pool.counts }

    /// Sends messages over as many connections as there may be, and waits for what comes of all of them.
    ///
    /// Several calls may be under way: they share the connections in turns. Where the task is cancelled, messages that
    /// are not on their way are not sent, and those that are, are waited for.
    ///
    /// - Parameters:
    ///   - approve: Is given the next run of indices, at most half of `aheadMax`, one run at a time; returns those of
    ///     them that may be sent. Where it throws, neither these nor those after them are sent.
    ///   - settled: Is told each message's outcome as it is known, on a thread that must not be kept waiting.
    /// - Returns: The outcomes, in the order of the messages.
    package func send(
        _ messages: [SMTPMessage],
        approve: @Sendable (Range<Int>) async throws -> [Int],
        settled: (@Sendable (Int, SMTPOutcome) -> Void)? = nil
    ) async -> [SMTPOutcome] {
        guard !messages.isEmpty else { return [] }
        let batch = SMTPBatch(messages, settled: settled)
        let outcomes = await withTaskCancellationHandler {
            await handOver(batch, approve: approve)
            return await batch.finished()
        } onCancel: {
            pool.cancel(batch)
        }
        pool.forget(batch)
        return outcomes
    }

    /// Sends one message.
    ///
    /// - Parameter approve: As for several; false where it may not be sent.
    package func send(
        _ message: SMTPMessage, approve: @Sendable () async throws -> Bool
    ) async -> SMTPOutcome {
        await send([message]) { run in try await approve() ? Array(run) : [] }[0]
    }

    /// Lets end what is on its way, and closes the connections.
    package func shutdown() async { await pool.shutdown() }

    private func handOver(
        _ batch: SMTPBatch, approve: @Sendable (Range<Int>) async throws -> [Int]
    ) async {
        let count = batch.messages.count
        var next = 0
        while next < count {
            switch await pool.demand(batch, wanted: count - next) {
            case .stop(let outcome):
                for index in next..<count { batch.settle(index, outcome) }
                return
            case .go(let runCount, let stops):
                let run = next..<next + runCount
                next = run.upperBound
                do {
                    // Each once, whatever the answer says.
                    var isApproved = [Bool](repeating: false, count: runCount)
                    for index in try await approve(run) where run.contains(index) {
                        isApproved[index - run.lowerBound] = true
                    }
                    let jobs = run.filter { isApproved[$0 - run.lowerBound] }
                        .map { SMTPJob(batch: batch, index: $0) }
                    for index in run where !isApproved[index - run.lowerBound] {
                        batch.settle(index, .notSent(reason: "not approved"))
                    }
                    guard let stopped = pool.enqueue(jobs, granted: runCount, stops: stops)
                    else { continue }
                    for index in next..<count { batch.settle(index, stopped) }
                    return
                } catch {
                    _ = pool.enqueue([], granted: runCount, stops: stops)
                    let reason = "could not be approved: \(String(describing: error).prefix(200))"
                    for index in run.lowerBound..<count {
                        batch.settle(index, .notSent(reason: reason))
                    }
                    return
                }
            }
        }
    }

    private static func tls(
        _ endpoint: SMTPEndpoint
    ) throws(SMTPEndpoint.Problem) -> NIOSSLContext? {
        guard endpoint.security != .none else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if endpoint.security == .startTLSIfOffered {
            configuration.certificateVerification = .none
        }
        do {
            if let path = endpoint.authoritiesPath {
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMFile(path))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .authorities(reason: SMTPConnection.words(error))
        }
    }
}

/// What went over a client's connections.
package struct SMTPCounts: Sendable, Equatable {
    /// Connections that came as far as taking messages.
    package var connections = 0
    /// Messages that a server answered, one way or the other.
    package var answered = 0
    package var inDoubt = 0
}
