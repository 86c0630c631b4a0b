/// A quasi-Newton minimiser for a handful of bounded variables (Broyden, Fletcher, Goldfarb, Shanno
/// 1970), with a projected backtracking line search.
///
/// Every coordinate shares one box. A coordinate that rests on the box with the gradient pushing it
/// outwards is held there until the gradient turns.
struct BFGS {
    /// Every coordinate stays inside.
    var box: ClosedRange<Double>
    /// Converged when no free component of the gradient is larger.
    var gradientTolerance = 1e-6
    /// Converged when two accepted steps in a row change the value by less, relatively.
    var valueTolerance = 1e-10
    /// Gives up after so many evaluations.
    var evaluationsMax = 500

    /// Where the search ended.
    struct Outcome {
        var point: [Double]
        var value: Double
        var gradient: [Double]
        var evaluations: Int
        var converged: Bool
    }

    /// Minimises `function`, which returns its value and writes its gradient.
    ///
    /// - Parameter guess: An inverse of the Hessian, row-major, to begin with; nil for none.
    func minimize(
        from start: [Double], inverse guess: [Double]? = nil,
        _ function: (_ point: [Double], _ gradient: inout [Double]) -> Double
    ) -> Outcome {
        let n = start.count
        var gradient = [Double](repeating: 0, count: n)
        var point = start.map { min(max($0, box.lowerBound), box.upperBound) }
        var value = function(point, &gradient)
        var evaluations = 1
        var inverse = guess ?? Self.identity(n)
        var isIdentity = guess == nil
        var quietSteps = 0

        func outcome(_ converged: Bool) -> Outcome {
            Outcome(
                point: point, value: value, gradient: gradient, evaluations: evaluations,
                converged: converged && value.isFinite)
        }
        guard value.isFinite else { return outcome(false) }

        while evaluations < evaluationsMax {
            let holding = (0..<n).map { i in
                (point[i] <= box.lowerBound && gradient[i] > 0)
                    || (point[i] >= box.upperBound && gradient[i] < 0)
            }
            let steepest = (0..<n).map { holding[$0] ? 0 : -gradient[$0] }
            let steepness = steepest.reduce(0) { max($0, abs($1)) }
            if steepness < gradientTolerance { return outcome(true) }
            var direction = Self.multiply(inverse, steepest)
            for i in 0..<n where holding[i] { direction[i] = 0 }
            if Self.dot(direction, gradient) >= 0 || isIdentity {
                inverse = Self.identity(n)
                isIdentity = true
                let scale = 1 / max(1, steepness)
                direction = steepest.map { $0 * scale }
            }
            // Two units in a logarithm are a factor of seven: farther is a guess, not a step.
            let longest = direction.reduce(0) { max($0, abs($1)) }
            if longest > 2 { direction = direction.map { $0 * 2 / longest } }

            var stepSize = 1.0
            var accepted = false
            var nextGradient = gradient
            while stepSize > 1e-9, evaluations < evaluationsMax {
                let next = (0..<n).map {
                    min(max(point[$0] + stepSize * direction[$0], box.lowerBound), box.upperBound)
                }
                let move = (0..<n).map { next[$0] - point[$0] }
                let slope = Self.dot(gradient, move)
                let nextValue = function(next, &nextGradient)
                evaluations += 1
                // Near the optimum the value has no digits left to fall by, while the gradient
                // still has: a step that is equal within rounding counts if it flattens the slope.
                let slack = 1e-11 * abs(value)
                let falls = nextValue <= value + 1e-4 * slope
                let flattens =
                    nextValue <= value + slack
                    && abs(Self.dot(nextGradient, move)) <= 0.9 * abs(slope)
                if nextValue.isFinite, falls || flattens {
                    let change = abs(value - nextValue)
                    let bend = (0..<n).map { holding[$0] ? 0 : nextGradient[$0] - gradient[$0] }
                    if Self.update(&inverse, step: move, bend: bend, fresh: isIdentity) {
                        isIdentity = false
                    }
                    quietSteps =
                        change <= valueTolerance * max(abs(value), 1e-300) ? quietSteps + 1 : 0
                    point = next
                    value = nextValue
                    gradient = nextGradient
                    accepted = true
                    break
                }
                let curvature = nextValue - value - slope
                let parabola = curvature > 0 ? -slope / (2 * curvature) : .nan
                stepSize *= parabola.isFinite ? min(max(parabola, 0.1), 0.5) : 0.1
            }
            if accepted {
                if quietSteps >= 2 { return outcome(true) }
            } else if isIdentity {
                return outcome(false)
            } else {
                inverse = Self.identity(n)
                isIdentity = true
            }
        }
        return outcome(false)
    }

    /// Updates the inverse Hessian, row-major; false when the step shows no positive curvature.
    private static func update(
        _ inverse: inout [Double], step: [Double], bend: [Double], fresh: Bool
    ) -> Bool {
        let n = step.count
        let sy = dot(step, bend)
        let yy = dot(bend, bend)
        guard sy > 1e-12 * (dot(step, step) * yy).squareRoot(), yy > 0 else { return false }
        if fresh {
            // Nocedal & Wright 2006, eq. 6.20: give the first matrix the size of the curvature.
            inverse = identity(n).map { $0 * sy / yy }
        }
        let hy = multiply(inverse, bend)
        let factor = (1 + dot(bend, hy) / sy) / sy
        for i in 0..<n {
            for j in 0..<n {
                inverse[i * n + j] +=
                    factor * step[i] * step[j] - (hy[i] * step[j] + step[i] * hy[j]) / sy
            }
        }
        return true
    }

    private static func identity(_ n: Int) -> [Double] {
        (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }

    private static func multiply(_ matrix: [Double], _ vector: [Double]) -> [Double] {
        let n = vector.count
        return (0..<n).map { i in
            var sum = 0.0
            for j in 0..<n { sum += matrix[i * n + j] * vector[j] }
            return sum
        }
    }
}
