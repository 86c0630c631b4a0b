#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The negative mean log-likelihood of BG/NBD over grouped histories, with its exact gradient by
/// (ln r, ln alpha, ln a, ln b).
///
/// Times are divided by a power of two so that the longest age falls in 32..<64: the search then
/// looks the same whether the data came in seconds or in years, and no digit is lost.
struct BGNBDObjective {
    /// What one unit of the scaled time is in the data's unit.
    let timeScale: Double
    /// Where the search starts, and what the weak prior is centred on.
    let centre: [Double]

    private let runs: [(frequency: Double, rows: Range<Int>)]
    private let recency: [Double]
    private let age: [Double]
    private let customers: [Double]
    private let total: Double
    private let precision: Double

    /// Nil when no history has a length.
    init?(_ histories: GroupedHistories, prior: Prior) {
        let longest = histories.age.max() ?? 0
        guard longest > 0 else { return nil }
        let scale = longest.binade / 32
        timeScale = scale
        recency = histories.recency.map { $0 / scale }
        age = histories.age.map { $0 / scale }
        customers = histories.customers.map { Double($0) }
        total = customers.reduce(0, +)
        precision = prior == .weak ? 0.25 : 0

        var weightedAge = CompensatedSum()
        for i in age.indices { weightedAge.add(age[i] * customers[i]) }
        centre = [0, log(max(weightedAge.value / total, 1e-3) / 4), 0, 0]

        var runs: [(frequency: Double, rows: Range<Int>)] = []
        var start = 0
        for i in 1...histories.count
        where i == histories.count || histories.frequency[i] != histories.frequency[start] {
            runs.append((Double(histories.frequency[start]), start..<i))
            start = i
        }
        self.runs = runs
    }

    /// The model at a point of the search, in the data's unit of time.
    func model(at point: [Double]) -> BGNBD? {
        BGNBD(
            r: exp(point[0]), alpha: exp(point[1]) * timeScale, a: exp(point[2]), b: exp(point[3]))
    }

    /// The objective with all four parameters.
    func callAsFunction(_ point: [Double], _ gradient: inout [Double]) -> Double {
        var value = likelihood(
            r: exp(point[0]), alpha: exp(point[1]), a: exp(point[2]), b: exp(point[3]),
            leaves: true, &gradient)
        for i in 0..<4 {
            let distance = point[i] - centre[i]
            value += precision * distance * distance / (2 * total)
            gradient[i] += precision * distance / total
        }
        return value
    }

    /// The objective of the model in which nobody leaves, by (ln r, ln alpha), without a prior.
    func withoutDropout(_ point: [Double], _ gradient: inout [Double]) -> Double {
        var all = [0.0, 0, 0, 0]
        let value = likelihood(
            r: exp(point[0]), alpha: exp(point[1]), a: 1, b: 1, leaves: false, &all)
        gradient[0] = all[0]
        gradient[1] = all[1]
        return value
    }

    /// The objective without a prior. Everything that depends on the frequency alone is computed
    /// once a frequency; a row costs two logarithms and one exponential.
    private func likelihood(
        r: Double, alpha: Double, a: Double, b: Double, leaves: Bool, _ gradient: inout [Double]
    ) -> Double {
        let logAlpha = log(alpha)
        let logA = log(a)
        let (psiR, psiB, psiAB) = (digamma(r), digamma(b), digamma(a + b))
        var value = CompensatedSum()
        var (byR, byAlpha, byA, byB) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        for (x, rows) in runs {
            let sums = sum(
                rows, r: r, x: x, alpha: alpha,
                logOdds: leaves && x > 0 ? logA - log(b + x - 1) : -.infinity)
            let n = sums.customers
            value.add(n * (logGammaRise(r, by: x) + r * logAlpha) + sums.mixture)
            byR.add(n * (digamma(r + x) - psiR + logAlpha) - sums.logTime)
            byAlpha.add(n * r / alpha - (r + x) * sums.inverseTime)
            guard leaves, x > 0 else { continue }
            value.add(n * (logGammaRise(b, by: x) - logGammaRise(a + b, by: x)))
            let psiABX = digamma(a + b + x)
            byA.add(n * (psiAB - psiABX) + sums.left / a)
            byB.add(n * (psiAB - psiABX + digamma(b + x) - psiB) - sums.left / (b + x - 1))
        }
        gradient[0] = -byR.value * r / total
        gradient[1] = -byAlpha.value * alpha / total
        gradient[2] = -byA.value * a / total
        gradient[3] = -byB.value * b / total
        return -value.value / total
    }

    /// Sums over the customers of one frequency.
    private struct RunSums {
        var customers = 0.0
        /// Σ ln((α+T)^−(r+x) + odds (α+t_x)^−(r+x)).
        var mixture = 0.0
        /// Σ of the mean of ln(α+T) and ln(α+t_x), weighted by the two parts of the mixture.
        var logTime = 0.0
        /// The same of 1/(α+T) and 1/(α+t_x).
        var inverseTime = 0.0
        /// Σ of the weight of the second part: how many have left.
        var left = 0.0
    }

    private func sum(
        _ rows: Range<Int>, r: Double, x: Double, alpha: Double, logOdds: Double
    ) -> RunSums {
        let k = r + x
        var n = 0.0
        var (mixture, logTime, inverseTime, left) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        for i in rows {
            let weight = customers[i]
            n += weight
            let end = alpha + age[i]
            let logEnd = log(end)
            if logOdds == -.infinity {
                mixture.add(-weight * k * logEnd)
                logTime.add(weight * logEnd)
                inverseTime.add(weight / end)
                continue
            }
            let last = alpha + recency[i]
            let logLast = log(last)
            // d = ln(second part / first part); only the smaller of the two is exponentiated.
            let d = logOdds + k * (logEnd - logLast)
            let small = exp(-abs(d))
            let share = d > 0 ? 1 / (1 + small) : small / (1 + small)
            mixture.add(weight * (-k * logEnd + max(d, 0) + log1p(small)))
            logTime.add(weight * (logEnd + share * (logLast - logEnd)))
            inverseTime.add(weight * ((1 - share) / end + share / last))
            left.add(weight * share)
        }
        return RunSums(
            customers: n, mixture: mixture.value, logTime: logTime.value,
            inverseTime: inverseTime.value, left: left.value)
    }
}
