package import Kernel

/// Something that was decided about a customer in a journey, with its reason.
package struct Decision: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case entered
        /// Would have, but for a condition, a run that goes on, a rule of re-entry or a limit.
        case notEntered
        /// Waits for a time or an event; or no longer, in which case `reason` says what ended it.
        case waited
        /// Took an arm of a branch or a part of a split.
        case branched
        /// A message went to the outbox.
        case sent
        /// A message must wait, or can't go, since the caps are full.
        case capped
        /// A message waits for the end of the quiet hours, for the best hour, or for a slot that came free sooner.
        case deferred
        /// A message lost its slot to a more important one.
        case displaced
        /// A message isn't sent: the customer doesn't want it.
        case suppressed
        /// An effect was recorded and not carried out, since the customer is held out.
        case withheld
        /// A message's deadline passed before it could go.
        case expired
        /// A coupon, task, webhook, award or trait went to the outbox.
        case done
        /// A step couldn't be carried out; the run went on.
        case failed
        /// Left before the end.
        case exited
        /// Reached the goal.
        case converted
        /// Came to the end.
        case completed
        /// Two customers turned out to be one, who was in the journey twice.
        case merged
        /// Went on in another version of the journey.
        case moved
    }

    package var kind: Kind
    package var journey: String
    /// The version that the run is in, or would have been.
    package var version: Int
    /// Nil where nobody entered.
    package var run: RunID?
    /// The step's id; nil where it concerns none.
    package var step: String?
    package var at: Timestamp
    /// What a person reads.
    package var reason: String
    /// When it goes on, of what waits; nil otherwise.
    package var until: Timestamp?

    package init(
        _ kind: Kind, journey: String, version: Int, run: RunID? = nil, step: String? = nil,
        at: Timestamp, reason: String, until: Timestamp? = nil
    ) {
        self.kind = kind
        self.journey = journey
        self.version = version
        self.run = run
        self.step = step
        self.at = at
        self.reason = reason
        self.until = until
    }
}

/// Something to be done outside, which goes through the outbox.
package struct Effect: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case send, webhook, coupon, task, award, attribute
    }

    /// `journey/run/step/visit`: the same when the same is decided again, and never for anything else.
    package var key: String
    package var kind: Kind
    package var journey: String
    package var version: Int
    package var run: RunID
    package var step: String
    /// Recorded only: the customer is held out.
    package var isWithheld: Bool
    package var dueAt: Timestamp
    /// A webhook's receiver; nil for other kinds.
    package var receiver: String?
    /// A JSON object.
    package var payload: [UInt8]
}

/// What a stimulus came to.
package struct JourneyOutcome: Sendable, Equatable {
    package var decisions: [Decision] = []
    package var effects: [Effect] = []
    /// Each run that is new or changed, once, as it is now.
    package var runs: [JourneyRun] = []

    package init() {}

    package var isEmpty: Bool { decisions.isEmpty && effects.isEmpty && runs.isEmpty }
}
