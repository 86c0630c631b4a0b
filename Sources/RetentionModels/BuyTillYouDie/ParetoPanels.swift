#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where Pareto/NBD's integrand is evaluated: panels in u = ln(min(α, β) + τ), which begins at 0,
/// with the same Gauss–Legendre rule in each. See `ParetoIntegral`.
struct ParetoPanels {
    /// ln((α+end)/(α+from)).
    var alphaRise: Double { alphaIsLess ? length : rise }
    /// ln((β+end)/(β+from)).
    var betaRise: Double { alphaIsLess ? rise : length }
    /// Whether α is the less of the two, and so the one that u is the logarithm of.
    let alphaIsLess: Bool
    /// min(α, β) + from: what the sum is to be multiplied with.
    let first: Double

    private let lessPower: Double
    private let morePower: Double
    private let inverseFirstMore: Double
    private let gap: Double
    private let length: Double
    private let rise: Double
    private let growth: Double
    private let slope: Double
    private let count: Double

    /// A panel's longest length in u, and its largest fall of the integrand's logarithm.
    static let lengthMax = 4.4
    static let fallMax = 22.0

    /// - Parameters:
    ///   - start: Below `end`; all others above 0.
    @inline(__always)
    init(
        k: Double, alpha: Double, s: Double, beta: Double, from start: Double, to end: Double
    ) {
        alphaIsLess = alpha <= beta
        let (less, more) = alphaIsLess ? (alpha, beta) : (beta, alpha)
        (lessPower, morePower) = alphaIsLess ? (k, s + 1) : (s + 1, k)
        first = less + start
        inverseFirstMore = 1 / (more + start)
        gap = more - less
        let share = (end - start) / first
        growth = 1 + share
        length = logOnePlus(share)
        rise = logOnePlus((end - start) * inverseFirstMore)
        slope = abs(lessPower - 1) + morePower * (less + end) / (more + end)
        let pieces = max(length / Self.lengthMax, length * slope / Self.fallMax)
        count = pieces <= 1 ? 1 : pieces.rounded(.up)
    }

    /// The integral.
    @inline(__always)
    var value: Double { sum { _ in } * first }

    /// What is known at a node.
    struct Node {
        /// The integrand by u, times the node's weight.
        let mass: Double
        /// ln((less+τ)/(less+from)).
        let u: Double
        /// less + τ.
        let less: Double
        /// more + τ.
        let more: Double
        /// ln((more+τ)/(more+from)).
        let logMore: Double
    }

    /// Visits the nodes and gives the integral over u: the sum of their masses times a panel's length.
    ///
    /// A rule's nodes lie in pairs about the middle: what exp(u) is at one follows from the other.
    @inline(__always)
    func sum(_ visit: (Node) -> Void) -> Double {
        let width = length / count
        let rule = panelNodes(length: width, fall: width * slope)
        let growth = count == 1 ? growth : exp(width)
        let lessPower = 1 - lessPower
        var (total, panel, before) = (0.0, 0.0, 0.0)
        while panel < count {
            let start = panel * width
            let base = panel == 0 ? first : first * exp(start)
            var part = 0.0
            for i in rule {
                let (step, weight) = (panelRules.nodes[i] * width, panelRules.weights[i])
                let power = exp(step)
                let (near, far) = (start + step, start + (width - step))
                let (nearLess, farLess) = (base * power, base * (growth / power))
                let (nearMore, farMore) = (nearLess + gap, farLess + gap)
                let nearLog = log(nearMore * inverseFirstMore)
                let farLog = log(farMore * inverseFirstMore)
                let nearMass = weight * exp(lessPower * near - morePower * nearLog)
                let farMass = weight * exp(lessPower * far - morePower * farLog)
                part += nearMass + farMass
                visit(
                    Node(
                        mass: nearMass, u: near, less: nearLess, more: nearMore, logMore: nearLog))
                visit(Node(mass: farMass, u: far, less: farLess, more: farMore, logMore: farLog))
            }
            total += part
            panel += 1
            // The integrand has one peak: once it falls, what is left is less than was just added.
            if part < before, part * (count - panel) < 1e-17 * total { break }
            before = part
        }
        return total * width
    }
}

/// ln(1 + x) of a finite x of zero or more, with all digits: what 1 + x rounds away is added again, to
/// first order. Takes less time than the C library's log1p.
@inline(__always)
private func logOnePlus(_ x: Double) -> Double {
    let rounded = 1 + x
    return log(rounded) + (x - (rounded - 1)) / rounded
}

/// Which nodes a panel needs, up to its middle; found by trial so that 13 digits are right.
@inline(__always)
private func panelNodes(length: Double, fall: Double) -> Range<Int> {
    if length <= 0.18, fall <= 0.25 { return 0..<2 }
    if length <= 0.7, fall <= 1.4 { return 2..<5 }
    if length <= 1.4, fall <= 3.6 { return 5..<9 }
    if length <= 2.2, fall <= 7 { return 9..<14 }
    if length <= 2.9, fall <= 11.4 { return 14..<20 }
    return 20..<28
}

/// The first halves of the rules' nodes, one rule after another, and their weights: those of 4, 6, 8,
/// 10, 12 and 16 nodes. Inline and global, because counting references to an array takes as long as
/// a node.
private let panelRules: (nodes: InlineArray<28, Double>, weights: InlineArray<28, Double>) = {
    let rules = [4, 6, 8, 10, 12, 16].map { GaussLegendre(count: $0) }
    let nodes = rules.flatMap { $0.nodes.prefix($0.nodes.count / 2) }
    let weights = rules.flatMap { $0.weights.prefix($0.weights.count / 2) }
    return (InlineArray { nodes[$0] }, InlineArray { weights[$0] })
}()
