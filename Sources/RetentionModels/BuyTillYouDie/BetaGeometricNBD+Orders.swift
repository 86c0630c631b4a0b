#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension BetaGeometricNBD {
    /// The orders to expect in the next `time` (> 0) of a customer who has not left.
    ///
    /// The published form (Fader, Hardie & Lee 2005, eq. 10) multiplies a Gauss hypergeometric
    /// function that overflows by a power that underflows. Euler's transformation gives a series
    /// that does neither, and passes a = 1 and a + b + x = 1 smoothly:
    /// c [−E/(a − 1) − S (1 + E)] with z = t/(α + T + t), c = a + b + x − 1 + e, A = c − r − x,
    /// E = (1 − z)^(a−1) − 1 and S = Σ (A)ₙ (a)ₙ₋₁ zⁿ / ((c)ₙ n!).
    public func ordersWhileAlive(_ history: PurchaseHistory, within time: Double) -> Double {
        let x = Double(history.frequency)
        let start = alpha + history.age
        let c = a + b + x - 1 + Self.firstChances
        if time == .infinity { return a > 1 ? c / (a - 1) : .infinity }
        let z = time / (start + time)
        let logRemainder = -log1p(time / start)
        // Beyond these the series is long, or its power underflows.
        guard z < 0.99, abs((a - 1) * logRemainder) < 300 else {
            return ordersByQuadrature(history, within: time)
        }
        let first = a + b - 1 + Self.firstChances - r
        let power = exp((a - 1) * logRemainder)
        let ratio = a == 1 ? logRemainder : expm1((a - 1) * logRemainder) / (a - 1)

        // term is c (A)ₙ (a)ₙ₋₁ zⁿ / ((c)ₙ n!): with c multiplied in, c = 0 is no special case.
        var term = first * z
        var sum = 0.0
        var size = 0.0
        var n = 1.0
        while n < 20_000 {
            sum += term
            size += abs(term)
            let factor = (first + n) * (a + n - 1) / ((c + n) * (n + 1)) * z
            term *= factor
            n += 1
            // What is left is at most a geometric tail once the factor is below one.
            if abs(factor) < 1, abs(term) < 1e-17 * size * (1 - abs(factor)) { break }
            if term == 0 { break }
        }
        let orders = -c * ratio - sum * power
        // Where the two parts cancel (a rate shared by everybody, say), the integral is exact.
        let lost = abs(c * ratio) + size * power
        guard orders.isFinite, orders > 0, lost < 1e4 * orders, n < 20_000 else {
            return ordersByQuadrature(history, within: time)
        }
        return orders
    }

    /// The same by integration over p: E[(1 − (1 + pτ)^−(r+x)) / p] with τ = t/(α + T) and p
    /// beta distributed with a and b + x + e + e.
    ///
    /// The trapezoidal rule on logit p = s₀ + w sinh v, which converges exponentially (Takahasi &
    /// Mori 1974). Slower than the series, and at home where the series isn't.
    func ordersByQuadrature(_ history: PurchaseHistory, within time: Double) -> Double {
        let k = r + Double(history.frequency)
        let beta = b + Double(history.frequency) + Self.firstChances
        let tau = time / (alpha + history.age)
        let centre = log(a / beta)
        let width = min(1, (1 / a + 1 / beta).squareRoot())
        func logDensity(_ s: Double) -> Double {
            // a ln p + beta ln(1 − p), where neither logarithm loses digits.
            let logP = s < 0 ? s - log1p(exp(s)) : -log1p(exp(-s))
            return a * logP + beta * (s < 0 ? -log1p(exp(s)) : -s - log1p(exp(-s)))
        }
        let peak = logDensity(centre)
        var mass = CompensatedSum()
        var total = CompensatedSum()
        func visit(_ v: Double) -> Bool {
            let s = centre + width * sinh(v)
            let weight = exp(logDensity(s) - peak) * cosh(v)
            let p = 1 / (1 + exp(-s))
            let orders = p < 1e-290 ? k * tau : -expm1(-k * log1p(p * tau)) / p
            mass.add(weight)
            total.add(weight * orders)
            return weight > 1e-18 * mass.value || weight * k * tau > 1e-18 * total.value
        }
        let step = 1.0 / 64
        _ = visit(0)
        for sign in [-1.0, 1.0] {
            for i in 1..<2048 where !visit(sign * Double(i) * step) { break }
        }
        return total.value / mass.value
    }
}
