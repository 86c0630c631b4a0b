#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The natural logarithm of Γ(x), for x > 0.
///
/// Uses `lgamma_r`, which keeps the sign in a local: `lgamma` writes a global and races.
func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
}

/// ln Γ(x + y) − ln Γ(x), for x > 0 and y ≥ 0, without the digits that cancel where x is large.
///
/// From 32 on by Stirling's series (Abramowitz & Stegun 1964, 6.1.40), whose two leading parts are
/// subtracted by hand.
func logGammaRise(_ x: Double, by y: Double) -> Double {
    guard x >= 32 else { return logGamma(x + y) - logGamma(x) }
    func correction(_ x: Double) -> Double {
        let square = 1 / (x * x)
        return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / x
    }
    return (x + y - 0.5) * log1p(y / x) + y * (log(x) - 1) + correction(x + y) - correction(x)
}

/// ψ(x), the derivative of ln Γ, for x > 0.
///
/// Recurrence ψ(x) = ψ(x + 1) − 1/x up to 10, then the asymptotic series (Abramowitz & Stegun 1964,
/// 6.3.5 and 6.3.18). The terms left out are below 1e-17 at 10.
func digamma(_ x: Double) -> Double {
    var x = x
    var shift = 0.0
    while x < 10 {
        shift += 1 / x
        x += 1
    }
    let y = 1 / (x * x)
    let series =
        y
        * (1.0 / 12 - y
            * (1.0 / 120 - y
                * (1.0 / 252 - y
                    * (1.0 / 240 - y
                        * (1.0 / 132 - y * (691.0 / 32760 - y * (1.0 / 12 - y * 3617.0 / 8160)))))))
    return log(x) - 0.5 / x - series - shift
}

/// A sum that carries its rounding error along (Neumaier 1974).
///
/// Rounding noise in a plain sum over 10⁶ rows makes the line search reject good steps; see DESIGN.md.
struct CompensatedSum {
    private var sum = 0.0
    private var compensation = 0.0

    var value: Double { sum + compensation }

    @inline(__always)
    mutating func add(_ term: Double) {
        let next = sum + term
        if abs(sum) >= abs(term) {
            compensation += (sum - next) + term
        } else {
            compensation += (term - next) + sum
        }
        sum = next
    }
}

/// ψ′(x), the second derivative of ln Γ, for x > 0: the variance of the logarithm of a gamma
/// variable of shape x.
///
/// Recurrence ψ′(x) = ψ′(x + 1) + 1/x² up to 10, then the asymptotic series (Abramowitz & Stegun
/// 1964, 6.4.6 and 6.4.12).
func trigamma(_ x: Double) -> Double {
    var x = x
    var shift = 0.0
    while x < 10 {
        shift += 1 / (x * x)
        x += 1
    }
    let y = 1 / (x * x)
    let series =
        1.0 / 6 - y
        * (1.0 / 30 - y
            * (1.0 / 42 - y * (1.0 / 30 - y * (5.0 / 66 - y * (691.0 / 2730 - y * 7.0 / 6)))))
    return (1 + (0.5 + series / x) / x) / x + shift
}
