#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The Pareto/NBD model of repeat buying (Schmittlein, Morrison & Colombo 1987).
///
/// While a customer is there, purchases come at a rate λ of the customer's own; the customer leaves
/// at any time, at a rate μ of the customer's own. Over customers λ is gamma distributed with shape
/// `r` and rate `alpha`, and μ with shape `s` and rate `beta`.
public struct ParetoNBD: BuyTillYouDieModel {
    /// The model's name in the literature.
    public static let name = "Pareto/NBD"
    /// The parameters' names in the literature.
    public static var parameterNames: [String] { ["r", "alpha", "s", "beta"] }

    /// The shape of the purchase rates; the smaller, the more customers differ.
    public let r: Double
    /// The rate of the purchase rates, in units of time: their mean is r / alpha.
    public let alpha: Double
    /// The shape of the rates of leaving.
    public let s: Double
    /// The rate of the rates of leaving, in units of time: their mean is s / beta.
    public let beta: Double

    /// The parameters, in the order of their names.
    public var parameters: [Double] { [r, alpha, s, beta] }

    /// Keeps the parameters; nil unless all four are finite and above zero.
    public init?(r: Double, alpha: Double, s: Double, beta: Double) {
        guard Self.arePositive([r, alpha, s, beta], count: 4) else { return nil }
        self.r = r
        self.alpha = alpha
        self.s = s
        self.beta = beta
    }

    /// Keeps the parameters, in the order of their names; nil where they can't be.
    public init?(parameters: [Double]) {
        guard parameters.count == 4 else { return nil }
        self.init(r: parameters[0], alpha: parameters[1], s: parameters[2], beta: parameters[3])
    }

    /// The log-likelihood of one history with every constant: that of staying until T, and of
    /// leaving at any time since t_x (Schmittlein, Morrison & Colombo 1987, appendix).
    public func logLikelihood(_ history: PurchaseHistory) -> Double {
        let x = Double(history.frequency)
        let (share, fall) = partsOfOdds(history)
        let logOdds = log(share) + fall
        let staying =
            r * log(alpha) - (r + x) * log(alpha + history.age) - s * log1p(history.age / beta)
        return logGammaRise(r, by: x) + staying + max(logOdds, 0) + log1p(exp(-abs(logOdds)))
    }

    /// P(left) / P(alive): of having left at any time since t_x.
    public func oddsOfHavingLeft(_ history: PurchaseHistory) -> Double {
        let (share, fall) = partsOfOdds(history)
        return fall < 700 ? share * exp(fall) : exp(log(share) + fall)
    }

    /// Fader & Hardie 2005, "A Note on Deriving the Pareto/NBD Model", eq. 41, with a logarithm at
    /// s = 1. Infinite at infinity unless s > 1.
    public func ordersWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double {
        let end = beta + history.age
        let rate = (r + Double(history.frequency)) / (alpha + history.age)
        if time == .infinity { return s > 1 ? rate * end / (s - 1) : .infinity }
        let shrinkage = -log1p(time / end)
        let stay = s == 1 ? -shrinkage : -expm1((s - 1) * shrinkage) / (s - 1)
        return rate * end * stay
    }

    /// Orders drawn from what the model says; see the protocol.
    public func drawOrdersWhileAlive(
        _ history: PurchaseHistory, within time: Double, _ draws: inout SeededDraws
    ) -> Int {
        let rate = draws.gamma(
            shape: r + Double(history.frequency), rate: alpha + history.age)
        let leaving = draws.gamma(shape: s, rate: beta + history.age)
        let end = min(time, draws.exponential(rate: leaving))
        var (orders, passed) = (0, draws.exponential(rate: rate))
        while passed <= end {
            orders += 1
            passed += draws.exponential(rate: rate)
        }
        return orders
    }

    /// P(left) / P(alive) is `share` e^`fall`; neither overflows.
    private func partsOfOdds(_ history: PurchaseHistory) -> (share: Double, fall: Double) {
        guard history.age > history.recency else { return (0, 0) }
        let k = r + Double(history.frequency)
        let panels = ParetoPanels(
            k: k, alpha: alpha, s: s, beta: beta, from: history.recency, to: history.age)
        let share = s / (beta + history.recency) * panels.value
        return (share, k * panels.alphaRise + s * panels.betaRise)
    }

    /// The probability of no order while alive; see the protocol.
    public func silenceWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double {
        let k = r + Double(history.frequency)
        let (a, b) = (alpha + history.age, beta + history.age)
        guard time < .infinity else { return silenceForever(k: k, a, b) }
        let stays = exp(-k * log1p(time / a) - s * log1p(time / b))
        let panels = ParetoPanels(k: k, alpha: a, s: s, beta: b, from: 0, to: time)
        return min(1, stays + s / b * panels.value)
    }

    /// s ∫ (a/(a+τ))^k (b/(b+τ))^s / (b+τ) dτ over all time to come, by Gauss's function, whose
    /// last argument is kept from 0 to 1 either way (Fader & Hardie 2005, the same note, A.2).
    private func silenceForever(k: Double, _ a: Double, _ b: Double) -> Double {
        let integral =
            a >= b
            ? gaussF1(k, k + s + 1, (a - b) / a)
            : a / b * gaussF1(s + 1, k + s + 1, (b - a) / b)
        return min(1, s / (k + s) * integral)
    }
}

/// Pareto/NBD fitted to data.
public typealias ParetoNBDFit = ModelFit<ParetoNBD>

extension StandardErrors where Model == ParetoNBD {
    /// Of `r`.
    public var r: Double { values[0] }
    /// Of `alpha`.
    public var alpha: Double { values[1] }
    /// Of `s`.
    public var s: Double { values[2] }
    /// Of `beta`.
    public var beta: Double { values[3] }
}
