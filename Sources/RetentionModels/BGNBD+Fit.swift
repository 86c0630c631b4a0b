#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// BG/NBD fitted to data, with what is needed to judge the fit.
public struct BGNBDFit: Equatable, Sendable {
    /// The fitted parameters, in the data's unit of time.
    public let model: BGNBD
    /// The log-likelihood of the data at the parameters, with every constant, without the prior.
    public let logLikelihood: Double
    /// How sure the parameters are; nil where, without a prior, a limit makes
    /// that meaningless.
    public let standardErrors: StandardErrors?
    /// Covariance of (ln r, ln alpha, ln a, ln b), [parameter × parameter] by rows; nil as above.
    public let logCovariance: [Double]?
    /// The gain in log-likelihood over the model in which nobody ever leaves. Below about 1.35 a
    /// likelihood ratio test can't tell the two apart at 5 %.
    public let dropoutEvidence: Double
    /// Limits that the fit stands at; empty for an ordinary fit.
    public let limits: [FitLimit]
    /// Customers in the data.
    public let customers: Int
    /// Customers with one repeat purchase or more.
    public let repeaters: Int
    /// Distinct histories in the data.
    public let groups: Int
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// What was assumed beforehand.
    public let prior: Prior

    /// Standard errors of the parameters, by the delta method from the curvature at the optimum.
    public struct StandardErrors: Equatable, Sendable {
        /// Of `BGNBD.r`.
        public let r: Double
        /// Of `BGNBD.alpha`.
        public let alpha: Double
        /// Of `BGNBD.a`.
        public let a: Double
        /// Of `BGNBD.b`.
        public let b: Double
    }
}

extension BGNBD {
    /// The logarithms of all parameters are searched within ±9, times scaled as the objective says.
    static let searchBox = -9.0...9.0

    /// Below this gain in log-likelihood, data is explained as well by nobody ever leaving.
    static let dropoutEvidenceMin = 0.01

    /// Fits the model to histories.
    ///
    /// - Throws: `.tooFewCustomers`, `.noRepeats`, `.noTime`: the data can't tell;
    ///   `.notConverged`: the search ended without an optimum.
    public static func fit(
        _ histories: PurchaseHistories, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> BGNBDFit {
        try fit(histories.grouped(), options: options)
    }

    /// Fits the model to histories that are grouped already.
    ///
    /// - Throws: As `fit(_:options:)` of `PurchaseHistories`.
    public static func fit(
        _ histories: GroupedHistories, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> BGNBDFit {
        let count = histories.groupOfCustomer.count
        guard count >= max(1, options.customersMin) else {
            throw .tooFewCustomers(count: count, minimum: max(1, options.customersMin))
        }
        var repeaters = 0
        for group in 0..<histories.count where histories.frequency[group] > 0 {
            repeaters += histories.customers[group]
        }
        guard repeaters > 0 else { throw .noRepeats }
        guard let objective = BGNBDObjective(histories, prior: options.prior) else { throw .noTime }

        let search = BFGS(box: searchBox, evaluationsMax: options.evaluationsMax)
        let (outcome, covariance) = search.minimizeAndPolish(
            from: objective.centre, objective.callAsFunction)
        guard outcome.converged, let model = objective.model(at: outcome.point) else {
            throw .notConverged(
                evaluations: outcome.evaluations,
                slope: outcome.gradient.reduce(0) { max($0, abs($1)) })
        }
        let still = search.minimize(
            from: Array(objective.centre[0..<2]), objective.withoutDropout)
        var unused = outcome.gradient
        let plain = BGNBDObjective(histories, prior: .none)?.callAsFunction(outcome.point, &unused)
        let evidence = Double(count) * (still.value - (plain ?? outcome.value))
        var limits = limits(at: outcome.point, evidence: evidence)
        // The objective is a mean: its curvature is one customer's.
        var usable = covariance?.map { $0 / Double(count) }
        if options.prior == .none {
            if usable == nil, limits.isEmpty { limits.append(.flat) }
            // With a prior the curvature means something even where the data has none.
            if !limits.isEmpty { usable = nil }
        }
        return BGNBDFit(
            model: model, logLikelihood: model.logLikelihood(histories),
            standardErrors: usable.map { BGNBDFit.StandardErrors(model, $0) },
            logCovariance: usable,
            dropoutEvidence: evidence, limits: limits, customers: count, repeaters: repeaters,
            groups: histories.count, evaluations: outcome.evaluations + still.evaluations,
            prior: options.prior)
    }

    private static func limits(at point: [Double], evidence: Double) -> [FitLimit] {
        let names = ["r", "alpha", "a", "b"]
        let high = point.map { $0 > searchBox.upperBound - 1e-3 }
        let low = point.map { $0 < searchBox.lowerBound + 1e-3 }
        var limits: [FitLimit] = []
        var explained = [false, false, false, false]
        if evidence < dropoutEvidenceMin {
            limits.append(.noDropoutIdentifiable)
            explained[2] = true
            explained[3] = true
        } else if high[2] || high[3], point[2] > 4, point[3] > 4 {
            limits.append(.dropoutAlike)
            explained[2] = true
            explained[3] = true
        } else if low[2] || low[3], point[2] < -4, point[3] < -4 {
            limits.append(.dropoutAllOrNothing)
            explained[2] = true
            explained[3] = true
        }
        if high[0] || high[1], point[0] > 4 {
            limits.append(.ratesAlike)
            explained[0] = true
            explained[1] = true
        }
        for i in 0..<4 where (high[i] || low[i]) && !explained[i] {
            limits.append(.atRangeEnd(parameter: names[i]))
        }
        return limits
    }
}

extension BGNBDFit.StandardErrors {
    /// The delta method: sd(θ) = θ sd(ln θ).
    fileprivate init(_ model: BGNBD, _ covariance: [Double]) {
        r = model.r * covariance[0].squareRoot()
        alpha = model.alpha * covariance[5].squareRoot()
        a = model.a * covariance[10].squareRoot()
        b = model.b * covariance[15].squareRoot()
    }
}
