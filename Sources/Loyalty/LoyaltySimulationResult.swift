package import Kernel

/// How points moved in some time.
package struct LoyaltyFlow: Sendable, Equatable {
    package var issued: Int64 = 0
    /// By refunds and cancellations, also where they are owed.
    package var takenBack: Int64 = 0
    package var redeemed: Int64 = 0
    package var expired: Int64 = 0

    package init() {}

    /// What is outstanding more than before.
    package var net: Int64 { issued - takenBack - redeemed - expired }

    mutating func add(_ entry: LoyaltyEntry) {
        switch entry.kind {
        case .award, .adjust: issued += entry.amount
        case .reverse, .owe: takenBack -= entry.amount
        case .spend, .giveBack: redeemed -= entry.amount
        case .expire: expired -= entry.amount
        // From the points to the debt, or from one account to another: nothing in all.
        case .repay, .move: break
        }
    }

    mutating func add(_ other: LoyaltyFlow) {
        issued += other.issued
        takenBack += other.takenBack
        redeemed += other.redeemed
        expired += other.expired
    }
}

/// What a program would have come to.
package struct LoyaltySimulationResult: Sendable, Equatable {
    package struct Month: Sendable, Equatable {
        package var month: CalendarMonth
        package var flow: LoyaltyFlow
        /// At its end: points less what customers owe.
        package var outstanding: Int64
    }

    package struct Tier: Sendable, Equatable {
        package var name: String
        package var title: String
        package var members: Int
    }

    package let program: LoyaltyProgram
    /// Events that counted.
    package let operations: Int
    /// Of them, those that were refused.
    package var refused = 0
    /// Every month of the stretch, the first and the last maybe in part.
    package var months: [Month] = []
    package var total = LoyaltyFlow()
    /// At the end: points less what customers owe.
    package var outstanding: Int64 = 0
    package var owed: Int64 = 0
    /// Customers who did anything that the program counts.
    package var members = 0
    package var membersWithPoints = 0
    /// Customers who spent points.
    package var redeemers = 0
    /// The lowest first; empty where there are none.
    package var tiers: [Tier] = []
    /// Minor units of the program's currency: orders of the stretch after discount and refunds.
    package var revenueMinor: Int64 = 0
    package var orders = 0

    init(program: LoyaltyProgram, operations: Int) {
        self.program = program
        self.operations = operations
    }

    /// Points that expired, of those issued and not taken back; nil where there are none.
    package var breakage: Double? {
        let kept = total.issued - total.takenBack
        return kept > 0 ? Double(total.expired) / Double(kept) : nil
    }

    /// What points are worth.
    package func money(_ points: Int64, at value: PointValue) -> Money {
        Money(
            minor: value.minor(points, digits: program.currency.minorDigits),
            currency: program.currency)
    }

    /// What the points that were redeemed cost, as a share of the revenue; nil without revenue.
    package func costShare(at value: PointValue) -> Double? {
        revenueMinor > 0
            ? Double(money(total.redeemed, at: value).minor) / Double(revenueMinor) : nil
    }
}

/// What one point is worth when it is spent.
package struct PointValue: Sendable, Equatable {
    /// Decimals that a value may have.
    package static let digits = 6
    package static let max: Int64 = 1_000_000 * 1_000_000

    /// Millionths of the currency's unit (pound, euro), not of its minor unit.
    package let millionths: Int64

    /// Nil where the text isn't a number from 0 to 1,000,000 with at most six decimals.
    package init?(_ text: String) {
        do throws(DecimalText.Failure) {
            let exact = try DecimalText.scaled(Array(text.utf8).span)
            guard exact.scale <= Self.digits else { return nil }
            millionths = try DecimalText.rescale(
                exact.mantissa, from: exact.scale, to: Self.digits)
        } catch {
            return nil
        }
        guard (0...Self.max).contains(millionths) else { return nil }
    }

    /// Minor units, halves away from zero.
    func minor(_ points: Int64, digits: Int) -> Int64 {
        var scale: Int128 = 1
        for _ in 0..<digits { scale *= 10 }
        let exact = Int128(points.magnitude) * Int128(millionths) * scale
        let rounded = Int64(clamping: (exact * 2 + 1_000_000) / 2_000_000)
        return points < 0 ? -rounded : rounded
    }
}
