import RetentionModels

/// How sure a probability is, by how such probabilities did on held-back customers: for those of whom much the
/// same was said, between which shares it happened.
struct Reliability {
    private struct Bin {
        var predicted: Double
        /// From the predicted mean to each end of the range of the true share.
        var below: Double
        var above: Double
    }

    private let bins: [Bin]
    /// Reaches four fifths of a normal distribution.
    private static let reach = 1.281_551_565_544_600_4

    /// - Parameter calibration: Tenths of the held-back customers by what was said of them, ascending.
    init(_ calibration: [BacktestReport.Group]) {
        bins = calibration.filter { $0.customers > 0 }.map { group in
            let range = Self.wilson(share: group.actual, customers: Double(group.customers))
            return Bin(
                predicted: group.predicted, below: range.lowerBound - group.predicted,
                above: range.upperBound - group.predicted)
        }
    }

    /// The 80 % range; nil where there were no such customers to learn it from.
    func range(_ probability: Double) -> ClosedRange<Double>? {
        let nearest = bins.min {
            abs($0.predicted - probability) < abs($1.predicted - probability)
        }
        guard let nearest, !probability.isNaN else { return nil }
        // What happened may lie to one side of what was said; what is said is within the range all the same.
        let low = min(max(probability + min(nearest.below, 0), 0), 1)
        let high = min(max(probability + max(nearest.above, 0), 0), 1)
        return min(low, high)...max(low, high)
    }

    /// Where the true share lies, given one that was seen (Wilson 1927).
    static func wilson(share: Double, customers: Double) -> ClosedRange<Double> {
        let z = reach
        let centre = share + z * z / (2 * customers)
        let spread =
            z
            * (share * (1 - share) / customers + z * z / (4 * customers * customers)).squareRoot()
        let scale = 1 + z * z / customers
        // Rounding must not leave out what was seen.
        let low = min(share, max(0, (centre - spread) / scale))
        return low...max(share, min(1, (centre + spread) / scale))
    }
}
