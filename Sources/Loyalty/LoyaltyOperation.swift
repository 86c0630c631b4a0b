package import Kernel

/// Something that is to be done to an account.
package enum LoyaltyOperation: Sendable, Equatable {
    /// An order's lines, as they are now.
    case order(id: String, lines: [OrderLine], currency: Currency)
    case refund(order: String, OrderRefund)
    case cancel(order: String)
    /// Something that a customer did, or that befell an order.
    case event(name: String, order: String?)
    /// Points that somebody gives.
    case award(points: Int64, reason: String)
    case spend(points: Int64, reference: String)
    /// Undoes a spending, whole or in part.
    case unspend(operation: String, points: Int64?)
    /// Keeps points for something, for so many seconds.
    case reserve(points: Int64, reference: String, seconds: Int)
    /// Spends what was reserved, by the operation that reserved it.
    case confirm(operation: String)
    case release(operation: String)
    /// A correction by hand.
    case adjust(points: Int64, reason: String)
    /// Takes back what was given for something that no longer holds, by the program's policy for refunds: where that
    /// allows it, what was spent already is owed.
    case takeBack(points: Int64, reason: String)
    /// Lets time pass.
    case tick
}

/// Why an operation wasn't carried out; nothing moved.
package enum LoyaltyRefusal: Error, Sendable, Equatable {
    case pointsOutOfRange
    case notEnough(available: Int64, pending: Int64, held: Int64, wanted: Int64)
    case unknownSpending(String)
    case nothingLeft(left: Int64, wanted: Int64)
    case unknownReservation(String)
    /// What may be given to all customers is given.
    case budgetSpent(left: Int64, wanted: Int64)
    /// Too much is remembered of the account.
    case tooMuch(String)

    package var code: String {
        switch self {
        case .pointsOutOfRange: "points_out_of_range"
        case .notEnough: "not_enough_points"
        case .unknownSpending: "unknown_spending"
        case .nothingLeft: "already_given_back"
        case .unknownReservation: "unknown_reservation"
        case .budgetSpent: "budget_spent"
        case .tooMuch: "too_much"
        }
    }

    package func sentence(unit: String) -> String {
        switch self {
        case .pointsOutOfRange:
            return "must be 1 to \(LoyaltyWords.plural(LoyaltyProgram.pointsMax, unit))"
        case .notEnough(let available, let pending, let held, let wanted):
            let isMoney = Currency(unit) != nil
            func amount(_ points: Int64) -> String {
                isMoney ? LoyaltyWords.count(points, unit) : "\(points)"
            }
            var text = LoyaltyWords.plural(wanted, unit)
            text += " are needed and \(amount(available)) can be spent"
            if pending > 0 { text += "; \(amount(pending)) more are pending" }
            if held > 0 { text += "; \(amount(held)) are reserved" }
            return text
        case .unknownSpending(let id):
            return "nothing was spent by operation \(id) of this customer"
        case .nothingLeft(let left, let wanted):
            return "\(LoyaltyWords.plural(wanted, unit)) were to be given back and \(left) of that "
                + "spending are left"
        case .unknownReservation(let id):
            return
                "nothing is reserved by operation \(id) of this customer; what was reserved may be "
                + "confirmed, released or too late, and is free again then"
        case .budgetSpent(let left, let wanted):
            return
                "\(LoyaltyWords.plural(wanted, unit)) were to be given and \(left) are left of the "
                + "awards' budget"
        case .tooMuch(let what): return what
        }
    }
}

/// Something that the account's owner, or others, may want to know.
package enum LoyaltyNews: Sendable, Equatable {
    case awarded(
        points: Int64, reason: LoyaltyReason, availableAt: Timestamp?, expiresAt: Timestamp?)
    case spent(points: Int64, reference: String)
    case givenBack(points: Int64)
    case reversed(points: Int64, order: String)
    case expired(points: Int64)
    case adjusted(points: Int64, reason: String)
    case tierChanged(from: String, to: String, isUp: Bool)
    /// Unless more is earned, the tier is lost at a moment.
    case tierWillChange(from: String, to: String, at: Timestamp)
    /// Points that count towards tiers only.
    case qualified(points: Int64, rule: String)

    /// As it is called on the log.
    package var name: String {
        switch self {
        case .awarded: "Points Awarded"
        case .spent: "Points Spent"
        case .givenBack: "Points Given Back"
        case .reversed: "Points Reversed"
        case .expired: "Points Expired"
        case .adjusted: "Points Adjusted"
        case .tierChanged: "Tier Changed"
        case .tierWillChange: "Tier Will Change"
        case .qualified: "Tier Points Awarded"
        }
    }
}
