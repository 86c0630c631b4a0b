package import Kernel

/// Points that came together: they become spendable, are drawn on, and end as such.
package struct LoyaltyLot: Sendable, Equatable {
    /// What they were given for.
    package enum Source: Sendable, Equatable {
        case order(String)
        /// An event, by the rule that counts it.
        case event(rule: String)
        /// What somebody gave, and why.
        case award(reason: String)
        /// Entering a tier.
        case tier(String)
        /// An event, or a challenge, by a rule whose points count towards no tier.
        case bonus(rule: String)
        /// A correction by hand; it counts towards no tier.
        case correction(reason: String)

        /// In plain English.
        package var phrase: String {
            switch self {
            case .order(let id): "order \(id)"
            case .event(let rule), .bonus(let rule): rule
            case .award(let reason), .correction(let reason): reason
            case .tier(let tier): "reaching \(tier)"
            }
        }
    }

    /// 1, 2, 3, … within the account.
    package var id: Int64
    package var source: Source
    package var createdAt: Timestamp
    /// Nil while it waits for an event.
    package var availableAt: Timestamp?
    /// Nil for never.
    package var expiresAt: Timestamp?
    package var issued: Int64
    package var remaining: Int64
    /// Of the remaining ones, those that are reserved.
    package var held: Int64 = 0
    /// Points that ended unused.
    package var expired: Int64 = 0
    /// Points that a refund took back.
    package var reversed: Int64 = 0

    /// What can be taken.
    var free: Int64 { remaining - held }
    /// Points that were used: spent, or paid for a debt.
    var used: Int64 { issued - remaining - expired - reversed }

    func isAvailable(at now: Timestamp) -> Bool { availableAt.map { $0 <= now } ?? false }
}

/// One movement of points.
package struct LoyaltyEntry: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case award
        /// A refund took them back.
        case reverse
        case spend
        /// A spend was undone.
        case giveBack = "give-back"
        case expire
        /// A refund took more than was there.
        case owe
        /// What was owed is paid.
        case repay
        case adjust
        /// Two customers are found to be one.
        case move
    }

    package var sequence: Int64
    /// 0 for the debt.
    package var lot: Int64
    package var kind: Kind
    package var amount: Int64
    /// All points of the account after it, less its debt.
    package var balance: Int64
    package var at: Timestamp
    package var reason: LoyaltyReason

    package init(
        sequence: Int64, lot: Int64, kind: Kind, amount: Int64, balance: Int64, at: Timestamp,
        reason: LoyaltyReason
    ) {
        self.sequence = sequence
        self.lot = lot
        self.kind = kind
        self.amount = amount
        self.balance = balance
        self.at = at
        self.reason = reason
    }
}

/// Points that count towards tiers and can't be spent: what a rule gave for events of one day.
struct QualifyingCredit: Sendable, Equatable {
    var rule: String
    var at: Timestamp
    var points: Int64
}

/// Points that were drawn from a lot.
struct Draw: Sendable, Equatable {
    var lot: Int64
    var points: Int64
}

/// Points that were spent together, by the operation that did it.
struct Spending: Sendable, Equatable {
    var draws: [Draw]
    /// What of each draw was given back.
    var givenBack: [Int64]
    var reference: String
    /// Since when they aren't free.
    var since: Timestamp

    var left: Int64 {
        zip(draws, givenBack).reduce(0) { $0 + $1.0.points - $1.1 }
    }
}

/// Points that are kept for something, until it is confirmed, let go or too late.
struct Holding: Sendable, Equatable {
    var draws: [Draw]
    var expiresAt: Timestamp
    var reference: String
    /// Since when they aren't free.
    var since: Timestamp

    var points: Int64 { draws.reduce(0) { $0 + $1.points } }
}
