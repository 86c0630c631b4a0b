#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the standard normal distribution reaches a probability; infinite at 0 and 1.
///
/// A rough start by Abramowitz & Stegun 1964, 26.2.23, then Newton's method on `erfc`.
func standardNormalQuantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
        return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
    }
    // The lower half by symmetry: erfc keeps its digits in the tail.
    guard probability <= 0.5 else { return -standardNormalQuantile(1 - probability) }
    let t = (-2 * log(probability)).squareRoot()
    var x =
        -(t - (2.515517 + t * (0.802853 + t * 0.010328))
            / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
    for _ in 0..<4 {
        let tail = erfc(-x / 2.0.squareRoot()) / 2
        let density = exp(-x * x / 2) / (2 * .pi).squareRoot()
        guard density > 0 else { break }
        let step = (tail - probability) / density
        // Halley's correction: the second derivative is −x times the first.
        x -= step / (1 + x * step / 2)
    }
    return x
}

/// A seeded generator of the distributions that the models are made of (SplitMix64; Steele, Lea &
/// Flood 2014).
public struct SeededDraws: Sendable {
    private var state: UInt64
    private var spare: Double?

    /// The same seed gives the same draws, everywhere.
    public init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Between 0 and 1, both excluded.
    public mutating func uniform() -> Double { (Double(bits() >> 11) + 0.5) * 0x1p-53 }

    mutating func exponential(rate: Double) -> Double { -log(uniform()) / rate }

    /// Box & Muller 1958; the second of the pair is kept for the next call.
    mutating func normal() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        let radius = (-2 * log(uniform())).squareRoot()
        let angle = 2 * .pi * uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }

    /// Marsaglia & Tsang 2000; below shape 1 by their power of a uniform.
    mutating func gamma(shape: Double, rate: Double) -> Double {
        if shape < 1 {
            return gamma(shape: shape + 1, rate: rate) * exp(log(uniform()) / shape)
        }
        let d = shape - 1.0 / 3
        while true {
            let x = normal()
            let root = 1 + x / (9 * d).squareRoot()
            let v = root * root * root
            if v > 0, log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v / rate }
        }
    }

    mutating func beta(_ a: Double, _ b: Double) -> Double {
        let x = gamma(shape: a, rate: 1)
        let y = gamma(shape: b, rate: 1)
        // Both vanish where a and b are tiny: then it is the one end or the other.
        return x + y > 0 ? x / (x + y) : uniform() * (a + b) < a ? 1 : 0
    }
}
