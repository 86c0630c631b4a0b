/// Value, gradient and information (the lower half of the negated Hessian, row-major) of a
/// log-likelihood.
struct NewtonSlopes {
    var value = 0.0
    var gradient: [Double]
    var hessian: [Double]

    init(size: Int) {
        gradient = Array(repeating: 0, count: size)
        hessian = Array(repeating: 0, count: size * size)
    }
}

/// Newton's method with step-halving on a concave log-likelihood less a ridge.
struct RidgeNewton {
    /// The coefficients; where the search starts and where it ends.
    var point: [Double]
    /// The penalty of each coefficient.
    var penalties: [Double]
    /// The log-likelihood at the end, without the penalty.
    private(set) var value = 0.0
    /// Factored information at the end, the penalty with it; nil before the search.
    private(set) var information: SymmetricSystem?

    /// - Parameter penalties: Of the first coefficients; the others have `penalty`.
    init(size: Int, penalties: [Double] = [], penalty: Double) {
        point = Array(repeating: 0, count: size)
        self.penalties =
            penalties + Array(repeating: penalty, count: max(0, size - penalties.count))
    }

    /// Maximises from `point`.
    ///
    /// - Parameter slopes: Adds the log-likelihood's parts at a point to slopes that are zero.
    /// - Returns: How often the equations were solved.
    mutating func maximise(
        iterationsMax: Int = 100,
        _ slopes: (_ point: [Double], _ slopes: inout NewtonSlopes) -> Void
    ) throws(LearningFault) -> Int {
        var here = penalised(point, slopes)
        for iteration in 1...iterationsMax {
            guard let system = SymmetricSystem(here.slopes.hessian, size: point.count) else {
                throw .notConverged(iterations: iteration)
            }
            let step = system.solve(here.slopes.gradient)
            // What a full step would gain, twice.
            var decrement = 0.0
            for j in point.indices { decrement += step[j] * here.slopes.gradient[j] }
            information = system
            value = here.slopes.value
            if decrement < 1e-12 * (1 + abs(here.value)) {
                // The last step is too small to be judged by the value, but brings digits.
                for j in point.indices { point[j] += step[j] }
                return iteration
            }
            var share = 1.0
            var next: (value: Double, slopes: NewtonSlopes, point: [Double])?
            while share > 1e-6 {
                let moved = point.indices.map { point[$0] + share * step[$0] }
                let there = penalised(moved, slopes)
                if there.value >= here.value - 1e-13 * abs(here.value) {
                    next = (there.value, there.slopes, moved)
                    break
                }
                share /= 2
            }
            guard let next else { throw .notConverged(iterations: iteration) }
            point = next.point
            here = (next.value, next.slopes)
        }
        throw .notConverged(iterations: iterationsMax)
    }

    private func penalised(
        _ point: [Double], _ slopes: (_ point: [Double], _ slopes: inout NewtonSlopes) -> Void
    ) -> (value: Double, slopes: NewtonSlopes) {
        var found = NewtonSlopes(size: point.count)
        slopes(point, &found)
        var value = found.value
        for j in point.indices {
            value -= penalties[j] * point[j] * point[j] / 2
            found.gradient[j] -= penalties[j] * point[j]
            found.hessian[j * point.count + j] += penalties[j]
        }
        return (value, found)
    }
}
