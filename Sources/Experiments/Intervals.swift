/// Where the standard normal distribution reaches 0.975.
private let normalQuantile = 1.959_963_984_540_054

/// The 95% interval of the difference of two independent proportions: Newcombe's hybrid of two score intervals,
/// without continuity correction (Newcombe 1998, "Interval estimation for the difference between independent
/// proportions", Statistics in Medicine 17, 873–890, method 10).
///
/// Stays within −1…1 and has a width with 0 of n too, where Wald's has none.
func newcombeInterval(
    _ successes: Int, of people: Int, less otherSuccesses: Int, of otherPeople: Int
) -> ClosedRange<Double> {
    let one = wilsonInterval(successes, of: people)
    let other = wilsonInterval(otherSuccesses, of: otherPeople)
    let share = Double(successes) / Double(people)
    let otherShare = Double(otherSuccesses) / Double(otherPeople)
    func reach(_ left: Double, _ right: Double) -> Double {
        (left * left + right * right).squareRoot()
    }
    let difference = share - otherShare
    let below = reach(share - one.lowerBound, other.upperBound - otherShare)
    let above = reach(one.upperBound - share, otherShare - other.lowerBound)
    return max(-1, difference - below)...min(1, difference + above)
}

/// The 95% score interval of a proportion (Wilson 1927).
func wilsonInterval(_ successes: Int, of people: Int) -> ClosedRange<Double> {
    let count = Double(people)
    let share = Double(successes) / count
    let square = normalQuantile * normalQuantile
    let centre = (share + square / (2 * count)) / (1 + square / count)
    let reach =
        normalQuantile / (1 + square / count)
        * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
    // Rounding would leave 0 of n a hair above 0.
    let lower = successes == 0 ? 0 : max(0, centre - reach)
    let upper = successes == people ? 1 : min(1, centre + reach)
    return lower...upper
}

/// The 95% interval of the difference of two means whose variances may differ: Welch 1947, with Satterthwaite's
/// degrees of freedom (1946). Nil with fewer than two people in an arm.
func welchInterval(_ one: TrialArm, _ other: TrialArm) -> ClosedRange<Double>? {
    guard one.people > 1, other.people > 1 else { return nil }
    let left = one.revenueVariance / Double(one.people)
    let right = other.revenueVariance / Double(other.people)
    let difference = one.revenuePerPerson - other.revenuePerPerson
    let variance = left + right
    guard variance > 0 else { return difference...difference }
    let freedom =
        variance * variance
        / (left * left / Double(one.people - 1) + right * right / Double(other.people - 1))
    let reach = studentQuantile975(degreesOfFreedom: freedom) * variance.squareRoot()
    return (difference - reach)...(difference + reach)
}
