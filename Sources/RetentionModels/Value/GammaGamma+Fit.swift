#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gamma–Gamma fitted to data, with what is needed to judge the fit.
public struct GammaGammaFit: Equatable, FittedModel {
    /// The fitted parameters, in the data's unit of money.
    public let model: GammaGamma
    /// The log-likelihood of the data at the parameters, with every constant, without the prior.
    public let logLikelihood: Double
    /// How sure the parameters are; nil where a limit makes that meaningless.
    public let standardErrors: StandardErrors<GammaGamma>?
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
}

extension StandardErrors where Model == GammaGamma {
    /// Of `p`.
    public var p: Double { values[0] }
    /// Of `q`.
    public var q: Double { values[1] }
    /// Of `gamma`.
    public var gamma: Double { values[2] }
}

extension GammaGamma {
    /// Fits the model to the customers who have repeat orders and a mean repeat spend above 0.
    ///
    /// - Throws: `.noSpend`, `.noRepeats`, `.tooFewCustomers`: the data can't tell;
    ///   `.notConverged`: the search ended without an optimum.
    public static func fit(
        _ histories: PurchaseHistories, options: FitOptions = FitOptions(),
        workers: Workers = .one
    ) throws(FitFailure) -> GammaGammaFit {
        guard let meanSpend = histories.meanRepeatSpend else { throw .noSpend }
        let frequency = histories.frequency
        guard frequency.contains(where: { $0 > 0 }) else { throw .noRepeats }
        let objective = GammaGammaObjective(
            frequency: frequency, meanSpend: meanSpend, prior: options.prior, workers: workers)
        guard objective.customers >= max(1, options.customersMin) else {
            throw .tooFewCustomers(
                count: objective.customers, minimum: max(1, options.customersMin))
        }
        let optimum = try BFGS.optimum(of: objective, evaluationsMax: options.evaluationsMax)
        guard let model = objective.model(at: optimum.point) else {
            throw .notConverged(evaluations: optimum.evaluations, slope: .infinity)
        }
        var limits = limits(at: optimum.point)
        let covariance = limits.isEmpty ? optimum.covariance : nil
        if covariance == nil, limits.isEmpty { limits.append(.flat) }
        let total = objective.total
        return GammaGammaFit(
            model: model,
            // Scaled amounts change the density by one factor a customer.
            logLikelihood: -total * (optimum.meanLoss + log(objective.spendScale)),
            standardErrors: covariance.map { StandardErrors(model, logCovariance: $0) },
            logCovariance: covariance, limits: limits, customers: objective.customers,
            rankCorrelation: rankCorrelation(frequency, meanSpend),
            evaluations: optimum.evaluations, prior: options.prior)
    }

    private static func rankCorrelation(_ frequency: [Int], _ meanSpend: [Double]) -> Double? {
        var orders: [Double] = []
        var amounts: [Double] = []
        for i in frequency.indices where frequency[i] > 0 && meanSpend[i] > 0 {
            orders.append(Double(frequency[i]))
            amounts.append(meanSpend[i])
        }
        return spearmanCorrelation(orders, amounts)
    }

    private static func limits(at point: [Double]) -> [FitLimit] {
        let names = parameterNames
        let (low, high) = BFGS.ends(point)
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
