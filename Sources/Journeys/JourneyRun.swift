package import Kernel

/// One customer's way through one journey, from an entry on. Unique in the workspace, also when customers are
/// merged and taken apart again.
package struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Who entered; not who the customer is after a merge.
    package let customer: ID<Customer>
    /// Rises from run to run: milliseconds of the entry, or more.
    package let number: Int64

    package init(customer: ID<Customer>, number: Int64) {
        self.customer = customer
        self.number = number
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.number, left.customer) < (right.number, right.customer)
    }

    /// `0000000000001-1767225600000`.
    package var description: String { "\(customer.description.dropFirst(4))-\(number)" }

    /// Reads the text form; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let customer = ID<Customer>("cus_" + parts[0]),
            let number = Int64(parts[1])
        else { return nil }
        self.init(customer: customer, number: number)
    }
}

/// Where one run stands.
package struct JourneyRun: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// At a step that hasn't begun; only between the parts of a stimulus, while the journey is paused, and where
        /// a stimulus came to its limit of steps.
        case ready
        /// At a step that waits, until a moment.
        case waiting(until: Timestamp)
        /// Its message waits for its turn, planned for a moment.
        case sending(at: Timestamp)
        case ended(End, at: Timestamp)
    }

    package enum End: UInt8, Hashable, Sendable, CaseIterable {
        case completed = 1
        case exited = 2
        case merged = 3
        case deleted = 4

        package var phrase: String {
            switch self {
            case .completed: "completed"
            case .exited: "exited"
            case .merged: "merged"
            case .deleted: "deleted"
            }
        }
    }

    package enum Holdout: UInt8, Hashable, Sendable, CaseIterable {
        case none = 0
        /// Held out of this journey.
        case journey = 1
        /// Held out of everything.
        case global = 2
    }

    package struct IssuedCoupon: Hashable, Sendable {
        package let code: String
        /// Nil: never.
        package let expiresAt: Timestamp?
    }

    package static let currenciesMax = 4

    package let id: RunID
    package let journey: String
    package var version: Int
    /// What tells this run from others of the journey; empty where there is one at a time.
    package let key: String
    package let enteredAt: Timestamp
    /// When what it was entered by happened: at `enteredAt` or before.
    package let causedAt: Timestamp
    package let holdout: Holdout
    package let entry: EntryValues
    /// The number of the step it is at.
    package var step = 0
    /// When it came to the step.
    package var reachedAt: Timestamp
    package var state: State
    /// Seconds of the clock's offset from UTC by which a local time is waited for; nil for other waits.
    package var clockOffset: Int?
    /// Numbers of the steps whose effects are done.
    package var done = StepSet()
    package var coupon: IssuedCoupon?
    /// When it reached the goal first; nil before.
    package var convertedAt: Timestamp?
    /// What was ordered within the goal's window, before refunds, by currency; at most `currenciesMax`.
    package var revenue: [Money] = []

    package var isEnded: Bool { if case .ended = state { true } else { false } }

    /// When it goes on by itself; nil once it ended.
    package var wakeAt: Timestamp? {
        switch state {
        case .ready: reachedAt
        case .waiting(let until): until
        case .sending(let at): at
        case .ended: nil
        }
    }
}

/// Numbers of steps.
package struct StepSet: Hashable, Sendable {
    private(set) var words: [UInt64] = []

    package init() {}

    init(words: [UInt64]) { self.words = words }

    package func contains(_ step: Int) -> Bool {
        step >> 6 < words.count && words[step >> 6] >> UInt64(step & 63) & 1 == 1
    }

    mutating func insert(_ step: Int) {
        while words.count <= step >> 6 { words.append(0) }
        words[step >> 6] |= 1 << UInt64(step & 63)
    }
}
