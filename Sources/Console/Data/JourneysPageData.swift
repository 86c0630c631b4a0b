package import Experiments
package import Kernel

/// One journey in the list.
package struct JourneyRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case draft
        case live
        case paused
    }

    package var name: String
    package var title: String
    package var description: String
    package var state: State
    package var version: Int
    /// People on their way through it now.
    package var inside: Int
    /// People who ever entered, the held-out ones included.
    package var entered: Int
    /// Of the treated whose window is over, or who reached the goal, the share who did; nil without a goal or
    /// before there is anybody.
    package var goalRate: Double?
    /// Nil without people held out, or before it can be told.
    package var lift: JourneyLift?
    /// Whether it keeps some people out, to compare with.
    package var holdsOut: Bool
    /// Entries on each of the last days, oldest first; fewer than two leave the trend out.
    package var trend: [Int]

    package init(
        name: String, title: String, description: String = "", state: State, version: Int = 1,
        inside: Int = 0, entered: Int = 0, goalRate: Double? = nil, lift: JourneyLift? = nil,
        holdsOut: Bool = false, trend: [Int] = []
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.state = state
        self.version = version
        self.inside = inside
        self.entered = entered
        self.goalRate = goalRate
        self.lift = lift
        self.holdsOut = holdsOut
        self.trend = trend
    }
}

/// What a journey brought, and what it takes to say it.
package struct JourneyLift: Sendable, Equatable {
    package var lift: Lift
    /// Of the revenue in it; nil where revenue isn't compared.
    package var currency: Currency?
    /// What treating all of the treated cost, in the currency's minor unit; nil where it isn't known.
    package var costMinor: Int64?
    /// People who enter in a week, by the last four; nil before it has run for one.
    package var peoplePerWeek: Double?

    package init(
        _ lift: Lift, currency: Currency? = nil, costMinor: Int64? = nil,
        peoplePerWeek: Double? = nil
    ) {
        self.lift = lift
        self.currency = currency
        self.costMinor = costMinor
        self.peoplePerWeek = peoplePerWeek
    }
}

/// One step of a journey, with the people at it.
package struct JourneyStepRow: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case wait
        case waitUntil
        case waitFor
        case branch
        case split
        case send
        case coupon
        case task
        case set
        case webhook
        case award
        case exit
    }

    /// A way on from a branch, a split or a wait for something.
    package struct Lane: Sendable, Equatable {
        /// In plain words: `is in VIP`, `all others`, `half: a`.
        package var label: String
        /// People who took it.
        package var taken: Int
        package var steps: [JourneyStepRow]

        package init(label: String, taken: Int, steps: [JourneyStepRow]) {
            self.label = label
            self.taken = taken
            self.steps = steps
        }
    }

    package struct Leaving: Sendable, Equatable {
        package var reason: String
        package var people: Int

        package init(_ reason: String, people: Int) {
            self.reason = reason
            self.people = people
        }
    }

    package var id: String
    package var kind: Kind
    /// In plain words: `Wait 7 days`.
    package var words: String
    /// People who are there now.
    package var there: Int
    /// People who came through it and went on.
    package var passed: Int
    /// People who left the journey from here, by reason, the most frequent first.
    package var leavings: [Leaving]
    package var lanes: [Lane]

    package var left: Int { leavings.reduce(0) { $0 + $1.people } }

    package init(
        id: String, kind: Kind, words: String, there: Int = 0, passed: Int = 0,
        leavings: [Leaving] = [], lanes: [Lane] = []
    ) {
        self.id = id
        self.kind = kind
        self.words = words
        self.there = there
        self.passed = passed
        self.leavings = leavings
        self.lanes = lanes
    }
}

/// What the page of one journey shows.
package struct JourneyPageData: Sendable {
    package var row: JourneyRow
    /// What lets people in, in plain words, one a line.
    package var entries: [String]
    /// Its rules in plain words: re-entry, holdout, goal, exits, edits, topic and priority.
    package var rules: [String]
    package var steps: [JourneyStepRow]
    /// Who wasn't let in although the entry's event came, by reason; the most frequent first.
    package var refused: [JourneyStepRow.Leaving]
    package var yaml: String
    package var appliedAt: Timestamp?
    /// The newest decisions.
    package var decisions: DecisionPage
    /// What `journeyRevision` says of the page as it is here.
    package var revision: String
    /// The days that its replay offers; nil before anything was ordered.
    package var past: ClosedRange<CalendarDay>?
    /// Whether it holds people out at all, though there may be none yet.
    package var holdsOut: Bool

    package init(
        row: JourneyRow, entries: [String], rules: [String], steps: [JourneyStepRow],
        refused: [JourneyStepRow.Leaving] = [], yaml: String, appliedAt: Timestamp? = nil,
        decisions: DecisionPage = DecisionPage(), revision: String,
        past: ClosedRange<CalendarDay>? = nil, holdsOut: Bool = false
    ) {
        self.row = row
        self.entries = entries
        self.rules = rules
        self.steps = steps
        self.refused = refused
        self.yaml = yaml
        self.appliedAt = appliedAt
        self.decisions = decisions
        self.revision = revision
        self.past = past
        self.holdsOut = holdsOut
    }
}

/// One thing that was decided about one person.
package struct DecisionRow: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case entered
        case notEntered
        case waited
        case branched
        case sent
        case capped
        case deferred
        case displaced
        case suppressed
        case expired
        case heldOut
        case acted
        case failed
        case reachedGoal
        case completed
        case exited
        case moved
        case merged
    }

    package var kind: Kind
    /// Nil where it was about nobody in particular.
    package var customer: ID<Customer>?
    package var label: String
    package var journey: String
    package var journeyTitle: String
    /// The step's id; empty where it was about the journey as a whole.
    package var step: String
    /// What was decided, in plain words: `Second mail sent`.
    package var words: String
    /// Why.
    package var reason: String
    package var at: Timestamp

    package init(
        kind: Kind, customer: ID<Customer>?, label: String, journey: String,
        journeyTitle: String = "", step: String = "", words: String, reason: String, at: Timestamp
    ) {
        self.kind = kind
        self.customer = customer
        self.label = label
        self.journey = journey
        self.journeyTitle = journeyTitle
        self.step = step
        self.words = words
        self.reason = reason
        self.at = at
    }
}

package struct DecisionQuery: Sendable, Equatable {
    package var journey: String
    /// Of this step only; nil for all.
    package var step: String?
    /// Of these kinds only; empty for all.
    package var kinds: Set<DecisionRow.Kind>
    package var before: String?
    package var limit: Int

    package init(
        journey: String, step: String? = nil, kinds: Set<DecisionRow.Kind> = [],
        before: String? = nil, limit: Int
    ) {
        self.journey = journey
        self.step = step
        self.kinds = kinds
        self.before = before
        self.limit = limit
    }
}

package struct DecisionPage: Sendable, Equatable {
    package var decisions: [DecisionRow]
    /// Hand this to the next call as `before`; nil at the beginning.
    package var next: String?

    package init(decisions: [DecisionRow] = [], next: String? = nil) {
        self.decisions = decisions
        self.next = next
    }
}

/// People at a step.
package struct StepPeoplePage: Sendable, Equatable {
    /// Their reason says what they wait for, and until when.
    package var people: [PersonRow]
    package var next: String?

    package init(people: [PersonRow] = [], next: String? = nil) {
        self.people = people
        self.next = next
    }
}

/// A journey that a customer is on, or was.
package struct RunRow: Sendable, Equatable {
    package var journey: String
    package var title: String
    /// What keeps several runs of one journey apart, such as a cart's id; empty for none.
    package var key: String
    /// Where they are, in plain words: `waiting 7 days, until 12 March`.
    package var standing: String
    package var isHeldOut: Bool
    package var enteredAt: Timestamp
    /// Nil while it runs.
    package var endedAt: Timestamp?
    /// Why they entered.
    package var reason: String

    package init(
        journey: String, title: String, key: String = "", standing: String,
        isHeldOut: Bool = false, enteredAt: Timestamp, endedAt: Timestamp? = nil, reason: String
    ) {
        self.journey = journey
        self.title = title
        self.key = key
        self.standing = standing
        self.isHeldOut = isHeldOut
        self.enteredAt = enteredAt
        self.endedAt = endedAt
        self.reason = reason
    }
}
