import RetentionModels

/// 80 % ranges of what is forecast, by customer; NaN where there is none.
///
/// That of churn says how well the parameters are known. Those of orders and spend say what may come: they
/// hold the parameters' uncertainty, and chance. They are drawn for one history of all that are alike
/// (`AlikeHistories`).
struct ForecastRanges {
    private static let level = 0.8
    /// Sets of parameters over all distinct histories: more histories, fewer sets each.
    private static let modelsTimesHistories = 1_000_000
    /// Futures that are drawn for a history.
    private static let futures = 200

    /// So many histories are drawn for with one sequence of draws.
    private static let piece = 512

    var churnLow: [Double] = []
    var churnHigh: [Double] = []
    var ordersLow: [Double] = []
    var ordersHigh: [Double] = []
    var spendLow: [Double] = []
    var spendHigh: [Double] = []

    /// How many sets of parameters are drawn.
    static func modelDraws(histories: Int) -> Int {
        min(max(modelsTimesHistories / max(histories, 1), 20), 100)
    }

    /// - Parameter alike: Of the same histories.
    init(
        _ histories: PurchaseHistories, _ grouped: GroupedHistories, alike: AlikeHistories,
        model: some BuyTillYouDieModel, models: [some BuyTillYouDieModel], spend: GammaGamma?,
        churnHorizon: Double,
        valueHorizon: Double, seed: UInt64, workers: Workers
    ) {
        let perModel = max(1, Self.futures / models.count)
        // Each piece has draws of its own, so that the ranges are the same on any number of threads.
        let pieces = (alike.histories.count + Self.piece - 1) / Self.piece
        let drawn = workers.map(pieces) { piece in
            var draws = SeededDraws(seed: seed &+ UInt64(piece))
            let end = min((piece + 1) * Self.piece, alike.histories.count)
            return alike.histories[piece * Self.piece..<end].map { history in
                DrawnFutures(
                    history, models, perModel: perModel, spend: spend,
                    churnHorizon: churnHorizon, valueHorizon: valueHorizon, level: Self.level,
                    &draws)
            }
        }.flatMap { $0 }
        let own = (0..<grouped.count).map {
            model.probabilityOfNoOrder(grouped[$0], within: churnHorizon)
        }
        let drawnOf = alike.histories.map {
            model.probabilityOfNoOrder($0, within: churnHorizon)
        }
        for (customer, place) in alike.placeOfCustomer.enumerated() {
            let future = drawn[place]
            let churn = future.churn?.moved(
                from: drawnOf[place], to: own[grouped.groupOfCustomer[customer]])
            churnLow.append(churn?.lower ?? .nan)
            churnHigh.append(churn?.upper ?? .nan)
            ordersLow.append(future.orders?.lower ?? .nan)
            ordersHigh.append(future.orders?.upper ?? .nan)
            guard let spend else {
                spendLow.append(.nan)
                spendHigh.append(.nan)
                continue
            }
            let mean = histories.meanRepeatSpend?[customer] ?? 0
            let range = mean > 0 ? future.spendOfKnown : future.spendOfUnknown
            let rate = spend.rate(frequency: histories.frequency[customer], meanSpend: mean)
            spendLow.append((range?.lower ?? .nan) * rate)
            spendHigh.append((range?.upper ?? .nan) * rate)
        }
    }
}

/// What may come of one history.
private struct DrawnFutures {
    /// Nil with one set of parameters.
    let churn: PredictionInterval?
    let orders: PredictionInterval?
    /// Of spend per unit of the rate of the distribution of a customer's mean spend (`GammaGamma.rate`), so that
    /// customers with one history share it whatever they spent: for those of whom an amount is known, and for
    /// the others.
    let spendOfKnown: PredictionInterval?
    let spendOfUnknown: PredictionInterval?

    init(
        _ history: PurchaseHistory, _ models: [some BuyTillYouDieModel], perModel: Int,
        spend: GammaGamma?, churnHorizon: Double, valueHorizon: Double, level: Double,
        _ draws: inout SeededDraws
    ) {
        var churn: [Double] = []
        var orders: [Double] = []
        churn.reserveCapacity(models.count)
        orders.reserveCapacity(models.count * perModel)
        for model in models {
            let alive = model.probabilityAlive(history)
            let silence = model.silenceWhileAlive(history, within: churnHorizon)
            churn.append(1 - alive + alive * silence)
            for _ in 0..<perModel {
                orders.append(
                    draws.uniform() < alive
                        ? Double(
                            model.drawOrdersWhileAlive(history, within: valueHorizon, &draws)) : 0)
            }
        }
        self.churn = models.count < 2 ? nil : PredictionInterval(churn, level: level)
        self.orders = PredictionInterval(orders, level: level)
        guard let spend else {
            (spendOfKnown, spendOfUnknown) = (nil, nil)
            return
        }
        func amounts(known: Bool) -> PredictionInterval? {
            let mean = known ? 1.0 : 0
            let rate = spend.rate(frequency: history.frequency, meanSpend: mean)
            let drawn = orders.map { count in
                count == 0
                    ? 0
                    : count / rate
                        * spend.drawMeanSpend(
                            frequency: history.frequency, meanSpend: mean, &draws)
            }
            return PredictionInterval(drawn, level: level)
        }
        spendOfKnown = history.frequency > 0 ? amounts(known: true) : nil
        spendOfUnknown = amounts(known: false)
    }
}

extension PredictionInterval {
    /// The range of a probability much like the one that this is the range of: as far from it in log-odds, and
    /// around it.
    fileprivate func moved(from drawn: Double, to own: Double) -> PredictionInterval {
        guard drawn != own else {
            return PredictionInterval(lower: min(lower, own), upper: max(upper, own))
        }
        let step = logOdds(own) - logOdds(drawn)
        return PredictionInterval(
            lower: min(own, probability(logOdds: logOdds(lower) + step)),
            upper: max(own, probability(logOdds: logOdds(upper) + step)))
    }
}

extension GammaGamma {
    /// The rate of the gamma distribution that one over a customer's mean spend follows.
    fileprivate func rate(frequency: Int, meanSpend: Double) -> Double {
        gamma + (meanSpend > 0 ? Double(max(frequency, 0)) * meanSpend : 0)
    }
}
