#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The probability whose log-odds these are; exact in both tails.
@inline(__always)
public func probability(logOdds: Double) -> Double {
    if logOdds >= 0 { return 1 / (1 + exp(-logOdds)) }
    let odds = exp(logOdds)
    return odds / (1 + odds)
}

/// The log-odds of a probability, kept within ±34.5 (a probability of 10⁻¹⁵).
public func logOdds(_ probability: Double) -> Double {
    let p = min(max(probability, 1e-15), 1 - 1e-15)
    return log(p) - log1p(-p)
}

/// ln(1 + eˣ) without overflow.
@inline(__always)
func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }
