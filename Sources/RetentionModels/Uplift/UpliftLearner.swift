/// Learns from a trial what treating would change for each person.
public struct UpliftLearner: Sendable {
    /// How.
    public enum Method: String, CaseIterable, Hashable, Sendable {
        /// One model of the treated, one of the others; their difference.
        case twoModels
        /// One model of a target whose mean is the uplift: for outcomes of 0 and 1, with each arm
        /// weighed to a half, whether "treated and 1, or not treated and 0", of which twice the
        /// probability less 1 is the uplift (Jaśkowski & Jaroszewicz 2012); for amounts,
        /// y(t − p)/(p(1 − p)) (Athey & Imbens 2016).
        case classTransformation
        /// Regression on m₁ − m₀ + t(y − m₁)/p − (1 − t)(y − m₀)/(1 − p), where the models m of both
        /// arms come from other people than those regressed on (Kennedy, Electronic Journal of
        /// Statistics 17, 2023). Right on the whole even where m₁ and m₀ are wrong, because chance
        /// decided with a known p.
        case doublyRobust
    }

    /// How it learns.
    public let method: Method
    private let outcome: BaseLearner?
    private let effect: BaseLearner

    /// Puts a learner together.
    ///
    /// - Parameters:
    ///   - outcome: Learns outcomes, and the transformed class; logistic regression where they are 0
    ///     and 1, else linear, if left out.
    ///   - effect: Learns differences, which may be negative.
    public init(
        _ method: Method, outcome: BaseLearner? = nil, effect: BaseLearner = .ridge(penalty: 10)
    ) {
        self.method = method
        self.outcome = outcome
        self.effect = effect
    }

    /// The uplift of people as learned from a trial: outcome if treated less outcome if not.
    ///
    /// - Parameter seed: Decides which people the doubly robust learner takes for which part.
    /// - Throws: `.tooFew` under ten people in an arm; `.learner` where the base learner failed.
    public func fit(
        _ trial: TreatmentTrial, seed: UInt64
    ) throws(UpliftFailure) -> BaseLearner.Prediction {
        let treated = trial.isTreated.count { $0 }
        guard min(treated, trial.count - treated) >= 10 else {
            throw .tooFew(treated: treated, untreated: trial.count - treated, needed: 10)
        }
        switch method {
        case .twoModels:
            let (with, without) = try arms(trial)
            return { features in zip(with(features), without(features)).map { $0 - $1 } }
        case .classTransformation:
            return try transformed(trial)
        case .doublyRobust:
            let folds = UpliftFolds(trial, count: 2, seed: seed)
            var targets = [Double](repeating: 0, count: trial.count)
            for fold in 0..<2 {
                let rows = folds.rows(in: fold)
                let (with, without) = try arms(trial.rows(folds.rows(outside: fold)))
                let features = trial.features.rows(rows)
                for (row, (m1, m0)) in zip(rows, zip(with(features), without(features))) {
                    let (p, y) = (trial.propensities[row], trial.outcomes[row])
                    targets[row] =
                        m1 - m0 + (trial.isTreated[row] ? (y - m1) / p : -(y - m0) / (1 - p))
                }
            }
            let ones = [Double](repeating: 1, count: trial.count)
            return try Self.fit(effect, trial.features, targets, ones)
        }
    }

    private func arms(
        _ trial: TreatmentTrial
    ) throws(UpliftFailure) -> (with: BaseLearner.Prediction, without: BaseLearner.Prediction) {
        func arm(_ isTreated: Bool) throws(UpliftFailure) -> BaseLearner.Prediction {
            let rows = trial.isTreated.indices.filter { trial.isTreated[$0] == isTreated }
            let weights = rows.map {
                1 / (isTreated ? trial.propensities[$0] : 1 - trial.propensities[$0])
            }
            // Of mean 1, so that a penalty means the same in both arms.
            let mean = weights.reduce(0, +) / Double(max(1, rows.count))
            return try Self.fit(
                outcomeLearner(trial), trial.features.rows(rows), rows.map { trial.outcomes[$0] },
                weights.map { $0 / mean })
        }
        return (try arm(true), try arm(false))
    }

    private func transformed(
        _ trial: TreatmentTrial
    ) throws(UpliftFailure) -> BaseLearner.Prediction {
        guard trial.isBinary else {
            let targets = trial.outcomes.indices.map { row in
                let p = trial.propensities[row]
                return trial.outcomes[row] * ((trial.isTreated[row] ? 1 : 0) - p) / (p * (1 - p))
            }
            return try Self.fit(
                effect, trial.features, targets, Array(repeating: 1, count: trial.count))
        }
        let targets = trial.outcomes.indices.map { row in
            trial.isTreated[row] ? trial.outcomes[row] : 1 - trial.outcomes[row]
        }
        let weights = trial.outcomes.indices.map { row in
            let p = trial.propensities[row]
            return 0.5 / (trial.isTreated[row] ? p : 1 - p)
        }
        let predict = try Self.fit(outcomeLearner(trial), trial.features, targets, weights)
        return { predict($0).map { 2 * $0 - 1 } }
    }

    private func outcomeLearner(_ trial: TreatmentTrial) -> BaseLearner {
        outcome ?? (trial.isBinary ? .ridgeLogistic(penalty: 10) : .ridge(penalty: 10))
    }

    private static func fit(
        _ learner: BaseLearner, _ features: FeatureRows, _ targets: [Double], _ weights: [Double]
    ) throws(UpliftFailure) -> BaseLearner.Prediction {
        do {
            return try learner.fit(features, targets, weights)
        } catch let failure as UpliftFailure {
            throw failure
        } catch {
            throw .learner("\(error)")
        }
    }
}

/// People dealt into folds by chance, each arm evenly.
struct UpliftFolds: Sendable {
    let count: Int
    /// [row]
    let folds: [Int]

    init(_ trial: TreatmentTrial, count: Int, seed: UInt64) {
        var draws = SeededDraws(seed: seed)
        var folds = [Int](repeating: 0, count: trial.count)
        for arm in [true, false] {
            let rows = folds.indices.filter { trial.isTreated[$0] == arm }
            let order = rows.map { (key: draws.bits(), row: $0) }.sorted { $0 < $1 }
            for (place, one) in order.enumerated() { folds[one.row] = place % count }
        }
        self.count = count
        self.folds = folds
    }

    func rows(in fold: Int) -> [Int] { folds.indices.filter { folds[$0] == fold } }

    func rows(outside fold: Int) -> [Int] { folds.indices.filter { folds[$0] != fold } }
}
