#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The integral that Pareto/NBD turns on, over the moments at which a customer may have left:
/// ∫ g(τ)/g(from) dτ with g(τ) = (α+τ)^−k (β+τ)^−(s+1), and what the gradient needs beside it.
///
/// The published form is a difference of two ₂F₁, which lose digits to each other and whose
/// derivatives by k and s aren't elementary. Here it is Gauss–Legendre quadrature in
/// u = ln(min(α, β) + τ). There the integrand is nearly an exponential, and its singularities are
/// π away from the real line whatever the parameters, so a handful of nodes gives all digits; all
/// terms are positive, so nothing cancels; and each derivative is one more sum over the same nodes.
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
    private(set) var alphaRise = 0.0
    /// ln((β+end)/(β+from)).
    private(set) var betaRise = 0.0

    /// A panel's longest length in u, and its largest fall of the integrand's logarithm.
    static let lengthMax = 4.4
    static let fallMax = 22.0

    /// - Parameters:
    ///   - start: Below `end`; all others above 0.
    init(
        k: Double, alpha: Double, s: Double, beta: Double, from start: Double, to end: Double
    ) {
        let alphaIsLess = alpha <= beta
        let (less, more) = alphaIsLess ? (alpha, beta) : (beta, alpha)
        let (lessPower, morePower) = alphaIsLess ? (k, s + 1) : (s + 1, k)
        let (first, firstMore) = (less + start, more + start)
        let length = log1p((end - start) / first)
        let slope = abs(lessPower - 1) + morePower * (less + end) / (more + end)
        let pieces = max(length / Self.lengthMax, length * slope / Self.fallMax)
        let panels = pieces <= 1 ? 1 : pieces.rounded(.up)
        let width = length / panels
        let rule = panelNodes(length: width, fall: width * slope)
        let rise = log((more + end) / firstMore)
        (alphaRise, betaRise) = alphaIsLess ? (length, rise) : (rise, length)
        let (gap, inverseFirstMore) = (more - less, 1 / firstMore)
        var (sum, logLess, logMore, inverseLess, inverseMore) = (0.0, 0.0, 0.0, 0.0, 0.0)
        var panel = 0.0
        var before = 0.0
        while panel < panels {
            var part = 0.0
            for i in rule {
                let u = (panel + panelRules.nodes[i]) * width
                let y = first * exp(u)
                let z = y + gap
                let logRatio = log(z * inverseFirstMore)
                let mass = panelRules.weights[i] * exp((1 - lessPower) * u - morePower * logRatio)
                let inverse = mass / (y * z)
                part += mass
                logLess += mass * u
                logMore += mass * logRatio
                inverseLess += z * inverse
                inverseMore += y * inverse
            }
            sum += part
            panel += 1
            // The integrand has one peak: once it falls, what is left is less than was just added.
            if part < before, part * (panels - panel) < 1e-17 * sum { break }
            before = part
        }
        guard sum > 0 else { return }
        value = sum * width * first
        (logLess, logMore) = (logLess / sum, logMore / sum)
        (inverseLess, inverseMore) = (inverseLess / sum, inverseMore / sum)
        (logAlpha, logBeta) = alphaIsLess ? (logLess, logMore) : (logMore, logLess)
        (inverseAlpha, inverseBeta) =
            alphaIsLess ? (inverseLess, inverseMore) : (inverseMore, inverseLess)
    }
}

/// Which nodes a panel needs; found by trial so that 13 digits are right.
@inline(__always)
private func panelNodes(length: Double, fall: Double) -> Range<Int> {
    if length <= 0.18, fall <= 0.25 { return 0..<4 }
    if length <= 0.7, fall <= 1.4 { return 4..<10 }
    if length <= 1.4, fall <= 3.6 { return 10..<18 }
    if length <= 2.2, fall <= 7 { return 18..<28 }
    if length <= 2.9, fall <= 11.4 { return 28..<40 }
    return 40..<56
}

/// The rules' nodes, one rule after another, and their weights. Inline and global, because counting
/// references to an array takes as long as a node.
private let panelRules: (nodes: InlineArray<56, Double>, weights: InlineArray<56, Double>) = {
    let rules = [4, 6, 8, 10, 12, 16].map { GaussLegendre(count: $0) }
    let (nodes, weights) = (rules.flatMap(\.nodes), rules.flatMap(\.weights))
    return (InlineArray { nodes[$0] }, InlineArray { weights[$0] })
}()
