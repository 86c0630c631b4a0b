/// From where to where a figure lies with a stated probability.
public struct PredictionInterval: Hashable, Sendable {
    /// With half of the remaining probability the figure lies below.
    public let lower: Double
    /// With half of the remaining probability the figure lies above.
    public let upper: Double

    /// Keeps the ends.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The interval that holds the middle `level` of some values, between which it interpolates;
    /// nil without values. Values that aren't numbers are left out.
    ///
    /// - Parameter level: Between 0 and 1.
    public init?(_ values: [Double], level: Double) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return nil }
        func quantile(_ share: Double) -> Double {
            let place = min(max(share, 0), 1) * Double(sorted.count - 1)
            let below = Int(place)
            let above = min(below + 1, sorted.count - 1)
            let weight = place - Double(below)
            guard weight > 0, sorted[above] != sorted[below] else { return sorted[below] }
            return sorted[below] + weight * (sorted[above] - sorted[below])
        }
        self.init(lower: quantile((1 - level) / 2), upper: quantile((1 + level) / 2))
    }
}
