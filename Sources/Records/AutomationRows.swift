package import Kernel

/// A customer's way through a journey, as lists show it.
package struct RunRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case active, completed, exited
    }

    package var run: String
    /// The journey's number (`definitions.subject`).
    package var journey: Int64
    package var version: Int64
    package var customer: Int64
    /// The run's key; empty where the journey has none.
    package var key: String
    /// Where it is, or was last.
    package var step: String
    package var state: State
    package var isHeldOut: Bool
    package var enteredAt: Timestamp
    /// When it goes on by itself; nil where it doesn't.
    package var due: Timestamp?
    package var leftAt: Timestamp?
    package var leftReason: String
    package var convertedAt: Timestamp?
    /// 0 before an order counted.
    package var currency: UInt32
    /// Of orders within the goal's window, in minor units.
    package var revenueMinor: Int64

    package init(
        run: String, journey: Int64, version: Int64, customer: Int64, key: String, step: String,
        state: State, isHeldOut: Bool, enteredAt: Timestamp, due: Timestamp? = nil,
        leftAt: Timestamp? = nil, leftReason: String = "", convertedAt: Timestamp? = nil,
        currency: UInt32 = 0, revenueMinor: Int64 = 0
    ) {
        self.run = run
        self.journey = journey
        self.version = version
        self.customer = customer
        self.key = key
        self.step = step
        self.state = state
        self.isHeldOut = isHeldOut
        self.enteredAt = enteredAt
        self.due = due
        self.leftAt = leftAt
        self.leftReason = leftReason
        self.convertedAt = convertedAt
        self.currency = currency
        self.revenueMinor = revenueMinor
    }
}

/// One decision about a customer, with its reason.
package struct DecisionRow: Sendable, Equatable {
    package var at: Timestamp
    package var customer: Int64
    package var journey: Int64
    package var version: Int64
    /// Empty where nobody entered.
    package var run: String
    /// Empty for decisions about the whole journey.
    package var step: String
    package var kind: String
    package var reason: String

    package init(
        at: Timestamp, customer: Int64, journey: Int64, version: Int64, run: String,
        step: String, kind: String, reason: String
    ) {
        self.at = at
        self.customer = customer
        self.journey = journey
        self.version = version
        self.run = run
        self.step = step
        self.kind = kind
        self.reason = reason
    }
}

/// A definition as it is kept.
package struct DefinitionRow: Sendable, Equatable {
    /// The number that all versions of the name share.
    package var subject: Int64
    package var kind: String
    package var name: String
    package var version: Int64
    /// The change of definitions that brought this version.
    package var generation: Int64
    /// JSON.
    package var document: String
    /// What was written: YAML or JSON.
    package var source: String
    package var appliedAt: Timestamp
    package var appliedBy: String
    /// Nil while it is in force.
    package var replacedAt: Timestamp?

    package init(
        subject: Int64, kind: String, name: String, version: Int64, generation: Int64,
        document: String, source: String, appliedAt: Timestamp, appliedBy: String,
        replacedAt: Timestamp? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.name = name
        self.version = version
        self.generation = generation
        self.document = document
        self.source = source
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
        self.replacedAt = replacedAt
    }
}

/// How often something was decided at a step.
package struct StepCount: Sendable, Equatable {
    package var step: String
    package var kind: String
    package var count: Int64
}
