package import Kernel

/// A reward of a program, and how many of it there are.
package struct RewardRow: Sendable, Equatable {
    package var name: String
    package var title: String
    package var description: String?
    /// Points.
    package var cost: Int
    /// Nil for as many as come.
    package var stock: Int?
    package var reserved: Int
    package var given: Int
    /// Who may have it and when, a sentence each.
    package var terms: [String]

    package init(
        name: String, title: String, description: String?, cost: Int, stock: Int?, reserved: Int,
        given: Int, terms: [String]
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.cost = cost
        self.stock = stock
        self.reserved = reserved
        self.given = given
        self.terms = terms
    }
}

/// A reward that somebody has, is kept, or wanted.
package struct ClaimRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Between two states for a moment.
        case underway
        case reserved, confirmed, released, refused, returned
    }

    /// What a person may do about one.
    package enum Step: String, Sendable, CaseIterable {
        case confirm, release, `return`
    }

    package var id: String
    package var reward: String
    package var customer: ID<Customer>
    package var name: String
    package var state: State
    package var points: Int
    package var code: String
    package var changedAt: Timestamp
    /// Until when one is kept; nil of one that isn't reserved.
    package var keptUntil: Timestamp?

    package init(
        id: String, reward: String, customer: ID<Customer>, name: String, state: State,
        points: Int, code: String, changedAt: Timestamp, keptUntil: Timestamp?
    ) {
        self.id = id
        self.reward = reward
        self.customer = customer
        self.name = name
        self.state = state
        self.points = points
        self.code = code
        self.changedAt = changedAt
        self.keptUntil = keptUntil
    }
}

package struct RewardsPage: Sendable, Equatable {
    package var programTitle: String
    package var unit: String
    /// The cheapest first.
    package var rewards: [RewardRow]
    /// The newest first.
    package var claims: [ClaimRow]

    package init(
        programTitle: String, unit: String, rewards: [RewardRow], claims: [ClaimRow]
    ) {
        self.programTitle = programTitle
        self.unit = unit
        self.rewards = rewards
        self.claims = claims
    }
}

package enum ClaimOutcome: Sendable, Equatable {
    case done
    case refused(String)
    case unknown
}

/// What the page of a program's rewards reads and does.
package struct RewardsData: Sendable {
    /// Of one reward, or of all; claims and names are left out where they aren't asked for. Nil where there is no such
    /// program.
    package var page:
        @Sendable (_ program: String, _ reward: String?, _ claims: Bool) async throws ->
            RewardsPage? = { _, _, _ in nil }
    package var step:
        @Sendable (_ program: String, _ claim: String, ClaimRow.Step) async throws -> ClaimOutcome =
            { _, _, _ in .unknown }

    package init() {}
}
