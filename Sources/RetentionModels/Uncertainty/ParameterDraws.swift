/// Models that the data could have come from as well, drawn from what a fit knows of its parameters.
///
/// Laplace's approximation: the logarithms of the parameters are normal about the optimum, with the
/// covariance of the fit. Any figure that a model gives gets its interval by being computed with
/// each of them, which needs no derivative and holds for sums over customers as for one.
public struct ParameterDraws<Model: ParametricModel>: Sendable {
    /// The models drawn.
    public let models: [Model]

    /// Draws models; nil where the fit stands at a limit that makes uncertainty meaningless (with
    /// a `.weak` prior it always has one), or none was asked for.
    ///
    /// Draws come in opposite pairs, so that their mean is that of the optimum.
    /// - Parameters:
    ///   - count: How many: 200 for an interval to read, fewer where millions are made.
    ///   - seed: The same seed gives the same models.
    public init?(_ fit: some FittedModel<Model>, count: Int, seed: UInt64) {
        let centre = fit.model.logParameters
        let n = centre.count
        guard count > 0, let covariance = fit.logCovariance,
            let lower = Curvature.choleskyFactor(covariance, n)
        else { return nil }
        var draws = SeededDraws(seed: seed)
        var models: [Model] = []
        // A draw beyond what a Double holds is left out, as it would predict nothing.
        for _ in 0..<(count + 1) / 2 {
            let normals = (0..<n).map { _ in draws.normal() }
            let step = (0..<n).map { i in
                (0...i).reduce(0.0) { $0 + lower[i * n + $1] * normals[$1] }
            }
            for sign in [1.0, -1] where models.count < count {
                let point = zip(centre, step).map { $0 + sign * $1 }
                if let model = Model(logParameters: point) { models.append(model) }
            }
        }
        guard !models.isEmpty else { return nil }
        self.models = models
    }

    /// The interval of a figure that a model gives; nil where no model gives a number.
    ///
    /// - Parameter level: The probability that the interval holds the figure; between 0 and 1.
    public func interval(
        level: Double = 0.8, of figure: (Model) -> Double
    ) -> PredictionInterval? {
        PredictionInterval(models.map(figure), level: level)
    }
}

extension ParameterDraws where Model: BuyTillYouDieModel {
    /// The interval of a figure of each distinct history, as far as parameters are uncertain; by
    /// group. Where no model gives a number, both ends are not a number.
    ///
    /// - Complexity: O(groups × models).
    public func intervals(
        _ histories: GroupedHistories, level: Double = 0.8,
        of figure: (Model, PurchaseHistory) -> Double
    ) -> [PredictionInterval] {
        (0..<histories.count).map { group in
            let history = histories[group]
            return PredictionInterval(models.map { figure($0, history) }, level: level)
                ?? PredictionInterval(lower: .nan, upper: .nan)
        }
    }

    /// The interval of all customers' expected orders together, as far as parameters are uncertain.
    public func intervalOfExpectedOrders(
        _ histories: GroupedHistories, within time: Double, level: Double = 0.8
    ) -> PredictionInterval? {
        interval(level: level) { model in
            var sum = CompensatedSum()
            for (orders, customers) in zip(
                model.expectedOrders(histories, within: time), histories.customers)
            {
                sum.add(orders * Double(customers))
            }
            return sum.value
        }
    }

    /// The interval of the orders that one customer will make: uncertain as the parameters are, and
    /// as chance is.
    ///
    /// - Parameters:
    ///   - perModel: Futures drawn from each model.
    ///   - seed: The same seed gives the same interval.
    public func intervalOfOrders(
        _ history: PurchaseHistory, within time: Double, level: Double = 0.8, perModel: Int = 10,
        seed: UInt64
    ) -> PredictionInterval? {
        var draws = SeededDraws(seed: seed)
        var orders: [Double] = []
        for model in models {
            for _ in 0..<perModel {
                orders.append(Double(model.drawOrders(history, within: time, &draws)))
            }
        }
        return PredictionInterval(orders, level: level)
    }

    /// The interval of the orders that all customers together will make: uncertain as the
    /// parameters are, and as chance is.
    ///
    /// - Complexity: O(customers × models).
    public func intervalOfOrders(
        _ histories: GroupedHistories, within time: Double, level: Double = 0.8, seed: UInt64
    ) -> PredictionInterval? {
        var draws = SeededDraws(seed: seed)
        return interval(level: level) { model in
            var sum = 0
            for group in 0..<histories.count {
                let history = histories[group]
                let alive = model.probabilityAlive(history)
                for _ in 0..<histories.customers[group] where draws.uniform() < alive && time > 0 {
                    sum += model.drawOrdersWhileAlive(history, within: time, &draws)
                }
            }
            return Double(sum)
        }
    }
}
