import Glibc
import Kernel

extension SeededRandom {
    /// Gamma with scale 1 (Marsaglia & Tsang 2000; below shape 1 with their boost).
    mutating func gamma(shape: Double) -> Double {
        guard shape >= 1 else {
            return gamma(shape: shape + 1) * pow(1 - unit(), 1 / shape)
        }
        let d = shape - 1.0 / 3
        let c = 1 / sqrt(9 * d)
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            if v > 0, log(1 - unit()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }

    /// Standard normal (Box & Muller 1958).
    mutating func normal() -> Double {
        sqrt(-2 * log(1 - unit())) * cos(2 * Double.pi * unit())
    }

    /// Exponential with mean 1.
    mutating func exponential() -> Double { -log(1 - unit()) }

    /// Beta by two gammas.
    mutating func beta(_ a: Double, _ b: Double) -> Double {
        let first = gamma(shape: a)
        let second = gamma(shape: b)
        return first / (first + second)
    }
}
