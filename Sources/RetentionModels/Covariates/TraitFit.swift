#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A model of repeat buying in which customers' traits make orders, and leaving, faster or slower.
public struct TraitFit<Model: BuyTillYouDieModel>: Equatable, Sendable {
    /// What one unit more of a trait does.
    public struct Effect: Equatable, Sendable {
        /// The trait's name.
        public let name: String
        /// By how much the logarithm of the rate rises: 0.69 doubles it.
        public let value: Double
        /// How sure that is; nil where the data can't tell.
        public let standardError: Double?
    }

    /// The model of a customer with the mean of every trait.
    public let base: Model
    /// The mean of each trait.
    public let means: [Double]
    /// On the rate of orders, by trait.
    public let rateEffects: [Effect]
    /// On leaving, by trait; empty where only the rate was asked for.
    public let leavingEffects: [Effect]
    /// The log-likelihood of the data, with every constant, without the prior.
    public let logLikelihood: Double
    /// `.flat` where some effect can't be told: a trait that all share, or two that go together.
    public let limits: [FitLimit]
    /// Customers in the data.
    public let customers: Int
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// What was assumed beforehand: with `.weak` effects of a trait's standard deviation are
    /// normal with standard deviation 2.
    public let prior: Prior

    /// The model of a customer with such traits, in the order of the names; nil where a parameter
    /// would overflow or the number of traits is wrong.
    public func model(traits: [Double]) -> Model? {
        guard traits.count == means.count else { return nil }
        let distance = zip(traits, means).map { $0 - $1 }
        func shift(_ effects: [Effect]) -> Double {
            zip(effects, distance).reduce(0) { $0 + $1.0.value * $1.1 }
        }
        return Model.moved(
            base.logParameters, rate: shift(rateEffects), leaving: shift(leavingEffects))
    }
}

extension BuyTillYouDieModel {
    static func moved(_ point: [Double], rate: Double, leaving: Double) -> Self? {
        let coordinates = traitCoordinates
        var point = point
        point[coordinates.rate] -= rate
        point[coordinates.leaving] += coordinates.leavingSign * leaving
        return Self(logParameters: point)
    }

    /// Fits the model with traits.
    ///
    /// - Parameters:
    ///   - traits: Of the histories' customers, in their order.
    ///   - leaving: Whether traits act on leaving as well as on the rate of orders.
    /// - Throws: `.tooFewCustomers`, `.noRepeats`, `.noTime`: the data can't tell;
    ///   `.notConverged`: the search ended without an optimum.
    /// - Complexity: O(customers) an evaluation: traits tell apart customers who share a history.
    public static func fit(
        _ histories: PurchaseHistories, traits: CustomerTraits, leaving: Bool = true,
        options: FitOptions = FitOptions(), workers: Workers = .one
    ) throws(FitFailure) -> TraitFit<Self> {
        precondition(
            traits.columns.allSatisfy { $0.count == histories.count }, "columns differ in length")
        let grouped = histories.grouped()
        _ = try FitDemand(grouped, options)
        guard let rows = ScaledRows(grouped) else { throw .noTime }
        let objective = TraitObjective<Self>(
            histories, traits: traits, leaving: leaving, rows: rows, prior: options.prior,
            workers: workers)
        let optimum = try BFGS.optimum(of: objective, evaluationsMax: options.evaluationsMax)
        var point = Array(optimum.point[0..<4])
        point[1] += log(rows.timeScale)
        // beta of Pareto/NBD is a time as well.
        if traitCoordinates.leavingSign < 0 { point[3] += log(rows.timeScale) }
        guard let base = Self(logParameters: point) else {
            throw .notConverged(evaluations: optimum.evaluations, slope: .infinity)
        }
        let size = optimum.point.count
        func effects(from first: Int) -> [TraitFit<Self>.Effect] {
            traits.names.indices.map { i in
                // A trait that all share has no deviation, and no effect.
                let unit = objective.deviations[i] > 0 ? objective.deviations[i] : 1
                let variance = optimum.covariance?[(first + i) * (size + 1)]
                return TraitFit<Self>.Effect(
                    name: traits.names[i], value: optimum.point[first + i] / unit,
                    standardError: variance.map { $0.squareRoot() / unit })
            }
        }
        var orders = 0.0
        for x in histories.frequency { orders += Double(x) }
        return TraitFit(
            base: base, means: objective.means, rateEffects: effects(from: 4),
            leavingEffects: leaving ? effects(from: 4 + traits.names.count) : [],
            logLikelihood: -objective.total * optimum.meanLoss - orders * log(rows.timeScale),
            limits: optimum.covariance == nil ? [.flat] : [], customers: histories.count,
            evaluations: optimum.evaluations, prior: options.prior)
    }
}
