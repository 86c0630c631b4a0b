#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Predicted probabilities (of churn, of an order) beside what happened.
public struct ProbabilityBacktest: Equatable, Sendable {
    /// By customer, each from 0 to 1.
    public let predicted: [Double]
    /// Whether it happened, by customer.
    public let happened: [Bool]
    /// Customers by prediction, ascending; equal predictions in the order of the rows.
    private let order: [Int]

    /// Keeps the columns, which must be of one length.
    public init(predicted: [Double], happened: [Bool]) {
        precondition(predicted.count == happened.count, "columns differ in length")
        self.predicted = predicted
        self.happened = happened
        order = ascendingOrder(predicted)
    }

    /// The share of customers to whom it happened; nil without customers.
    public var baseRate: Double? {
        happened.isEmpty ? nil : Double(happened.count { $0 }) / Double(happened.count)
    }

    /// The mean squared distance of probability and outcome (Brier 1950); nil without customers.
    public var brier: Double? {
        mean { p, y in (p - y) * (p - y) }
    }

    /// How much better than saying the base rate to everybody: 1 is perfect, 0 no better, below 0
    /// worse. Nil where it happened to all or none.
    public var brierSkill: Double? {
        guard let brier, let baseRate, baseRate > 0, baseRate < 1 else { return nil }
        return 1 - brier / (baseRate * (1 - baseRate))
    }

    /// The mean of −ln of the probability given to what happened; nil without customers. A
    /// probability of 0 or 1 that was wrong counts as one in 10¹⁵.
    public var logLoss: Double? {
        mean { p, y in -log(max(y == 1 ? p : 1 - p, 1e-15)) }
    }

    /// The probability that a customer to whom it happened had the higher prediction than one to
    /// whom it didn't, ties counting half; nil where it happened to all or none.
    public var areaUnderCurve: Double? {
        var (pairs, negatives, positives) = (0.0, 0.0, 0.0)
        var start = 0
        while start < order.count {
            var (end, yes, no) = (start, 0.0, 0.0)
            while end < order.count, predicted[order[end]] == predicted[order[start]] {
                if happened[order[end]] { yes += 1 } else { no += 1 }
                end += 1
            }
            pairs += yes * (negatives + no / 2)
            negatives += no
            positives += yes
            start = end
        }
        return negatives > 0 && positives > 0 ? pairs / (positives * negatives) : nil
    }

    /// Customers with similar predictions: what was said of them, and what happened.
    public struct Bin: Equatable, Sendable {
        /// How many they are.
        public let customers: Int
        /// The mean prediction.
        public let predicted: Double
        /// The share to whom it happened.
        public let actual: Double
    }

    /// The calibration table: customers by prediction, ascending, in `count` bins as equal in size
    /// as can be. Equal predictions stand in the order of the rows.
    public func calibration(bins count: Int = 10) -> [Bin] {
        guard count > 0 else { return [] }
        return (0..<count).compactMap { place in
            let rows = order[place * order.count / count..<(place + 1) * order.count / count]
            guard !rows.isEmpty else { return nil }
            var sum = CompensatedSum()
            for row in rows { sum.add(predicted[row]) }
            return Bin(
                customers: rows.count, predicted: sum.value / Double(rows.count),
                actual: Double(rows.count { happened[$0] }) / Double(rows.count))
        }
    }

    /// The mean distance of what was said and what happened over the calibration table, by
    /// customers; nil without customers.
    public func expectedCalibrationError(bins count: Int = 10) -> Double? {
        let bins = calibration(bins: count)
        guard !bins.isEmpty else { return nil }
        let sum = bins.reduce(0) { $0 + Double($1.customers) * abs($1.predicted - $1.actual) }
        return sum / Double(predicted.count)
    }

    private func mean(_ term: (_ probability: Double, _ outcome: Double) -> Double) -> Double? {
        guard !predicted.isEmpty else { return nil }
        var sum = CompensatedSum()
        for (p, y) in zip(predicted, happened) { sum.add(term(p, y ? 1 : 0)) }
        return sum.value / Double(predicted.count)
    }
}
