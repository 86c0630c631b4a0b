/// How trees are grown.
///
/// The defaults are for thousands of customers: small trees, many of them, each seeing a part of
/// the customers and features. LightGBM's own defaults lose to logistic regression there.
package struct BoostingOptions: Equatable, Sendable {
    /// So many trees at most.
    package var treesMax = 600
    /// Growing ends when so many trees in a row brought nothing for the customers held back.
    package var patience = 50
    /// The share of its correction that a tree is allowed.
    package var learningRate = 0.03
    /// Ends of a tree at most.
    package var leavesMax = 8
    /// Customers in each end of a tree, at the least.
    package var customersPerLeafMin = 40
    /// The penalty on squared corrections.
    package var penalty = 5.0
    /// The share of the customers that a tree sees.
    package var customerShare = 0.8
    /// The share of the features that a tree sees.
    package var featureShare = 0.6
    /// The same seed and data give the same trees.
    package var seed: UInt32 = 1

    /// The defaults.
    package init() {}

    /// What trees are to say.
    enum Objective {
        case probability
        case mean

        fileprivate var text: String {
            switch self {
            case .probability: "objective=binary metric=binary_logloss"
            case .mean: "objective=regression metric=l2"
            }
        }
    }

    /// As LightGBM reads them.
    func text(
        _ objective: Objective = .probability, trends: [Int] = [], categories: [Int] = []
    ) -> String {
        var parts = [
            objective.text, "verbosity=-1", "num_threads=1",
            "deterministic=true", "force_row_wise=true", "seed=\(seed & 0x7fff_ffff)",
            "learning_rate=\(learningRate)", "num_leaves=\(leavesMax)",
            "min_data_in_leaf=\(customersPerLeafMin)", "lambda_l2=\(penalty)",
            "bagging_fraction=\(customerShare)", "bagging_freq=1",
            "feature_fraction=\(featureShare)", "boost_from_average=true",
        ]
        if !categories.isEmpty {
            parts.append(
                "categorical_feature=" + categories.map(String.init).joined(separator: ","))
        }
        if trends.contains(where: { $0 != 0 }) {
            parts.append("monotone_constraints=" + trends.map(String.init).joined(separator: ","))
            parts.append("monotone_constraints_method=intermediate")
        }
        return parts.joined(separator: " ")
    }
}
