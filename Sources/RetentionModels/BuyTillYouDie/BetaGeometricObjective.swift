#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative mean log-likelihood of BG/NBD or MBG/NBD over grouped histories, with its exact
/// gradient by (ln r, ln alpha, ln a, ln b).
struct BetaGeometricObjective: LikelihoodObjective {
    let centre: [Double]
    let prior: Prior
    var total: Double { rows.total }
    var rowCount: Int { rows.age.count }

    private var rows: ScaledRows
    /// 1 where customers may leave at their first order, else 0.
    private let firstChances: Double
    private let workers: Workers

    init(_ rows: ScaledRows, firstChances: Double, prior: Prior, workers: Workers) {
        self.rows = rows
        self.firstChances = firstChances
        self.prior = prior
        self.workers = workers
        centre = [0, log(max(rows.meanAge, 1e-3) / 4), 0, 0]
    }

    func thinned(every stride: Double) -> BetaGeometricObjective? {
        var thin = self
        thin.rows = rows.thinned(every: stride)
        return thin
    }

    /// Everything that depends on the frequency alone is computed once a frequency; a row costs one
    /// logarithm, one exponential and two divisions.
    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (r, alpha, a, b) = (exp(point[0]), exp(point[1]), exp(point[2]), exp(point[3]))
        let (logAlpha, logA) = (point[1], point[2])
        let (psiR, psiB, psiAB) = (digamma(r), digamma(b), digamma(a + b))
        var value = CompensatedSum()
        var (byR, byAlpha, byA, byB) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        let sums = rows.sums(workers: workers) { run, range in
            let x = rows.runs[run].frequency
            let chances = x + firstChances
            return sum(
                range, k: r + x, alpha: alpha,
                logOdds: chances > 0 ? logA - log(b + chances - 1) : nil)
        }
        for (piece, sum) in zip(rows.pieces, sums) {
            let x = rows.runs[piece.run].frequency
            value.add(sum.mixture)
            byR.add(-sum.logTime)
            byAlpha.add(-(r + x) * sum.inverseTime)
            byA.add(sum.left / a)
            byB.add(-sum.left / max(b + x + firstChances - 1, .leastNormalMagnitude))
        }
        for run in rows.runs {
            let (x, n) = (run.frequency, run.customers)
            let chances = x + firstChances
            value.add(n * (logGammaRise(r, by: x) + r * logAlpha))
            byR.add(n * (digamma(r + x) - psiR + logAlpha))
            byAlpha.add(n * r / alpha)
            guard chances > 0 else { continue }
            value.add(n * (logGammaRise(b, by: chances) - logGammaRise(a + b, by: chances)))
            let psiABX = digamma(a + b + chances)
            byA.add(n * (psiAB - psiABX))
            byB.add(n * (psiAB - psiABX + digamma(b + chances) - psiB))
        }
        gradient[0] = -byR.value * r / total
        gradient[1] = -byAlpha.value * alpha / total
        gradient[2] = -byA.value * a / total
        gradient[3] = -byB.value * b / total
        return -value.value / total
    }

    /// Sums over the customers of one piece.
    private struct Sums {
        /// Σ ln((α+T)^−k + odds (α+t_x)^−k).
        var mixture = 0.0
        /// Σ of the mean of ln(α+T) and ln(α+t_x), weighted by the two parts of the mixture.
        var logTime = 0.0
        /// The same of 1/(α+T) and 1/(α+t_x).
        var inverseTime = 0.0
        /// Σ of the weight of the second part: how many have left.
        var left = 0.0
    }

    private func sum(_ range: Range<Int>, k: Double, alpha: Double, logOdds: Double?) -> Sums {
        guard let logOdds else {
            let ages = rows.sumOfAges(range, alpha: alpha)
            return Sums(mixture: -k * ages.log, logTime: ages.log, inverseTime: ages.inverse)
        }
        var (mixture, logTime, inverseTime, left) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        let (customers, recency, age) = (rows.customers, rows.recency, rows.age)
        var first = range.lowerBound
        while first < range.upperBound {
            // Factors of sixteen rows share a logarithm, their sums a compensation.
            let last = min(range.upperBound, first + 16)
            var (ends, mixtures) = (1.0, 1.0)
            var (logEnds, logMixtures, logRatios, inverses, lefts) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for i in first..<last {
                let weight = customers[i]
                let end = alpha + age[i]
                let start = alpha + recency[i]
                let inverse = 1 / (end * start)
                let logRatio = log(end * end * inverse)
                // d = ln(second part / first part); only the smaller of the two is exponentiated.
                let d = logOdds + k * logRatio
                let small = exp(-abs(d))
                let share = (d > 0 ? 1 : small) / (1 + small)
                if weight == 1 {
                    ends *= end
                    mixtures *= 1 + small
                    logMixtures += max(d, 0)
                } else {
                    logEnds += weight * log(end)
                    logMixtures += weight * (max(d, 0) + log1p(small))
                }
                logRatios += weight * share * logRatio
                inverses += weight * ((1 - share) * start + share * end) * inverse
                lefts += weight * share
            }
            logEnds += log(ends)
            mixture.add(log(mixtures) + logMixtures - k * logEnds)
            logTime.add(logEnds - logRatios)
            inverseTime.add(inverses)
            left.add(lefts)
            first = last
        }
        return Sums(
            mixture: mixture.value, logTime: logTime.value, inverseTime: inverseTime.value,
            left: left.value)
    }
}
