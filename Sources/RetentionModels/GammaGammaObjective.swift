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
struct GammaGammaObjective {
    /// What one unit of the scaled amounts is in the data's unit.
    let spendScale: Double
    /// Where the search starts, and what the weak prior is centred on.
    let centre: [Double]
    /// How many customers have a repeat order and an amount above 0.
    let customers: Int

    /// What the rows of one frequency share. Only ln(1 + γ/(xz̄)) depends on a row and parameters.
    private struct Run {
        var frequency: Double
        var rows: Range<Int>
        /// Σ ln z̄.
        var sumOfLogs = 0.0
    }

    private let runs: [Run]
    private let spend: [Double]
    private let precision: Double

    init(frequency: [Int], meanSpend: [Double], prior: Prior) {
        let usable = frequency.indices.filter { frequency[$0] > 0 && meanSpend[$0] > 0 }
            .sorted { (frequency[$0], $0) < (frequency[$1], $1) }
        customers = usable.count
        precision = prior == .weak ? 0.25 : 0
        var total = CompensatedSum()
        for i in usable { total.add(meanSpend[i]) }
        let mean = total.value / Double(max(1, usable.count))
        let scale = mean > 0 && mean.isFinite ? mean.binade / 16 : 1
        spendScale = scale
        spend = usable.map { meanSpend[$0] / scale }
        centre = [log(2), log(2), log(max(mean / scale, 1))]

        var runs: [Run] = []
        var start = 0
        while start < usable.count {
            let x = frequency[usable[start]]
            var end = start
            var logs = CompensatedSum()
            while end < usable.count, frequency[usable[end]] == x {
                logs.add(log(spend[end]))
                end += 1
            }
            runs.append(Run(frequency: Double(x), rows: start..<end, sumOfLogs: logs.value))
            start = end
        }
        self.runs = runs
    }

    /// The model at a point of the search, in the data's unit of money.
    func model(at point: [Double]) -> GammaGamma? {
        GammaGamma(p: exp(point[0]), q: 1 + exp(point[1]), gamma: exp(point[2]) * spendScale)
    }

    /// The objective.
    func callAsFunction(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let (p, q, gamma) = (exp(point[0]), 1 + exp(point[1]), exp(point[2]))
        let logGammaRate = point[2]
        let (gammaQ, psiQ) = (logGamma(q), digamma(q))
        var value = CompensatedSum()
        var (byP, byQ, byGamma) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
        for run in runs {
            let x = run.frequency
            let n = Double(run.rows.count)
            var (logs, inverses) = (CompensatedSum(), CompensatedSum())
            for i in run.rows {
                let sum = x * spend[i]
                logs.add(log1p(gamma / sum))
                inverses.add(1 / (sum + gamma))
            }
            let px = p * x
            // Σ ln(xz̄): what px multiplies would cancel against it, were it not taken out.
            let sumOfTotals = run.sumOfLogs + n * log(x)
            value.add(n * (logGammaRise(px, by: q) - gammaQ + q * logGammaRate))
            value.add(-run.sumOfLogs - q * sumOfTotals)
            value.add(-(px + q) * logs.value)
            let psiPXQ = digamma(px + q)
            byP.add(x * (n * (psiPXQ - digamma(px)) - logs.value))
            byQ.add(n * (psiPXQ - psiQ + logGammaRate) - sumOfTotals - logs.value)
            byGamma.add(n * q / gamma - (px + q) * inverses.value)
        }
        let total = Double(customers)
        gradient[0] = -byP.value * p / total
        gradient[1] = -byQ.value * (q - 1) / total
        gradient[2] = -byGamma.value * gamma / total
        var result = -value.value / total
        for i in 0..<3 {
            let distance = point[i] - centre[i]
            result += precision * distance * distance / (2 * total)
            gradient[i] += precision * distance / total
        }
        return result
    }
}
