#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ParetoNBD {
    /// Solved by Newton's method between bounds that close in: silence falls with time, ever more
    /// slowly, so from the left every step stays on the left.
    public func timeOfSilenceWhileAlive(
        _ history: PurchaseHistory, lastingWith silence: Double
    ) -> Double? {
        let k = r + Double(history.frequency)
        let (a, b) = (alpha + history.age, beta + history.age)
        // Were nobody to leave, silence would be shorter: a start on the left.
        var time = a * expm1(-log(silence) / k)
        guard time.isFinite, silence > silenceWhileAlive(history, within: .infinity) else {
            return nil
        }
        var (low, high) = (0.0, Double.infinity)
        for _ in 0..<200 {
            let excess = silenceWhileAlive(history, within: time) - silence
            if excess > 0 { low = time } else { high = time }
            // The density of the next order, at that time.
            let slope = exp(-(k + 1) * log1p(time / a) - s * log1p(time / b)) * k / a
            var next = slope > 0 ? time + excess / slope : .infinity
            if !(next >= low && next <= high) || !next.isFinite {
                next = high < .infinity ? low + (high - low) / 2 : 4 * time
            }
            guard next.isFinite else { return nil }
            if abs(next - time) <= 1e-13 * next { return next }
            time = next
        }
        return time
    }
}
