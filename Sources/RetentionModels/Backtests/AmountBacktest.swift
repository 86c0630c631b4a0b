/// Predicted amounts (orders, spend) beside what came: how far off, for each customer and in total.
public struct AmountBacktest: Equatable, Sendable {
    /// By customer.
    public let predicted: [Double]
    /// By customer, as many.
    public let actual: [Double]
    /// Customers by prediction, the highest first; equal predictions in the order of the rows.
    private let ranked: [Int]

    /// Keeps the columns, which must be of one length and of finite numbers.
    public init(predicted: [Double], actual: [Double]) {
        precondition(predicted.count == actual.count, "columns differ in length")
        self.predicted = predicted
        self.actual = actual
        ranked = ascendingOrder(predicted.map { -$0 })
    }

    /// The sum of the predictions.
    public var predictedTotal: Double { Self.sum(predicted) }
    /// The sum of what came.
    public var actualTotal: Double { Self.sum(actual) }

    /// By how much the total was over-predicted, as a share of what came; nil where nothing came.
    public var totalError: Double? {
        let actual = actualTotal
        return actual == 0 ? nil : (predictedTotal - actual) / actual
    }

    /// The mean distance of a customer's prediction from what came; nil without customers.
    public var meanAbsoluteError: Double? { mean { abs($0 - $1) } }

    /// The root of the mean squared distance; nil without customers.
    public var rootMeanSquaredError: Double? {
        mean { ($0 - $1) * ($0 - $1) }?.squareRoot()
    }

    /// Means of customers who are alike in something.
    public struct Group: Equatable, Sendable {
        /// What they have in common: a number of repeat orders, or a place in the ranking.
        public let key: Int
        /// How many they are.
        public let customers: Int
        /// The mean prediction.
        public let predicted: Double
        /// The mean of what came.
        public let actual: Double
    }

    /// Means by a number each customer has, such as the repeat orders before the cut.
    ///
    /// - Parameter largest: Customers with this number and more are one group.
    public func groups(by keys: [Int], largest: Int) -> [Group] {
        precondition(keys.count == predicted.count, "columns differ in length")
        var rows: [Int: [Int]] = [:]
        for (row, key) in keys.enumerated() { rows[min(key, largest), default: []].append(row) }
        return rows.sorted { $0.key < $1.key }.map { group($0.key, $0.value) }
    }

    /// Means by predicted rank, the highest predictions first, in `count` groups as equal in
    /// size as can be (deciles: ten). Equal predictions stand in the order of the rows.
    public func ranks(_ count: Int = 10) -> [Group] {
        let order = ranked
        guard count > 0 else { return [] }
        return (0..<count).compactMap { place in
            let rows = order[place * order.count / count..<(place + 1) * order.count / count]
            return rows.isEmpty ? nil : group(place + 1, Array(rows))
        }
    }

    /// The share of all that came which came from the customers with the highest predictions; nil
    /// where nothing came.
    ///
    /// - Parameter share: Of the customers; a tenth for the usual top decile.
    public func capture(top share: Double = 0.1) -> Double? {
        let total = actualTotal
        guard total != 0 else { return nil }
        let count = Int((Double(predicted.count) * min(max(share, 0), 1)).rounded())
        return Self.sum(ranked.prefix(count).map { actual[$0] }) / total
    }

    /// How many times more a customer of the highest predictions brought than one of all; nil where
    /// nothing came or the share holds nobody.
    public func lift(top share: Double = 0.1) -> Double? {
        let count = (Double(predicted.count) * min(max(share, 0), 1)).rounded()
        guard count > 0, let capture = capture(top: share) else { return nil }
        return capture * Double(predicted.count) / count
    }

    /// The Gini coefficient of what came in the order of the predictions, over that in its own
    /// order: 1 for the perfect ranking, 0 for a random one. Nil where the actual are all alike.
    ///
    /// Equal predictions share what they brought.
    public var normalisedGini: Double? {
        let best = gini(actual, ascendingOrder(actual))
        return best > 0 ? gini(predicted, ranked.reversed()) / best : nil
    }

    /// Twice the area between the diagonal and the curve of cumulated shares, times the total.
    ///
    /// - Parameter order: The rows by ascending score.
    private func gini(_ score: [Double], _ order: [Int]) -> Double {
        let total = actualTotal
        guard !order.isEmpty, total != 0 else { return 0 }
        var (area, passed) = (CompensatedSum(), 0.0)
        var start = 0
        while start < order.count {
            var (end, sum) = (start, 0.0)
            while end < order.count, score[order[end]] == score[order[start]] {
                sum += actual[order[end]]
                end += 1
            }
            // A straight line over those who tie.
            area.add(Double(end - start) * (passed + sum / 2))
            passed += sum
            start = end
        }
        return 1 - 2 * area.value / (Double(order.count) * total)
    }

    private func group(_ key: Int, _ rows: [Int]) -> Group {
        Group(
            key: key, customers: rows.count,
            predicted: Self.sum(rows.map { predicted[$0] }) / Double(rows.count),
            actual: Self.sum(rows.map { actual[$0] }) / Double(rows.count))
    }

    private func mean(_ term: (_ predicted: Double, _ actual: Double) -> Double) -> Double? {
        guard !predicted.isEmpty else { return nil }
        return Self.sum(zip(predicted, actual).map(term)) / Double(predicted.count)
    }

    private static func sum(_ values: [Double]) -> Double {
        var sum = CompensatedSum()
        for value in values { sum.add(value) }
        return sum.value
    }
}
