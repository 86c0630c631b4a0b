#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Proportional hazards: how covariates speed up or delay an end, whatever the course of the hazard
/// over time (Cox 1972).
///
/// Several ends at one time are dealt with as Efron (1977) does.
public struct CoxRegression: Equatable, Sendable {
    /// The change in the logarithm of the hazard for one unit, by covariate.
    public let coefficients: [Double]
    /// Of the coefficients, from the information matrix.
    public let standardErrors: [Double]
    /// Covariance of the coefficients, [covariate × covariate] by rows.
    public let covariance: [Double]
    /// The logarithm of the partial likelihood, without the penalty.
    public let logLikelihood: Double
    /// The same where covariates count for nothing.
    public let nullLogLikelihood: Double
    /// The means of the covariates in the data: a score of 0.
    public let means: [Double]
    /// How many rows came to their end.
    public let events: Int
    /// How many rows there are.
    public let count: Int
    /// How often the equations were solved.
    public let iterations: Int

    /// Distinct durations at which one or more ended, ascending.
    public let times: [Double]
    /// The hazard of somebody at the means, cumulated up to each time (Breslow 1974, with Efron's
    /// dealing with ties).
    public let baselineHazard: [Double]

    /// Fits by Newton's method with step-halving, rows sorted once; a step takes
    /// rows × covariates² time.
    ///
    /// - Parameters:
    ///   - durations: In any unit, from 0.
    ///   - ended: False where it still lasted when last seen.
    ///   - covariates: By covariate, then by row.
    ///   - penalty: Half of this times the sum of the squared coefficients of the standardised
    ///     covariates is taken from the likelihood. The default changes no figure that is read.
    /// - Throws: `SurvivalFault`, each by its own cause.
    public static func fit(
        durations: [Double], ended: [Bool], covariates: [[Double]], penalty: Double = 1e-6
    ) throws(SurvivalFault) -> CoxRegression {
        let rows = try CoxRows(durations, ended: ended, covariates: covariates)
        let size = rows.width
        var newton = RidgeNewton(size: size, penalty: penalty)
        var slopes = NewtonSlopes(size: size)
        rows.slopes(at: newton.point, into: &slopes)
        let null = slopes.value
        if let covariate = firstDependent(slopes.hessian, size) {
            throw .collinear(covariate: covariate)
        }
        let iterations: Int
        do {
            iterations = try newton.maximise { point, slopes in
                rows.slopes(at: point, into: &slopes)
            }
        } catch {
            guard case .notConverged(let iterations) = error else { throw .shape }
            throw .notConverged(iterations: iterations)
        }
        slopes = NewtonSlopes(size: size)
        rows.slopes(at: newton.point, into: &slopes)
        // Without the penalty: where all the information about a coefficient has drained away, the
        // penalty alone holds it.
        for j in 0..<size {
            guard slopes.hessian[j * size + j] > 1e3 * penalty || penalty == 0 else {
                throw .separated(covariate: j)
            }
        }
        for j in 0..<size { slopes.hessian[j * size + j] += penalty }
        guard let information = SymmetricSystem(slopes.hessian, size: size) else {
            throw .notConverged(iterations: iterations)
        }
        var covariance = information.inverse
        for j in 0..<size {
            for k in 0..<size { covariance[j * size + k] /= rows.scales[j] * rows.scales[k] }
        }
        let baseline = rows.baseline(at: newton.point)
        return CoxRegression(
            coefficients: (0..<size).map { newton.point[$0] / rows.scales[$0] },
            standardErrors: (0..<size).map { covariance[$0 * size + $0].squareRoot() },
            covariance: covariance, logLikelihood: slopes.value, nullLogLikelihood: null,
            means: rows.means, events: rows.events, count: rows.count, iterations: iterations,
            times: baseline.times, baselineHazard: baseline.hazard)
    }

    /// By how much the logarithm of the hazard is above that of somebody at the means.
    public func score(_ covariates: [Double]) -> Double {
        precondition(covariates.count == coefficients.count, "one value for each coefficient")
        var score = 0.0
        for j in coefficients.indices { score += coefficients[j] * (covariates[j] - means[j]) }
        return score
    }

    /// The probability to last longer than `time`; beyond the longest duration at which one ended
    /// it stays as it is.
    public func survival(at time: Double, _ covariates: [Double]) -> Double {
        guard let place = lastPlace(in: times, notAbove: time) else { return 1 }
        return exp(-baselineHazard[place] * exp(score(covariates)))
    }

    /// The probability to last longer than `time` for one who has lasted longer than `now`.
    public func survival(from now: Double, to time: Double, _ covariates: [Double]) -> Double {
        let passed = lastPlace(in: times, notAbove: now).map { baselineHazard[$0] } ?? 0
        let total = lastPlace(in: times, notAbove: time).map { baselineHazard[$0] } ?? 0
        return exp(-max(0, total - passed) * exp(score(covariates)))
    }

    /// The first column that follows from those before it; nil where none does.
    private static func firstDependent(_ hessian: [Double], _ size: Int) -> Int? {
        (1...max(size, 1)).first { leading in
            guard leading <= size else { return false }
            var block = [Double](repeating: 0, count: leading * leading)
            for i in 0..<leading {
                for j in 0...i { block[i * leading + j] = hessian[i * size + j] }
            }
            return SymmetricSystem(block, size: leading) == nil
        }.map { $0 - 1 }
    }
}
