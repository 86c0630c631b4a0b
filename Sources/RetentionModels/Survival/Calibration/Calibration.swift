/// From a model's log-odds to a probability that means what it says.
public enum Calibration: Equatable, Sendable {
    /// The log-odds as they are.
    case asIs
    /// A straight line through the log-odds.
    case platt(PlattScaling)
    /// The best rising curve.
    case isotonic(IsotonicCurve)

    /// The probability at these log-odds; never falling.
    public func probability(_ score: Double) -> Double {
        switch self {
        case .asIs: RetentionModels.probability(logOdds: score)
        case .platt(let line): line.probability(score)
        case .isotonic(let curve): curve.probability(score)
        }
    }

    /// The kinds, the plainest first.
    public enum Kind: String, CaseIterable, Sendable {
        case asIs = "as is"
        case platt = "Platt"
        case isotonic
    }

    /// The kind of this one.
    public var kind: Kind {
        switch self {
        case .asIs: .asIs
        case .platt: .platt
        case .isotonic: .isotonic
        }
    }

    /// Fits a calibration of one kind; scores and outcomes must be of one length.
    ///
    /// - Throws: `.oneOutcome` where it happened to all or none (not for `.asIs`).
    public static func fit(
        _ kind: Kind, scores: [Double], happened: [Bool]
    ) throws(LearningFault) -> Calibration {
        switch kind {
        case .asIs: .asIs
        case .platt: .platt(try PlattScaling.fit(scores: scores, happened: happened))
        case .isotonic: .isotonic(try IsotonicCurve.fit(scores: scores, happened: happened))
        }
    }

    /// Fits the kind with the least log loss in stratified cross-validation.
    ///
    /// A less plain kind must win by more than the standard error of its gain: below that the
    /// difference is luck.
    ///
    /// - Parameters:
    ///   - scores: Log-odds of customers whom the model didn't know.
    ///   - happened: As many outcomes.
    public static func chosen(
        scores: [Double], happened: [Bool], folds: Int = 5, seed: UInt64
    ) throws(LearningFault) -> Calibration {
        guard scores.count == happened.count else { throw .shape }
        let parts = StratifiedFolds(happened, count: folds, seed: seed)
        var losses: [Kind: [Double]] = [:]
        for kind in Kind.allCases {
            var loss = [Double](repeating: 0, count: scores.count)
            for fold in 0..<folds {
                let (inside, outside) = (parts.inside(fold), parts.outside(fold))
                let fitted = try fit(
                    kind, scores: outside.map { scores[$0] }, happened: outside.map { happened[$0] }
                )
                for row in inside {
                    loss[row] = logLoss(fitted.probability(scores[row]), happened[row])
                }
            }
            losses[kind] = loss
        }
        var best = Kind.asIs
        for kind in Kind.allCases where kind != best {
            guard let before = losses[best], let after = losses[kind] else { continue }
            if gain(from: before, to: after) > 0 { best = kind }
        }
        return try fit(best, scores: scores, happened: happened)
    }

    /// The mean gain less its standard error.
    private static func gain(from before: [Double], to after: [Double]) -> Double {
        let gains = zip(before, after).map { $0 - $1 }
        let n = Double(gains.count)
        guard n > 1 else { return 0 }
        let mean = gains.reduce(0, +) / n
        let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        return mean - (variance / n).squareRoot()
    }
}
