/// The modified BG/NBD model (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008): BG/NBD in
/// which customers may leave right after their first purchase too.
///
/// So a customer without a repeat purchase may have left, and P(alive) falls with silence for all.
public struct MBGNBD: BetaGeometricNBD {
    /// The model's name in the literature.
    public static let name = "MBG/NBD"
    /// Whether the first order, like each later one, may be the last.
    public static var leavesAtFirstOrder: Bool { true }

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

/// MBG/NBD fitted to data.
public typealias MBGNBDFit = ModelFit<MBGNBD>
