/// Why nothing can be said about durations.
public enum SurvivalFault: Error, Equatable, Sendable {
    /// Columns differ in length.
    case shape
    /// There are no rows.
    case noRows
    /// The duration in this row is below zero or not finite.
    case duration(row: Int)
    /// In no row did it come to the end, so nothing can be learnt about ending.
    case noEvents
    /// The value in this row isn't finite.
    case value(covariate: Int, row: Int)
    /// The covariate is the same in every row.
    case constant(covariate: Int)
    /// The covariate follows from those before it.
    case collinear(covariate: Int)
    /// The covariate tells without exception who ends first: its coefficient has no finite
    /// estimate.
    case separated(covariate: Int)
    /// The search ended away from an optimum.
    case notConverged(iterations: Int)
}

/// The first row whose duration can't be used; nil where all can.
func firstBadDuration(_ durations: [Double]) -> Int? {
    durations.firstIndex { !($0 >= 0 && $0 < .infinity) }
}
