#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The Gamma–Gamma model of spend per order (Colombo & Jiang 1999; Fader, Hardie & Lee 2005b;
/// written out in Fader & Hardie 2013).
///
/// A customer's orders are gamma distributed with shape `p` and a rate of the customer's own, which
/// over customers is gamma distributed with shape `q` and rate `gamma`. How much and how often are
/// taken to be independent: `GammaGammaFit.rankCorrelation` says how far that holds.
public struct GammaGamma: ParametricModel {
    /// The model's name in the literature.
    public static let name = "Gamma–Gamma"
    /// The parameters' names in the literature.
    public static let parameterNames = ["p", "q", "gamma"]

    /// The shape of one customer's spends; the larger, the less they vary.
    public let p: Double
    /// The shape over customers; above 1, because the mean spend is infinite otherwise.
    public let q: Double
    /// The rate over customers, in the unit of the amounts.
    public let gamma: Double

    /// Keeps the parameters; nil unless all are finite, p and gamma above 0, and q above 1.
    public init?(p: Double, q: Double, gamma: Double) {
        guard [p, q, gamma].allSatisfy({ $0.isFinite && $0 > 0 }), q > 1 else { return nil }
        self.p = p
        self.q = q
        self.gamma = gamma
    }

    /// Keeps the parameters, in the order of their names; nil where they can't be.
    public init?(parameters: [Double]) {
        guard parameters.count == 3 else { return nil }
        self.init(p: parameters[0], q: parameters[1], gamma: parameters[2])
    }

    /// The parameters, in the order of their names.
    public var parameters: [Double] { [p, q, gamma] }

    /// (ln p, ln(q − 1), ln gamma).
    public var logParameters: [Double] { [log(p), log(q - 1), log(gamma)] }

    /// The model at such coordinates; nil where they can't be.
    public init?(logParameters: [Double]) {
        guard logParameters.count == 3 else { return nil }
        self.init(
            p: exp(logParameters[0]), q: 1 + exp(logParameters[1]), gamma: exp(logParameters[2]))
    }

    /// d parameter / d coordinate, for the delta method.
    public var slopes: [Double] { [p, q - 1, gamma] }

    /// The mean spend an order over all customers: pγ/(q − 1).
    public var populationMeanSpend: Double { p * gamma / (q - 1) }

    /// The log-likelihood of a mean spend over a number of orders, with every constant (Fader &
    /// Hardie 2013, eq. 1a).
    ///
    /// - Parameters:
    ///   - frequency: The repeat orders that the mean is of; above 0.
    ///   - meanSpend: Their mean amount; above 0.
    /// - Returns: Not a number when either is not above 0.
    public func logLikelihood(frequency: Int, meanSpend: Double) -> Double {
        guard frequency > 0, meanSpend > 0 else { return .nan }
        let x = Double(frequency)
        let total = x * meanSpend
        return logGammaRise(p * x, by: q) - logGamma(q) + q * log(gamma / total)
            - (p * x + q) * log1p(gamma / total) - log(meanSpend)
    }

    /// The mean spend an order to expect of a customer: E[M | x, z̄] (Fader & Hardie 2013, eq. 5),
    /// between the customer's own mean and everybody's.
    ///
    /// - Parameters:
    ///   - frequency: The repeat orders that the mean is of.
    ///   - meanSpend: Their mean amount. Of a customer without repeat orders, or with a mean of 0
    ///     or less, nothing is known and everybody's mean is the answer.
    public func expectedMeanSpend(frequency: Int, meanSpend: Double) -> Double {
        guard frequency > 0, meanSpend > 0 else { return populationMeanSpend }
        let x = Double(frequency)
        return p * (gamma + x * meanSpend) / (p * x + q - 1)
    }
}
