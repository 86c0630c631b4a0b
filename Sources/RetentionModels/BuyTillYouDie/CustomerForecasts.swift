/// What is to be expected of each customer, in columns in the order of the histories.
///
/// All times are in the unit of the histories and count from the end of the observation; amounts
/// are in the unit of the mean repeat spend.
public struct CustomerForecasts: Equatable, Sendable {
    /// The horizons asked for.
    public let horizons: [Double]
    /// The probability that the customer hasn't left. Not a churn score: see `BGNBD`.
    public let probabilityAlive: [Double]
    /// The probability of no order within the horizon, [horizon × customer].
    public let churnProbability: [[Double]]
    /// The orders to expect within the horizon, [horizon × customer].
    public let expectedOrders: [[Double]]
    /// The spend an order to expect of the customer; nil without a model of spend.
    public let expectedMeanSpend: [Double]?
    /// The spend to expect within the horizon, [horizon × customer]; nil without a model of spend.
    public let expectedSpend: [[Double]]?
    /// Time until the next order: as likely before as after. Nil where the customer won't order
    /// again with a probability of one half or more.
    public let nextOrderMedian: [Double?]
    /// The time before which the next order comes with a probability of 10 %; nil as above.
    public let nextOrderEarly: [Double?]
    /// The time before which the next order comes with a probability of 90 %: with
    /// `nextOrderEarly`, an 80 % interval. Nil, an open end, for everybody who has more than a
    /// tenth's chance of having left.
    public let nextOrderLate: [Double?]

    /// Forecasts every customer. Identical histories are computed once.
    ///
    /// - Parameters:
    ///   - model: In the unit of time of the histories.
    ///   - spend: In the unit of money of the histories; nil for no amounts. Where the histories
    ///     have no amounts, everybody is expected to spend the population's mean.
    ///   - horizons: Lengths of time.
    public init(
        _ histories: PurchaseHistories, model: some BuyTillYouDieModel, spend: GammaGamma? = nil,
        horizons: [Double]
    ) {
        self.init(
            histories, grouped: histories.grouped(), model: model, spend: spend,
            horizons: horizons)
    }

    /// Forecasts every customer, where the histories have been grouped before.
    ///
    /// - Parameter grouped: `histories.grouped()`.
    public init(
        _ histories: PurchaseHistories, grouped: GroupedHistories,
        model: some BuyTillYouDieModel,
        spend: GammaGamma? = nil, horizons: [Double]
    ) {
        precondition(
            grouped.groupOfCustomer.count == histories.count, "grouped from other histories")
        self.horizons = horizons
        let found = GroupForecasts(grouped, model: model, horizons: horizons)
        func times(_ byGroup: [Double?]) -> [Double?] {
            grouped.groupOfCustomer.map { byGroup[$0] }
        }
        probabilityAlive = grouped.byCustomer(found.probabilityAlive)
        churnProbability = found.churnProbability.map(grouped.byCustomer)
        let orders = found.expectedOrders.map(grouped.byCustomer)
        expectedOrders = orders
        nextOrderMedian = times(found.nextOrderMedian)
        nextOrderEarly = times(found.nextOrderEarly)
        nextOrderLate = times(found.nextOrderLate)

        guard let spend else {
            expectedMeanSpend = nil
            expectedSpend = nil
            return
        }
        let means = (0..<histories.count).map {
            spend.expectedMeanSpend(
                frequency: histories.frequency[$0], meanSpend: histories.meanRepeatSpend?[$0] ?? 0)
        }
        expectedMeanSpend = means
        expectedSpend = orders.map { column in zip(column, means).map { $0 * $1 } }
    }
}
