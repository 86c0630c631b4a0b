package import Kernel

/// What one run of the models said of a customer.
package struct PastPrediction: Sendable, Equatable {
    /// The end of what the models saw.
    package var asOf: Timestamp
    /// P(no order in the 90 days after `asOf`).
    package var churnProbability: Double
    /// Nil for what was forecast before bands were kept.
    package var churnBand: ChurnBand?
    package var expectedOrders365: Double
    /// In minor units of `currency`; nil where spend isn't modelled.
    package var expectedSpend365Minor: Double?
    package var currency: Currency?

    package init(
        asOf: Timestamp, churnProbability: Double, churnBand: ChurnBand?,
        expectedOrders365: Double, expectedSpend365Minor: Double?, currency: Currency?
    ) {
        self.asOf = asOf
        self.churnProbability = churnProbability
        self.churnBand = churnBand
        self.expectedOrders365 = expectedOrders365
        self.expectedSpend365Minor = expectedSpend365Minor
        self.currency = currency
    }
}
