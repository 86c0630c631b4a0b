import Analytics
import Customers
import Events
package import Journeys
package import Kernel
import Records
import Segments

/// What journeys would have done over a stretch of the past.
package struct SimulationResult: Sendable {
    /// One thing that would have been decided.
    package struct Line: Sendable, Equatable {
        package var customer: Int64
        package var decision: Decision
    }

    /// What came of a journey.
    package struct JourneySum: Sendable, Equatable {
        package var journey: String
        package var entered = 0
        package var heldOut = 0
        /// Who was inside at the end.
        package var inside = 0
        /// How often what was decided, by step (empty for the whole journey) and kind.
        package var decisions: [String: [String: Int]] = [:]
        /// Why people weren't let in, didn't get a message or left, by the reason's words.
        package var reasons: [String: [String: Int]] = [:]
        /// Who was where at the end, by step.
        package var there: [String: Int] = [:]
        /// Why people left before the end, by the step that they were at.
        package var leavings: [String: [String: Int]] = [:]
    }

    package var from: Timestamp
    package var to: Timestamp
    package var customers = 0
    package var events = 0
    package var timers = 0
    package var journeys: [JourneySum] = []
    /// In order of time, at most `linesMax`.
    package var lines: [Line] = []
    /// How many there were in all.
    package var lineCount = 0
    /// Messages, codes and tasks per day since 1970 in the workspace's zone.
    package var effectsByDay: [Int: Int] = [:]
    /// Messages alone, as above.
    package var messagesByDay: [Int: Int] = [:]
    package var notes: [String] = []

    package static let linesMax = 100_000
}

/// Takes the workspace's real past through the same core on a clock that is the events' own; nothing leaves.
///
/// Two customers who became one are one from the start, and what came late counts when it happened. People did
/// what they did without these journeys, so goals that are reached are those that would have been anyway.
struct Simulation {
    private final class Person {
        var profile = Profile()
        var behaviours = Behaviours()
        let state: CustomerState
        /// When the newest timer in the heap is due.
        var due: Timestamp?

        init(_ customer: Int64, generation: Int64) {
            state = CustomerState(customer, generation: generation)
        }

        var view: CustomerView { CustomerView(profile, behaviours) }
    }

    private var decider: CustomerDecider
    private var plan: AutomationPlan { decider.plan }
    private var forecasts: PastForecasts
    private let zone: ZoneRules
    private let currency: Currency
    private let hash: SipHash
    private let from: Timestamp
    private let to: Timestamp
    private var people: [Int64: Person] = [:]
    private var orders: [Int64: KnownOrder] = [:]
    private var timers = TimerHeap()
    private var heldOut: Set<RunID> = []
    private var hasBegun = false
    private(set) var result: SimulationResult
    /// Who came into the segments that are watched, and went.
    private(set) var memberships: PastMemberships
    private var sums: [String: SimulationResult.JourneySum] = [:]

    init(
        _ plan: AutomationPlan, from: Timestamp, to: Timestamp, zone: ZoneRules,
        currency: Currency, hash: SipHash, forecasts: PastForecasts = PastForecasts(),
        watching segments: Set<String> = []
    ) {
        memberships = PastMemberships(of: segments)
        self.forecasts = forecasts
        decider = CustomerDecider(plan: plan)
        self.zone = zone
        self.currency = currency
        self.hash = hash
        self.from = from
        self.to = to
        result = SimulationResult(from: from, to: to)
        for entry in plan.journeys.entries {
            sums[entry.journey.name] = .init(journey: entry.journey.name)
        }
    }

    // MARK: Events

    /// Takes the next events, in order of when they happened.
    ///
    /// - Parameter customers: Whose each is, merged as they are now; 0 for nobody's.
    mutating func take(_ block: EventBlock, customers: [Int64], positions: [Int64]) throws {
        for (index, frame) in block.frames.enumerated() {
            let time = frame.occurredAt
            if time >= to { return }
            if time >= from { try pass(to: time) }
            let customer = customers[index]
            guard customer != 0 else { continue }
            fold(frame, in: block, customer: customer, position: positions[index])
        }
    }

    private mutating func fold(
        _ frame: EventFrame, in block: EventBlock, customer: Int64, position: Int64
    ) {
        let isNew = people[customer] == nil
        let person =
            people[customer] ?? Person(customer, generation: hasBegun ? plan.generation : -1)
        people[customer] = person
        let time = frame.occurredAt
        let local = CalendarDateTime(time, offsetSeconds: zone.offsetSeconds(at: time))
        person.profile.apply(
            frame, in: block, position: position,
            localHour: local.millisecondOfDay == 0 ? nil : local.millisecondOfDay / 3_600_000)
        var stir = CustomerStir()
        stir.traces = person.behaviours.apply(
            frame, in: block, position: position, plan: plan.traces)
        stir.attributes = frame.kind == .identify
        let amount = foldOrder(frame, in: block, customer: customer, position: position)
        if amount != nil { stir.orders = true }
        guard hasBegun else { return }
        result.events += 1
        let name: String
        switch frame.kind {
        case .page: name = EventSelector.pageEvent
        case .screen: name = EventSelector.screenEvent
        default: name = block.text(frame.name)
        }
        let event = JourneyEvent(
            name: name, kind: frame.kind, occurredAt: time, position: position,
            properties: Array(block.bytes[frame.properties.bounds]), order: amount)
        let concerns = plan.journeys.concerns(event, for: person.state.automation)
        guard isNew || concerns || !stir.isEmpty else { return }
        keep(
            decider.event(
                concerns ? event : nil, of: person.state, person.view,
                stir: isNew ? .everything : stir, .live, now: time), person)
    }

    /// Keeps the ledger of whose order it was and is.
    ///
    /// - Returns: What the event adds to the customer's orders; nil where it's about no order of theirs.
    private mutating func foldOrder(
        _ frame: EventFrame, in block: EventBlock, customer: Int64, position: Int64
    ) -> Money? {
        // What can't be understood as an order is an event all the same.
        guard
            let order = try? CommerceOrder.read(frame, in: block, defaultCurrency: currency)
        else { return nil }
        let key = Int64(bitPattern: hash.digest(order.orderID, domain: 16).first >> 1)
        let known = orders[key]
        let fold = OrderFold(
            order, known: known, key: key, customer: customer, at: frame.occurredAt,
            position: position)
        if let known, fold.record != nil, known.status == .completed,
            let currency = Currency(packed: known.currency)
        {
            people[known.customer]?.behaviours.removeOrder(
                key: key, total: Money(minor: known.totalMinor, currency: currency))
        }
        if let record = fold.record {
            orders[key] = record
            if record.status == .completed, let currency = Currency(packed: record.currency) {
                people[record.customer]?.behaviours.setOrder(
                    OrderLedger.Entry(
                        key: key, orderedAt: record.orderedAt,
                        total: Money(minor: record.totalMinor, currency: currency)))
            }
        }
        var amount: Money?
        for (owner, delta) in fold.deltas where owner == customer {
            if amount == nil { amount = Money(minor: 0, currency: delta.currency) }
            if amount?.currency == delta.currency { amount?.minor &+= delta.revenueMinor }
        }
        return amount
    }

    // MARK: Time

    /// Lets time pass to a moment: what is due by then happens, and the models run when they did.
    private mutating func pass(to moment: Timestamp) throws {
        try begin()
        while let at = forecasts.nextAt, at <= moment {
            fire(dueBy: at)
            try foretell(at)
        }
        fire(dueBy: moment)
    }

    /// Goes by what the models foretold at a moment; who comes into a segment by that comes in then.
    private mutating func foretell(_ now: Timestamp) throws {
        guard let table = try forecasts.take(by: now) else { return }
        decider = CustomerDecider(plan: plan.foretold(by: table))
        guard hasBegun else { return }
        var stir = CustomerStir()
        stir.predictions = true
        for customer in people.keys.sorted() {
            guard let person = people[customer] else { continue }
            keep(
                decider.event(nil, of: person.state, person.view, stir: stir, .live, now: now),
                person)
        }
    }

    /// Looks at everyone who is there when the stretch begins: who is in a segment then hasn't just come.
    private mutating func begin() throws {
        if hasBegun { return }
        try foretell(from)
        hasBegun = true
        for customer in people.keys.sorted() {
            guard let person = people[customer] else { continue }
            keep(decider.review(person.state, person.view, .late, now: from), person)
        }
    }

    private mutating func fire(dueBy moment: Timestamp) {
        while let timer = timers.first, timer.due <= moment {
            timers.removeFirst()
            guard let person = people[timer.customer], person.due == timer.due else { continue }
            result.timers += 1
            person.due = nil
            keep(decider.timer(person.state, person.view, now: timer.due), person, after: timer.due)
        }
    }

    /// Lets the rest of the stretch pass.
    mutating func end() throws -> SimulationResult {
        try pass(to: to.adding(milliseconds: -1))
        result.customers = people.count
        for person in people.values {
            for run in person.state.automation.runs where !run.isEnded {
                sums[run.journey]?.inside += 1
                if let step = stepID(of: run) {
                    sums[run.journey]?.there[step, default: 0] += 1
                }
            }
        }
        result.journeys = sums.values.sorted { $0.journey < $1.journey }
        return result
    }

    // MARK: Counting

    private mutating func keep(_ decided: Decided, _ person: Person, after: Timestamp? = nil) {
        for (change, _) in decided.changes { memberships.note(change, of: person.state.customer) }
        for outcome in decided.outcomes {
            for decision in outcome.decisions { note(decision, of: person.state.customer) }
            for effect in outcome.effects where !effect.isWithheld && effect.kind != .attribute {
                result.effectsByDay[zone.day(of: effect.dueAt).daysSinceEpoch, default: 0] += 1
            }
            for effect in outcome.effects where !effect.isWithheld && effect.kind == .send {
                result.messagesByDay[zone.day(of: effect.dueAt).daysSinceEpoch, default: 0] += 1
            }
            for run in outcome.runs {
                if run.holdout != .none, heldOut.insert(run.id).inserted {
                    sums[run.journey]?.heldOut += 1
                }
                guard case .ended(.exited, _) = run.state, let step = stepID(of: run),
                    let last = outcome.decisions.last(where: { $0.run == run.id }),
                    last.kind == .exited
                else { continue }
                sums[run.journey]?.leavings[step, default: [:]][
                    JourneyFlow.Reason.plain(last.reason), default: 0] += 1
            }
        }
        guard var due = person.state.due else {
            person.due = nil
            return
        }
        if let after, due <= after { due = after.adding(milliseconds: 1) }
        if due != person.due, due < to {
            person.due = due
            timers.insert(due, person.state.customer)
        } else if due >= to {
            person.due = nil
        }
    }

    /// The step that a run is at, or was last; nil past the last one.
    private func stepID(of run: JourneyRun) -> String? {
        guard let journey = plan.journeys[journey: run.journey]?.journey,
            run.step < journey.steps.count
        else { return nil }
        return journey.steps[run.step].id
    }

    private mutating func note(_ decision: Decision, of customer: Int64) {
        let step = decision.step ?? ""
        let kind = decision.kind.rawValue
        sums[decision.journey]?.decisions[step, default: [:]][kind, default: 0] += 1
        if let tally = decision.tally {
            sums[decision.journey]?.decisions[step, default: [:]][tally, default: 0] += 1
        }
        switch decision.kind {
        case .entered: sums[decision.journey]?.entered += 1
        case .notEntered, .exited, .suppressed, .expired, .failed, .capped:
            sums[decision.journey]?
                .reasons["\(kind): \(JourneyFlow.Reason.plain(decision.reason))", default: [:]][
                    step, default: 0] += 1
        default: break
        }
        result.lineCount += 1
        if result.lines.count < SimulationResult.linesMax {
            result.lines.append(.init(customer: customer, decision: decision))
        }
    }
}

/// Timers in order of their moments; those that are taken back stay until they come up.
private struct TimerHeap {
    private var heap: [(due: Timestamp, customer: Int64)] = []

    var first: (due: Timestamp, customer: Int64)? { heap.first }

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        (heap[one].due, heap[one].customer) < (heap[other].due, heap[other].customer)
    }

    mutating func insert(_ due: Timestamp, _ customer: Int64) {
        heap.append((due, customer))
        var place = heap.count - 1
        while place > 0, precedes(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && precedes(child, least) {
                least = child
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
