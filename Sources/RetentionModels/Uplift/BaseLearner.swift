#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A learner of one number from features, on which learners of uplift are built: a regression here,
/// boosted trees where the caller has them.
public struct BaseLearner: Sendable {
    /// Expected targets. [row]
    public typealias Prediction = @Sendable (FeatureRows) -> [Double]

    /// Fits to targets with weights above 0. [row]
    public let fit:
        @Sendable (_ features: FeatureRows, _ targets: [Double], _ weights: [Double]) throws ->
            Prediction

    /// Any learner.
    public init(
        fit: @escaping @Sendable (FeatureRows, [Double], [Double]) throws -> Prediction
    ) { self.fit = fit }

    /// Linear regression, the slopes of standardised features penalised.
    ///
    /// - Parameter penalty: λ of λ|slopes|², 0 or more, in the unit of weighted rows.
    public static func ridge(penalty: Double = 1) -> BaseLearner {
        BaseLearner { features, targets, weights in
            try Regression(features, targets, weights, penalty, isLogistic: false).predict
        }
    }

    /// Logistic regression for targets from 0 to 1, the slopes of standardised features penalised.
    public static func ridgeLogistic(penalty: Double = 1) -> BaseLearner {
        BaseLearner { features, targets, weights in
            try Regression(features, targets, weights, penalty, isLogistic: true).predict
        }
    }
}

/// Ridge regression, by Newton's method where it is logistic (Hastie, Tibshirani & Friedman 2009,
/// 3.4.1 and 4.4.1).
private struct Regression {
    let means: [Double]
    /// 0 for a column that is the same for everybody.
    let scales: [Double]
    /// The intercept last.
    let coefficients: [Double]
    let isLogistic: Bool

    init(
        _ features: FeatureRows, _ targets: [Double], _ weights: [Double], _ penalty: Double,
        isLogistic: Bool
    ) throws(UpliftFailure) {
        guard penalty >= 0, penalty < .infinity else { throw .settingOutOfRange }
        guard targets.count == features.rowCount, weights.count == features.rowCount else {
            throw .columnsDiffer
        }
        let columns = features.columnCount
        let whole = weights.reduce(0, +)
        guard whole > 0 else { throw .tooFew(treated: 0, untreated: 0, needed: 1) }
        var means = [Double](repeating: 0, count: columns)
        var scales = means
        for row in 0..<features.rowCount {
            for (column, value) in features[row].enumerated() {
                means[column] += weights[row] * value / whole
            }
        }
        for row in 0..<features.rowCount {
            for (column, value) in features[row].enumerated() {
                let off = value - means[column]
                scales[column] += weights[row] * off * off / whole
            }
        }
        for column in 0..<columns {
            scales[column] = scales[column] > 1e-24 ? 1 / scales[column].squareRoot() : 0
        }
        self.means = means
        self.scales = scales
        self.isLogistic = isLogistic

        let level = zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 } / whole
        var coefficients = [Double](repeating: 0, count: columns + 1)
        // Half a row of either outcome keeps the intercept finite where all are the same.
        coefficients[columns] =
            isLogistic ? log((level * whole + 0.5) / ((1 - level) * whole + 0.5)) : level
        let isConstant = targets.allSatisfy { $0 == targets.first }
        var row = [Double](repeating: 1, count: columns + 1)
        for _ in 0..<(isConstant ? 0 : isLogistic ? 50 : 1) {
            var matrix = SymmetricInverse(size: columns + 1)
            var gradient = [Double](repeating: 0, count: columns + 1)
            for person in 0..<features.rowCount {
                for (column, value) in features[person].enumerated() {
                    row[column] = (value - means[column]) * scales[column]
                }
                let sum = zip(row, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
                let expected = isLogistic ? 1 / (1 + exp(-sum)) : sum
                let curvature =
                    weights[person] * (isLogistic ? max(1e-9, expected * (1 - expected)) : 1)
                let off = weights[person] * (targets[person] - expected)
                for i in row.indices {
                    gradient[i] += off * row[i]
                    for j in 0...i { matrix[i, j] += curvature * row[i] * row[j] }
                }
            }
            for column in 0..<columns {
                gradient[column] -= penalty * coefficients[column]
                // A column that says nothing has slope 0.
                matrix[column, column] += penalty + (scales[column] == 0 ? 1 : 0)
            }
            // Columns that say the same are told apart by a trace of a penalty.
            for i in row.indices { matrix[i, i] *= 1 + 1e-9 }
            guard matrix.invert(.one) else { throw .learner("columns depend on each other") }
            var size = 0.0
            for i in row.indices {
                var step = 0.0
                for j in row.indices {
                    step += (j <= i ? matrix[i, j] : matrix[j, i]) * gradient[j]
                }
                // Newton's first steps may be far too long where the outcomes are separated.
                step = isLogistic ? min(max(step, -4), 4) : step
                coefficients[i] += step
                size = max(size, abs(step))
            }
            if size < 1e-8 { break }
        }
        self.coefficients = coefficients
    }

    @Sendable func predict(_ features: FeatureRows) -> [Double] {
        precondition(features.columnCount == means.count, "other features than those fitted")
        return (0..<features.rowCount).map { row in
            var sum = coefficients[means.count]
            for (column, value) in features[row].enumerated() {
                sum += (value - means[column]) * scales[column] * coefficients[column]
            }
            return isLogistic ? 1 / (1 + exp(-sum)) : sum
        }
    }
}
