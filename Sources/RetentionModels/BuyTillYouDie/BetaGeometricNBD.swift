#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What BG/NBD and MBG/NBD have in common: gamma purchase rates, beta drop-out after an order.
///
/// In formulas e is 1 where customers may leave at their first order, else 0: it counts how many
/// more chances to leave there were than repeat orders.
public protocol BetaGeometricNBD: BuyTillYouDieModel {
    /// Whether the first order, like each later one, may be the last.
    static var leavesAtFirstOrder: Bool { get }

    /// The shape of the purchase rates; the smaller, the more customers differ.
    var r: Double { get }
    /// The rate of the gamma distribution, in units of time: the mean purchase rate is r / alpha.
    var alpha: Double { get }
    /// The first parameter of drop-out; its mean over customers is a / (a + b).
    var a: Double { get }
    /// The second parameter of drop-out.
    var b: Double { get }

    /// Keeps the parameters; nil unless all four are finite and above zero.
    init?(r: Double, alpha: Double, a: Double, b: Double)
}

extension BetaGeometricNBD {
    /// The parameters' names in the literature.
    public static var parameterNames: [String] { ["r", "alpha", "a", "b"] }

    /// The parameters, in the order of their names.
    public var parameters: [Double] { [r, alpha, a, b] }

    /// Keeps the parameters, in the order of their names; nil where they can't be.
    public init?(parameters: [Double]) {
        guard parameters.count == 4 else { return nil }
        self.init(r: parameters[0], alpha: parameters[1], a: parameters[2], b: parameters[3])
    }

    /// e of the formulas.
    static var firstChances: Double { leavesAtFirstOrder ? 1 : 0 }

    /// The log-likelihood of one history with every constant (Fader, Hardie & Lee 2005, eq. 6, for
    /// e = 0).
    public func logLikelihood(_ history: PurchaseHistory) -> Double {
        let x = Double(history.frequency)
        let chances = x + Self.firstChances
        let common =
            logGammaRise(r, by: x) + r * log(alpha)
            + logGammaRise(b, by: chances) - logGammaRise(a + b, by: chances)
        let staying = -(r + x) * log(alpha + history.age)
        // ln(1 + odds), where the odds alone may overflow.
        let logOdds = logOddsOfHavingLeft(history)
        return common + staying + max(logOdds, 0) + log1p(exp(-abs(logOdds)))
    }

    /// a/(b + x − 1 + e) ((α + T)/(α + t_x))^(r + x), or 0 where nobody can have left.
    public func oddsOfHavingLeft(_ history: PurchaseHistory) -> Double {
        let x = Double(history.frequency)
        let chances = x + Self.firstChances
        guard chances > 0 else { return 0 }
        let silence = log1p((history.age - history.recency) / (alpha + history.recency))
        return a / (b + chances - 1) * exp((r + x) * silence)
    }

    /// The probability of no order while alive; see the protocol.
    public func silenceWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double {
        exp(-(r + Double(history.frequency)) * log1p(time / (alpha + history.age)))
    }

    /// How long such a silence lasts; see the protocol.
    public func timeOfSilenceWhileAlive(
        _ history: PurchaseHistory, lastingWith silence: Double
    ) -> Double? {
        let time =
            (alpha + history.age) * expm1(-log(silence) / (r + Double(history.frequency)))
        return time.isFinite ? time : nil
    }

    /// Orders drawn from what the model says; see the protocol.
    public func drawOrdersWhileAlive(
        _ history: PurchaseHistory, within time: Double, _ draws: inout SeededDraws
    ) -> Int {
        let x = Double(history.frequency)
        let rate = draws.gamma(shape: r + x, rate: alpha + history.age)
        let leaving = draws.beta(a, b + x + Self.firstChances)
        var (orders, passed) = (0, draws.exponential(rate: rate))
        while passed <= time {
            orders += 1
            if draws.uniform() < leaving { break }
            passed += draws.exponential(rate: rate)
        }
        return orders
    }

    private func logOddsOfHavingLeft(_ history: PurchaseHistory) -> Double {
        let x = Double(history.frequency)
        let chances = x + Self.firstChances
        guard chances > 0 else { return -.infinity }
        let silence = log1p((history.age - history.recency) / (alpha + history.recency))
        return log(a) - log(b + chances - 1) + (r + x) * silence
    }
}

extension StandardErrors where Model: BetaGeometricNBD {
    /// Of `r`.
    public var r: Double { values[0] }
    /// Of `alpha`.
    public var alpha: Double { values[1] }
    /// Of `a`.
    public var a: Double { values[2] }
    /// Of `b`.
    public var b: Double { values[3] }
}
