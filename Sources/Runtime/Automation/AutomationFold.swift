import Customers
import Events
import Journeys
import Kernel
import Records
import Segments

/// Decides about customers within a fold batch: after each event, when a timer is due, and since definitions
/// changed. Reads through the batch's transaction; what was decided is written with it.
///
/// Pure decisions are `SegmentSet`'s and `JourneyPlan`'s; here their states are loaded, handed over and kept.
final class AutomationFold {
    /// Gives a customer's profile and behaviours, all fragments merged.
    typealias View = (_ customer: Int64) throws -> CustomerView

    /// A timer that fires so much later than it was due is judged by the time that it is now.
    static let lateMs: Int64 = 60_000
    /// After so many timers, what they brought is written while the next fire.
    private static let firedAtOnce = 2500

    let plan: AutomationPlan
    private let decider: CustomerDecider
    private let tables: FoldTables
    private let writing: RowWriting
    let zone: ZoneRules
    /// Channels whose messages are sent.
    let sentChannels: Set<String>
    /// Events up to here were decided upon before the log was folded anew.
    let decidedPosition: Int64
    /// Customers up to here were looked at since definitions changed; -1 for all.
    private let reviewedCustomer: Int64
    /// Customers beyond this came since, and were never looked at by other definitions.
    private let reviewedThrough: Int64
    private let reviewedGeneration: Int64
    /// Kept from batch to batch.
    private let states: CustomerStates
    /// Those that were removed in this batch, of whom there is still a row in what is read.
    private var removed: Set<Int64> = []
    private var dirty: [CustomerState] = []
    /// Customers of imported events, in their order, to be looked at when the batch ends.
    private var imported: [Int64] = []
    private var importedSet: Set<Int64> = []
    /// What failed where nothing can be thrown; the batch ends by it.
    private let trouble = ReadTrouble()
    private(set) var nextDue: Timestamp?
    var rows = DecidedRows()
    var told = EventBlockBuilder()
    /// When the newest block was received, or the newest timer due.
    var now: Timestamp
    /// The place in the log of the event at hand, or the newest.
    private(set) var position: Int64 = 0

    init(
        _ plan: AutomationPlan, tables: FoldTables, zone: ZoneRules, states: CustomerStates,
        sentChannels: Set<String> = []
    ) throws {
        self.plan = plan
        self.sentChannels = sentChannels
        self.states = states
        writing = RowWriting(tables)
        let (reads, trouble) = (tables.before, trouble)
        decider = CustomerDecider(plan: plan) { members, since in
            trouble.reading { try reads.campaignMessages(of: members, since: since) }
                .map(CustomerAutomation.Sent.init)
        }
        self.tables = tables
        self.zone = zone
        decidedPosition = try tables.note(.decidedPosition)
        reviewedCustomer = try tables.note(.reviewedCustomer)
        let through = try tables.note(.reviewedThrough)
        reviewedThrough = through == 0 ? .max : through
        reviewedGeneration = try tables.note(.reviewedGeneration)
        nextDue = try tables.automation.nextTimer()
        now = Timestamp(milliseconds: 0)
    }

    /// Lets what is being written end, whatever comes of it; before the transaction ends without the rest.
    func abandon() { try? writing.wait() }

    // MARK: States

    /// - Parameter isNew: Whether the event at hand made this customer.
    func state(of customer: Int64, isNew: Bool = false) throws -> CustomerState {
        if let held = states[customer] { return held }
        let state: CustomerState
        if !isNew, !removed.contains(customer),
            let row = try tables.before.automation(of: customer)
        {
            state = try CustomerState(customer, decoding: row.state.span, due: row.due)
        } else {
            // Without a row a customer is in nothing, by all definitions that they were looked at for.
            let isReviewed =
                isNew || reviewedCustomer < 0 || customer <= reviewedCustomer
                || customer > reviewedThrough
            state = CustomerState(
                customer, generation: isReviewed ? plan.generation : reviewedGeneration)
        }
        states.add(state)
        return state
    }

    func mark(_ state: CustomerState) {
        if let due = state.due { nextDue = nextDue.map { min($0, due) } ?? due }
        if state.isDirty { return }
        state.isDirty = true
        dirty.append(state)
    }

    // MARK: Events

    /// Decides what an event means for its customer.
    ///
    /// - Parameters:
    ///   - stir: What it changed that conditions may be evaluated on.
    ///   - makeEvent: The event as journeys see it; only made where one may ask.
    func event(
        named name: String, stir: CustomerStir, isNew: Bool, flags: EventFlags, customer: Int64,
        position: Int64, view: View, makeEvent: () -> JourneyEvent
    ) throws {
        self.position = position
        guard position > decidedPosition else { return }
        let isImported = flags.contains(.imported)
        let isStirred = !stir.isEmpty
        if isImported, isStirred || isNew, importedSet.insert(customer).inserted {
            imported.append(customer)
        }
        let mayConcern = plan.journeys.concerns(eventName: name)
        guard isStirred || isNew || mayConcern else { return }
        // Most imported events are of the past and concern nobody who is inside a journey.
        let state = try state(of: customer, isNew: isNew)
        if isImported, state.automation.runs.isEmpty { return }
        let event = makeEvent()
        let concerns = plan.journeys.concerns(event, for: state.automation)
        guard isStirred || isNew || concerns || state.generation != plan.generation else { return }
        keep(
            decider.event(
                concerns ? event : nil, of: state, try view(customer),
                stir: isNew ? .everything : stir, isImported ? .late : .live, now: now), state)
    }

    /// Looks at the customers of imported events, once for all of these.
    func endImports(_ view: View) throws {
        for customer in imported where importedSet.contains(customer) {
            let state = try state(of: customer)
            keep(decider.review(state, try view(customer), .late, now: now), state)
        }
        imported = []
        importedSet = []
    }

    // MARK: Timers

    /// Whether a timer is due by a moment.
    func isDue(by moment: Timestamp) -> Bool { nextDue.map { $0 <= moment } ?? false }

    /// Fires the timers that are due by a moment, in order of theirs.
    ///
    /// - Parameters:
    ///   - clock: What time it is, for those that are late.
    ///   - root: Whom a customer counts for; nil where there is no such customer.
    /// - Returns: How many fired; less than `limit` where none is left.
    func fire(
        dueBy moment: Timestamp, clock: Timestamp, limit: Int, root: (Int64) throws -> Int64?,
        view: View
    ) throws -> Int {
        var fired = 0
        while fired < limit, isDue(by: moment) {
            try flush()
            let timers = try tables.automation.timers(dueBy: moment, limit: limit - fired)
            if timers.isEmpty {
                nextDue = try tables.automation.nextTimer()
                break
            }
            for start in stride(from: 0, to: timers.count, by: Self.firedAtOnce) {
                if start > 0 { handOver() }
                let next = timers[start..<min(start + Self.firedAtOnce, timers.count)]
                try load(next.map(\.customer), root: root, view)
                for timer in next {
                    let isLate = clock.milliseconds - timer.due.milliseconds > Self.lateMs
                    now = max(timer.due, isLate ? clock : timer.due)
                    try fire(timer.customer, root: root(timer.customer), view)
                }
            }
            fired += timers.count
            try flush()
            nextDue = try tables.automation.nextTimer()
        }
        return fired
    }

    /// Reads what is known of customers in the tables' order, in which neighbours are read together, before they are
    /// decided about in another.
    private func load(
        _ customers: [Int64], root: (Int64) throws -> Int64?, _ view: View
    ) throws {
        for customer in customers.sorted() where try root(customer) == customer {
            _ = try state(of: customer)
            _ = try view(customer)
        }
    }

    private func fire(_ customer: Int64, root: Int64?, _ view: View) throws {
        let state = try state(of: customer)
        guard let root else {
            // Nobody has this id since the log was folded anew.
            return try remove(state)
        }
        if root != customer { return try merge(customer, into: root, view) }
        keep(decider.timer(state, try view(customer), now: now), state)
    }

    // MARK: Definitions

    /// Brings a customer up to date with the definitions in force, and with what the models foretell.
    func review(_ customer: Int64, _ cause: ChangeCause, _ view: View) throws {
        let state = try state(of: customer)
        keep(decider.review(state, try view(customer), cause, now: now), state)
    }

    /// Gives a customer a stimulus that is no event.
    ///
    /// - Returns: What was decided.
    func decide(
        _ stimulus: Stimulus, for customer: Int64, _ view: View
    ) throws -> [Decision] {
        let state = try state(of: customer)
        let decided = decider.stimulus(stimulus, state, try view(customer), now: now)
        keep(decided, state)
        return decided.outcomes.flatMap(\.decisions)
    }

    // MARK: Merges

    /// Two customers turned out to be one: what was decided for either holds for both.
    func merge(_ loser: Int64, into winner: Int64, _ view: View) throws {
        let lost = try state(of: loser)
        let state = try state(of: winner)
        for name in lost.memberships.names {
            guard let row = plan.segmentRows[name] else { continue }
            rows.leave(loser, segment: row.number)
        }
        try writing.wait()
        try rows.writeRuns(to: tables)
        try tables.automation.moveRuns(of: loser, to: winner)
        if !lost.automation.isEmpty {
            let outcome = state.automation.merge(lost.automation, at: now)
            keep(outcome, of: winner)
        }
        try remove(lost)
        if importedSet.remove(loser) != nil, importedSet.insert(winner).inserted {
            imported.append(winner)
        }
        keep(decider.review(state, try view(winner), .late, now: now), state)
    }

    /// Forgets a customer who counts for somebody else, or is no more.
    private func remove(_ state: CustomerState) throws {
        try writing.wait()
        if state.isStored {
            try tables.automation.removeAutomation(of: state.customer, due: state.storedDue)
        }
        states.remove(state.customer)
        removed.insert(state.customer)
        // Passed over when states are written.
        state.isGone = true
    }

    // MARK: Keeping

    /// Keeps what was decided: memberships, changes to be told, and journeys' outcomes.
    private func keep(_ decided: Decided, _ state: CustomerState) {
        for (change, cause) in decided.changes {
            guard let row = plan.segmentRows[change.segment] else { continue }
            if change.entered {
                rows.enter(state.customer, segment: row.number, since: now)
            } else {
                rows.leave(state.customer, segment: row.number)
            }
            if cause == .live { tell(change, of: state.customer, version: row.version) }
        }
        for outcome in decided.outcomes { keep(outcome, of: state.customer) }
        mark(state)
    }

    // MARK: Writing

    /// Writes what was decided, and the states that changed; timers are as they will be then.
    func flush() throws {
        if let error = trouble.error { throw error }
        handOver()
        try writing.wait()
    }

    /// Has what was decided written, while others are decided about.
    private func handOver() {
        // In the tables' order, so that neighbours are written together.
        dirty.sort { $0.customer < $1.customer }
        for state in dirty where !state.isGone {
            state.isDirty = false
            if state.isEmpty, !state.isStored { continue }
            var due = state.due
            // A timer that would fire at once again, and for ever, is put off for a moment.
            if let moment = due, moment <= now { due = now.adding(milliseconds: 1) }
            rows.put(state, due: due)
            state.isStored = !state.isEmpty
            state.storedDue = state.isStored ? due : nil
        }
        dirty = []
        if !told.isEmpty { rows.tell(told.takeBytes().bytes) }
        rows.day = zone.day(of: now).daysSinceEpoch
        writing.add(rows)
        rows = DecidedRows()
    }
}

/// The first read that failed, of those that are asked for in the middle of a decision.
private final class ReadTrouble {
    private(set) var error: (any Error)?

    func reading<Element>(_ body: () throws -> [Element]) -> [Element] {
        do {
            return try body()
        } catch {
            self.error = self.error ?? error
            return []
        }
    }
}
