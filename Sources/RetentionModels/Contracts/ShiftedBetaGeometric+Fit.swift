#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How many contracts ended at which renewal, cohorts of any age together.
public struct RenewalCounts: Equatable, Sendable {
    /// Contracts cancelled at renewal 1, 2, 3 and on.
    public let cancelled: [Int]
    /// Contracts last seen renewed after 1, 2, 3 and on renewals, and not seen since: the
    /// observation ended.
    public let renewed: [Int]

    /// Keeps the counts; nil where one is below zero.
    public init?(cancelled: [Int], renewed: [Int]) {
        guard (cancelled + renewed).allSatisfy({ $0 >= 0 }) else { return nil }
        self.cancelled = cancelled
        self.renewed = renewed
    }

    /// One cohort, of which so many were there after 0, 1, 2 and on renewals; nil where a number
    /// is below zero or larger than the one before, or there are fewer than two.
    public init?(survivors: [Int]) {
        guard survivors.count > 1, let last = survivors.last, last >= 0,
            zip(survivors, survivors.dropFirst()).allSatisfy({ $0 >= $1 })
        else { return nil }
        cancelled = zip(survivors, survivors.dropFirst()).map { $0 - $1 }
        renewed = Array(repeating: 0, count: survivors.count - 2) + [last]
    }
}

/// The shifted beta-geometric model fitted to data, with what is needed to judge the fit.
public struct ShiftedBetaGeometricFit: Equatable, FittedModel {
    /// The fitted parameters.
    public let model: ShiftedBetaGeometric
    /// The log-likelihood of the data at the parameters, without the prior.
    public let logLikelihood: Double
    /// How sure the parameters are; nil where, without a prior, a limit makes that meaningless.
    public let standardErrors: StandardErrors<ShiftedBetaGeometric>?
    /// Covariance of (ln alpha, ln beta), by rows; nil as above.
    public let logCovariance: [Double]?
    /// Limits that the fit stands at; empty for an ordinary fit.
    public let limits: [FitLimit]
    /// Contracts in the data.
    public let customers: Int
    /// How often the likelihood was evaluated.
    public let evaluations: Int
    /// What was assumed beforehand.
    public let prior: Prior
}

extension StandardErrors where Model == ShiftedBetaGeometric {
    /// Of `alpha`.
    public var alpha: Double { values[0] }
    /// Of `beta`.
    public var beta: Double { values[1] }
}

extension ShiftedBetaGeometric {
    /// Fits the model to counts of renewals.
    ///
    /// Where nobody cancels, alpha sinks to the end of its range and the fit is marked
    /// `.noDropoutIdentifiable`; customers who don't differ end at `.dropoutAlike`.
    /// - Throws: `.tooFewCustomers`; `.notConverged`: the search ended without an optimum.
    public static func fit(
        _ counts: RenewalCounts, options: FitOptions = FitOptions()
    ) throws(FitFailure) -> ShiftedBetaGeometricFit {
        let customers = counts.cancelled.reduce(0, +) + counts.renewed.reduce(0, +)
        let minimum = max(1, options.customersMin)
        guard customers >= minimum else {
            throw .tooFewCustomers(count: customers, minimum: minimum)
        }
        let objective = ShiftedBetaGeometricObjective(counts, prior: options.prior)
        let optimum = try BFGS.optimum(of: objective, evaluationsMax: options.evaluationsMax)
        guard let model = ShiftedBetaGeometric(logParameters: optimum.point) else {
            throw .notConverged(evaluations: optimum.evaluations, slope: .infinity)
        }
        var limits = limits(
            at: optimum.point, cancelled: counts.cancelled.contains { $0 > 0 },
            isFlat: optimum.covariance == nil)
        var covariance = optimum.covariance
        if options.prior == .none {
            if covariance == nil, limits.isEmpty { limits.append(.flat) }
            if !limits.isEmpty { covariance = nil }
        }
        return ShiftedBetaGeometricFit(
            model: model, logLikelihood: -Double(customers) * optimum.meanLoss,
            standardErrors: covariance.map { StandardErrors(model, logCovariance: $0) },
            logCovariance: covariance, limits: limits, customers: customers,
            evaluations: optimum.evaluations, prior: options.prior)
    }

    private static func limits(
        at point: [Double], cancelled: Bool, isFlat: Bool
    ) -> [FitLimit] {
        let (low, high) = BFGS.ends(point)
        if !cancelled { return [.noDropoutIdentifiable] }
        if isFlat, point[0] > 4 || point[1] > 4 { return [.dropoutAlike] }
        if low[0] || low[1], point[0] < -4, point[1] < -4 { return [.dropoutAllOrNothing] }
        return zip(parameterNames, zip(low, high)).compactMap {
            $1.0 || $1.1 ? .atRangeEnd(parameter: $0) : nil
        }
    }
}

/// The negative mean log-likelihood of the shifted beta-geometric model (Fader & Hardie 2007, eq. 9)
/// with its exact gradient by (ln alpha, ln beta).
struct ShiftedBetaGeometricObjective: LikelihoodObjective {
    let centre = [0.0, 0]
    let prior: Prior
    let total: Double
    var rowCount: Int { cancelled.count }

    /// By renewal: who was cancelled at it, and who renewed at it, to end later or never.
    private let cancelled: [Double]
    private let passed: [Double]

    init(_ counts: RenewalCounts, prior: Prior) {
        let length = max(counts.cancelled.count, counts.renewed.count)
        cancelled =
            counts.cancelled.map { Double($0) }
            + Array(repeating: 0, count: length - counts.cancelled.count)
        var passed = [Double](repeating: 0, count: length)
        var later = 0.0
        for i in stride(from: length - 1, through: 0, by: -1) {
            if i < counts.renewed.count { later += Double(counts.renewed[i]) }
            passed[i] = later
            later += cancelled[i]
        }
        self.passed = passed
        total = later
        self.prior = prior
    }

    func thinned(every stride: Double) -> ShiftedBetaGeometricObjective? { nil }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (alpha, beta) = (exp(point[0]), exp(point[1]))
        var (value, byAlpha, byBeta) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
        for i in cancelled.indices {
            // Each renewal is a toss: cancel with alpha, renew with beta + i, of all.
            let stay = beta + Double(i)
            let all = alpha + stay
            let tosses = cancelled[i] + passed[i]
            value.add(cancelled[i] * (point[0] - log(all)) + passed[i] * log(stay / all))
            byAlpha.add(cancelled[i] / alpha - tosses / all)
            byBeta.add(passed[i] / stay - tosses / all)
        }
        gradient[0] = -byAlpha.value * alpha / total
        gradient[1] = -byBeta.value * beta / total
        return -value.value / total
    }
}
