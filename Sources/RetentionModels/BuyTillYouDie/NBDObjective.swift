#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative binomial model, in which nobody leaves (Ehrenberg 1959): what the evidence for
/// leaving is measured against. By (ln r, ln alpha).
struct NBDObjective: LikelihoodObjective {
    let centre: [Double]
    let prior = Prior.none
    var total: Double { rows.total }
    var rowCount: Int { rows.age.count }

    private var rows: ScaledRows
    private let workers: Workers

    init(_ rows: ScaledRows, workers: Workers) {
        self.rows = rows
        self.workers = workers
        centre = [0, log(max(rows.meanAge, 1e-3) / 4)]
    }

    func thinned(every stride: Double) -> NBDObjective? {
        var thin = self
        thin.rows = rows.thinned(every: stride)
        return thin
    }

    /// The least loss that the search finds; converged or not, it bounds the evidence from above.
    func optimum(evaluationsMax: Int) -> (value: Double, evaluations: Int) {
        let search = BFGS(box: BFGS.logParameterBox, evaluationsMax: evaluationsMax)
        var start = centre
        if rowCount > 24_000, let thin = thinned(every: Double(rowCount) / 6000) {
            start = search.minimize(from: start, thin.meanLoss).point
        }
        let outcome = search.minimize(from: start, meanLoss)
        return (outcome.value, outcome.evaluations)
    }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (r, alpha, logAlpha) = (exp(point[0]), exp(point[1]), point[1])
        let psiR = digamma(r)
        var (value, byR, byAlpha) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
        let sums = rows.sums(workers: workers) { _, range in
            rows.sumOfAges(range, alpha: alpha)
        }
        for (piece, sum) in zip(rows.pieces, sums) {
            let k = r + rows.runs[piece.run].frequency
            value.add(-k * sum.log)
            byR.add(-sum.log)
            byAlpha.add(-k * sum.inverse)
        }
        for run in rows.runs {
            let n = run.customers
            value.add(n * (logGammaRise(r, by: run.frequency) + r * logAlpha))
            byR.add(n * (digamma(r + run.frequency) - psiR + logAlpha))
            byAlpha.add(n * r / alpha)
        }
        gradient[0] = -byR.value * r / total
        gradient[1] = -byAlpha.value * alpha / total
        return -value.value / total
    }
}

extension ScaledRows {
    /// Σ ln(α + T) and Σ 1/(α + T), over customers.
    ///
    /// Sixteen factors are multiplied before one logarithm is taken; none is beyond 1e±5, so the
    /// product neither overflows nor vanishes.
    func sumOfAges(_ range: Range<Int>, alpha: Double) -> (log: Double, inverse: Double) {
        var (logs, inverses) = (CompensatedSum(), CompensatedSum())
        var first = range.lowerBound
        while first < range.upperBound {
            let last = min(range.upperBound, first + 16)
            var product = 1.0
            var (log, inverse) = (0.0, 0.0)
            for i in first..<last {
                let end = alpha + age[i]
                let weight = customers[i]
                if weight == 1 {
                    product *= end
                } else {
                    log += weight * logarithm(end)
                }
                inverse += weight / end
            }
            logs.add(log + logarithm(product))
            inverses.add(inverse)
            first = last
        }
        return (logs.value, inverses.value)
    }
}

/// The natural logarithm, where a local is called `log`.
@inline(__always)
private func logarithm(_ x: Double) -> Double { log(x) }
