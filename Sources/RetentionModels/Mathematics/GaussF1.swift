/// Gauss's hypergeometric function ₂F₁(1, b; c; z), for b, c > 0 and z from 0 up to 1.
///
/// By Gauss's continued fraction (Jones & Thron 1980, 6.1), evaluated by the modified method of
/// Lentz (Thompson & Barnett 1986). It takes about ten steps at z = 0.5, hundreds at 0.9999, and
/// more than ten thousand at 0.999999, where it still has ten digits.
func gaussF1(_ b: Double, _ c: Double, _ z: Double) -> Double {
    let tiny = 1e-300
    // f = 1 − d₁z/(1 − d₂z/(1 − …)), and the function is 1/f.
    var f = 1.0
    var (numerator, denominator) = (1.0, 0.0)
    for step in 1...40_000 {
        let m = Double(step / 2)
        let d =
            step % 2 == 1
            ? (b + m) * (c - 1 + m) / ((c - 1 + 2 * m) * (c + 2 * m))
            : m * (c - b + m - 1) / ((c + 2 * m - 2) * (c + 2 * m - 1))
        let a = step == 1 ? -b / c * z : -d * z
        denominator = 1 + a * denominator
        if denominator == 0 { denominator = tiny }
        denominator = 1 / denominator
        numerator = 1 + a / numerator
        if numerator == 0 { numerator = tiny }
        let change = numerator * denominator
        f *= change
        if abs(change - 1) < 1e-16 { break }
    }
    return 1 / f
}
