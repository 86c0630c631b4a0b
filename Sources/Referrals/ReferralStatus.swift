package import Kernel

/// How far a referral has come.
package enum ReferralStatus: Hashable, Sendable {
    /// Something is known of the friend, but not yet that they joined.
    case expected
    /// The friend joined and has yet to qualify, until the instant; nil for ever.
    case joined(until: Timestamp?)
    /// The friend did what is asked; rewards wait until nothing can be returned any more.
    case qualified(by: Qualifier, at: Timestamp, releaseAt: Timestamp)
    /// Rewards are given, as of this instant: when it was over, not when that was noticed.
    case released(by: Qualifier, at: Timestamp)
    /// It doesn't count.
    case rejected(Rejection)
    /// It counted, and was taken back.
    case reversed(Rejection)

    /// What a friend qualified by.
    package enum Qualifier: Hashable, Sendable {
        /// What is left of the order after discount and refunds.
        case order(id: String, amount: Money)
        case event(name: String)

        package var words: String {
            switch self {
            case .order(let id, let amount): "order \(id) of \(amount)"
            case .event(let name): "the event \(name)"
            }
        }
    }

    /// When its reward was released; nil where it isn't.
    package var releasedAt: Timestamp? {
        if case .released(_, let time) = self { return time }
        return nil
    }

    /// What programs tell them apart by.
    package var word: String {
        switch self {
        case .expected: "expected"
        case .joined: "joined"
        case .qualified: "qualified"
        case .released: "released"
        case .rejected: "rejected"
        case .reversed: "reversed"
        }
    }

    /// Why it stands so, for a person.
    package var words: String {
        switch self {
        case .expected: "the friend hasn't joined yet"
        case .joined(nil): "the friend joined and hasn't qualified yet"
        case .joined(let until?):
            "the friend joined and has until \(until.dayText) to qualify"
        case .qualified(let qualifier, _, let releaseAt):
            "\(qualifier.words) qualifies; released on \(releaseAt.dayText) if nothing is returned"
        case .released(let qualifier, _): "\(qualifier.words) qualified and nothing was returned"
        case .rejected(let rejection): rejection.words
        case .reversed(let rejection): "taken back: \(rejection.words)"
        }
    }
}

/// Why a referral doesn't count.
package enum Rejection: Hashable, Sendable {
    /// The friend's first order is older than the referral.
    case notNew(order: String)
    /// The time to qualify is over.
    case late
    /// The friend's first order is too small.
    case belowMinimum(order: String)
    case otherCurrency(order: String)
    /// What is left after refunds is below the minimum.
    case refunded(order: String)
    case cancelled(order: String)
    case blocked(ReferralBlock)
    /// A person said so, and why.
    case byHand(reason: String)

    package var words: String {
        switch self {
        case .notNew(let order): "the friend had ordered before: order \(order)"
        case .late: "the time to qualify is over"
        case .belowMinimum(let order): "the first order, \(order), is below the minimum"
        case .otherCurrency(let order): "the first order, \(order), is in another currency"
        case .refunded(let order): "order \(order) was returned below the minimum"
        case .cancelled(let order): "order \(order) was cancelled"
        case .blocked(let block): block.words
        case .byHand(let reason): "refused by hand: \(reason)"
        }
    }
}

/// Why a check holds a referral for none.
package enum ReferralBlock: UInt8, CaseIterable, Hashable, Sendable {
    case samePerson = 1
    case reciprocal
    case cycle
    case sharedKey
    case alreadyReferred
    /// They are one customer by now.
    case oneCustomer = 7

    /// Whether it is only likely: a person who knows better may let the referral count.
    package var isSuspicion: Bool { self != .alreadyReferred && self != .oneCustomer }

    package var words: String {
        switch self {
        case .samePerson: "advocate and friend are one person"
        case .reciprocal: "advocate and friend referred each other"
        case .cycle: "the referrals run in a circle"
        case .sharedKey: "too many of the advocate's friends share what a person has alone"
        case .alreadyReferred: "the friend was referred by somebody else before"
        case .oneCustomer: "advocate and friend are one customer by now"
        }
    }
}

/// All that is known of a friend's order, as it stands: each telling replaces the one before.
package struct ReferralOrder: Hashable, Sendable {
    package var id: String
    package var placedAt: Timestamp
    /// After discount, before refunds.
    package var amount: Money
    /// Minor units that were refunded so far, in all.
    package var refunded: Int64
    package var isCancelled: Bool
    /// Counts up with each change; a lower one, or the same again, is ignored.
    package var version: Int64

    package init(
        id: String, placedAt: Timestamp, amount: Money, refunded: Int64 = 0,
        isCancelled: Bool = false, version: Int64
    ) {
        self.id = id
        self.placedAt = placedAt
        self.amount = amount
        self.refunded = refunded
        self.isCancelled = isCancelled
        self.version = version
    }

    /// What is left in minor units: at least 0.
    var net: Int64 { max(0, max(0, amount.minor) - max(0, refunded)) }

    /// By when they were placed, and by id where that is the same.
    static func isBefore(_ left: Self, _ right: Self) -> Bool {
        (left.placedAt, left.id) < (right.placedAt, right.id)
    }
}
