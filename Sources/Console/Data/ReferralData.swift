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

/// What the pages of referral programs read.
package struct ReferralData: Sendable {
    package var programs: @Sendable () async throws -> [ReferralProgramRow] = { [] }
    /// The newest first, of a state or of all; names are left out (ids stand there) where they aren't asked for.
    package var lines:
        @Sendable (_ program: String, ReferralLine.State?, _ named: Bool) async throws ->
            [ReferralLine] = { _, _, _ in [] }

    package init() {}
}
