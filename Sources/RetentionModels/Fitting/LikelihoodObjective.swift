/// What a fit minimises: the negative mean log-likelihood by the logarithms of the parameters.
protocol LikelihoodObjective: Sendable {
    /// Where the search starts, and what the weak prior is centred on.
    var centre: [Double] { get }
    /// The customers that the mean is over.
    var total: Double { get }
    /// Distinct rows that an evaluation visits.
    var rowCount: Int { get }
    /// What is assumed beforehand.
    var prior: Prior { get }

    /// The negative mean log-likelihood, without the prior, and its exact gradient.
    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double

    /// The same of every so many-th customer; nil where that isn't worth it.
    func thinned(every stride: Double) -> Self?
}

extension LikelihoodObjective {
    /// The mean loss and the prior's part of it.
    func callAsFunction(_ point: [Double], _ gradient: inout [Double]) -> Double {
        var value = meanLoss(point, &gradient)
        guard prior == .weak else { return value }
        // Normal with standard deviation 2: half the squared distance over 4.
        for i in point.indices {
            let distance = point[i] - centre[i]
            value += distance * distance / (8 * total)
            gradient[i] += distance / (4 * total)
        }
        return value
    }
}

/// Where the search for an optimum ended.
struct Optimum {
    var point: [Double]
    /// The mean loss at the point, without the prior.
    var meanLoss: Double
    /// Covariance of the point over all customers, row-major; nil at a limit, and where the
    /// likelihood is flat.
    var covariance: [Double]?
    var evaluations: Int
}

extension BFGS {
    /// The logarithms of all parameters are searched within ±9, data scaled to the order of ten.
    static let logParameterBox = -9.0...9.0

    /// Beyond this standard error of a logarithm the likelihood counts as flat.
    static let logParameterErrorMax = 4.0

    /// More rows than this are approached by way of fewer: of a quarter, or of so many.
    private static let rowsForThinning = 4_000
    private static let rowsThinned = 6_000
    /// With more rows than this an evaluation takes so long that digits are given for it.
    private static let rowsCostly = 24_000

    /// Finds the optimum of a likelihood.
    ///
    /// With very many rows the way there is walked on every so many-th customer, whose optimum lies
    /// within a few standard errors and whose curvature shows the last steps; the last steps
    /// and the result are of all rows.
    /// - Throws: `.notConverged`.
    static func optimum(
        of objective: some LikelihoodObjective, evaluationsMax: Int
    ) throws(FitFailure) -> Optimum {
        let search = BFGS(box: logParameterBox, evaluationsMax: evaluationsMax)
        var start = objective.centre
        var inverse: [Double]?
        let isCostly = objective.rowCount > rowsCostly
        if objective.rowCount > rowsForThinning,
            let thin = objective.thinned(
                every: max(4, (Double(objective.rowCount) / Double(rowsThinned)).rounded(.up)))
        {
            let rough = search.minimize(from: start, thin.callAsFunction)
            let (low, high) = ends(rough.point)
            // Few may stand at a limit that all don't stand at, and be a bad place to start from.
            if rough.converged, isCostly || !(low + high).contains(true) {
                start = rough.point
                inverse = Curvature(at: start, thin.callAsFunction).inverse
            }
        }
        let (outcome, covariance) = search.minimizeAndPolish(
            from: start, inverse: inverse, isCostly: isCostly,
            objective.callAsFunction)
        guard outcome.converged else {
            throw .notConverged(
                evaluations: outcome.evaluations,
                slope: outcome.gradient.reduce(0) { max($0, abs($1)) })
        }
        // A logarithm uncertain by a factor of e⁴ either way isn't known at all.
        let isKnown = (0..<start.count).allSatisfy { i in
            let variance = (covariance?[i * start.count + i] ?? .infinity) / objective.total
            return variance.squareRoot() < logParameterErrorMax
        }
        var unused = outcome.gradient
        let meanLoss =
            objective.prior == .none
            ? outcome.value : objective.meanLoss(outcome.point, &unused)
        return Optimum(
            point: outcome.point, meanLoss: meanLoss,
            // The objective is a mean: its curvature is one customer's.
            covariance: isKnown ? covariance?.map { $0 / objective.total } : nil,
            evaluations: outcome.evaluations)
    }

    /// Which coordinates of a point lie on the ends of the box.
    static func ends(_ point: [Double]) -> (low: [Bool], high: [Bool]) {
        (
            point.map { $0 < logParameterBox.lowerBound + 1e-3 },
            point.map { $0 > logParameterBox.upperBound - 1e-3 }
        )
    }
}
