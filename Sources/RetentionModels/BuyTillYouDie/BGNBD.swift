/// The beta-geometric/NBD model of repeat buying (Fader, Hardie & Lee 2005).
///
/// While a customer is there, purchases come at a rate λ of the customer's own; after each repeat
/// purchase the customer leaves for good with a probability p of the customer's own. Over
/// customers, λ is gamma distributed with shape `r` and rate `alpha`, and p is beta distributed
/// with `a` and `b`. Leaving is never seen: only silence is.
///
/// A customer without a repeat purchase can't have left in this model: P(alive) is 1.
public struct BGNBD: BetaGeometricNBD {
    /// The model's name in the literature.
    public static let name = "BG/NBD"
    /// Whether the first order, like each later one, may be the last.
    public static var leavesAtFirstOrder: Bool { false }

    /// The shape of the purchase rates; the smaller, the more customers differ.
    public let r: Double
    /// The rate of the purchase rates, in units of time: their mean is r / alpha.
    public let alpha: Double
    /// The first parameter of drop-out; its mean over customers is a / (a + b).
    public let a: Double
    /// The second parameter of drop-out.
    public let b: Double

    /// Keeps the parameters; nil unless all four are finite and above zero.
    public init?(r: Double, alpha: Double, a: Double, b: Double) {
        guard Self.arePositive([r, alpha, a, b], count: 4) else { return nil }
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }
}

/// BG/NBD fitted to data.
public typealias BGNBDFit = ModelFit<BGNBD>
