package import Kernel

/// How many of the points that are open today will be redeemed before they expire, from what
/// became of the points so far.
///
/// The unit is the point, its clock the days since its issue. Redemption ends it, reversal competes,
/// and both are estimated while it is alive (`RedemptionCurve`: Aalen & Johansen 1978); expiry is no
/// hazard but the end of each lot's own life. An open point of age a that expires at age e is
/// redeemed with the chance (F(e) − F(a)) / S(a).
///
/// It doesn't look at whose points they are: customers who redeem seldom and those who do at once go
/// into one curve, which is right for the sum of all and for nobody's own points.
///
/// Past the oldest age that was ever watched nobody is assumed to redeem, so the expectation is a
/// lower bound there, and breakage an upper one; `openBeyondHistory` says how many points that is
/// about. The intervals are of the expectation and say how well the curve is known; the sum itself
/// scatters around it further.
package struct Breakage: Sendable, Equatable {
    /// A number with its percentile intervals, which always contain it.
    package struct Estimate: Sendable, Equatable {
        package var value: Double
        package var interval80: ClosedRange<Double>
        package var interval95: ClosedRange<Double>
    }

    /// Fewer customers than that who ever redeemed say too little.
    package static let redeemingCustomersMin = 50
    /// The step of the reported curves, and the shortest history that says anything.
    package static let monthDays = 30
    /// Points aren't watched for longer than ten years of 360 days.
    package static let ageDaysMax = 120 * monthDays
    package static let resamplesUsual = 200

    /// Points that are open today.
    package var open: Int64
    /// Those of them that can live past the oldest age watched: for the time after it, no redemption
    /// is counted.
    package var openBeyondHistory: Int64
    /// Of the open points, those that will be redeemed.
    package var expectedRedemptions: Estimate
    /// The share of newly issued points that is redeemed within the usual life, 0 ... 1.
    package var ultimateRedemptionRate: Estimate
    /// The median life of issued points, in days; nil where at least half never expire.
    package var usualLifeDays: Int?
    /// The share of points redeemed by the age of k months, were there no expiry: [k], from 0.
    package var redeemedByMonth: [Double]
    /// The share reversed, likewise.
    package var reversedByMonth: [Double]
    /// The oldest age at which a point was watched, in days.
    package var ageDaysSeen: Int
    package var redeemingCustomers: Int

    /// Of the open points, those that will expire or be reversed, as expected.
    package var expectedBreakage: Double { Double(open) - expectedRedemptions.value }

    /// Fits the curve and resamples customers for the intervals.
    ///
    /// The same lots in whatever order, and the same state of `random`, give the same numbers.
    /// O(resamples × pieces) after sorting them.
    ///
    /// - Parameters:
    ///   - lots: All lots of all customers, ended ones too. Lots issued after `today` are left out;
    ///     pieces that ended after it count as open.
    ///   - today: Days since the epoch; what is open is watched to the end of it.
    ///   - resamples: Of customers; at least 1.
    /// - Throws: `.fewCustomers` where too few ever redeemed; `.shortHistory` where no point was
    ///   watched for a month.
    package init(
        lots: [BreakageLot], today: Int, resamples: Int = resamplesUsual,
        random: inout SeededRandom
    ) throws(BreakageShortage) {
        precondition(resamples > 0, "intervals need at least one resample")
        let history = BreakageHistory(lots: lots, today: today)
        guard history.redeemingCustomers >= Self.redeemingCustomersMin else {
            throw .fewCustomers(
                redeeming: history.redeemingCustomers, needed: Self.redeemingCustomersMin)
        }
        let seen = history.grid.days.last ?? 0
        guard seen >= Self.monthDays else {
            throw .shortHistory(days: seen, needed: Self.monthDays)
        }
        let curve = RedemptionCurve(exits: history.exits)
        let life = history.usualLifeDays
        let lifeStep = history.step(atDay: life)
        var sums: [Double] = []
        var rates: [Double] = []
        history.resample(resamples, random: &random) { resampled in
            sums.append(history.expectedRedemptions(resampled))
            rates.append(resampled.redeemed[lifeStep])
        }
        open = history.openPoints
        openBeyondHistory = history.openBeyondHistory
        expectedRedemptions = Estimate(history.expectedRedemptions(curve), resampled: sums)
        ultimateRedemptionRate = Estimate(curve.redeemed[lifeStep], resampled: rates)
        usualLifeDays = life
        let steps = (0...seen / Self.monthDays).map {
            history.grid.step(atDay: $0 * Self.monthDays)
        }
        redeemedByMonth = steps.map { curve.redeemed[$0] }
        reversedByMonth = steps.map { curve.reversed[$0] }
        ageDaysSeen = seen
        redeemingCustomers = history.redeemingCustomers
    }
}

/// Why there is no estimate of breakage.
package enum BreakageShortage: Error, Equatable, Sendable {
    /// Customers who ever redeemed.
    case fewCustomers(redeeming: Int, needed: Int)
    /// The oldest age at which a point was watched, in days.
    case shortHistory(days: Int, needed: Int)
}

extension Breakage.Estimate {
    /// The same of so many times as much.
    ///
    /// - Parameter factor: At least 0.
    package func scaled(by factor: Double) -> Self {
        func scaled(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
            range.lowerBound * factor...range.upperBound * factor
        }
        var estimate = self
        estimate.value *= factor
        estimate.interval80 = scaled(interval80)
        estimate.interval95 = scaled(interval95)
        return estimate
    }

    /// Percentile intervals (Efron & Tibshirani 1993, ch. 13), widened to the value where all of
    /// the resampled ones lie to one side of it.
    init(_ value: Double, resampled: [Double]) {
        let sorted = resampled.sorted()
        func interval(_ level: Double) -> ClosedRange<Double> {
            let tail = (1 - level) / 2
            let low = Self.quantile(tail, of: sorted)
            let high = Self.quantile(1 - tail, of: sorted)
            return min(low, value)...max(high, value)
        }
        self.init(value: value, interval80: interval(0.8), interval95: interval(0.95))
    }

    /// Linear between order statistics (Hyndman & Fan 1996, type 7).
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}
