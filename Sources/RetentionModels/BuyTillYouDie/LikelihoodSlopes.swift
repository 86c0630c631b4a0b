#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Which of a model's `logParameters` a customer's traits move, and which way.
public struct TraitCoordinates: Hashable, Sendable {
    /// What falls by the effect on the rate of orders: ln alpha.
    let rate: Int
    /// What moves by the effect on leaving.
    let leaving: Int
    /// 1 where it rises with it, −1 where it falls.
    let leavingSign: Double
}

extension BetaGeometricNBD {
    /// alpha e^−(effect on the rate), a e^(effect on leaving) (Fader & Hardie 2007,
    /// "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models").
    public static var traitCoordinates: TraitCoordinates {
        TraitCoordinates(rate: 1, leaving: 2, leavingSign: 1)
    }

    /// The log-likelihood and its slopes by `logParameters`.
    public func logLikelihoodAndSlopes(
        _ history: PurchaseHistory
    ) -> (value: Double, slopes: SIMD4<Double>) {
        let x = Double(history.frequency)
        let k = r + x
        let chances = x + Self.firstChances
        let (end, last) = (alpha + history.age, alpha + history.recency)
        let odds = oddsOfHavingLeft(history)
        let left = odds.isFinite ? odds / (1 + odds) : 1
        let byR = digamma(k) - digamma(r) - log(end / alpha) + left * log(end / last)
        let byAlpha = r / alpha - k * ((1 - left) / end + left / last)
        var slopes = SIMD4(byR, byAlpha, 0, 0)
        if chances > 0 {
            let rise = digamma(a + b) - digamma(a + b + chances)
            slopes[2] = rise + left / a
            slopes[3] = rise + digamma(b + chances) - digamma(b) - left / (b + chances - 1)
        }
        return (logLikelihood(history), slopes * SIMD4(r, alpha, a, b))
    }
}

extension ParetoNBD {
    /// alpha e^−(effect on the rate), beta e^−(effect on leaving) (as BG/NBD).
    public static var traitCoordinates: TraitCoordinates {
        TraitCoordinates(rate: 1, leaving: 3, leavingSign: -1)
    }

    /// The log-likelihood and its slopes by `logParameters`.
    public func logLikelihoodAndSlopes(
        _ history: PurchaseHistory
    ) -> (value: Double, slopes: SIMD4<Double>) {
        let x = Double(history.frequency)
        let k = r + x
        let (alphaEnd, betaEnd) = (alpha + history.age, beta + history.age)
        let byR = digamma(k) - digamma(r) - log(alphaEnd / alpha)
        let byAlpha = r / alpha - k / alphaEnd
        var slopes = SIMD4(byR, byAlpha, -log(betaEnd / beta), s / beta - s / betaEnd)
        if history.age > history.recency {
            let integral = ParetoIntegral(
                k: k, alpha: alpha, s: s, beta: beta, from: history.recency, to: history.age)
            let odds = oddsOfHavingLeft(history)
            let left = odds.isFinite ? odds / (1 + odds) : 1
            slopes[0] += left * (integral.alphaRise - integral.logAlpha)
            slopes[1] += left * k * (1 / alphaEnd - integral.inverseAlpha)
            slopes[2] += left * (1 / s + integral.betaRise - integral.logBeta)
            slopes[3] += left * (s / betaEnd - (s + 1) * integral.inverseBeta)
        }
        return (logLikelihood(history), slopes * SIMD4(r, alpha, s, beta))
    }
}
