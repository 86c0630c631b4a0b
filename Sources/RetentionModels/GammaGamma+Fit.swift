#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gamma–Gamma fitted to data, with what is needed to judge the fit.
public struct GammaGammaFit: Equatable, Sendable {
    /// The fitted parameters, in the data's unit of money.
    public let model: GammaGamma
    /// The log-likelihood of the data at the parameters, with every constant, without the prior.
    public let logLikelihood: Double
    /// How sure the parameters are; nil where a limit makes that meaningless.
    public let standardErrors: StandardErrors?
    /// Covariance of (ln p, ln(q − 1), ln gamma), [parameter × parameter] by rows; nil as above.
    public let logCovariance: [Double]?
    /// Limits that the fit stands at; empty for an ordinary fit.
    public let limits: [FitLimit]
    /// Customers that were fitted: those with repeat orders and a mean spend above 0.
    public let customers: Int
    /// Spearman's rank correlation of repeat orders and mean spend over the fitted customers; nil
    /// where one of the two is the same for everybody.
    public let rankCorrelation: Double?
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// What was assumed beforehand.
    public let prior: Prior

    /// Beyond this rank correlation, either way, spend predictions lean to one side.
    public static let rankCorrelationMax = 0.15

    /// Whether the model's assumption that spend and frequency are independent is plainly violated.
    public var spendDependsOnFrequency: Bool {
        abs(rankCorrelation ?? 0) > Self.rankCorrelationMax
    }

    /// Standard errors of the parameters, by the delta method from the curvature at the optimum.
    public struct StandardErrors: Equatable, Sendable {
        /// Of `GammaGamma.p`.
        public let p: Double
        /// Of `GammaGamma.q`.
        public let q: Double
        /// Of `GammaGamma.gamma`.
        public let gamma: Double
    }
}

extension GammaGamma {
    /// The logarithms of p, q − 1 and gamma are searched within ±9, amounts scaled.
    static let searchBox = -9.0...9.0

    /// Fits the model to the customers who have repeat orders and a mean repeat spend above 0.
    ///
    /// - Throws: `.noSpend`, `.noRepeats`, `.tooFewCustomers`: the data can't tell;
    ///   `.notConverged`: the search ended without an optimum.
    public static func fit(
        _ histories: PurchaseHistories, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> GammaGammaFit {
        guard let meanSpend = histories.meanRepeatSpend else { throw .noSpend }
        let frequency = histories.frequency
        guard frequency.contains(where: { $0 > 0 }) else { throw .noRepeats }
        let objective = GammaGammaObjective(
            frequency: frequency, meanSpend: meanSpend, prior: options.prior)
        guard objective.customers >= max(1, options.customersMin) else {
            throw .tooFewCustomers(
                count: objective.customers, minimum: max(1, options.customersMin))
        }
        let search = BFGS(box: searchBox, evaluationsMax: options.evaluationsMax)
        let (outcome, covariance) = search.minimizeAndPolish(
            from: objective.centre, objective.callAsFunction)
        guard outcome.converged, let model = objective.model(at: outcome.point) else {
            throw .notConverged(
                evaluations: outcome.evaluations,
                slope: outcome.gradient.reduce(0) { max($0, abs($1)) })
        }
        var sum = CompensatedSum()
        var orders: [Double] = []
        var amounts: [Double] = []
        for i in frequency.indices where frequency[i] > 0 && meanSpend[i] > 0 {
            sum.add(model.logLikelihood(frequency: frequency[i], meanSpend: meanSpend[i]))
            orders.append(Double(frequency[i]))
            amounts.append(meanSpend[i])
        }
        var limits = limits(at: outcome.point)
        // The objective is a mean: its curvature is one customer's.
        let count = Double(objective.customers)
        let usable = limits.isEmpty ? covariance?.map { $0 / count } : nil
        if usable == nil, limits.isEmpty { limits.append(.flat) }
        let errors = usable.map {
            GammaGammaFit.StandardErrors(
                p: model.p * $0[0].squareRoot(), q: (model.q - 1) * $0[4].squareRoot(),
                gamma: model.gamma * $0[8].squareRoot())
        }
        return GammaGammaFit(
            model: model, logLikelihood: sum.value, standardErrors: errors, logCovariance: usable,
            limits: limits, customers: objective.customers,
            rankCorrelation: spearmanCorrelation(orders, amounts),
            evaluations: outcome.evaluations, prior: options.prior)
    }

    private static func limits(at point: [Double]) -> [FitLimit] {
        let names = ["p", "q", "gamma"]
        let high = point.map { $0 > searchBox.upperBound - 1e-3 }
        let low = point.map { $0 < searchBox.lowerBound + 1e-3 }
        if low[1] { return [.meanSpendUnbounded] }
        var limits: [FitLimit] = []
        // q and gamma, or q and p, run off together when customers are all alike.
        if high[1] { limits.append(.spendAlike) }
        for i in 0..<3 where high[i] || low[i] {
            if high[1], i > 0 { continue }
            limits.append(.atRangeEnd(parameter: names[i]))
        }
        return limits
    }
}
