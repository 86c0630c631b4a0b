import RetentionModels

/// What a learner from outside says of each customer: it takes part in the contest for the churn probability
/// beside the models of frequency, and so does its blend with the best of these.
package struct Challenger: Sendable {
    /// As which it is in the report.
    package static let name = "Boosting"
    package static let blendName = "Blend"

    /// P(no order in the horizon), by customer; between 0 and 1.
    package var silent: [Double]
    /// Orders expected in the horizon, by customer.
    package var orders: [Double]

    package init(silent: [Double], orders: [Double]) {
        self.silent = silent
        self.orders = orders
    }

    /// Both halves: the mean of the log-odds, and of the orders.
    func blended(silent other: [Double], orders otherOrders: [Double]) -> Challenger {
        Challenger(
            silent: Self.blend(silent, other),
            orders: zip(orders, otherOrders).map { ($0 + $1) / 2 })
    }

    /// The probability halfway between two in log-odds.
    static func blend(_ one: [Double], _ other: [Double]) -> [Double] {
        zip(one, other).map { probability(logOdds: (logOdds($0) + logOdds($1)) / 2) }
    }
}
