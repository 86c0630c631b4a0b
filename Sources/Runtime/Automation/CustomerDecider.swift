import Customers
import Journeys
import Kernel
import Segments

/// A customer's profile and behaviours, all fragments merged.
struct CustomerView {
    var profile: Profile
    var behaviours: Behaviours
    /// All that count for the customer; empty where the customer is made up.
    var members: [Int64]

    init(_ profile: Profile, _ behaviours: Behaviours, members: [Int64] = []) {
        self.profile = profile
        self.behaviours = behaviours
        self.members = members
    }
}

/// How a change of membership came about, which says what follows from it.
enum ChangeCause {
    /// Something happened just now: journeys begin, and the change is told.
    case live
    /// Known only now, long after it happened: journeys may end by it, none begins.
    case late
}

/// What came of one stimulus.
struct Decided {
    var changes: [(change: SegmentChange, cause: ChangeCause)] = []
    var outcomes: [JourneyOutcome] = []
}

/// Decides about one customer at a time: segments first, then what journeys make of the event and of each change.
///
/// Pure: the fold keeps what comes of it, a simulation only counts it.
struct CustomerDecider {
    let plan: AutomationPlan
    typealias CampaignsSent = (_ members: [Int64], _ since: Timestamp) -> [CustomerAutomation.Sent]

    /// What campaigns sent to any of some customers; nil where none do.
    var campaigns: CampaignsSent?

    init(plan: AutomationPlan, campaigns: CampaignsSent? = nil) {
        self.plan = plan
        self.campaigns = campaigns
    }

    /// - Parameter event: Nil where no journey asks for it.
    func event(
        _ event: JourneyEvent?, of state: CustomerState, _ view: CustomerView, stir: CustomerStir,
        _ cause: ChangeCause, now: Timestamp
    ) -> Decided {
        var decided = Decided(changes: evaluate(state, view, stir, cause, now))
        if let event { handle(.event(event), state, view, now, &decided) }
        follow(state, view, now, &decided)
        return decided
    }

    /// A timer of the customer is due: memberships change by time, and runs go on.
    func timer(_ state: CustomerState, _ view: CustomerView, now: Timestamp) -> Decided {
        var decided = Decided(changes: evaluate(state, view, .time, .live, now))
        follow(state, view, now, &decided)
        if state.automation.nextWake.map({ $0 <= now }) ?? false {
            handle(.timer, state, view, now, &decided)
        }
        return decided
    }

    /// Brings a customer up to date with the definitions in force, and with what was told of their past.
    func review(
        _ state: CustomerState, _ view: CustomerView, _ cause: ChangeCause, now: Timestamp
    ) -> Decided {
        var decided = Decided(changes: evaluate(state, view, .everything, cause, now))
        follow(state, view, now, &decided)
        handle(.planChanged, state, view, now, &decided)
        return decided
    }

    /// Gives a customer a stimulus that is no event.
    func stimulus(
        _ stimulus: Stimulus, _ state: CustomerState, _ view: CustomerView, now: Timestamp
    ) -> Decided {
        var decided = Decided()
        handle(stimulus, state, view, now, &decided)
        return decided
    }

    // MARK: Steps

    /// Evaluates the segments, and notes who came and went and when they change next.
    private func evaluate(
        _ state: CustomerState, _ view: CustomerView, _ stir: CustomerStir, _ cause: ChangeCause,
        _ now: Timestamp
    ) -> [(change: SegmentChange, cause: ChangeCause)] {
        let before = state.generation
        let isBehind = before != plan.generation
        if isBehind {
            // What is no segment any more has no members, and nothing to wait for.
            for entry in state.memberships.entries where plan.segments[entry.segment] == nil {
                state.memberships.remove(entry.segment)
            }
        }
        let result = plan.segments.evaluate(
            facts(state, view), memberships: &state.memberships, now: now,
            after: isBehind ? .everything : stir)
        state.generation = plan.generation
        return result.changes.map { change in
            // Whom a new definition finds inside hasn't just come.
            let isFirst = (plan.segmentRows[change.segment]?.generation ?? 0) > before
            return (change, isFirst ? .late : cause)
        }
    }

    /// Gives journeys the changes of membership.
    private func follow(
        _ state: CustomerState, _ view: CustomerView, _ now: Timestamp, _ decided: inout Decided
    ) {
        for (change, cause) in decided.changes
        where plan.journeys.concerns(segment: change.segment) {
            handle(
                .segment(
                    change.segment, entered: change.entered, mayEnter: cause == .live), state,
                view, now, &decided)
        }
    }

    private func handle(
        _ stimulus: Stimulus, _ state: CustomerState, _ view: CustomerView, _ now: Timestamp,
        _ decided: inout Decided
    ) {
        let facts = facts(state, view)
        let context = JourneyContext(
            now: now, customer: ID(rawValue: state.customer),
            timeZone: view.profile.attributes["timezone"]?.text,
            bestHour: view.profile.preferredHour, nextOrderAt: facts.prediction?.nextOrderAt,
            holds: { $0.evaluate(facts, now: now) },
            attribute: { facts.attributes[$0]?.text },
            suppression: { [plan] channel, topic in
                guard let withdrawn = plan.withdrawal(channel: channel, topic: topic),
                    withdrawn.outlook(facts, now: now).holds
                else { return nil }
                return withdrawn.reason(facts, now: now)
            },
            elsewhere: { [plan, campaigns] in
                let since = now.adding(milliseconds: -plan.journeys.rules.memoryMs)
                return campaigns?(view.members, since) ?? []
            })
        let outcome = plan.journeys.handle(stimulus, for: &state.automation, in: context)
        if !outcome.isEmpty { decided.outcomes.append(outcome) }
    }

    private func facts(_ state: CustomerState, _ view: CustomerView) -> CustomerFacts {
        CustomerFacts(
            behaviours: view.behaviours, attributes: view.profile.attributes,
            prediction: plan.predictions?[state.customer], quintiles: plan.quintiles,
            memberships: state.memberships)
    }
}
