#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative mean log-likelihood of Pareto/NBD over grouped histories, with its exact gradient
/// by (ln r, ln alpha, ln s, ln beta).
struct ParetoNBDObjective: LikelihoodObjective {
    let centre: [Double]
    let prior: Prior
    var total: Double { rows.total }
    var rowCount: Int { rows.age.count }

    private var rows: ScaledRows
    private let workers: Workers

    init(_ rows: ScaledRows, prior: Prior, workers: Workers) {
        self.rows = rows
        self.prior = prior
        self.workers = workers
        let quarter = log(max(rows.meanAge, 1e-3) / 4)
        centre = [0, quarter, 0, quarter]
    }

    func thinned(every stride: Double) -> ParetoNBDObjective? {
        var thin = self
        thin.rows = rows.thinned(every: stride)
        return thin
    }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (r, alpha, s, beta) = (exp(point[0]), exp(point[1]), exp(point[2]), exp(point[3]))
        let psiR = digamma(r)
        let sums = rows.sums(workers: workers) { run, range in
            sum(range, k: r + rows.runs[run].frequency, alpha, s, beta)
        }
        var value = CompensatedSum()
        var (byR, byAlpha, byS, byBeta) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        for (piece, sum) in zip(rows.pieces, sums) {
            let k = r + rows.runs[piece.run].frequency
            value.add(sum.mixture)
            byR.add(-sum.logAlpha)
            byAlpha.add(-k * sum.inverseAlpha)
            byS.add(sum.left / s - sum.logBeta)
            byBeta.add(-sum.inverseBeta)
        }
        for run in rows.runs {
            let (x, n) = (run.frequency, run.customers)
            value.add(n * (logGammaRise(r, by: x) + r * point[1] + s * point[3]))
            byR.add(n * (digamma(r + x) - psiR + point[1]))
            byAlpha.add(n * r / alpha)
            byS.add(n * point[3])
            byBeta.add(n * s / beta)
        }
        gradient[0] = -byR.value * r / total
        gradient[1] = -byAlpha.value * alpha / total
        gradient[2] = -byS.value * s / total
        gradient[3] = -byBeta.value * beta / total
        return -value.value / total
    }

    /// Sums over the customers of one piece; means are over the two parts of the mixture, that of
    /// having stayed until T and that of having left since t_x.
    private struct Sums {
        /// Σ ln of the mixture.
        var mixture = 0.0
        /// Σ of the mean of ln(α + τ).
        var logAlpha = 0.0
        /// Σ of the mean of ln(β + τ).
        var logBeta = 0.0
        /// Σ of the mean of 1/(α + τ).
        var inverseAlpha = 0.0
        /// Σ of the mean of s/(β + T) or (s + 1)/(β + τ).
        var inverseBeta = 0.0
        /// Σ of the weight of the second part: how many have left.
        var left = 0.0
    }

    private func sum(
        _ range: Range<Int>, k: Double, _ alpha: Double, _ s: Double, _ beta: Double
    ) -> Sums {
        // Everything at T, for a start as if nobody had left.
        let (alphaEnds, betaEnds) = (
            rows.sumOfAges(range, alpha: alpha), rows.sumOfAges(range, alpha: beta)
        )
        var mixture = CompensatedSum()
        mixture.add(-k * alphaEnds.log - s * betaEnds.log)
        var (logAlpha, logBeta) = (CompensatedSum(), CompensatedSum())
        logAlpha.add(alphaEnds.log)
        logBeta.add(betaEnds.log)
        var (inverseAlpha, inverseBeta) = (CompensatedSum(), CompensatedSum())
        inverseAlpha.add(alphaEnds.inverse)
        inverseBeta.add(s * betaEnds.inverse)
        var left = 0.0
        var factor = 1.0
        let (customers, recency, age) = (rows.customers, rows.recency, rows.age)
        for i in range {
            let weight = customers[i]
            let (start, end) = (recency[i], age[i])
            guard end > start else { continue }
            let integral = ParetoIntegral(
                k: k, alpha: alpha, s: s, beta: beta, from: start, to: end)
            let logOdds =
                log(s * integral.value / (beta + start)) + k * integral.alphaRise
                + s * integral.betaRise
            let small = exp(-abs(logOdds))
            let share = (logOdds > 0 ? 1 : small) / (1 + small)
            mixture.add(weight * max(logOdds, 0))
            // Factors are at most 2: five hundred share a logarithm.
            if weight == 1 { factor *= 1 + small } else { mixture.add(weight * log1p(small)) }
            if factor > 1e150 {
                mixture.add(log(factor))
                factor = 1
            }
            let leave = weight * share
            logAlpha.add(leave * (integral.logAlpha - integral.alphaRise))
            logBeta.add(leave * (integral.logBeta - integral.betaRise))
            inverseAlpha.add(leave * (integral.inverseAlpha - 1 / (alpha + end)))
            inverseBeta.add(leave * ((s + 1) * integral.inverseBeta - s / (beta + end)))
            left += leave
        }
        mixture.add(log(factor))
        return Sums(
            mixture: mixture.value, logAlpha: logAlpha.value, logBeta: logBeta.value,
            inverseAlpha: inverseAlpha.value, inverseBeta: inverseBeta.value, left: left)
    }
}
