#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether a difference is shown, by a test that may be looked at after every person: the mixture sequential
/// probability ratio test with a normal mixture (Robbins 1970; for experiments that are watched: Johari, Koomen,
/// Pekelis and Walsh 2022, "Always valid inference", Operations Research 70(3), section 4).
///
/// With an estimate of variance V and a mixture of N(0, τ²), the ratio is
/// `√(V / (V + τ²)) · exp(δ²τ² / (2V(V + τ²)))`; were there no difference, it would ever reach 1/α with a
/// probability of at most α. τ is the smallest difference that matters, for which the test is then quickest.
struct SequentialTest {
    /// Of the estimated difference.
    let variance: Double
    /// The smallest difference that matters, above 0.
    let smallest: Double

    static let level = 0.05
    /// Where the standard normal distribution reaches 0.8.
    static let powerQuantile = 0.841_621_233_572_914_2

    /// A difference of this much is shown.
    var bound: Double { bound(variance) }

    private func bound(_ variance: Double) -> Double {
        guard variance > 0 else { return 0 }
        let mixture = smallest * smallest
        let whole = variance + mixture
        let evidence = log(1 / Self.level) + log(whole / variance) / 2
        return (2 * variance * whole / mixture * evidence).squareRoot()
    }

    /// How many times as many people, split alike, it takes to show such a difference with a probability of
    /// 80%; at most 1 where there are enough. Nil beyond a million times.
    func growth(toShow difference: Double) -> Double? {
        func isEnough(_ growth: Double) -> Bool {
            let variance = variance / growth
            return difference - Self.powerQuantile * variance.squareRoot() >= bound(variance)
        }
        guard difference > 0 else { return nil }
        var (low, high) = (1.0, 1.0)
        while !isEnough(high) {
            guard high < 1e6 else { return nil }
            low = high
            high *= 2
        }
        guard high > 1 else { return 1 }
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
