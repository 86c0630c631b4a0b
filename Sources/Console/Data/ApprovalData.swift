package import Kernel

/// A correction by hand that a second person looks at first, or looked at.
package struct ApprovalRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case waiting, approved, declined, done, refused
    }

    package var number: Int64
    package var customer: ID<Customer>
    package var name: String
    package var points: Int
    package var reason: String
    /// Nil where a key asked.
    package var asker: ID<Member>?
    package var askedBy: String
    package var askedAt: Timestamp
    package var state: State
    /// Who decided, and what they said, or why it was refused.
    package var decidedBy: String?
    package var note: String?

    package init(
        number: Int64, customer: ID<Customer>, name: String, points: Int, reason: String,
        asker: ID<Member>?, askedBy: String, askedAt: Timestamp, state: State,
        decidedBy: String? = nil, note: String? = nil
    ) {
        self.number = number
        self.customer = customer
        self.name = name
        self.points = points
        self.reason = reason
        self.asker = asker
        self.askedBy = askedBy
        self.askedAt = askedAt
        self.state = state
        self.decidedBy = decidedBy
        self.note = note
    }
}

/// What became of a decision.
package enum ApprovalOutcome: Sendable, Equatable {
    case done
    case refused(String)
    case unknown
}

/// What the page of a program's approvals reads and does.
package struct ApprovalData: Sendable {
    /// The newest first; nil where there is no such program.
    package var rows: @Sendable (_ program: String) async throws -> [ApprovalRow]? = { _ in nil }
    package var decide:
        @Sendable (
            _ program: String, _ number: Int64, _ approve: Bool, _ note: String, ID<Member>
        ) async throws -> ApprovalOutcome = { _, _, _, _, _ in .unknown }

    package init() {}
}
