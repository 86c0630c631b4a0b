package import Delivery
import Events
import Kernel
import Logging
import Records
import ServiceLifecycle
import Synchronization

/// Carries out what is in the outbox while the server runs: webhooks to their receivers, the rest as events on the
/// log.
///
/// At least once: an item is marked done after it was carried out, so that one whose process stopped in between is
/// carried out again, with the same id. What is decided is decided by `OutboxPlan` and `DeliveryDecision`.
package struct OutboxWorker: Service {
    /// Makes one attempt.
    package typealias Send =
        @Sendable (WebhookMessage, WebhookEndpoint) async -> DeliveryOutcome
    /// Returns after so many milliseconds, or where the task is cancelled.
    typealias Sleep = @Sendable (_ milliseconds: Int64) async -> Void

    struct Options: Sendable {
        var limits = OutboxPlan.Limits()
        /// A claim is good for so long: an attempt's longest time, and some more.
        var claimMs: Int64 = 90_000
        /// After a failure of the store or the log, the next attempt.
        var pauseMs: Int64 = 5_000
        /// It looks again after this at the latest: a clock may have been set.
        var sleepMaxMs: Int64 = 30_000
        /// Whether every receiver may be at an address that isn't public.
        var allowsPrivate = false
    }

    private let workspace: Workspace
    private let options: Options
    private let send: Send
    private let sleep: Sleep

    init(
        workspace: Workspace, options: Options = Options(), send: @escaping Send,
        sleep: @escaping Sleep = OutboxWorker.systemSleep
    ) {
        self.workspace = workspace
        self.options = options
        self.send = send
        self.sleep = sleep
    }

    /// - Parameter allowsPrivate: Whether every receiver may be at an address that isn't public.
    package init(workspace: Workspace, allowsPrivate: Bool, send: @escaping Send) {
        var options = Options()
        options.allowsPrivate = allowsPrivate
        self.init(workspace: workspace, options: options, send: send)
    }

    static let systemSleep: Sleep = { milliseconds in
        // It throws only where it is cancelled, which is an end of sleeping, too.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// What this run of the worker has under way; only its loop touches it.
    private struct Work {
        var inFlight: [OutboxLane: Int] = [:]
    }

    /// What ended and isn't written down yet.
    private final class Ended: Sendable {
        struct Attempt: Sendable {
            let lane: OutboxLane
            /// How many of the lane's items are no longer under way.
            let count: Int
            let results: [OutboxResult]
            let delivery: (item: OutboxRecord, outcome: DeliveryOutcome)?
        }

        private let waiting = Mutex<[Attempt]>([])

        func add(_ attempt: Attempt) { waiting.withLock { $0.append(attempt) } }

        func take() -> [Attempt] {
            waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
        }
    }

    // MARK: Running

    /// Works until it is told to stop, then lets end what is under way.
    package func run() async throws {
        let records = workspace.records
        let clock = workspace.clock
        try await StoreThread.outbox.run { try records.releaseOutboxClaims(now: clock.now) }
        await withGracefulShutdownHandler {
            await work(untilIdle: false)
        } onGracefulShutdown: {
            records.outboxBell.ring()
        }
    }

    /// Carries out what is due, and returns once nothing is.
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
                    nextAt = try await begin(&work, ended, &group)
                } catch {
                    workspace.logger.error(
                        "the outbox can't be worked on; trying again",
                        metadata: ["reason": "\(error)"])
                    nextAt = workspace.clock.now.adding(milliseconds: options.pauseMs)
                }
                if untilIdle, work.inFlight.isEmpty { return }
                await wait(after: rings, until: nextAt)
            }
        }
        // What ended while it was stopping.
        do {
            try await settle(&work, ended)
        } catch {
            workspace.logger.error(
                "what was carried out could not be noted, and will be again",
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

    /// Writes down what ended, and begins what may begin.
    ///
    /// - Returns: When to look again, unless the bell rings before.
    private func begin(
        _ work: inout Work, _ ended: Ended, _ group: inout DiscardingTaskGroup
    ) async throws -> Timestamp? {
        try await settle(&work, ended)
        let records = workspace.records
        let now = workspace.clock.now
        let until = now.adding(milliseconds: options.claimMs)
        let (inFlight, limits) = (work.inFlight, options.limits)
        let (nextAt, claimed, receivers) = try await StoreThread.outbox.run {
            let receivers = try records.receivers()
            let plan = OutboxPlan(
                lanes: try records.outboxLanes(), inFlight: inFlight,
                health: Dictionary(uniqueKeysWithValues: receivers.map { ($0.name, $0.health) }),
                limits: limits, now: now)
            let claimed = try plan.claims.map { claim in
                (
                    claim.lane,
                    try records.claimOutbox(claim.lane, limit: claim.count, now: now, until: until)
                )
            }
            return (plan.nextAt, claimed, receivers)
        }
        for (lane, items) in claimed where !items.isEmpty {
            work.inFlight[lane, default: 0] += items.count
            if lane.kind == .webhook {
                let receiver = receivers.first { $0.name == lane.receiver }
                for item in items {
                    group.addTask { await deliver(item, to: receiver, ended) }
                }
            } else if lane.kind == .award {
                group.addTask {
                    let results = await workspace.award(items, pauseMs: options.pauseMs)
                    ended.add(
                        .init(lane: lane, count: items.count, results: results, delivery: nil))
                    workspace.records.outboxBell.ring()
                }
            } else {
                group.addTask { await write(items, of: lane, ended) }
            }
        }
        return nextAt
    }

    // MARK: Settling

    private func settle(_ work: inout Work, _ ended: Ended) async throws {
        let attempts = ended.take()
        guard !attempts.isEmpty else { return }
        for attempt in attempts {
            let left = (work.inFlight[attempt.lane] ?? 0) - attempt.count
            work.inFlight[attempt.lane] = left > 0 ? left : nil
        }
        let records = workspace.records
        let now = workspace.clock.now
        let hash = workspace.hash
        let disabled = try await StoreThread.outbox.run {
            var health: [String: Int] = [:]
            for receiver in try records.receivers() {
                health[receiver.name] = receiver.consecutiveFailures
            }
            var results = attempts.flatMap(\.results)
            var notes: [String: ReceiverNote] = [:]
            for (item, outcome) in attempts.compactMap(\.delivery) {
                let decision = DeliveryDecision(
                    outcome, attempt: item.attempts, failures: health[item.receiver] ?? 0,
                    now: now, jitter: OutboxMessages.jitter(item, hash: hash))
                results.append(
                    OutboxResult(
                        id: item.id, attempt: item.attempts, outcome: decision.outcome))
                guard let news = decision.news else { continue }
                if case .failed(let inRow, _, _) = news { health[item.receiver] = inRow }
                if case .delivered = news { health[item.receiver] = 0 }
                // That it is gone stands, whatever else ended beside it.
                if case .gone = notes[item.receiver]?.news { continue }
                notes[item.receiver] = ReceiverNote(name: item.receiver, news: news)
            }
            try records.settleOutbox(results, receivers: Array(notes.values), at: now)
            return notes.values.compactMap { note in
                if case .gone(let reason) = note.news { (note.name, reason) } else { nil }
            }
        }
        for (name, reason) in disabled {
            workspace.logger.warning(
                "a receiver was disabled; enable it with: perennial webhook enable \(name)",
                metadata: ["receiver": "\(name)", "reason": "\(reason)"])
        }
    }

    // MARK: Attempts

    private func deliver(
        _ item: OutboxRecord, to receiver: ReceiverRecord?, _ ended: Ended
    ) async {
        let lane = OutboxLane(kind: item.kind, receiver: item.receiver)
        func bury(_ reason: String) {
            let result = OutboxResult(
                id: item.id, attempt: item.attempts, outcome: .dead(reason: reason))
            ended.add(.init(lane: lane, count: 1, results: [result], delivery: nil))
            workspace.records.outboxBell.ring()
        }
        guard item.attempts <= RetrySchedule.attemptsMax else {
            // What ends the process each time is never heard of otherwise.
            return bury("begun \(item.attempts - 1) times, and never came to an end")
        }
        guard let receiver else {
            return bury(
                "there is no receiver \(item.receiver); add it with perennial webhook add, then "
                    + "replay this")
        }
        guard let secret = WebhookSecret(receiver.secret) else {
            return bury("the secret of \(receiver.name) can't be read; add it again")
        }
        guard let message = OutboxMessages.message(item, hash: workspace.hash) else {
            return bury(OutboxEvents.Failure.payload.description)
        }
        let outcome = await send(
            message,
            WebhookEndpoint(
                url: receiver.url, secret: secret,
                allowsPrivate: receiver.allowsPrivate || options.allowsPrivate))
        ended.add(.init(lane: lane, count: 1, results: [], delivery: (item, outcome)))
        workspace.records.outboxBell.ring()
    }

    /// Writes items as events on the log, all in one commit.
    private func write(_ items: [OutboxRecord], of lane: OutboxLane, _ ended: Ended) async {
        var drafts: [EventDraft] = []
        var results: [OutboxResult] = []
        var written: [OutboxRecord] = []
        for item in items {
            do throws(OutboxEvents.Failure) {
                let draft = try OutboxEvents.draft(item)
                // The code is good before anybody is told of it.
                if item.kind == .coupon, let refused = await workspace.takeIn(item, options.pauseMs)
                {
                    results.append(
                        OutboxResult(id: item.id, attempt: item.attempts, outcome: refused))
                    continue
                }
                drafts.append(draft)
                written.append(item)
            } catch {
                results.append(
                    OutboxResult(
                        id: item.id, attempt: item.attempts,
                        outcome: .dead(reason: error.description)))
            }
        }
        var outcome = OutboxResult.Outcome.done
        do {
            var block = EventBlockBuilder()
            for draft in drafts { block.append(draft) }
            if !block.isEmpty { _ = try await workspace.append(block.takeBytes().bytes) }
        } catch {
            let dueAt = workspace.clock.now.adding(milliseconds: options.pauseMs)
            outcome = .returned(dueAt: dueAt, reason: "the log took nothing: \(error)")
        }
        results += written.map {
            OutboxResult(id: $0.id, attempt: $0.attempts, outcome: outcome)
        }
        ended.add(.init(lane: lane, count: items.count, results: results, delivery: nil))
        workspace.records.outboxBell.ring()
    }
}

extension ReceiverRecord {
    var health: OutboxPlan.Health {
        OutboxPlan.Health(
            isEnabled: isEnabled, heldUntil: heldUntil, failures: consecutiveFailures)
    }
}
