#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where Student's t distribution reaches 0.975, for any degrees of freedom from 1 on (fractions too).
///
/// By bisection on the tail, which is half the regularized incomplete beta function I(ν/2, ½) at ν/(ν + t²)
/// (Abramowitz & Stegun 1964, 26.7.1).
func studentQuantile975(degreesOfFreedom: Double) -> Double {
    let freedom = max(1, degreesOfFreedom)
    // 12.7062 at one degree, the normal distribution's 1.9600 in the limit.
    var (low, high) = (1.9, 13.0)
    for _ in 0..<60 {
        let middle = (low + high) / 2
        let tail =
            incompleteBeta(freedom / (freedom + middle * middle), freedom / 2, 0.5) / 2
        if tail > 0.025 { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// The regularized incomplete beta function, by its continued fraction (Abramowitz & Stegun 1964, 26.5.8) and
/// Lentz's method (Lentz 1976; Thompson & Barnett 1986).
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges quickly on this side only.
    guard x < (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
    var sign: Int32 = 0
    // `lgamma_r` keeps the sign in a local: `lgamma` writes a global and races.
    let scale = lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign)
    let front = exp(scale + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for step in 1...500 {
        let m = Double(step)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        var change = 1.0
        for term in [even, odd] {
            d = 1 + term * d
            c = 1 + term / c
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = abs(c) < tiny ? tiny : c
            change = c * d
            fraction *= change
        }
        if abs(change - 1) < 1e-15 { break }
    }
    return front * fraction
}
