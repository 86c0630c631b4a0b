import CLightGBM
package import RetentionModels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What learners of uplift are built on where there is LightGBM.
extension BaseLearner {
    /// Boosted trees: of a probability where all targets are 0 or 1, of a mean otherwise.
    ///
    /// How many trees are best is found on a quarter of the people, held back; then as many are
    /// grown on all. What treating changes is small beside what it doesn't, so the trees are small,
    /// and each end of one has at least one person in a hundred.
    ///
    /// - Parameter differences: Targets are differences, of which none is a probability.
    package static func trees(
        options: BoostingOptions = .uplift, differences: Bool = false, library: BoostingLibrary
    ) -> BaseLearner {
        BaseLearner { features, targets, weights in
            guard targets.count == features.rowCount, weights.count == features.rowCount else {
                throw UpliftFailure.columnsDiffer
            }
            let mean = weightedMean(targets, weights)
            guard let first = targets.first, targets.contains(where: { $0 != first }) else {
                return { Array(repeating: mean, count: $0.rowCount) }
            }
            let isProbability = !differences && targets.allSatisfy { $0 == 0 || $0 == 1 }
            let learner = TreeLearner(
                options: options, objective: isProbability ? .probability : .mean)
            let booster = try learner.grow(features, targets, weights)
            return { rows in
                // What was grown can be asked: the shape is the same, and nothing else can fail.
                let found = try? booster.predict(
                    rows.values, rows: rows.rowCount, columns: rows.columnCount, isByRow: true,
                    kind: Int32(LGBM_PREDICT_RAW_SCORE), width: 1, trees: -1)
                guard let found else { return Array(repeating: mean, count: rows.rowCount) }
                return isProbability ? found.map { 1 / (1 + exp(-$0)) } : found
            }
        }
    }
}

extension BoostingOptions {
    /// For uplift: fewer and smaller trees than for churn.
    package static var uplift: BoostingOptions {
        var options = BoostingOptions()
        options.treesMax = 200
        options.patience = 20
        options.learningRate = 0.05
        options.leavesMax = 4
        options.penalty = 20
        return options
    }
}

/// Grows trees on rows with targets and weights.
private struct TreeLearner {
    var options: BoostingOptions
    let objective: BoostingOptions.Objective

    func grow(
        _ features: FeatureRows, _ targets: [Double], _ weights: [Double]
    ) throws -> Booster {
        var options = options
        options.customersPerLeafMin = max(options.customersPerLeafMin, features.rowCount / 100)
        let text = options.text(objective)
        let folds = StratifiedFolds(
            targets.map { $0 > 0 }, count: 4, seed: UInt64(options.seed))
        let (judging, learning) = (folds.inside(0), folds.outside(0))
        var best = (trees: 1, loss: Double.infinity)
        if judging.count >= 100 {
            let training = try Dataset(
                features.rows(learning), learning.map { targets[$0] }, learning.map { weights[$0] },
                text,
                reference: nil)
            let judges = try Dataset(
                features.rows(judging), judging.map { targets[$0] }, judging.map { weights[$0] },
                text,
                reference: training)
            defer { withExtendedLifetime((training, judges)) {} }
            let booster = try Booster(training: training, text)
            try booster.judge(on: judges)
            for tree in 1...max(1, options.treesMax) {
                let isFinished = try booster.growTree()
                let loss = try booster.heldBackLoss()
                if loss < best.loss { best = (tree, loss) }
                if isFinished || tree - best.trees >= options.patience { break }
            }
        }
        let training = try Dataset(features, targets, weights, text, reference: nil)
        defer { withExtendedLifetime(training) {} }
        let booster = try Booster(training: training, text)
        for _ in 0..<best.trees {
            if try booster.growTree() { break }
        }
        // Written and read again, so that it no longer needs the data.
        return try Booster(text: booster.text(trees: -1))
    }
}

private func weightedMean(_ targets: [Double], _ weights: [Double]) -> Double {
    let whole = weights.reduce(0, +)
    guard whole > 0 else { return 0 }
    return zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 } / whole
}
