/// The integral that Pareto/NBD turns on, over the moments at which a customer may have left:
/// ∫ g(τ)/g(from) dτ with g(τ) = (α+τ)^−k (β+τ)^−(s+1), and what the gradient needs beside it.
///
/// The published form is a difference of two ₂F₁, which lose digits to each other and whose
/// derivatives by k and s aren't elementary. Here it is Gauss–Legendre quadrature in
/// u = ln(min(α, β) + τ). There the integrand is nearly an exponential, and its singularities are
/// π away from the real line whatever the parameters, so a handful of nodes gives all digits; all
/// terms are positive, so nothing cancels; and each derivative is one more sum over the same nodes.
/// Predictions need the integral alone, which `ParetoPanels` gives.
struct ParetoIntegral {
    /// The integral.
    private(set) var value = 0.0
    /// The mean of ln((α+τ)/(α+from)), with the integrand as density.
    private(set) var logAlpha = 0.0
    /// The mean of ln((β+τ)/(β+from)).
    private(set) var logBeta = 0.0
    /// The mean of 1/(α+τ).
    private(set) var inverseAlpha = 0.0
    /// The mean of 1/(β+τ).
    private(set) var inverseBeta = 0.0

    /// ln((α+end)/(α+from)).
    let alphaRise: Double
    /// ln((β+end)/(β+from)).
    let betaRise: Double

    /// - Parameters:
    ///   - start: Below `end`; all others above 0.
    init(
        k: Double, alpha: Double, s: Double, beta: Double, from start: Double, to end: Double
    ) {
        let panels = ParetoPanels(k: k, alpha: alpha, s: s, beta: beta, from: start, to: end)
        (alphaRise, betaRise) = (panels.alphaRise, panels.betaRise)
        var (sum, logLess, logMore, inverseLess, inverseMore) = (0.0, 0.0, 0.0, 0.0, 0.0)
        let integral = panels.sum { node in
            let inverse = node.mass / (node.less * node.more)
            sum += node.mass
            logLess += node.mass * node.u
            logMore += node.mass * node.logMore
            inverseLess += node.more * inverse
            inverseMore += node.less * inverse
        }
        guard sum > 0 else { return }
        value = integral * panels.first
        (logLess, logMore) = (logLess / sum, logMore / sum)
        (inverseLess, inverseMore) = (inverseLess / sum, inverseMore / sum)
        (logAlpha, logBeta) = panels.alphaIsLess ? (logLess, logMore) : (logMore, logLess)
        (inverseAlpha, inverseBeta) =
            panels.alphaIsLess ? (inverseLess, inverseMore) : (inverseMore, inverseLess)
    }
}
