import CLightGBM
package import RetentionModels

/// Gradient-boosted trees for a probability (Friedman 2001; Ke et al. 2017), grown by LightGBM.
package struct BoostedTrees: Sendable {
    /// What the columns of a table must be.
    package let features: [Feature]
    /// How many trees are used.
    package let trees: Int
    /// The log loss on the customers held back, after each tree; empty without such.
    package let heldBackLosses: [Double]

    private let booster: Booster

    /// Grows trees.
    ///
    /// - Parameters:
    ///   - heldBack: Customers on whom growing is judged: it ends where they gain nothing more, and
    ///     the trees up to the best are used. Nil grows `treesMax`.
    /// - Throws: `.learning(.shape)`, `.learning(.oneOutcome)`, `.refused`.
    package static func grow(
        _ table: FeatureTable, happened: [Bool],
        heldBack: (table: FeatureTable, happened: [Bool])? = nil,
        options: BoostingOptions = BoostingOptions(), library: BoostingLibrary
    ) throws(BoostingError) -> BoostedTrees {
        guard happened.count == table.count else { throw .learning(.shape) }
        guard happened.contains(true), happened.contains(false) else {
            throw .learning(.oneOutcome)
        }
        let text = options.text(trends: table.trends, categories: table.categories)
        let training = try Dataset(table, happened, text, reference: nil)
        let booster = try Booster(training: training, text)
        var losses: [Double] = []
        var best = (trees: 0, loss: Double.infinity)
        var judges: Dataset?
        if let heldBack {
            guard heldBack.table.features == table.features,
                heldBack.happened.count == heldBack.table.count, heldBack.table.count > 0
            else { throw .learning(.shape) }
            let judging = try Dataset(heldBack.table, heldBack.happened, text, reference: training)
            try booster.judge(on: judging)
            judges = judging
        }
        // LightGBM reads both sets of data while it grows, and doesn't own them.
        defer { withExtendedLifetime((training, judges)) {} }
        for tree in 1...max(options.treesMax, 1) {
            let isFinished = try booster.growTree()
            if judges != nil {
                let loss = try booster.heldBackLoss()
                losses.append(loss)
                if loss < best.loss { best = (tree, loss) }
                if tree - best.trees >= options.patience { break }
            }
            if isFinished { break }
        }
        let grown = try booster.treeCount()
        // Written and read again, so that it is what a kept model will be, and without the data.
        return BoostedTrees(
            features: table.features, trees: judges == nil ? grown : best.trees,
            heldBackLosses: losses, booster: try Booster(text: booster.text(trees: grown)))
    }

    /// The log-odds of each customer.
    ///
    /// - Parameter trees: Of the first so many trees that were grown; nil for those that are used.
    package func scores(
        _ table: FeatureTable, trees: Int? = nil
    ) throws(BoostingError) -> [Double] {
        try predict(table, LGBM_PREDICT_RAW_SCORE, width: 1, trees: trees)
    }

    /// Each customer's log-odds taken apart by feature (SHAP; Lundberg et al. 2018). The base is
    /// the same for all.
    package func explanations(_ table: FeatureTable) throws(BoostingError) -> [Explanation] {
        let width = features.count + 1
        let parts = try predict(table, LGBM_PREDICT_CONTRIBUTIONS, width: width, trees: nil)
        return (0..<table.count).map { row in
            Explanation(
                base: parts[row * width + width - 1],
                contributions: Array(parts[row * width..<(row + 1) * width - 1]))
        }
    }

    private func predict(
        _ table: FeatureTable, _ kind: Int, width: Int, trees: Int?
    ) throws(BoostingError) -> [Double] {
        guard table.features == features else {
            throw .otherFeatures(expected: table.features.count, found: features.count)
        }
        guard table.count > 0 else { return [] }
        return try booster.predict(
            table.flat, rows: table.count, columns: table.features.count, kind: Int32(kind),
            width: width, trees: trees ?? self.trees)
    }

    /// The model as text, to be kept.
    package func text() throws(BoostingError) -> String { try booster.text(trees: trees) }

    /// A model that was kept.
    ///
    /// - Throws: `.refused` for a text that is no model; `.otherFeatures`.
    package init(
        text: String, features: [Feature], library: BoostingLibrary
    ) throws(BoostingError) {
        booster = try Booster(text: text)
        let found = try booster.featureCount()
        guard found == features.count else {
            throw .otherFeatures(expected: features.count, found: found)
        }
        self.features = features
        trees = try booster.treeCount()
        heldBackLosses = []
    }

    private init(features: [Feature], trees: Int, heldBackLosses: [Double], booster: Booster) {
        self.features = features
        self.trees = trees
        self.heldBackLosses = heldBackLosses
        self.booster = booster
    }
}

extension FeatureTable {
    /// Column after column.
    var flat: [Double] { Array(columns.joined()) }

    var categories: [Int] {
        features.indices.filter { place in
            if case .category = features[place].kind { true } else { false }
        }
    }

    /// 1 for rising, −1 for falling, 0 for free.
    var trends: [Int] {
        features.map { feature in
            switch feature.kind {
            case .number(.rising): 1
            case .number(.falling): -1
            case .number(.free), .category: 0
            }
        }
    }
}
