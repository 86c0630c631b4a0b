#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Calibration by a straight line through log-odds (Platt 1999), with his smoothed targets, which
/// keep the line finite where scores separate the outcomes. The slope is never below 0.
public struct PlattScaling: Equatable, Sendable {
    /// The calibrated log-odds at a score of 0.
    public let intercept: Double
    /// By how much calibrated log-odds rise with the score; 1 where the score was right.
    public let slope: Double

    /// A line; nil where it falls or isn't finite.
    public init?(intercept: Double, slope: Double) {
        guard intercept.isFinite, slope.isFinite, slope >= 0 else { return nil }
        self.intercept = intercept
        self.slope = slope
    }

    /// The probability at these log-odds.
    public func probability(_ score: Double) -> Double {
        RetentionModels.probability(logOdds: intercept + slope * score)
    }

    /// The line of maximum likelihood.
    ///
    /// - Throws: `.shape`, `.oneOutcome`.
    public static func fit(
        scores: [Double], happened: [Bool]
    ) throws(LearningFault) -> PlattScaling {
        guard scores.count == happened.count else { throw .shape }
        let positives = Double(happened.count { $0 })
        let negatives = Double(happened.count) - positives
        guard positives > 0, negatives > 0 else { throw .oneOutcome }
        let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
        // A trace of penalty keeps the slope where all scores are the same.
        var logit = RidgeNewton(size: 2, penalties: [0, 1e-9], penalty: 0)
        logit.point[0] = logOdds(positives / (positives + negatives))
        _ = try logit.maximise { point, slopes in
            var sum = CompensatedSum()
            for (score, happened) in zip(scores, happened) {
                let target = happened ? high : low
                let line = point[0] + point[1] * score
                let p = RetentionModels.probability(logOdds: line)
                sum.add(target * line - softplus(line))
                let weight = p * (1 - p)
                slopes.gradient[0] += target - p
                slopes.gradient[1] += (target - p) * score
                slopes.hessian[0] += weight
                slopes.hessian[2] += weight * score
                slopes.hessian[3] += weight * score * score
            }
            slopes.value = sum.value
        }
        // A score that goes the wrong way says nothing: then everybody has the base rate.
        guard let line = PlattScaling(intercept: logit.point[0], slope: logit.point[1]) else {
            return PlattScaling(
                baseRate: (positives * high + negatives * low) / (positives + negatives))
        }
        return line
    }

    private init(baseRate: Double) {
        intercept = logOdds(baseRate)
        slope = 0
    }
}

/// −ln of the probability that was given to what happened, at most 34.5.
func logLoss(_ probability: Double, _ happened: Bool) -> Double {
    -log(max(happened ? probability : 1 - probability, 1e-15))
}
