import Documents
import Events
import Kernel
import Segments

/// Takes one customer through one stimulus: a state machine that gives back decisions and effects.
///
/// What is due by time goes first, then what the stimulus itself brings: goals, exits, waits that it ends, new
/// entries. Messages come last, all together, so that the most important has the first choice of a slot.
struct JourneyMachine {
    /// Steps that one stimulus takes a customer through; what is left goes on a millisecond later.
    static let stepsMax = 1000
    /// How long before an entry an event may have happened that still ends the run, for what arrives late.
    static let latenessMs: Int64 = 86_400_000
    /// How long ago an event may have happened that still begins a run.
    static let entryAgeMs: Int64 = 3 * 86_400_000

    let plan: JourneyPlan
    let context: JourneyContext
    var automation: CustomerAutomation
    var outcome = JourneyOutcome()
    var stepsLeft = JourneyMachine.stepsMax
    /// Runs that were changed.
    var touched: Set<RunID> = []
    /// Runs that came to a message in this stimulus, so that nothing has been said of it yet.
    var newSends: Set<RunID> = []
    /// Whether something changed that decides when messages may go.
    var sendsChanged = false

    init(plan: JourneyPlan, context: JourneyContext, automation: CustomerAutomation) {
        self.plan = plan
        self.context = context
        self.automation = automation
    }

    var now: Timestamp { context.now }

    mutating func handle(_ stimulus: Stimulus) {
        if automation.revision != plan.revision { takePlan() }
        goOn()
        // A message that was due goes before what happens now can stop it.
        sendMessages()
        switch stimulus {
        case .event(let event): take(event)
        case .segment(let name, let entered, let mayEnter):
            takeSegment(name, entered: entered, mayEnter: mayEnter)
        case .timer: break
        case .start(let start): take(start)
        case .planChanged: lookAgain()
        }
        sendMessages()
        finish()
    }

    // MARK: What time brings

    /// Goes on with the runs whose moment has come, and enters for the dates that have.
    private mutating func goOn() {
        let due = automation.runs.indices.filter { index in
            switch automation.runs[index].state {
            case .ready: true
            case .waiting(let until): until <= now
            case .sending, .ended: false
            }
        }
        let runs = automation.runs
        let ordered = due.sorted {
            let (left, right) = (runs[$0], runs[$1])
            return (left.wakeAt ?? now, left.id) < (right.wakeAt ?? now, right.id)
        }
        for index in ordered { advance(index) }
        enterForDates()
    }

    /// What a new zone or another date of the customer changes.
    mutating func lookAgain() {
        refreshOccasions()
        retime()
        goOn()
    }

    // MARK: Events and memberships

    private mutating func take(_ event: JourneyEvent) {
        if event.kind == .identify { lookAgain() }
        if event.flags.contains(.history) { return }
        for index in automation.runs.indices { watchGoal(index, event) }
        for index in automation.runs.indices where !automation.runs[index].isEnded {
            let run = automation.runs[index]
            guard let journey = journey(of: run) else { continue }
            let isLate =
                event.occurredAt.milliseconds
                < run.causedAt.milliseconds - Self.latenessMs
            for case .event(let match) in journey.exits
            where match.matches(event, entry: run.entry) && (!isLate || match.isCorrelated) {
                end(index, .exited, as: .exited, "\(match.name) happened")
                break
            }
        }
        for index in automation.runs.indices { endWait(index, event) }
        // An import tells of the past: it may end journeys, and begins none.
        let isImported = event.flags.contains(.imported)
        for number in isImported ? [] : plan.entriesByEvent[event.name] ?? [] {
            let journey = plan.entries[number].journey
            let isMeant = journey.entry.triggers.contains {
                if case .event(let match) = $0 {
                    match.matches(event, entry: EntryValues())
                } else {
                    false
                }
            }
            guard isMeant else { continue }
            enter(
                number,
                EntryCause(
                    reason: "\(event.name) happened", at: event.occurredAt,
                    properties: event.properties, takesKey: true))
        }
    }

    private mutating func watchGoal(_ index: Int, _ event: JourneyEvent) {
        let run = automation.runs[index]
        guard let goal = journey(of: run)?.goal, event.occurredAt >= run.causedAt,
            event.occurredAt < run.enteredAt.adding(milliseconds: goal.within.milliseconds)
        else { return }
        if run.convertedAt == nil, goal.event.matches(event, entry: run.entry) {
            automation.runs[index].convertedAt = event.occurredAt
            touched.insert(run.id)
            decide(.converted, run, nil, "\(goal.event.name) within \(goal.within) of the entry")
        }
        if let order = event.order {
            automation.runs[index].add(order)
            touched.insert(run.id)
        }
    }

    private mutating func endWait(_ index: Int, _ event: JourneyEvent) {
        let run = automation.runs[index]
        guard case .waiting(let until) = run.state, until > now, let journey = journey(of: run),
            run.step < journey.steps.count,
            case .waitFor(let match, _, let happened, _) = journey.steps[run.step].action,
            match.matches(event, entry: run.entry),
            match.isCorrelated
                || event.occurredAt.milliseconds >= run.causedAt.milliseconds - Self.latenessMs
        else { return }
        decide(.waited, run, journey.steps[run.step], "\(match.name) happened in time")
        move(index, to: happened)
        advance(index)
    }

    private mutating func takeSegment(_ name: String, entered: Bool, mayEnter: Bool) {
        for index in automation.runs.indices where !automation.runs[index].isEnded {
            guard let journey = journey(of: automation.runs[index]) else { continue }
            if journey.exits.contains(.segment(name, isMember: entered)) {
                end(
                    index, .exited, as: .exited,
                    entered ? "entered the segment \(name)" : "left the segment \(name)")
            }
        }
        for number in mayEnter ? plan.entriesBySegment[name] ?? [] : [] {
            let triggers = plan.entries[number].journey.entry.triggers
            guard triggers.contains(.segment(name, entered: entered)) else { continue }
            enter(
                number,
                EntryCause(
                    reason: entered ? "entered the segment \(name)" : "left the segment \(name)",
                    at: now))
        }
    }

    // MARK: Runs

    /// The version of its journey that a run is in; nil where the plan doesn't have it.
    func journey(of run: JourneyRun) -> Journey? {
        plan[journey: run.journey]?.journey(version: run.version)
    }

    mutating func move(_ index: Int, to step: Int) {
        automation.runs[index].step = step
        automation.runs[index].reachedAt = now
        automation.runs[index].state = .ready
        automation.runs[index].clockOffset = nil
        touched.insert(automation.runs[index].id)
    }

    mutating func end(
        _ index: Int, _ end: JourneyRun.End, as kind: Decision.Kind, _ reason: String,
        _ step: JourneyStep? = nil
    ) {
        if case .sending = automation.runs[index].state { sendsChanged = true }
        automation.runs[index].state = .ended(end, at: now)
        automation.runs[index].clockOffset = nil
        touched.insert(automation.runs[index].id)
        decide(kind, automation.runs[index], step, reason)
    }

    mutating func decide(
        _ kind: Decision.Kind, _ run: JourneyRun, _ step: JourneyStep?, _ reason: String,
        until: Timestamp? = nil
    ) {
        outcome.decisions.append(
            Decision(
                kind, journey: run.journey, version: run.version, run: run.id, step: step?.id,
                at: now, reason: reason, until: until))
    }

    // MARK: The end of a stimulus

    /// Lets go of what nobody asks for any more, and says when the customer must be looked at again.
    private mutating func finish() {
        for run in automation.runs where touched.contains(run.id) { outcome.runs.append(run) }
        let runs = automation.runs
        automation.runs = []
        for run in runs where !run.isEnded || isWatched(run) { automation.runs.append(run) }
        let watched = automation.runs.count { $0.isEnded }
        if watched > CustomerAutomation.runsMax {
            var excess = watched - CustomerAutomation.runsMax
            automation.runs.removeAll { run in
                guard run.isEnded, excess > 0 else { return false }
                excess -= 1
                return true
            }
        }
        let horizon = now.adding(milliseconds: -plan.rules.memoryMs)
        if let first = automation.sent.first, first.at <= horizon {
            automation.sent.removeAll { $0.at <= horizon }
        }
        automation.nextWake = nextWake
    }

    /// Whether an ended run's goal may still be reached.
    private func isWatched(_ run: JourneyRun) -> Bool {
        guard let goal = journey(of: run)?.goal else { return false }
        return now < run.enteredAt.adding(milliseconds: goal.within.milliseconds)
    }

    private var nextWake: Timestamp? {
        var earliest: Timestamp?
        for run in automation.runs {
            guard let wake = run.wakeAt, plan[journey: run.journey]?.isMoving == true else {
                continue
            }
            // What is overdue after all that was done came to the limit of steps.
            let moment = max(wake, now.adding(milliseconds: 1))
            earliest = earliest.map { min($0, moment) } ?? moment
        }
        for occasion in automation.occasions {
            guard let due = occasion.due else { continue }
            let moment = max(due, now.adding(milliseconds: 1))
            earliest = earliest.map { min($0, moment) } ?? moment
        }
        return earliest
    }
}

extension JourneyRun {
    /// Adds an order's amount, of a currency that there is room for.
    mutating func add(_ order: Money) {
        if let place = revenue.firstIndex(where: { $0.currency == order.currency }) {
            revenue[place].minor &+= order.minor
        } else if revenue.count < Self.currenciesMax {
            revenue.append(order)
        }
    }
}
