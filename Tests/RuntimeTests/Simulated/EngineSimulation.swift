import Delivery
import Dispatch
import Documents
import Events
import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records
@testable import Runtime

/// A whole workspace on a virtual clock: log, fold, decisions, timers, outbox and its worker, in one life after
/// another.
///
/// A step that a life doesn't end is done again by the next, from its start: events are sent again by who had no
/// answer, and definitions applied again.
final class EngineSimulation {
    struct Stuck: Error {}
    /// The life at hand is over.
    private struct Gone: Error {}

    /// One opening of the workspace.
    private struct Life {
        let workspace: Workspace
        let fate: Fate
        let worker: OutboxWorker
    }

    private(set) var folder: TestFolder
    let clock: VirtualClock
    let receivers: SimulatedReceivers
    private var life: Life?
    private let nextFate: () -> Fate.Moment
    /// How many lives ended before their time.
    private(set) var deaths = 0
    private(set) var failures = 0
    /// Points of the life at hand, or of the last one.
    private(set) var points = 0

    static let start = Timestamp("2026-03-02T09:00:00Z") ?? Timestamp(milliseconds: 0)

    /// - Parameter nextFate: How the next life ends.
    init(nextFate: @escaping () -> Fate.Moment = { .none }) throws {
        folder = try TestFolder()
        clock = VirtualClock(Self.start)
        receivers = SimulatedReceivers()
        self.nextFate = nextFate
    }

    /// Goes on from where another one is that is closed, without touching it.
    init(
        from other: EngineSimulation, nextFate: @escaping () -> Fate.Moment
    ) throws {
        folder = try other.copyFolder()
        clock = VirtualClock(other.clock.now)
        receivers = SimulatedReceivers(after: other.receivers)
        self.nextFate = nextFate
    }

    /// What is in the files now; what a process shares with itself by memory isn't there for the next.
    private func copyFolder() throws -> TestFolder {
        let copy = try TestFolder()
        try copy.makeFolder("keys")
        for name in ["log.sqlite", "records.sqlite", "events.duckdb"] {
            try folder.copy(name, to: copy)
        }
        for name in ["log.sqlite-shm", "records.sqlite-shm"] { try copy.remove(name) }
        for (name, count) in [("hash.key", 16), ("session.key", 32)] {
            try copy.write((0..<count).map { UInt8($0) }, to: "keys/" + name)
        }
        return copy
    }

    /// The workspace, opened where it isn't.
    func workspace() throws -> Workspace { try current().workspace }

    private func current(_ moment: Fate.Moment? = nil) throws -> Life {
        if let life { return life }
        let fate = Fate(moment ?? nextFate())
        let workspace = try Workspace.forTests(in: folder, clock: clock) {
            $0.pace.retryAfterSeconds = 0
            $0.pace.decidingRestMs = 0
            $0.pace.restMs = 0
            // Small, so that there are edges between batches.
            $0.pace.timersPerBatch = 3
            $0.pace.reviewedPerBatch = 4
            $0.pace.smallBatchCount = 6
            // By no chance: the archive is told when somebody waits for it.
            $0.pace.archivingRestMs = 3_600_000
            $0.beforeArchiving = { try fate.archive() }
        }
        if try workspace.records.receivers().isEmpty {
            for name in ["crm", "shop", "shaky"] {
                try OutboxStage.addReceiver(name, to: workspace)
            }
        }
        try workspace.records.releaseOutboxClaims(now: clock.now)
        fate.watch(workspace)
        let receivers = receivers
        let worker = OutboxWorker(workspace: workspace) { message, endpoint in
            fate.deliver { receivers.take(message, at: endpoint.url) }
        }
        let life = Life(workspace: workspace, fate: fate, worker: worker)
        self.life = life
        return life
    }

    /// Ends the life at hand as a kill does: nothing is put away, and what goes on is what is in the files.
    func bury() throws {
        guard let life else { return }
        life.fate.kill()
        points = life.fate.count
        life.workspace.engine.close()
        folder = try copyFolder()
        self.life = nil
    }

    /// Ends the life at hand in good order.
    ///
    /// - Returns: Whether it died while it put things away.
    @discardableResult
    func close() throws -> Bool {
        guard let life else { return false }
        points = life.fate.count
        do {
            try life.workspace.close()
        } catch {
            // It died while it put things away.
            guard life.fate.isDead || life.fate.hasFailed else { throw error }
        }
        self.life = nil
        return life.fate.isDead
    }

    // MARK: Steps

    /// Carries a step out, in as many lives as it takes.
    ///
    /// - Parameter whenDead: Looks at what each life leaves that ends before its time.
    func carryOut(
        _ step: SimulatedStep, whenDead: (Workspace) throws -> Void = { _ in }
    ) async throws {
        for attempt in 0..<20 {
            // Whoever dies too often at one thing is taken for a poison: ten attempts are made in all.
            let life = try current(attempt > 5 ? Fate.Moment.none : nil)
            do {
                try await carryOut(step, in: life)
                if !life.fate.isDead {
                    // Some lives end well.
                    if life.fate.hasFailed || attempt > 5 { try close() }
                    return
                }
            } catch {
                guard life.fate.isDead || life.fate.hasFailed else { throw error }
                // What couldn't be stored is sent again.
                if !life.fate.isDead { failures += 1 }
            }
            if life.fate.isDead {
                deaths += 1
                try whenDead(life.workspace)
                try bury()
            }
        }
        throw Stuck()
    }

    private func carryOut(_ step: SimulatedStep, in life: Life) async throws {
        switch step {
        case .definitions(let drafts):
            _ = try await life.workspace.apply(drafts, by: "simulation")
            try await settle(life)
        case .events(let drafts):
            try await life.workspace.append(drafts)
            try await settle(life)
        case .pass(let end):
            // What an earlier life left undone at this moment is done at it.
            try await settle(life)
            while let due = try life.workspace.records.nextTimer(), due <= end {
                try set(max(due, clock.now))
                try await settle(life)
            }
            try set(end)
            try await settle(life)
        case .away(let end):
            try set(end)
            try await settle(life)
        }
    }

    private func set(_ time: Timestamp) throws {
        clock.advance(milliseconds: max(0, time.milliseconds - clock.now.milliseconds))
    }

    /// Goes on until everything that can be done now is: events are folded, timers fired, what was decided is told
    /// and what is due delivered. Then checks what must hold at every such moment.
    private func settle(_ life: Life) async throws {
        let workspace = life.workspace
        var position: Int64
        repeat {
            position = workspace.log.lastPosition
            repeat {
                // A look at the clock: what came due meanwhile.
                workspace.engine.wake()
                try await workspace.settle()
                // The transaction is made; what it decided is being told.
                await withCheckedContinuation { done in
                    workspace.engine.queue.async { done.resume() }
                }
            } while workspace.engine.status.position < workspace.log.lastPosition
            if life.fate.isDead { throw Gone() }
            if try !workspace.records.tellings(limit: 1).isEmpty {
                // What couldn't be told is told by the next batch, or the next life.
                guard life.fate.hasFailed else { throw Stuck() }
                life.fate.kill()
                throw Gone()
            }
            // While the worker works the fold rests, so that both are where they are in every run.
            workspace.engine.queue.suspend()
            await life.fate.spare {
                repeat { await life.worker.drain() } while hasLocalWork(life)
            }
            workspace.engine.queue.resume()
            if life.fate.isDead { throw Gone() }
        } while workspace.log.lastPosition > position
        let due = try workspace.records.nextTimer()
        let isNoneLeft = due.map { $0 > clock.now } ?? true
        #expect(
            isNoneLeft,
            """
            a timer of \(String(describing: due)) is left at \(clock.now); \(life.fate.moment), \
            \(life.fate.count) points, failed: \(life.fate.hasFailed)
            """)
    }

    /// Whether something that stays in the workspace is due, which an earlier failure left.
    private func hasLocalWork(_ life: Life) -> Bool {
        if life.fate.isDead { return false }
        let lanes = (try? life.workspace.records.outboxLanes()) ?? []
        let now = clock.now
        return lanes.contains { $0.dueAt <= now && $0.lane.kind != .webhook }
    }

    /// Lets time pass, so that every message gets through.
    func deliverAll(until end: Timestamp) async throws {
        while clock.now < end {
            let life = try current()
            let records = life.workspace.records
            let next = try records.outboxLanes().map(\.dueAt).min() ?? end
            let held = try records.receivers().compactMap(\.heldUntil).max() ?? next
            let timer = try records.nextTimer() ?? end
            let time = min(max(next, held, clock.now.adding(milliseconds: 1)), timer, end)
            try await carryOut(.pass(to: time))
        }
    }
}

extension RecordsStore {
    /// When the next timer is due.
    fileprivate func nextTimer() throws -> Timestamp? {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM timers")
                .map { Timestamp(milliseconds: $0) }
        }
    }
}
