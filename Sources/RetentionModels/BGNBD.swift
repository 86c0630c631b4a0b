#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The beta-geometric/NBD model of repeat buying (Fader, Hardie & Lee 2005).
///
/// While a customer is there, purchases come at a rate λ of the customer's own; after each repeat
/// purchase the customer leaves for good with a probability p of the customer's own. Over
/// customers, λ is gamma distributed with shape `r` and rate `alpha`, and p is beta distributed
/// with `a` and `b`. Leaving is never seen: only silence is.
///
/// Every time handed in or given out is in the unit of `alpha`.
public struct BGNBD: Hashable, Sendable {
    /// The shape of the purchase rates; the smaller, the more customers differ.
    public let r: Double
    /// The rate of the gamma distribution, in units of time: the mean purchase rate is r / alpha.
    public let alpha: Double
    /// The first parameter of drop-out; its mean over customers is a / (a + b).
    public let a: Double
    /// The second parameter of drop-out.
    public let b: Double

    /// Keeps the parameters; nil unless all four are finite and above zero.
    public init?(r: Double, alpha: Double, a: Double, b: Double) {
        guard [r, alpha, a, b].allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }

    /// The log-likelihood of one history with every constant (Fader, Hardie & Lee 2005, eq. 6).
    public func logLikelihood(_ history: PurchaseHistory) -> Double {
        let x = Double(history.frequency)
        let common =
            logGammaRise(r, by: x) + r * log(alpha)
            + logGammaRise(b, by: x) - logGammaRise(a + b, by: x)
        let staying = -(r + x) * log(alpha + history.age)
        // ln(1 + odds), where the odds alone may overflow.
        let logOdds = logOddsOfHavingLeft(history)
        return common + staying + max(logOdds, 0) + log1p(exp(-abs(logOdds)))
    }

    /// The log-likelihood of all customers together.
    public func logLikelihood(_ histories: GroupedHistories) -> Double {
        var sum = CompensatedSum()
        for group in 0..<histories.count {
            sum.add(Double(histories.customers[group]) * logLikelihood(histories[group]))
        }
        return sum.value
    }

    /// The probability that the customer has not left (Fader, Hardie & Lee 2005; 1 without a
    /// repeat purchase, because this model lets nobody leave before one).
    ///
    /// Not to be shown as churn: on real data it ranked customers worse than chance. That is what
    /// `probabilityOfNoOrder(_:within:)` is for.
    public func probabilityAlive(_ history: PurchaseHistory) -> Double {
        1 / (1 + oddsOfHavingLeft(history))
    }

    /// The probability of no order in the next `time`: the churn probability over that horizon.
    ///
    /// Equal to exp(ll(x, t_x, T + time) − ll(x, t_x, T)), written so that nothing cancels.
    /// - Parameter time: From the end of the observation; below zero counts as zero.
    public func probabilityOfNoOrder(_ history: PurchaseHistory, within time: Double) -> Double {
        let odds = oddsOfHavingLeft(history)
        let left = odds.isFinite ? odds / (1 + odds) : 1
        let silent = exp(-logShrinkage(history, within: time))
        return min(1, left + silent / (1 + odds))
    }

    /// The time until the next order that comes with probability `quantile`, from the end of the
    /// observation.
    ///
    /// Nil where such a time doesn't exist, because the customer has left with too high a
    /// probability, or lies beyond every finite number.
    /// - Parameter quantile: The probability, from 0 up to, not including, 1.
    public func timeToNextOrder(_ history: PurchaseHistory, quantile: Double) -> Double? {
        // Solves P(alive) (1 − ((α + T) / (α + T + h))^(r + x)) = quantile for h.
        let ratio = quantile * (1 + oddsOfHavingLeft(history))
        guard quantile >= 0, quantile < 1, ratio < 1 else { return nil }
        let exponent = -log1p(-ratio) / (r + Double(history.frequency))
        let time = (alpha + history.age) * expm1(exponent)
        return time.isFinite ? time : nil
    }

    /// P(left) / P(alive): a/(b + x − 1) ((α + T)/(α + t_x))^(r + x), or 0 without a repeat.
    /// Infinite where it is beyond what a Double can hold.
    func oddsOfHavingLeft(_ history: PurchaseHistory) -> Double {
        exp(logOddsOfHavingLeft(history))
    }

    private func logOddsOfHavingLeft(_ history: PurchaseHistory) -> Double {
        guard history.frequency > 0 else { return -.infinity }
        let x = Double(history.frequency)
        let silence = log1p((history.age - history.recency) / (alpha + history.recency))
        return log(a) - log(b + x - 1) + (r + x) * silence
    }

    /// (r + x) ln((α + T + time)/(α + T)).
    private func logShrinkage(_ history: PurchaseHistory, within time: Double) -> Double {
        (r + Double(history.frequency)) * log1p(max(0, time) / (alpha + history.age))
    }
}
