/// Numbers that describe people: rows of the same length.
public struct FeatureRows: Equatable, Sendable {
    /// People.
    public let rowCount: Int
    /// Numbers for each.
    public let columnCount: Int
    /// [row × column]
    public let values: [Double]

    /// Nil where the values are not rows × columns, or one isn't finite.
    public init?(rowCount: Int, columnCount: Int, values: [Double]) {
        guard rowCount >= 0, columnCount >= 0, values.count == rowCount * columnCount,
            values.allSatisfy(\.isFinite)
        else { return nil }
        self.init(checked: values, rowCount: rowCount, columnCount: columnCount)
    }

    private init(checked values: [Double], rowCount: Int, columnCount: Int) {
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.values = values
    }

    /// The numbers of one person.
    public subscript(row: Int) -> ArraySlice<Double> {
        values[row * columnCount..<(row + 1) * columnCount]
    }

    /// Some people, in the order of `rows`.
    public func rows(_ rows: [Int]) -> FeatureRows {
        FeatureRows(
            checked: rows.flatMap { self[$0] }, rowCount: rows.count, columnCount: columnCount)
    }
}

/// What came of treating some people and not others, where chance decided whom.
public struct TreatmentTrial: Equatable, Sendable {
    /// What was known of each person before.
    public let features: FeatureRows
    /// Whether the person was treated. [row]
    public let isTreated: [Bool]
    /// What came of it: 1 or 0 for whether, or an amount. [row]
    public let outcomes: [Double]
    /// The probability with which the person was to be treated. [row]
    public let propensities: [Double]

    /// Checks the columns.
    ///
    /// - Parameter propensities: Between 0 and 1, both excluded, as chance was set up to decide:
    ///   .9 each for a holdout of a tenth. Where left out, the share that was treated.
    /// - Throws: `.columnsDiffer`, `.outcomeInvalid`, `.propensityOutOfRange`, `.tooFew` where one
    ///   arm is empty.
    public init(
        features: FeatureRows, isTreated: [Bool], outcomes: [Double], propensities: [Double]? = nil
    ) throws(UpliftFailure) {
        let count = features.rowCount
        guard isTreated.count == count, outcomes.count == count,
            (propensities?.count ?? count) == count
        else { throw .columnsDiffer }
        if let row = outcomes.firstIndex(where: { !$0.isFinite }) {
            throw .outcomeInvalid(row: row)
        }
        if let row = propensities?.firstIndex(where: { !($0 > 0 && $0 < 1) }) {
            throw .propensityOutOfRange(row: row)
        }
        let treated = isTreated.count { $0 }
        guard treated > 0, treated < count else {
            throw .tooFew(treated: treated, untreated: count - treated, needed: 1)
        }
        self.features = features
        self.isTreated = isTreated
        self.outcomes = outcomes
        self.propensities =
            propensities ?? Array(repeating: Double(treated) / Double(count), count: count)
    }

    /// People.
    public var count: Int { outcomes.count }

    /// Whether every outcome is 0 or 1.
    var isBinary: Bool { outcomes.allSatisfy { $0 == 0 || $0 == 1 } }

    func rows(_ rows: [Int]) throws(UpliftFailure) -> TreatmentTrial {
        try TreatmentTrial(
            features: features.rows(rows), isTreated: rows.map { isTreated[$0] },
            outcomes: rows.map { outcomes[$0] }, propensities: rows.map { propensities[$0] })
    }
}

/// Why uplift can't be estimated.
public enum UpliftFailure: Error, Hashable, Sendable {
    /// Columns of different lengths.
    case columnsDiffer
    /// An outcome that is infinite or not a number.
    case outcomeInvalid(row: Int)
    /// A propensity that isn't between 0 and 1.
    case propensityOutOfRange(row: Int)
    /// An arm with fewer people than are needed to learn from some and judge by others.
    case tooFew(treated: Int, untreated: Int, needed: Int)
    /// The base learner failed; what it said.
    case learner(String)
    /// Folds, repetitions, a level or a penalty that isn't in its range.
    case settingOutOfRange
}
