package import RetentionModels

/// Why there are no boosted trees.
package enum BoostingError: Error, Equatable, CustomStringConvertible {
    /// No LightGBM library is where one was looked for.
    case libraryMissing(lookedFor: [String])
    /// The LightGBM library at `path` can't be used.
    case libraryUnusable(path: String, reason: String)
    /// LightGBM refused; its own message.
    case refused(reason: String)
    /// The customers teach nothing.
    case learning(LearningFault)
    /// A kept model isn't one of these features.
    case otherFeatures(expected: Int, found: Int)

    package var description: String {
        switch self {
        case .libraryMissing(let places):
            "no LightGBM library found (looked for \(places.joined(separator: ", "))); "
                + "run script/setup, or set LIGHTGBM_LIBRARY"
        case .libraryUnusable(let path, let reason):
            "the LightGBM library \(path) can't be used: \(reason)"
        case .refused(let reason): "LightGBM: \(reason)"
        case .learning(let fault): "nothing to learn from: \(fault)"
        case .otherFeatures(let expected, let found):
            "the model has \(found) features, not \(expected)"
        }
    }
}
