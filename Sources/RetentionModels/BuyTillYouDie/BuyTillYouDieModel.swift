/// A model of repeat buying in continuous time, in which customers leave unseen.
///
/// Every time handed in or given out is in the unit of the histories that the model was fitted to.
/// A model says what a customer does who is still there, and how likely that is; all predictions
/// follow from these in one way for every model.
public protocol BuyTillYouDieModel: ParametricModel {
    /// The log-likelihood of one history with every constant.
    func logLikelihood(_ history: PurchaseHistory) -> Double

    /// The log-likelihood of one history and its slopes by `logParameters`.
    func logLikelihoodAndSlopes(
        _ history: PurchaseHistory
    ) -> (value: Double, slopes: SIMD4<Double>)

    /// Which coordinates of `logParameters` a customer's traits move, and which way: the first so
    /// that orders come faster, the second so that leaving does.
    static var traitCoordinates: TraitCoordinates { get }

    /// P(left) / P(alive); infinite where it is beyond what a Double can hold.
    func oddsOfHavingLeft(_ history: PurchaseHistory) -> Double

    /// The probability that a customer who is there now orders nothing in the next `time`: stays
    /// and doesn't order, or leaves before ordering. Depends on frequency and age alone.
    ///
    /// - Parameter time: Above zero; may be infinite.
    func silenceWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double

    /// The time in which `silenceWhileAlive` falls to a probability; nil where it never does.
    ///
    /// - Parameter silence: Above 0 and below 1.
    func timeOfSilenceWhileAlive(_ history: PurchaseHistory, lastingWith silence: Double) -> Double?

    /// The orders to expect in the next `time` of a customer who is there now. Depends on frequency
    /// and age alone.
    ///
    /// - Parameter time: Above zero; may be infinite.
    func ordersWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double

    /// Orders in the next `time` of a customer who is there now, drawn from what the model says.
    ///
    /// - Parameter time: Above zero, finite.
    func drawOrdersWhileAlive(
        _ history: PurchaseHistory, within time: Double, _ draws: inout SeededDraws
    ) -> Int

    /// Fits the model to histories that are grouped already.
    ///
    /// - Throws: `.tooFewCustomers`, `.noRepeats`, `.noTime`: the data can't tell;
    ///   `.notConverged`: the search ended without an optimum.
    static func fit(
        _ histories: GroupedHistories, options: FitOptions, workers: Workers
    ) throws(FitFailure) -> ModelFit<Self>
}

extension BuyTillYouDieModel {
    /// Fits the model to histories.
    ///
    /// - Throws: As `fit(_:options:workers:)` of `GroupedHistories`.
    public static func fit(
        _ histories: PurchaseHistories, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> ModelFit<Self> {
        try fit(histories.grouped(), options: options, workers: .one)
    }

    /// Fits the model to histories that are grouped already, on one thread.
    ///
    /// - Throws: As `fit(_:options:workers:)`.
    public static func fit(
        _ histories: GroupedHistories, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> ModelFit<Self> {
        try fit(histories, options: options, workers: .one)
    }

    /// The probability that the customer has not left; in BG/NBD 1 without a repeat purchase.
    ///
    /// A curve to look at, never a churn score: on real data it ranked customers worse than chance.
    /// That is what `probabilityOfNoOrder(_:within:)` is for.
    public func probabilityAlive(_ history: PurchaseHistory) -> Double {
        1 / (1 + oddsOfHavingLeft(history))
    }

    /// The probability of no order in the next `time`: the churn probability over that horizon.
    ///
    /// Equal to exp(ll(x, t_x, T + time) − ll(x, t_x, T)), computed so that nothing cancels.
    /// - Parameter time: From the end of the observation; below zero counts as zero.
    public func probabilityOfNoOrder(_ history: PurchaseHistory, within time: Double) -> Double {
        guard time > 0 else { return time.isNaN ? .nan : 1 }
        let odds = oddsOfHavingLeft(history)
        return noOrder(odds: odds, silence: silenceWhileAlive(history, within: time))
    }

    /// The orders to expect in the next `time`, given what the customer has done so far.
    ///
    /// - Parameter time: From the end of the observation; below zero counts as zero. At infinity
    ///   the answer may be infinite.
    public func expectedOrders(_ history: PurchaseHistory, within time: Double) -> Double {
        let odds = oddsOfHavingLeft(history)
        guard time > 0, odds.isFinite else { return time.isNaN ? .nan : 0 }
        return ordersWhileAlive(history, within: time) / (1 + odds)
    }

    /// The time until the next order that comes with probability `quantile`, from the end of the
    /// observation.
    ///
    /// Nil where such a time doesn't exist, because the customer has left with too high a
    /// probability, or lies beyond every finite number: "unlikely to return", where the quantile
    /// is one half.
    /// - Parameter quantile: The probability, from 0 up to, not including, 1.
    public func timeToNextOrder(_ history: PurchaseHistory, quantile: Double) -> Double? {
        timeToNextOrder(history, quantile: quantile, odds: oddsOfHavingLeft(history))
    }

    func timeToNextOrder(
        _ history: PurchaseHistory, quantile: Double, odds: Double
    ) -> Double? {
        guard quantile > 0 else { return quantile == 0 ? 0 : nil }
        // Of those who are there, such a share must have ordered.
        let share = quantile * (1 + odds)
        guard quantile < 1, share < 1 else { return nil }
        return timeOfSilenceWhileAlive(history, lastingWith: 1 - share)
    }

    func noOrder(odds: Double, silence: Double) -> Double {
        let left = odds.isFinite ? odds / (1 + odds) : 1
        return min(1, left + silence / (1 + odds))
    }

    /// Orders in the next `time`, drawn from what the model says of such a customer.
    public func drawOrders(
        _ history: PurchaseHistory, within time: Double, _ draws: inout SeededDraws
    ) -> Int {
        guard time > 0, draws.uniform() < probabilityAlive(history) else { return 0 }
        return drawOrdersWhileAlive(history, within: time, &draws)
    }

    /// The log-likelihood of all customers together.
    public func logLikelihood(_ histories: GroupedHistories) -> Double {
        var sum = CompensatedSum()
        for group in 0..<histories.count {
            sum.add(Double(histories.customers[group]) * logLikelihood(histories[group]))
        }
        return sum.value
    }

    /// The repeat orders to expect of a customer in the `time` after the first order.
    public func expectedOrdersOfNewCustomer(within time: Double) -> Double {
        expectedOrders(.new, within: time)
    }
}
