/// What the second derivatives at an optimum say: a better optimum, and how sure it is.
struct Curvature {
    /// Row-major inverse of the Hessian; nil where it is not positive definite.
    var inverse: [Double]?

    /// Differences of an exact gradient at `point`.
    ///
    /// Central differences err by about 1e-8 relative; where an evaluation takes long, a `known`
    /// gradient at the point saves half of them and errs by about 1e-4, which is what a standard
    /// error is read to.
    init(
        at point: [Double], known gradient: [Double]? = nil,
        _ function: (_ point: [Double], _ gradient: inout [Double]) -> Double
    ) {
        let n = point.count
        let h = 1e-4
        var hessian = [Double](repeating: 0, count: n * n)
        var above = [Double](repeating: 0, count: n)
        var below = gradient ?? above
        for i in 0..<n {
            var moved = point
            moved[i] = point[i] + h
            _ = function(moved, &above)
            if gradient == nil {
                moved[i] = point[i] - h
                _ = function(moved, &below)
            }
            let distance = gradient == nil ? 2 * h : h
            for j in 0..<n {
                let slope = (above[j] - below[j]) / distance
                hessian[i * n + j] += slope / 2
                hessian[j * n + i] += slope / 2
            }
        }
        inverse = Self.invert(hessian, n)
    }

    /// One Newton step from `point`.
    func newtonStep(from point: [Double], gradient: [Double]) -> [Double]? {
        guard let inverse else { return nil }
        let n = point.count
        var next = point
        for i in 0..<n {
            for j in 0..<n { next[i] -= inverse[i * n + j] * gradient[j] }
        }
        return next
    }

    /// The lower factor L of a symmetric matrix LLᵀ (Cholesky), row-major; nil where the matrix
    /// isn't safely positive definite: a pivot is `least` or less.
    static func choleskyFactor(_ matrix: [Double], _ n: Int, least: Double = 0) -> [Double]? {
        var lower = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i {
                var sum = matrix[i * n + j]
                for k in 0..<j { sum -= lower[i * n + k] * lower[j * n + k] }
                if i == j {
                    // A pivot that lost nine of its digits is rounding, not curvature.
                    guard sum > 1e-9 * abs(matrix[i * n + i]), sum > least else { return nil }
                    lower[i * n + i] = sum.squareRoot()
                } else {
                    lower[i * n + j] = sum / lower[j * n + j]
                }
            }
        }
        return lower
    }

    /// Inverts a symmetric matrix by Cholesky; nil where it isn't safely positive definite.
    static func invert(_ matrix: [Double], _ n: Int) -> [Double]? {
        guard let lower = choleskyFactor(matrix, n, least: 1e-12) else { return nil }
        var inverse = [Double](repeating: 0, count: n * n)
        for column in 0..<n {
            var x = [Double](repeating: 0, count: n)
            for i in 0..<n {
                var sum = i == column ? 1.0 : 0.0
                for k in 0..<i { sum -= lower[i * n + k] * x[k] }
                x[i] = sum / lower[i * n + i]
            }
            for i in stride(from: n - 1, through: 0, by: -1) {
                var sum = x[i]
                for k in (i + 1)..<max(n, i + 1) { sum -= lower[k * n + i] * x[k] }
                x[i] = sum / lower[i * n + i]
            }
            for i in 0..<n { inverse[i * n + column] = x[i] }
        }
        return inverse
    }
}

extension BFGS {
    /// Minimises, then takes Newton steps while they help.
    ///
    /// The stopping rule leaves a parameter within about a thousandth of its standard error; the
    /// Hessian that the standard errors need anyway brings the remaining digits.
    ///
    /// - Parameter isCostly: Whether an evaluation takes so long that digits are given for it.
    func minimizeAndPolish(
        from start: [Double], inverse: [Double]? = nil, isCostly: Bool = false,
        _ function: (_ point: [Double], _ gradient: inout [Double]) -> Double
    ) -> (outcome: Outcome, covariance: [Double]?) {
        var outcome = minimize(from: start, inverse: inverse, function)
        let interior = outcome.point.allSatisfy {
            $0 > box.lowerBound + 1e-3 && $0 < box.upperBound - 1e-3
        }
        guard outcome.converged, interior else { return (outcome, nil) }
        func curvature(_ outcome: Outcome) -> Curvature {
            Curvature(at: outcome.point, known: isCostly ? outcome.gradient : nil, function)
        }
        let evaluationsEach = isCostly ? start.count : 2 * start.count
        var found = curvature(outcome)
        var evaluations = outcome.evaluations + evaluationsEach
        var moved = 0.0
        for _ in 0..<2 {
            guard
                let next = found.newtonStep(from: outcome.point, gradient: outcome.gradient),
                zip(next, outcome.point).allSatisfy({ abs($0 - $1) < 0.05 && box.contains($0) })
            else { break }
            var gradient = outcome.gradient
            let value = function(next, &gradient)
            evaluations += 1
            let before = outcome.gradient.reduce(0) { max($0, abs($1)) }
            let after = gradient.reduce(0) { max($0, abs($1)) }
            guard after < before, value <= outcome.value + 1e-14 * abs(outcome.value) else { break }
            moved = max(moved, zip(next, outcome.point).reduce(0) { max($0, abs($1.0 - $1.1)) })
            outcome.point = next
            outcome.value = value
            outcome.gradient = gradient
        }
        // After a shorter way the curvature is the same to the digits that are read.
        if moved > (isCostly ? 1e-3 : 1e-4) {
            found = curvature(outcome)
            evaluations += evaluationsEach
        }
        outcome.evaluations = evaluations
        return (outcome, found.inverse)
    }
}
