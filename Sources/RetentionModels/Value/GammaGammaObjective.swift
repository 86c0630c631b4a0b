#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative mean log-likelihood of Gamma–Gamma, with its exact gradient by
/// (ln p, ln(q − 1), ln gamma).
///
/// Amounts are divided by a power of two so that their mean falls in 16..<32: the search then looks
/// the same in cents and in millions, and no digit is lost.
struct GammaGammaObjective: LikelihoodObjective {
    /// What one unit of the scaled amounts is in the data's unit.
    let spendScale: Double
    /// Where the search starts, and what the weak prior is centred on.
    let centre: [Double]
    let prior: Prior
    /// How many customers have a repeat order and an amount above 0.
    let customers: Int
    var total: Double { Double(spendInverse.count) }
    var rowCount: Int { spendInverse.count }

    /// What the rows of one frequency share. Only ln(1 + γ/(xz̄)) depends on a row and parameters.
    private struct Run {
        var frequency: Double
        var rows: Range<Int>
        /// Σ ln z̄.
        var sumOfLogs = 0.0
    }

    private var runs: [Run] = []
    /// 1/(xz̄) by row, ascending by frequency.
    private var spendInverse: [Double] = []
    private let workers: Workers

    init(frequency: [Int], meanSpend: [Double], prior: Prior, workers: Workers = .one) {
        let usable = frequency.indices.filter { frequency[$0] > 0 && meanSpend[$0] > 0 }
        var total = CompensatedSum()
        for i in usable { total.add(meanSpend[i]) }
        customers = usable.count
        self.prior = prior
        self.workers = workers
        let mean = total.value / Double(max(1, customers))
        let scale = mean > 0 && mean.isFinite ? mean.binade / 16 : 1
        spendScale = scale
        centre = [log(2), log(2), log(max(mean / scale, 1))]

        let rows = ascendingOrder(usable.map { Double(frequency[$0]) }).map { usable[$0] }
        var counts: [(Double, Int)] = []
        for row in rows {
            let x = Double(frequency[row])
            if counts.last?.0 == x {
                counts[counts.count - 1].1 += 1
            } else {
                counts.append((x, 1))
            }
        }
        setRuns(rows.map { meanSpend[$0] / scale }, counts)
    }

    private mutating func setRuns(_ spend: [Double], _ counts: [(Double, Int)]) {
        runs = []
        var start = 0
        spendInverse = spend
        for (x, count) in counts {
            var logs = CompensatedSum()
            for i in start..<start + count {
                logs.add(log(spend[i]))
                spendInverse[i] = 1 / (x * spend[i])
            }
            runs.append(Run(frequency: x, rows: start..<start + count, sumOfLogs: logs.value))
            start += count
        }
    }

    func thinned(every stride: Double) -> GammaGammaObjective? {
        var thin = self
        var kept: [Double] = []
        var counts: [(Double, Int)] = []
        var passed = 0.0
        for run in runs {
            let before = kept.count
            for row in run.rows {
                passed += 1
                guard passed >= stride else { continue }
                passed -= stride
                kept.append(1 / (run.frequency * spendInverse[row]))
            }
            if kept.count > before { counts.append((run.frequency, kept.count - before)) }
        }
        thin.setRuns(kept, counts)
        return thin
    }

    /// The model at a point of the search, in the data's unit of money.
    func model(at point: [Double]) -> GammaGamma? {
        GammaGamma(p: exp(point[0]), q: 1 + exp(point[1]), gamma: exp(point[2]) * spendScale)
    }

    func meanLoss(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (p, q, gamma) = (exp(point[0]), 1 + exp(point[1]), exp(point[2]))
        let logGammaRate = point[2]
        let (gammaQ, psiQ) = (logGamma(q), digamma(q))
        var value = CompensatedSum()
        var (byP, byQ, byGamma) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
        let sums = rowSums(gamma: gamma)
        for (run, sum) in zip(runs, sums) {
            let x = run.frequency
            let n = Double(run.rows.count)
            let px = p * x
            // Σ ln(xz̄): what px multiplies would cancel against it, were it not taken out.
            let sumOfTotals = run.sumOfLogs + n * log(x)
            value.add(n * (logGammaRise(px, by: q) - gammaQ + q * logGammaRate))
            value.add(-run.sumOfLogs - q * sumOfTotals)
            value.add(-(px + q) * sum.logs)
            let psiPXQ = digamma(px + q)
            byP.add(x * (n * (psiPXQ - digamma(px)) - sum.logs))
            byQ.add(n * (psiPXQ - psiQ + logGammaRate) - sumOfTotals - sum.logs)
            byGamma.add(n * q / gamma - (px + q) * sum.inverses)
        }
        gradient[0] = -byP.value * p / total
        gradient[1] = -byQ.value * (q - 1) / total
        gradient[2] = -byGamma.value * gamma / total
        return -value.value / total
    }

    /// Σ ln(1 + γ/(xz̄)) and its derivative Σ 1/(xz̄ + γ), for each frequency.
    ///
    /// Eight factors are multiplied, with the product's derivative, before one logarithm and one
    /// division are taken; where the product overflows each factor is taken alone.
    private func rowSums(gamma: Double) -> [(logs: Double, inverses: Double)] {
        let pieceSize = 16_384
        let count = (rowCount + pieceSize - 1) / pieceSize
        let pieces = workers.map(count) { piece -> [(run: Int, logs: Double, inverses: Double)] in
            let range = piece * pieceSize..<min(rowCount, (piece + 1) * pieceSize)
            var found: [(run: Int, logs: Double, inverses: Double)] = []
            for (index, run) in runs.enumerated() where run.rows.overlaps(range) {
                let sum = self.sum(run.rows.clamped(to: range), gamma: gamma)
                found.append((index, sum.logs, sum.inverses))
            }
            return found
        }
        var sums = [(CompensatedSum, CompensatedSum)](
            repeating: (CompensatedSum(), CompensatedSum()), count: runs.count)
        for part in pieces.joined() {
            sums[part.run].0.add(part.logs)
            sums[part.run].1.add(part.inverses)
        }
        return sums.map { ($0.0.value, $0.1.value) }
    }

    private func sum(_ rows: Range<Int>, gamma: Double) -> (logs: Double, inverses: Double) {
        var (logs, inverses) = (CompensatedSum(), CompensatedSum())
        var first = rows.lowerBound
        while first < rows.upperBound {
            let last = min(rows.upperBound, first + 8)
            var (product, slope) = (1.0, 0.0)
            for i in first..<last {
                let inverse = spendInverse[i]
                let factor = 1 + gamma * inverse
                slope = slope * factor + product * inverse
                product *= factor
            }
            if product < 1e250, slope < 1e250 {
                logs.add(log(product))
                inverses.add(slope / product)
            } else {
                for i in first..<last {
                    logs.add(log1p(gamma * spendInverse[i]))
                    inverses.add(spendInverse[i] / (1 + gamma * spendInverse[i]))
                }
            }
            first = last
        }
        return (logs.value, inverses.value)
    }
}
