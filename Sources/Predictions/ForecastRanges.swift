import RetentionModels

/// 80 % ranges of what is forecast, by customer; NaN where there is none.
///
/// That of churn says how well the parameters are known. Those of orders and spend say what may come: they
/// hold the parameters' uncertainty, and chance.
struct ForecastRanges {
    private static let level = 0.8
    /// Draws over all groups: more groups, fewer draws each.
    private static let drawsMax = 12_000_000

    var churnLow: [Double] = []
    var churnHigh: [Double] = []
    var ordersLow: [Double] = []
    var ordersHigh: [Double] = []
    var spendLow: [Double] = []
    var spendHigh: [Double] = []

    /// How many sets of parameters are drawn.
    static func modelDraws(groups: Int) -> Int {
        min(max(drawsMax / 4 / max(groups, 1), 20), 100)
    }

    init(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories,
        models: [some BuyTillYouDieModel], spend: GammaGamma?, churnHorizon: Double,
        valueHorizon: Double, seed: UInt64
    ) {
        let perModel = max(
            1, min(Self.drawsMax / max(grouped.count * models.count, 1), 200 / models.count))
        var draws = SeededDraws(seed: seed)
        var churn: [PredictionInterval?] = []
        /// The orders that were drawn for each group, one after the other.
        var orders: [Double] = []
        let drawCount = perModel * models.count
        orders.reserveCapacity(grouped.count * drawCount)
        for group in 0..<grouped.count {
            let history = grouped[group]
            churn.append(
                models.count < 2
                    ? nil
                    : PredictionInterval(
                        models.map { $0.probabilityOfNoOrder(history, within: churnHorizon) },
                        level: Self.level))
            for model in models {
                for _ in 0..<perModel {
                    orders.append(
                        Double(model.drawOrders(history, within: valueHorizon, &draws)))
                }
            }
        }
        let ranges = (0..<grouped.count).map { group in
            PredictionInterval(
                Array(orders[group * drawCount..<(group + 1) * drawCount]), level: Self.level)
        }
        for group in grouped.groupOfCustomer {
            churnLow.append(churn[group]?.lower ?? .nan)
            churnHigh.append(churn[group]?.upper ?? .nan)
            ordersLow.append(ranges[group]?.lower ?? .nan)
            ordersHigh.append(ranges[group]?.upper ?? .nan)
        }
        guard let spend else {
            spendLow = churnLow.map { _ in .nan }
            spendHigh = spendLow
            return
        }
        var amounts = [Double](repeating: 0, count: drawCount)
        for (customer, group) in grouped.groupOfCustomer.enumerated() {
            let frequency = histories.frequency[customer]
            let mean = histories.meanRepeatSpend?[customer] ?? 0
            for draw in 0..<drawCount {
                let count = orders[group * drawCount + draw]
                amounts[draw] =
                    count == 0
                    ? 0
                    : count
                        * spend.drawMeanSpend(frequency: frequency, meanSpend: mean, &draws)
            }
            let range = PredictionInterval(amounts, level: Self.level)
            spendLow.append(range?.lower ?? .nan)
            spendHigh.append(range?.upper ?? .nan)
        }
    }
}
