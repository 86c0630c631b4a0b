import Foundation

@testable import RetentionModels

/// A seeded generator with the distributions that the models are made of (SplitMix64, Steele, Lea &
/// Flood 2014).
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Between 0 and 1, both excluded.
    mutating func uniform() -> Double { (Double(bits() >> 11) + 0.5) * 0x1p-53 }

    mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    mutating func exponential(rate: Double) -> Double { -log(uniform()) / rate }

    mutating func normal() -> Double {
        (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Marsaglia & Tsang 2000; below shape 1 by their power of a uniform.
    mutating func gamma(shape: Double, rate: Double = 1) -> Double {
        if shape < 1 {
            return gamma(shape: shape + 1, rate: rate) * pow(uniform(), 1 / shape)
        }
        let d = shape - 1.0 / 3
        while true {
            let x = normal()
            let v = pow(1 + x / (9 * d).squareRoot(), 3)
            if v > 0, log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v / rate }
        }
    }

    mutating func beta(_ a: Double, _ b: Double) -> Double {
        let x = gamma(shape: a)
        return x / (x + gamma(shape: b))
    }

    /// A customer of BG/NBD, followed for `age`, with the orders of the `holdout` after it.
    mutating func customer(
        of model: BGNBD, age: Double, holdout: Double = 0
    ) throws -> (history: PurchaseHistory, later: Int) {
        let rate = gamma(shape: model.r, rate: model.alpha)
        let leaving = beta(model.a, model.b)
        var (time, recency, frequency, later) = (0.0, 0.0, 0, 0)
        while true {
            time += exponential(rate: rate)
            if time > age + holdout { break }
            if time <= age {
                frequency += 1
                recency = time
            } else {
                later += 1
            }
            if uniform() < leaving { break }
        }
        return (
            try PurchaseHistory(frequency: frequency, recency: recency, age: age), later
        )
    }

    /// A customer of MBG/NBD, followed for `age`.
    mutating func customer(of model: MBGNBD, age: Double) throws -> PurchaseHistory {
        let rate = gamma(shape: model.r, rate: model.alpha)
        let leaving = beta(model.a, model.b)
        var (time, recency, frequency) = (0.0, 0.0, 0)
        while uniform() >= leaving {
            time += exponential(rate: rate)
            if time > age { break }
            frequency += 1
            recency = time
        }
        return try PurchaseHistory(frequency: frequency, recency: recency, age: age)
    }

    /// A customer of Pareto/NBD, followed for `age`.
    mutating func customer(of model: ParetoNBD, age: Double) throws -> PurchaseHistory {
        let rate = gamma(shape: model.r, rate: model.alpha)
        let end = min(age, exponential(rate: gamma(shape: model.s, rate: model.beta)))
        var (time, recency, frequency) = (0.0, 0.0, 0)
        while true {
            time += exponential(rate: rate)
            if time > end { break }
            frequency += 1
            recency = time
        }
        return try PurchaseHistory(frequency: frequency, recency: recency, age: age)
    }

    /// Histories of many customers, who start within the first third of `length`.
    mutating func histories(
        of model: some BuyTillYouDieModel, customers: Int, length: Double
    ) throws -> PurchaseHistories {
        var (frequency, recency, age) = ([Int](), [Double](), [Double]())
        for _ in 0..<customers {
            let followed = length * (1 - uniform() / 3)
            let history: PurchaseHistory
            switch model {
            case let model as BGNBD: history = try customer(of: model, age: followed).history
            case let model as MBGNBD: history = try customer(of: model, age: followed)
            case let model as ParetoNBD: history = try customer(of: model, age: followed)
            default: throw UnknownModel()
            }
            frequency.append(history.frequency)
            recency.append(history.recency)
            age.append(history.age)
        }
        return try PurchaseHistories(frequency: frequency, recency: recency, age: age)
    }

    struct UnknownModel: Error {}

    /// Histories of many customers, who start within the first third of `length`.
    mutating func histories(
        of model: BGNBD, customers: Int, length: Double, spend: GammaGamma? = nil
    ) throws -> PurchaseHistories {
        var (frequency, recency, age, means) = ([Int](), [Double](), [Double](), [Double]())
        for _ in 0..<customers {
            let history = try customer(of: model, age: length * (1 - uniform() / 3)).history
            frequency.append(history.frequency)
            recency.append(history.recency)
            age.append(history.age)
            guard let spend else { continue }
            let rate = gamma(shape: spend.q, rate: spend.gamma)
            let x = Double(history.frequency)
            means.append(x == 0 ? 0 : gamma(shape: spend.p * x, rate: rate) / x)
        }
        return try PurchaseHistories(
            frequency: frequency, recency: recency, age: age,
            meanRepeatSpend: spend == nil ? nil : means)
    }
}
