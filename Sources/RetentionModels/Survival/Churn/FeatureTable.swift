/// Something known of every customer: a number or one of some categories.
public struct Feature: Hashable, Sendable {
    /// What is known beforehand of how a probability goes with a number.
    public enum Trend: Hashable, Sendable {
        /// Nothing.
        case free
        /// The higher the number, the higher the probability, or the same.
        case rising
        /// The higher the number, the lower the probability, or the same.
        case falling
    }

    /// What its values are.
    public enum Kind: Hashable, Sendable {
        /// Any finite number.
        case number(trend: Trend)
        /// The place of one of these levels, from 0.
        case category(levels: [String])
    }

    /// Such as `days since log-in`.
    public let name: String
    /// What its values are.
    public let kind: Kind

    private init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// A feature that is a number.
    public static func number(_ name: String, trend: Trend = .free) -> Feature {
        Feature(name: name, kind: .number(trend: trend))
    }

    /// A feature that is one of some categories.
    public static func category(_ name: String, levels: [String]) -> Feature {
        Feature(name: name, kind: .category(levels: levels))
    }
}

/// A feature's value for one customer.
public enum FeatureValue: Equatable, Sendable {
    /// It isn't known.
    case missing
    /// A number.
    case number(Double)
    /// The name of a category.
    case category(String)
}

/// Why columns are no table of features.
public enum FeatureFault: Error, Equatable, Sendable {
    /// There are not as many columns as features, or columns differ in length.
    case shape
    /// Two features have this name.
    case repeatedName(String)
    /// The value in this row is infinite, or no place of a level.
    case value(feature: String, row: Int)
}

/// Features of many customers, in columns; every value has been checked.
public struct FeatureTable: Equatable, Sendable {
    /// What the columns mean.
    public let features: [Feature]
    /// By feature, then by customer: the number or the place of the level; NaN where it is missing.
    public let columns: [[Double]]
    /// How many customers there are.
    public let count: Int

    /// Checks and keeps the columns.
    ///
    /// - Throws: `.shape`, `.repeatedName` or `.value` for the first fault found.
    public init(features: [Feature], columns: [[Double]]) throws(FeatureFault) {
        let count = columns.first?.count ?? 0
        guard features.count == columns.count, columns.allSatisfy({ $0.count == count }) else {
            throw .shape
        }
        var names: Set<String> = []
        for (feature, column) in zip(features, columns) {
            guard names.insert(feature.name).inserted else { throw .repeatedName(feature.name) }
            let fault: Int?
            switch feature.kind {
            case .number: fault = column.firstIndex { $0.isInfinite }
            case .category(let levels):
                fault = column.firstIndex { value in
                    guard !value.isNaN else { return false }
                    guard let place = Int(exactly: value) else { return true }
                    return !levels.indices.contains(place)
                }
            }
            if let fault { throw .value(feature: feature.name, row: fault) }
        }
        self.features = features
        self.columns = columns
        self.count = count
    }

    private init(features: [Feature], checkedColumns: [[Double]], count: Int) {
        self.features = features
        columns = checkedColumns
        self.count = count
    }

    /// Some customers of the table, in the order of `rows`.
    public func rows(_ rows: [Int]) -> FeatureTable {
        FeatureTable(
            features: features, checkedColumns: columns.map { column in rows.map { column[$0] } },
            count: rows.count)
    }

    /// What the customer in `row` has of the feature at `feature`.
    public func value(row: Int, feature: Int) -> FeatureValue {
        let value = columns[feature][row]
        if value.isNaN { return .missing }
        switch features[feature].kind {
        case .number: return .number(value)
        case .category(let levels): return .category(levels[Int(value)])
        }
    }
}

/// Why nothing can be learnt from a table and its outcomes.
public enum LearningFault: Error, Equatable, Sendable {
    /// There are not as many outcomes as customers.
    case shape
    /// It happened to nobody, or to everybody.
    case oneOutcome
    /// Fewer customers of the rarer outcome than are needed.
    case tooFew(count: Int, minimum: Int)
    /// The search for the coefficients didn't end at an optimum.
    case notConverged(iterations: Int)
}
