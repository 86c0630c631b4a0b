/// Logistic regression with an L2 penalty: the floor under every churn model.
///
/// Numbers are standardised, so that one penalty is fair to all; a missing number counts as the
/// mean, with an indicator of its own where any was missing. Categories have one indicator a level,
/// standardised too. The intercept isn't penalised.
public struct LogisticRegression: Equatable, Sendable {
    /// What the columns of a table must be.
    public let features: [Feature]
    /// The log-odds of a customer whose every column is at its mean.
    public let intercept: Double
    /// The change in log-odds for one standard deviation, by design column.
    public let coefficients: [Double]
    /// How often the equations were solved.
    public let iterations: Int

    private let design: Design

    /// Fits by Newton's method with step-halving.
    ///
    /// - Parameter penalty: Half of this times the sum of the squared coefficients is taken from
    ///   the log-likelihood; above 0.
    /// - Throws: `.shape`, `.oneOutcome`, or `.notConverged`, which a positive penalty rules out
    /// but   for numbers beyond the machine's.
    public static func fit(
        _ table: FeatureTable, happened: [Bool], penalty: Double = 1
    ) throws(LearningFault) -> LogisticRegression {
        precondition(penalty > 0, "the penalty must be above zero")
        guard happened.count == table.count else { throw .shape }
        let positives = happened.count { $0 }
        guard positives > 0, positives < happened.count else { throw .oneOutcome }
        let design = Design(table)
        let rows = design.rows(of: table)
        let size = design.columns.count + 1
        var penalised = RidgeNewton(size: size, penalties: [0], penalty: penalty)
        penalised.point[0] = logOdds(Double(positives) / Double(happened.count))
        let iterations = try penalised.maximise { point, slopes in
            logisticSlopes(rows, happened, point: point, into: &slopes)
        }
        return LogisticRegression(
            features: table.features, intercept: penalised.point[0],
            coefficients: Array(penalised.point.dropFirst()), iterations: iterations,
            design: design)
    }

    /// The log-odds of each customer.
    public func scores(_ table: FeatureTable) -> [Double] {
        precondition(table.features == features, "the table has other features")
        let width = design.columns.count
        let rows = design.rows(of: table)
        return (0..<table.count).map { row in
            var score = intercept
            for j in 0..<width { score += coefficients[j] * rows[row * width + j] }
            return score
        }
    }

    /// What each feature adds to the log-odds of each customer over those of the mean customer,
    /// which is `intercept`: [customer × feature] by rows.
    public func contributions(_ table: FeatureTable) -> [Double] {
        precondition(table.features == features, "the table has other features")
        let width = design.columns.count
        let rows = design.rows(of: table)
        var sums = [Double](repeating: 0, count: table.count * features.count)
        for row in 0..<table.count {
            for (j, column) in design.columns.enumerated() {
                sums[row * features.count + column.feature] +=
                    coefficients[j] * rows[row * width + j]
            }
        }
        return sums
    }
}

/// Log-likelihood of a logit and its derivatives; each row of the design has an intercept before
/// it.
private func logisticSlopes(
    _ rows: [Double], _ happened: [Bool], point: [Double], into slopes: inout NewtonSlopes
) {
    let size = point.count
    let width = size - 1
    var (gradient, hessian) = (slopes.gradient, slopes.hessian)
    var sum = CompensatedSum()
    rows.withUnsafeBufferPointer { rows in
        for row in happened.indices {
            let start = row * width
            var score = point[0]
            for j in 0..<width { score += point[j + 1] * rows[start + j] }
            sum.add(-softplus(happened[row] ? -score : score))
            let p = probability(logOdds: score)
            let residual = (happened[row] ? 1 : 0) - p
            let weight = p * (1 - p)
            gradient[0] += residual
            hessian[0] += weight
            for j in 0..<width {
                let x = rows[start + j]
                gradient[j + 1] += residual * x
                let scaled = weight * x
                let line = (j + 1) * size
                hessian[line] += scaled
                for k in 0...j { hessian[line + k + 1] += scaled * rows[start + k] }
            }
        }
    }
    slopes.value = sum.value
    slopes.gradient = gradient
    slopes.hessian = hessian
}

/// How a table's values become the numbers of a linear model.
struct Design: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        enum Meaning: Equatable, Sendable {
            case number
            case isMissing
            case isLevel(Int)
        }
        let feature: Int
        let meaning: Meaning
        var mean = 0.0
        /// 1 over the standard deviation; 0 for a column that is the same throughout.
        var scale = 0.0

        /// The value before it is standardised; nil for the mean.
        func raw(_ value: Double) -> Double? {
            switch meaning {
            case .number: value.isNaN ? nil : value
            case .isMissing: value.isNaN ? 1 : 0
            case .isLevel(let level): value == Double(level) ? 1 : 0
            }
        }
    }

    private(set) var columns: [Column] = []

    /// Learns means and deviations from a table.
    init(_ table: FeatureTable) {
        for (place, feature) in table.features.enumerated() {
            let values = table.columns[place]
            switch feature.kind {
            case .number:
                add(Column(feature: place, meaning: .number), values)
                if values.contains(where: \.isNaN) {
                    add(Column(feature: place, meaning: .isMissing), values)
                }
            case .category(let levels):
                for level in levels.indices {
                    add(Column(feature: place, meaning: .isLevel(level)), values)
                }
            }
        }
    }

    private mutating func add(_ column: Column, _ values: [Double]) {
        var column = column
        let known = values.compactMap(column.raw)
        guard !known.isEmpty else { return columns.append(column) }
        var sum = CompensatedSum()
        for value in known { sum.add(value) }
        column.mean = sum.value / Double(known.count)
        var squares = CompensatedSum()
        for value in known { squares.add((value - column.mean) * (value - column.mean)) }
        let deviation = (squares.value / Double(known.count)).squareRoot()
        // Below this a deviation is what rounding leaves of a column that is the same throughout.
        if deviation > 1e-12 * max(abs(column.mean), .leastNormalMagnitude) {
            column.scale = 1 / deviation
        }
        columns.append(column)
    }

    /// Standardised rows, [customer × column].
    func rows(of table: FeatureTable) -> [Double] {
        var rows = [Double](repeating: 0, count: table.count * columns.count)
        for (j, column) in columns.enumerated() where column.scale > 0 {
            let values = table.columns[column.feature]
            for row in values.indices {
                guard let raw = column.raw(values[row]) else { continue }
                rows[row * columns.count + j] = (raw - column.mean) * column.scale
            }
        }
        return rows
    }
}
