package import Analytics
package import Customers
import Dispatch
import Events
package import Kernel
package import Logging
package import Records
import Synchronization

/// Folds the log, batch by batch, into profiles, orders and the archive, as soon as events are durable.
///
/// A batch is committed to the archive first and to the records after: where the machine stops between
/// the two, the records fold the same events again, with the same result, and the archive takes only what
/// is newer than its own position (docs/decisions/0004).
package final class Engine: Sendable {
    package struct Options: Sendable {
        package var zone: ZoneRules
        package var currency: Currency
        package var identityRules: IdentityRules
        package var pace = Pace()
        /// Channels whose messages are sent; those of others are written down only.
        package var sentChannels: Set<String> = []
        /// Called before the archive takes what was folded before, and may keep it from it; for the simulator.
        package var beforeArchiving: (@Sendable () throws -> Void)?

        package init(zone: ZoneRules, currency: Currency, identityRules: IdentityRules) {
            self.zone = zone
            self.currency = currency
            self.identityRules = identityRules
        }
    }

    /// How much is done at once, and how long is waited between.
    package struct Pace: Sendable {
        /// Bytes of the log that one batch takes at most: what changes often within it is written once.
        package var batchBytesMax = 64 << 20
        /// Bytes of the log that are read at once, and handed to the archive at once.
        package var pieceBytesMax = 8 << 20
        /// After a batch of fewer events than this, events gather for a moment before the next: each batch
        /// costs the archive a sync of its own, which requests would wait behind.
        package var smallBatchCount = 4096
        package var restMs = 100
        /// The same where definitions are in force, by which people act on what happens now.
        package var decidingRestMs = 20
        /// While the log grows by this many events in such a moment, as in an import, they gather for some
        /// moments more, up to `gatheringMax`: what many of them change is written once then.
        package var fastGrowthCount = 200
        package var gatheringMoments = 10
        package var gatheringMax = 300_000
        /// How long small batches gather before the archive is told.
        package var archivingRestMs = 250
        /// How long after a failure the next attempt is made.
        package var retryAfterSeconds = 5
        /// Timers that one transaction fires at most.
        package var timersPerBatch = 10_000
        /// Customers that one transaction looks at after definitions changed.
        package var reviewedPerBatch = 2000
        /// Fragments whose past one transaction fills in at most, for new definitions.
        package var filledPerBatch = 8000
        /// So many fragments, or fewer, to whom something happened meanwhile are filled in while the fold waits.
        package var filledAtRest = 1000

        package init() {}
    }

    /// How the engine is doing.
    package struct Status: Sendable, Equatable {
        /// The last position that is folded.
        package var position: Int64 = 0
        /// The last that figures know of; behind `position` by a moment, at most by what is told the archive at once.
        package var archivedPosition: Int64 = 0
        /// Why it doesn't go on; nil while all is well.
        package var failure: String?
        /// Commerce events that couldn't be understood as orders, since the start.
        package var orderProblems = 0
    }

    let log: LogStore
    let records: RecordsStore
    let archive: Archive
    let options: Options
    let hash: SipHash
    let clock: WallClock
    let logger: Logger
    let queue = DispatchQueue(label: "perennial.engine")
    let archivingQueue = DispatchQueue(label: "perennial.engine.archive")
    /// Where what is dropped is taken apart.
    let garbage = DispatchQueue(label: "perennial.engine.garbage", qos: .utility)
    let state: Mutex<State>
    let memory: Memory

    struct State {
        var status = Status()
        var isScheduled = false
        var isClosed = false
        /// The last position that the archive has.
        var archived: Int64 = 0
        /// Why the archive doesn't take what was folded; nil while all is well.
        var archiveFailure: String?
        /// When the first timer is due; nil without any.
        var nextDue: Timestamp?
        /// Whether customers are left to look at since definitions changed.
        var mustReview = false
        /// Whether that can't go on before the archive has answered.
        var waitsForArchive = false
        /// Up to which customer it is filled in what newer definitions ask of the past.
        var filledThrough: Int64 = 0
        /// What is decided by, for who asks from outside.
        var plan: AutomationPlan?
        var waiting: [Waiting] = []
    }

    /// What is kept between batches; only touched on `queue`.
    ///
    /// `@unchecked Sendable`: the serial queue runs one block at a time, and every use is inside one.
    final class Memory: @unchecked Sendable {
        var identities: IdentityState
        var fragments = FoldBatch.Fragments()
        var states = CustomerStates()
        var backlog = ArchiveBacklog()
        /// Whether the archive may have more than is known here: after a failure.
        var mustAskArchive = false
        /// What is decided by; nil where nothing is defined.
        var plan: AutomationPlan?
        /// What fills in what newer definitions ask of the past; nil where the newest decide.
        var filling: TraceFilling?
        /// Whether that failed and isn't tried again yet.
        var fillingRests = false
        /// Who waits for the newest definitions to decide.
        var awaitingForce: [CheckedContinuation<String?, Never>] = []
        /// For when the next look at the timers is arranged.
        var alarm: Timestamp?
        /// Whether all merges were told, those of an earlier life of this workspace too.
        var hasToldMerges = false
        /// How often `run` began.
        var runs = 0
        /// The log's last position when `run` last looked.
        var seenPosition: Int64 = 0
        /// For how many moments events have been gathering.
        var moments = 0

        init(_ identities: IdentityState) {
            self.identities = identities
        }
    }

    package init(
        log: LogStore, records: RecordsStore, archive: Archive, hash: SipHash, options: Options,
        backlog: [ArchiveBatch] = [], clock: WallClock, logger: Logger
    ) throws {
        self.clock = clock
        self.log = log
        self.records = records
        self.archive = archive
        self.hash = hash
        self.options = options
        self.logger = logger
        memory = Memory(IdentityState(rules: options.identityRules, hash: hash))
        var initial = State()
        initial.status.position = try records.foldedPosition()
        initial.archived = try archive.position()
        state = Mutex(initial)
        memory.backlog.droppable = initial.archived
        for batch in backlog { memory.backlog.add(batch) }
        queue.setSpecific(key: Self.ownQueue, value: ObjectIdentifier(self))
        if !backlog.isEmpty { queue.async { [weak self] in self?.archiveBeside() } }
    }

    package var status: Status {
        state.withLock { state in
            var status = state.status
            status.failure = status.failure ?? state.archiveFailure
            status.archivedPosition = min(status.position, state.archived)
            return status
        }
    }

    /// Says that there may be something to fold.
    package func wake() {
        let mustSchedule = state.withLock { state in
            if state.isScheduled || state.isClosed { return false }
            state.isScheduled = true
            return true
        }
        if mustSchedule { queue.async { self.goOn() } }
    }

    // MARK: Working

    /// Runs where it was woken and isn't done yet.
    func goOn() {
        if state.withLock({ $0.isScheduled }) { run() }
    }

    /// Goes on later, unless it has run again before.
    func goOn(after delay: DispatchTimeInterval) {
        let runs = memory.runs
        // Weakly: what is closed must also go, for the archive's file to be opened again.
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            if let self, self.memory.runs == runs { self.goOn() }
        }
    }

    private func run() {
        memory.runs += 1
        do {
            while !state.withLock({ $0.isClosed }) {
                // Compared under the lock that `wake` takes, so that no wake-up is lost between the two.
                let (step, before) = state.withLock { state in
                    let position = state.status.position
                    let step = nextStep(state)
                    if step == .rest { state.isScheduled = false }
                    return (step, position)
                }
                switch step {
                case .rest:
                    state.withLock { $0.status.failure = nil }
                    setAlarm()
                    return rest()
                case .archive:
                    try archiveNow()
                    resumeReached()
                    continue
                case .timers, .review:
                    if step == .timers { try fireTimers() } else { try review() }
                    // However many there are, what was folded before reaches the archive.
                    archiveBeside()
                    state.withLock { $0.status.failure = nil }
                    resumeReached()
                    continue
                case .fold: break
                }
                if isGathering(after: before) { return goOn(after: .milliseconds(restMs)) }
                let position = try foldNext()
                state.withLock { state in
                    state.status.position = position
                    state.status.failure = nil
                }
                // Under steady traffic, too, everybody's turn comes.
                if state.withLock({ $0.mustReview }) { try review() }
                let isAwaited = state.withLock { !$0.waiting.isEmpty }
                if isAwaited { try archiveNow() }
                resumeReached()
                if position - before < Int64(options.pace.smallBatchCount), !isAwaited {
                    trim(to: Self.keptInPaceMax)
                    return goOn(after: .milliseconds(restMs))
                }
            }
        } catch {
            fail(error)
        }
    }

    private enum Step { case fold, timers, review, archive, rest }

    private func nextStep(_ state: State) -> Step {
        if !memory.hasToldMerges || log.lastPosition > state.status.position { return .fold }
        // Without definitions nobody decides.
        if memory.plan != nil {
            if let due = state.nextDue, due <= clock.now { return .timers }
            if state.mustReview, !state.waitsForArchive { return .review }
        }
        return state.waiting.isEmpty || memory.backlog.isEmpty ? .rest : .archive
    }

    /// How long events gather after a small batch.
    private var restMs: Int {
        memory.plan == nil ? options.pace.restMs : options.pace.decidingRestMs
    }

    /// Whether so much is coming that it's better to wait for more, and nobody waits for what is there.
    private func isGathering(after position: Int64) -> Bool {
        let last = log.lastPosition
        defer { memory.seenPosition = last }
        let isGathering =
            last - max(memory.seenPosition, position) >= Int64(options.pace.fastGrowthCount)
            && last - position < Int64(options.pace.gatheringMax)
            && memory.moments < options.pace.gatheringMoments
            && state.withLock { $0.waiting.isEmpty }
        memory.moments = isGathering ? memory.moments + 1 : 0
        return isGathering
    }

    private func fail(_ error: any Error) {
        let reason = String(describing: error)
        logger.error("folding failed; trying again", metadata: ["reason": "\(reason)"])
        forget()
        memory.mustAskArchive = true
        stopFilling(reason)
        let (waiting, isClosed) = state.withLock { state in
            state.status.failure = reason
            defer { state.waiting = [] }
            return (state.waiting, state.isClosed)
        }
        for waiter in waiting { waiter.done.resume(returning: reason) }
        if !isClosed { goOn(after: .seconds(options.pace.retryAfterSeconds)) }
    }

    /// Folds the next batch and returns the position after it.
    func foldNext() throws -> Int64 {
        let archivedPosition = try archivedPosition()
        var kept: ArchiveBatch?
        var isArchived = false
        let result = try records.fold {
            tables -> (position: Int64, problems: Int, hasMerges: Bool) in
            let before = try tables.state(.position)
            guard log.lastPosition > before else { return (before, 0, false) }
            guard archivedPosition >= before else { throw ArchiveBehind() }
            var batch = try FoldBatch(
                rules: rules, plan: memory.plan, tables: tables, fragments: memory.fragments,
                states: memory.states, archivedPosition: archivedPosition)
            memory.fragments = FoldBatch.Fragments()
            var changes: [IdentityChanges] = []
            let archiving = ArchiveHandover(
                after: memory.backlog, countMax: options.pace.smallBatchCount
            ) { [archive, archivingQueue] in ArchivingTask(archive, on: archivingQueue) }
            // Whatever fails, the archive isn't left waiting within its transaction.
            let automation = batch.automation
            defer {
                archiving.abandon()
                automation?.abandon()
            }
            var position = before
            var byteCount = 0
            reading: while byteCount < options.pace.batchBytesMax {
                let blocks = try log.blocks(
                    after: position, byteCountMax: options.pace.pieceBytesMax)
                if blocks.isEmpty { break }
                for block in blocks {
                    // What time brought before the block came goes before it, also where all is read late.
                    if batch.automation?.isDue(by: block.receivedAt) ?? false {
                        let fired = try batch.fireTimers(
                            dueBy: block.receivedAt,
                            clock: min(clock.now, block.receivedAt),
                            limit: options.pace.timersPerBatch, memory.identities)
                        // More are due: they go before this block in a batch of their own.
                        if fired >= options.pace.timersPerBatch { break reading }
                    }
                    changes += try batch.fold(block, identities: &memory.identities)
                    byteCount += block.block.bytes.count
                    position = block.lastPosition
                }
                archiving.add(batch.takeArchive())
                if blocks.reduce(0, { $0 + $1.block.bytes.count }) < options.pace.pieceBytesMax {
                    break
                }
            }
            try batch.endImports(memory.identities)
            batch.close(changes)
            archiving.add(batch.takeArchive())
            archiving.end()
            let written = Result { try batch.write(changes) }
            let archived = Result { try archiving.wait() }
            try written.get()
            isArchived = try archived.get()
            // Where only time passed, there is nothing to tell.
            kept = archiving.kept.flatMap { $0.throughPosition > archivedPosition ? $0 : nil }
            try keep(kept, tables)
            try tables.end(at: position)
            memory.fragments = batch.fragments
            return (position, batch.orderProblems, changes.contains { !$0.merges.isEmpty })
        }
        didFold(kept, isArchived: isArchived, through: result.position)
        if memory.plan != nil {
            try noteTimers()
            try tellDecided()
        }
        if result.hasMerges { memory.hasToldMerges = false }
        if !memory.hasToldMerges {
            try MergeTeller(log: log, records: records, clock: clock).tell()
            memory.hasToldMerges = true
        }
        trim()
        if result.problems > 0 {
            state.withLock { $0.status.orderProblems += result.problems }
            logger.warning(
                "events about orders that can't be understood as orders",
                metadata: ["count": "\(result.problems)"])
        }
        return result.position
    }
}
