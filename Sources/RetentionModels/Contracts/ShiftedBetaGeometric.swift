#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The shifted beta-geometric model of contracts that are renewed (Fader & Hardie 2007, "How to
/// Project Customer Retention").
///
/// At each renewal a customer cancels with a probability θ of the customer's own, beta distributed
/// over customers with `alpha` and `beta`. Retention rises with tenure because the fickle leave
/// first, though nobody becomes more loyal.
public struct ShiftedBetaGeometric: ParametricModel {
    /// The model's name in the literature.
    public static let name = "sBG"
    /// The parameters' names in the literature.
    public static let parameterNames = ["alpha", "beta"]

    /// The first parameter of cancelling; its mean over new customers is alpha / (alpha + beta).
    public let alpha: Double
    /// The second parameter of cancelling.
    public let beta: Double

    /// The parameters, in the order of their names.
    public var parameters: [Double] { [alpha, beta] }

    /// Keeps the parameters; nil unless both are finite and above zero.
    public init?(alpha: Double, beta: Double) {
        guard Self.arePositive([alpha, beta], count: 2) else { return nil }
        self.alpha = alpha
        self.beta = beta
    }

    /// Keeps the parameters, in the order of their names; nil where they can't be.
    public init?(parameters: [Double]) {
        guard parameters.count == 2 else { return nil }
        self.init(alpha: parameters[0], beta: parameters[1])
    }

    /// The share of customers still there after so many renewals, 1 after none (Fader & Hardie
    /// 2007, eq. 6).
    public func survival(after renewals: Int) -> Double {
        guard renewals > 0 else { return 1 }
        return exp(
            logGammaRise(beta, by: Double(renewals))
                - logGammaRise(alpha + beta, by: Double(renewals)))
    }

    /// The probability that a customer who has renewed so many times renews again (Fader & Hardie
    /// 2007, eq. 8).
    public func retention(after renewals: Int) -> Double {
        let tenure = Double(max(0, renewals))
        return (beta + tenure) / (alpha + beta + tenure)
    }

    /// The probability that a customer who has renewed so many times cancels at one of the next so
    /// many renewals: the churn probability over them.
    public func probabilityOfCancelling(after renewals: Int, within more: Int) -> Double {
        guard more > 0 else { return 0 }
        let tenure = Double(max(0, renewals))
        // 1 − S(n + m)/S(n).
        return -expm1(
            logGammaRise(beta + tenure, by: Double(more))
                - logGammaRise(alpha + beta + tenure, by: Double(more)))
    }

    /// The payments to expect of a customer at the next so many renewals, each discounted to now.
    ///
    /// - Parameters:
    ///   - renewals: How often the customer has renewed already.
    ///   - more: How many renewals ahead to count; the first lies one period ahead.
    ///   - rate: Discount a period; 0 for none, above −1.
    /// - Complexity: O(more).
    public func discountedRenewals(after renewals: Int, within more: Int, rate: Double) -> Double {
        var (share, sum, discount) = (1.0, 0.0, 1.0)
        for step in stride(from: 0, to: more, by: 1) {
            share *= retention(after: max(0, renewals) + step)
            discount /= 1 + rate
            sum += share * discount
        }
        return sum
    }

    /// The number of the renewal by which a customer has cancelled with probability `quantile`; nil
    /// where it isn't reached within 100,000.
    public func renewalsUntilCancelling(after renewals: Int, quantile: Double) -> Int? {
        guard quantile >= 0, quantile < 1 else { return nil }
        var share = 1.0
        for step in 0...100_000 {
            if 1 - share >= quantile { return step }
            share *= retention(after: max(0, renewals) + step)
        }
        return nil
    }
}
