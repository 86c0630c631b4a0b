package import Kernel

/// A referral program that is in force, and how it does.
package struct ReferralProgramRow: Sendable, Equatable {
    package var name: String
    package var title: String
    package var advocates: Int
    /// Referrals by state.
    package var states: [String: Int]
    /// That stand.
    package var points: Int

    package init(
        name: String, title: String, advocates: Int, states: [String: Int], points: Int
    ) {
        self.name = name
        self.title = title
        self.advocates = advocates
        self.states = states
        self.points = points
    }
}

/// Who brought whom, and what came of it.
package struct ReferralLine: Sendable, Equatable {
    /// As the store writes them.
    package enum State: String, Sendable, CaseIterable {
        case expected, joined, qualified, released, rejected, reversed
    }

    package var advocate: ID<Customer>
    package var advocateName: String
    package var friend: ID<Customer>
    package var friendName: String
    package var state: State
    package var reason: String
    package var changedAt: Timestamp

    package init(
        advocate: ID<Customer>, advocateName: String, friend: ID<Customer>, friendName: String,
        state: State, reason: String, changedAt: Timestamp
    ) {
        self.advocate = advocate
        self.advocateName = advocateName
        self.friend = friend
        self.friendName = friendName
        self.state = state
        self.reason = reason
        self.changedAt = changedAt
    }
}

/// A referral with what a person needs to say whether it is one.
package struct ReferralCase: Sendable, Equatable {
    package struct Order: Sendable, Equatable {
        package var id: String
        package var placedAt: Timestamp
        package var amount: Money
        /// Minor units.
        package var refunded: Int64
        package var isCancelled: Bool

        package init(
            id: String, placedAt: Timestamp, amount: Money, refunded: Int64, isCancelled: Bool
        ) {
            self.id = id
            self.placedAt = placedAt
            self.amount = amount
            self.refunded = refunded
            self.isCancelled = isCancelled
        }
    }

    /// What a person said.
    package enum Word: String, Sendable, CaseIterable {
        case accept, refuse, withdraw
    }

    package struct Judgement: Sendable, Equatable {
        package var word: Word
        package var reason: String
        /// Who said it; nil for a program with an API key.
        package var by: String?

        package init(word: Word, reason: String, by: String?) {
            self.word = word
            self.reason = reason
            self.by = by
        }
    }

    package var line: ReferralLine
    package var joinedAt: Timestamp?
    /// What checks find about it, in words.
    package var findings: [String]
    /// Whether a person may let it count against what checks suspect.
    package var isSuspected: Bool
    package var orders: [Order]
    package var judgement: Judgement?

    package init(
        line: ReferralLine, joinedAt: Timestamp?, findings: [String], isSuspected: Bool,
        orders: [Order], judgement: Judgement?
    ) {
        self.line = line
        self.joinedAt = joinedAt
        self.findings = findings
        self.isSuspected = isSuspected
        self.orders = orders
        self.judgement = judgement
    }
}

/// What the pages of referral programs read and do.
package struct ReferralData: Sendable {
    package var programs: @Sendable () async throws -> [ReferralProgramRow] = { [] }
    /// The newest first, of a state or of all; names are left out (ids stand there) where they aren't asked for.
    package var lines:
        @Sendable (_ program: String, ReferralLine.State?, _ named: Bool) async throws ->
            [ReferralLine] = { _, _, _ in [] }
    /// A friend's referral; nil where there is none.
    package var one:
        @Sendable (_ program: String, _ friend: ID<Customer>, _ named: Bool) async throws ->
            ReferralCase? = { _, _, _ in nil }
    /// Says whether it counts; false where there is none.
    package var judge:
        @Sendable (
            _ program: String, _ friend: ID<Customer>, ReferralCase.Word, _ reason: String,
            ID<Member>
        ) async throws -> Bool = { _, _, _, _, _ in false }

    package init() {}
}
