package import RetentionModels

/// Who will leave, learnt from customers of whom it is known: logistic regression, boosted trees or
/// the mean of both, whichever foretold best customers it hadn't seen, with calibrated
/// probabilities.
package struct ChurnClassifier: Sendable {
    /// Who takes part in the contest.
    package enum Contestant: String, CaseIterable, Sendable {
        case logistic
        case boosting
        /// The mean of both log-odds.
        case blend
    }

    /// How a contestant foretold customers it hadn't seen, before calibration.
    package struct Result: Equatable, Sendable {
        package let contestant: Contestant
        package let logLoss: Double
        package let brier: Double
        package let areaUnderCurve: Double
        package let calibrationError: Double
    }

    /// How to train.
    package struct Options: Equatable, Sendable {
        /// How trees are grown.
        package var boosting = BoostingOptions()
        /// The penalty of logistic regression.
        package var penalty = 1.0
        /// Parts of the cross-validation that decides the contest.
        package var folds = 5
        /// With fewer customers of the rarer outcome nothing is learnt.
        package var rarerMin = 25
        /// Decides the folds.
        package var seed: UInt64 = 1

        /// The defaults.
        package init() {}
    }

    /// How the contestants did, in the order of `Contestant`; logistic alone without a library.
    package let contest: [Result]
    /// Who won: the least log loss.
    package let winner: Contestant
    /// From the winner's log-odds to probabilities.
    package let calibration: Calibration
    /// The floor.
    package let logistic: LogisticRegression
    /// Nil without a library.
    package let boosting: BoostedTrees?

    /// Trains the contestants, holds the contest and calibrates the winner.
    ///
    /// - Parameter library: Nil leaves logistic regression alone in the contest.
    /// - Throws: `.learning` with `.shape` or `.tooFew`; `.refused`.
    package static func train(
        _ table: FeatureTable, happened: [Bool], options: Options = Options(),
        library: BoostingLibrary?
    ) throws(BoostingError) -> ChurnClassifier {
        guard happened.count == table.count else { throw .learning(.shape) }
        let positives = happened.count { $0 }
        let rarer = min(positives, happened.count - positives)
        let rarerMin = max(options.rarerMin, options.folds)
        guard rarer >= rarerMin else { throw .learning(.tooFew(count: rarer, minimum: rarerMin)) }
        let trial = try Trial(table, happened, options, library)
        var contest: [Result] = []
        for contestant in Contestant.allCases {
            guard let scores = trial.scores(contestant) else { continue }
            let backtest = ProbabilityBacktest(
                predicted: scores.map { probability(logOdds: $0) }, happened: happened)
            contest.append(
                Result(
                    contestant: contestant, logLoss: backtest.logLoss ?? .infinity,
                    brier: backtest.brier ?? 1, areaUnderCurve: backtest.areaUnderCurve ?? 0.5,
                    calibrationError: backtest.expectedCalibrationError() ?? 1))
        }
        let winner = contest.min { $0.logLoss < $1.logLoss }?.contestant ?? .logistic
        let calibration = try learning { () throws(LearningFault) in
            try Calibration.chosen(
                scores: trial.scores(winner) ?? trial.logistic, happened: happened,
                folds: options.folds, seed: options.seed &+ 1)
        }
        let logistic = try learning { () throws(LearningFault) in
            try LogisticRegression.fit(table, happened: happened, penalty: options.penalty)
        }
        var boosting: BoostedTrees?
        if let library {
            var grown = options.boosting
            grown.treesMax = trial.trees
            boosting = try BoostedTrees.grow(
                table, happened: happened, options: grown, library: library)
        }
        return ChurnClassifier(
            contest: contest, winner: winner, calibration: calibration, logistic: logistic,
            boosting: boosting)
    }

    /// The log-odds of each customer, before calibration.
    package func scores(_ table: FeatureTable) throws(BoostingError) -> [Double] {
        guard table.features == logistic.features else {
            throw .otherFeatures(expected: table.features.count, found: logistic.features.count)
        }
        switch winner {
        case .logistic: return logistic.scores(table)
        case .boosting: return try boosting?.scores(table) ?? logistic.scores(table)
        case .blend:
            let trees = try boosting?.scores(table)
            return mean(logistic.scores(table), trees)
        }
    }

    /// The probability that each customer leaves.
    package func probabilities(_ table: FeatureTable) throws(BoostingError) -> [Double] {
        try scores(table).map(calibration.probability)
    }

    /// Each customer's log-odds taken apart by feature, before calibration.
    package func explanations(_ table: FeatureTable) throws(BoostingError) -> [Explanation] {
        guard table.features == logistic.features else {
            throw .otherFeatures(expected: table.features.count, found: logistic.features.count)
        }
        let width = table.features.count
        let parts = logistic.contributions(table)
        let linear = (0..<table.count).map { row in
            Explanation(
                base: logistic.intercept,
                contributions: Array(parts[row * width..<(row + 1) * width]))
        }
        guard winner != .logistic, let grown = try boosting?.explanations(table) else {
            return linear
        }
        if winner == .boosting { return grown }
        return zip(linear, grown).map { a, b in
            Explanation(
                base: (a.base + b.base) / 2, contributions: mean(a.contributions, b.contributions))
        }
    }

    /// Each customer's probability by classifiers trained without them, contest, choice and
    /// calibration included (nested cross-validation): what the whole procedure is worth.
    package static func crossValidated(
        _ table: FeatureTable, happened: [Bool], folds: StratifiedFolds,
        options: Options = Options(), library: BoostingLibrary?
    ) throws(BoostingError) -> (probabilities: [Double], classifiers: [ChurnClassifier]) {
        guard happened.count == table.count, folds.fold.count == table.count else {
            throw .learning(.shape)
        }
        var probabilities = [Double](repeating: 0, count: table.count)
        var classifiers: [ChurnClassifier] = []
        for fold in 0..<folds.count {
            let (inside, outside) = (folds.inside(fold), folds.outside(fold))
            let classifier = try train(
                table.rows(outside), happened: outside.map { happened[$0] }, options: options,
                library: library)
            let found = try classifier.probabilities(table.rows(inside))
            for (row, probability) in zip(inside, found) { probabilities[row] = probability }
            classifiers.append(classifier)
        }
        return (probabilities, classifiers)
    }
}

/// What each contestant says of customers whom it doesn't know.
private struct Trial {
    var logistic: [Double]
    var boosting: [Double]?
    /// As many trees as were best in the middle fold.
    var trees = 1

    init(
        _ table: FeatureTable, _ happened: [Bool], _ options: ChurnClassifier.Options,
        _ library: BoostingLibrary?
    ) throws(BoostingError) {
        logistic = [Double](repeating: 0, count: table.count)
        let folds = StratifiedFolds(happened, count: options.folds, seed: options.seed)
        var grown: [(rows: [Int], table: FeatureTable, trees: BoostedTrees)] = []
        for fold in 0..<folds.count {
            let (inside, outside) = (folds.inside(fold), folds.outside(fold))
            let (known, unknown) = (table.rows(outside), table.rows(inside))
            let outcomes = outside.map { happened[$0] }
            let line = try learning { () throws(LearningFault) in
                try LogisticRegression.fit(known, happened: outcomes, penalty: options.penalty)
            }
            for (row, score) in zip(inside, line.scores(unknown)) { logistic[row] = score }
            guard let library else { continue }
            let trees = try BoostedTrees.grow(
                known, happened: outcomes, heldBack: (unknown, inside.map { happened[$0] }),
                options: options.boosting, library: library)
            grown.append((inside, unknown, trees))
        }
        guard !grown.isEmpty else { return }
        // One number of trees for all folds: each fold's own best would be judged on its judges.
        trees = max(1, grown.map(\.trees.trees).sorted()[grown.count / 2])
        var scores = [Double](repeating: 0, count: table.count)
        for part in grown {
            let found = try part.trees.scores(part.table, trees: trees)
            for (row, score) in zip(part.rows, found) { scores[row] = score }
        }
        boosting = scores
    }

    func scores(_ contestant: ChurnClassifier.Contestant) -> [Double]? {
        switch contestant {
        case .logistic: logistic
        case .boosting: boosting
        case .blend: boosting.map { mean(logistic, $0) }
        }
    }
}

/// The mean, number by number; the first alone where there is no second.
private func mean(_ first: [Double], _ second: [Double]?) -> [Double] {
    guard let second else { return first }
    return zip(first, second).map { ($0 + $1) / 2 }
}

/// Says a learning fault in this target's terms.
private func learning<Value>(
    _ body: () throws(LearningFault) -> Value
) throws(BoostingError) -> Value {
    do {
        return try body()
    } catch {
        throw .learning(error)
    }
}
