#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gauss–Legendre quadrature on 0...1: exact for polynomials of degree 2n − 1.
struct GaussLegendre: Sendable {
    /// Where the function is evaluated, ascending.
    let nodes: [Double]
    /// What each value counts; they add up to 1.
    let weights: [Double]

    /// A rule with `count` nodes, which are the roots of the Legendre polynomial, by Newton's method
    /// from the usual cosine start (Abramowitz & Stegun 1964, 22.16.6 and 25.4.29).
    init(count n: Int) {
        var found: [(node: Double, weight: Double)] = []
        for i in 0..<n {
            var x = cos(.pi * (Double(n - i) - 0.25) / (Double(n) + 0.5))
            var slope = 1.0
            for _ in 0..<20 {
                var (before, value) = (1.0, x)
                for k in stride(from: 2, through: n, by: 1) {
                    let j = Double(k)
                    (before, value) = (value, ((2 * j - 1) * x * value - (j - 1) * before) / j)
                }
                slope = Double(n) * (x * value - before) / (x * x - 1)
                let step = value / slope
                x -= step
                if abs(step) < 1e-16 { break }
            }
            found.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
        }
        nodes = found.map(\.node)
        weights = found.map(\.weight)
    }

    /// The integral of a function from 0 to `end`.
    func integral(to end: Double, of function: (Double) -> Double) -> Double {
        var sum = 0.0
        for i in nodes.indices { sum += weights[i] * function(nodes[i] * end) }
        return sum * end
    }
}
