/// What each customer's orders over a horizon are worth now, in the order of the histories.
public struct CustomerValues: Equatable, Sendable {
    /// The time over which orders count, from the end of the observation.
    public let horizon: Double
    /// How later orders are discounted.
    public let discounting: Discounting
    /// Discounted orders to expect, by customer.
    public let discountedOrders: [Double]
    /// Those times the spend an order to expect, and times the margin, by customer.
    public let values: [Double]

    /// Values every customer.
    ///
    /// - Parameters:
    ///   - horizon: In the unit of time of the histories; finite.
    ///   - margin: The share of spend that is earned, after returns and costs.
    public init(
        _ histories: PurchaseHistories, grouped: GroupedHistories, model: some BuyTillYouDieModel,
        spend: GammaGamma, horizon: Double, discounting: Discounting, margin: Double = 1
    ) {
        precondition(
            grouped.groupOfCustomer.count == histories.count, "grouped from other histories")
        let orders = grouped.byCustomer(
            model.discountedOrders(grouped, within: horizon, discounting))
        self.horizon = horizon
        self.discounting = discounting
        discountedOrders = orders
        values = orders.indices.map {
            let mean = spend.expectedMeanSpend(
                frequency: histories.frequency[$0], meanSpend: histories.meanRepeatSpend?[$0] ?? 0)
            return orders[$0] * mean * margin
        }
    }
}
