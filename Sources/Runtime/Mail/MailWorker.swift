package import Delivery
package import Kernel
import Logging
import Records
import ServiceLifecycle
import Synchronization
import Templates

/// Sends the outbox's messages while the server runs: e-mails, and those of other channels that are set up.
///
/// A marketing message at most once: it is written down as being sent, durably, before anything of it is handed over,
/// and what was being sent when a process or a connection died is in doubt and waits for a person. What somebody asked
/// for is sent again, with the same Message-ID. Consent and the suppression list are read again at that moment.
package struct MailWorker: Service {
    /// Hands messages over: as `SMTPClient.send`.
    package typealias Send =
        @Sendable (
            _ messages: [SMTPMessage],
            _ approve: @escaping @Sendable (Range<Int>) async throws -> [Int],
            _ settled: @escaping @Sendable (Int, SMTPOutcome) -> Void
        ) async -> [SMTPOutcome]

    struct Options: Sendable {
        /// Messages that are made and handed over at a time.
        var batchCount = 256
        /// Batches under way: one is made while the other is handed over.
        var batchesMax = 3
        /// A claim is good for so long; only the end of the process ends it before.
        var claimMs: Int64 = 6 * 3_600_000
        var pauseMs: Int64 = 5_000
        var sleepMaxMs: Int64 = 30_000
        var tellingsMax = 500
        /// While more events than this wait to be folded, nothing is begun.
        var behindMax: Int64 = 2_000
        var behindMs: Int64 = 250
    }

    let workspace: Workspace
    let preparation: MailPreparation
    /// By channel; e-mail isn't among them.
    let channels: [String: ChannelCarrier]
    let options: Options
    /// Nil where no e-mail is sent.
    let send: Send?
    private let sleep: OutboxWorker.Sleep

    init(
        workspace: Workspace, maker: MailMaker, templates: MailTemplates, options: Options,
        offers: @escaping MailPreparation.Offers, send: Send?, channels: [ChannelCarrier] = [],
        sleep: @escaping OutboxWorker.Sleep = OutboxWorker.systemSleep
    ) {
        self.workspace = workspace
        self.options = options
        self.send = send
        self.sleep = sleep
        self.channels = Dictionary(
            channels.map { ($0.channel.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        preparation = MailPreparation(
            workspace: workspace, maker: maker, templates: templates, offers: offers)
    }

    /// - Parameters:
    ///   - offers: What to offer to a customer; asked for only where a template shows it.
    ///   - send: What hands e-mails over; nil where none are sent.
    ///   - channels: What hands other messages over.
    package init(
        workspace: Workspace, maker: MailMaker, templates: MailTemplates,
        offers: @escaping @Sendable (ID<Customer>) async -> [MailOffer], send: Send?,
        channels: [ChannelCarrier] = []
    ) {
        self.init(
            workspace: workspace, maker: maker, templates: templates, options: Options(),
            offers: offers, send: send, channels: channels)
    }

    /// What this run has under way; only its loop touches it.
    private struct Work {
        /// By channel.
        var lines: [String: Line] = [:]
        var aliveAt: Timestamp?
        var pruneAt: Timestamp?

        var batches: Int { lines.values.reduce(0) { $0 + $1.batches } }
    }

    /// What is under way of one channel, and how its provider is.
    private struct Line {
        var batches = 0
        var breaker = CircuitBreaker()
    }

    /// What ended and isn't written down yet.
    final class Ended: Sendable {
        struct State {
            var results: [MessageResult] = []
            /// The channels of batches that ended.
            var batches: [String] = []
            /// Of batches that ended: whether the server answered any, and why not.
            var news: [(channel: String, news: Result<Void, Unreachable>)] = []
        }

        let state = Mutex(State())

        func take() -> State {
            state.withLock { state in
                defer { state = State() }
                return state
            }
        }
    }

    struct Unreachable: Error {
        let reason: String
        var retryAfterSeconds: Int64?
    }

    // MARK: Running

    /// Sends until it is told to stop, then lets end what is on its way.
    package func run() async throws {
        let records = workspace.records
        try await takeOver()
        // Nothing goes by what was known before the last events.
        _ = await workspace.engine.settle(filled: false)
        workspace.mailStatus.begin()
        defer { workspace.mailStatus.end() }
        await withGracefulShutdownHandler {
            await work(untilIdle: false)
        } onGracefulShutdown: {
            records.outboxBell.ring()
        }
    }

    /// Sends what is due, tells what came of it, and returns once nothing is left to do now.
    package func drain() async { await work(untilIdle: true) }

    private func work(untilIdle: Bool) async {
        let ended = Ended()
        let bell = workspace.records.outboxBell
        var work = Work()
        await withDiscardingTaskGroup { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                let rings = bell.rings
                var nextAt: Timestamp?
                do {
                    try await settle(&work, ended)
                    try await noteAlive(since: &work.aliveAt)
                    let told = try await tell()
                    let workspace = workspace
                    let sendsMail = send != nil
                    let filled = try await StoreThread.mail.run {
                        sendsMail ? try CampaignFilling(workspace: workspace).fill() : nil
                    }
                    let begun = try await begin(&work, ended, &group)
                    nextAt = [told, filled, begun].compactMap { $0 }.min()
                    let pruned = try await prune(
                        &work.pruneAt, isIdle: work.batches == 0, nextAt: nextAt)
                    nextAt = pruned ?? nextAt
                } catch {
                    workspace.logger.error(
                        "mail can't be worked on; trying again", metadata: ["reason": "\(error)"])
                    nextAt = workspace.clock.now.adding(milliseconds: options.pauseMs)
                }
                if untilIdle, work.batches == 0, nextAt.map({ $0 > workspace.clock.now }) ?? true {
                    return
                }
                await wait(after: rings, until: nextAt)
            }
            // Batches that stop ask no more; what they have on its way ends.
        }
        do {
            try await settle(&work, ended)
            _ = try await tell()
        } catch {
            workspace.logger.error(
                "what was sent could not be noted, and is in doubt",
                metadata: ["reason": "\(error)"])
        }
    }

    private func wait(after rings: Int, until time: Timestamp?) async {
        let bell = workspace.records.outboxBell
        let ms = time.map { max(0, $0.milliseconds - workspace.clock.now.milliseconds) }
        let sleepMs = min(ms ?? options.sleepMaxMs, options.sleepMaxMs)
        await withTaskGroup { group in
            group.addTask { await bell.wait(after: rings) }
            group.addTask { await sleep(sleepMs) }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Beginning

    /// Begins batches of what is due.
    ///
    /// - Returns: When to look again, unless the bell rings before.
    private func begin(
        _ work: inout Work, _ ended: Ended, _ group: inout DiscardingTaskGroup
    ) async throws -> Timestamp? {
        // What somebody said may be on the log and not be known yet.
        let status = workspace.engine.status
        guard workspace.log.lastPosition - status.position <= options.behindMax else {
            return workspace.clock.now.adding(milliseconds: options.behindMs)
        }
        let records = workspace.records
        let (lanes, holds) = try await StoreThread.mail.run {
            (try records.outboxLanes().filter { $0.lane.kind == .send }, try records.mailHolds())
        }
        let held = Set(holds.map(\.lane))
        if held.contains("") { return nil }
        var open: [String: [(lane: OutboxLane, dueAt: Timestamp)]] = [:]
        for lane in lanes where !held.contains(lane.lane.receiver) {
            guard let channel = channel(ofLane: lane.lane.receiver) else { continue }
            open[channel, default: []].append(lane)
        }
        var next: Timestamp?
        for (channel, lanes) in open {
            let at = try await begin(channel, lanes, &work, ended, &group)
            next = [next, at].compactMap { $0 }.min()
        }
        return next
    }

    /// The same of one channel, each of which has its own provider and its own share.
    private func begin(
        _ channel: String, _ open: [(lane: OutboxLane, dueAt: Timestamp)], _ work: inout Work,
        _ ended: Ended, _ group: inout DiscardingTaskGroup
    ) async throws -> Timestamp? {
        var line = work.lines[channel] ?? Line()
        defer { work.lines[channel] = line }
        guard line.batches < options.batchesMax else { return nil }
        let records = workspace.records
        let now = workspace.clock.now
        let due = open.filter { $0.dueAt <= now }
        let later = open.map(\.dueAt).filter { $0 > now }.min()
        guard !due.isEmpty else { return later }
        switch line.breaker.admit(now: now) {
        case .no(let until): return until
        case .yes, .probe: break
        }
        let until = now.adding(milliseconds: options.claimMs)
        // What waits longest first; each lane has its turn.
        for (lane, _) in due.sorted(by: { $0.dueAt < $1.dueAt }) {
            guard line.batches < options.batchesMax else { break }
            let limit = options.batchCount
            let items = try await StoreThread.mail.run {
                try records.claimOutbox(lane, limit: limit, now: now, until: until)
            }
            guard !items.isEmpty else { continue }
            line.batches += 1
            if let carrier = channels[channel] {
                group.addTask { await carry(items, of: lane, by: carrier, ended) }
            } else if let send {
                group.addTask { await carry(items, of: lane, by: send, ended) }
            }
        }
        // There may be more where these came from.
        return line.batches < options.batchesMax ? now : nil
    }

    private func carry(
        _ items: [OutboxRecord], of lane: OutboxLane, by send: Send, _ ended: Ended
    ) async {
        let bell = workspace.records.outboxBell
        let batch = paced(
            await withTaskExecutorPreference(MakingThreads.shared) {
                await preparation.prepare(items, of: lane)
            })
        ended.state.withLock { $0.results += batch.results }
        bell.ring()
        let sent = batch.sent
        var news: Result<Void, Unreachable>?
        if !sent.isEmpty {
            let now = workspace.clock
            let hash = workspace.hash
            let refused = Mutex<[Int: MessageResult.Outcome]>([:])
            let outcomes = await send(
                sent.compactMap(\.mail),
                { run in try await approve(run, of: sent, lane, refused) },
                { index, outcome in
                    let entry = sent[index]
                    notePace(entry, outcome)
                    let decided =
                        refused.withLock { $0[index] }
                        ?? MailDecision.outcome(
                            outcome, stream: entry.message.stream, attempt: entry.item.attempts,
                            deadline: entry.order?.deadline, now: now.now,
                            jitter: OutboxMessages.jitter(entry.item, hash: hash))
                    let result = MessageResult(
                        message: entry.message, attempt: entry.item.attempts, outcome: decided)
                    ended.state.withLock { $0.results.append(result) }
                    bell.ring()
                })
            news = Self.news(outcomes)
        }
        ended.state.withLock { state in
            state.batches.append("email")
            if let news { state.news.append(("email", news)) }
        }
        bell.ring()
    }

    /// What a batch says of the server; nil where it says nothing.
    private static func news(_ outcomes: [SMTPOutcome]) -> Result<Void, Unreachable>? {
        var reason: String?
        for outcome in outcomes {
            switch outcome {
            case .delivered, .refused, .deferred: return .success(())
            case .endpointFailed(let text): reason = text
            case .notSent(let text)
            where text != "not approved" && !text.hasPrefix("could not be approved"):
                reason = reason ?? text
            case .notSent, .inDoubt: break
            }
        }
        return reason.map { .failure(Unreachable(reason: $0)) }
    }

    // MARK: Settling

    private func settle(_ work: inout Work, _ ended: Ended) async throws {
        let found = ended.take()
        for channel in found.batches { work.lines[channel]?.batches -= 1 }
        for (channel, news) in found.news { note(news, channel, &work) }
        guard !found.results.isEmpty else { return }
        let records = workspace.records
        let now = workspace.clock.now
        let results = found.results
        do {
            try await StoreThread.mail.run { try records.settleMessages(results, at: now) }
        } catch {
            // Nothing is forgotten: it is written down at the next turn.
            ended.state.withLock { $0.results = results + $0.results }
            throw error
        }
    }

    private func note(_ news: Result<Void, Unreachable>, _ channel: String, _ work: inout Work) {
        var line = work.lines[channel] ?? Line()
        defer { work.lines[channel] = line }
        switch news {
        case .success:
            line.breaker.succeeded()
            workspace.mailStatus.clear(channel: channel)
        case .failure(let failure):
            let now = workspace.clock.now
            line.breaker.failed(now: now, retryAfterMs: failure.retryAfterSeconds.map { $0 * 1000 })
            var until: Timestamp?
            if case .open(let time, _) = line.breaker.state { until = time }
            workspace.mailStatus.note(failure.reason, channel: channel, now: now, until: until)
            workspace.logger.warning(
                channel == "email" ? "the mail server can't be used" : "a provider can't be used",
                metadata: ["channel": "\(channel)", "reason": "\(failure.reason)"])
        }
    }
}
