/// One of the two groups that a lift compares: what it takes to compare them, added up.
///
/// A sum over people, so that arms of parts of a workspace add up to the arm of the whole.
package struct TrialArm: Hashable, Sendable {
    /// Everybody who entered, whether they were reached or not (by intention to treat).
    package var people: Int
    /// Of these, those who reached the goal within its window; each person counts once.
    package var conversions: Int
    /// What all of them spent within the window, in minor units of one currency.
    package var revenueMinor: Int64
    /// The sum over people of the square of what each spent, in minor units.
    package var revenueSquares: Double

    /// - Precondition: `0 ≤ conversions ≤ people`.
    package init(
        people: Int, conversions: Int, revenueMinor: Int64 = 0, revenueSquares: Double = 0
    ) {
        precondition(conversions >= 0 && conversions <= people, "more conversions than people")
        self.people = people
        self.conversions = conversions
        self.revenueMinor = revenueMinor
        self.revenueSquares = revenueSquares
    }

    /// Nobody.
    package init() { self.init(people: 0, conversions: 0) }

    /// Adds one person.
    package mutating func add(converted: Bool, revenueMinor: Int64) {
        people += 1
        conversions += converted ? 1 : 0
        self.revenueMinor += revenueMinor
        revenueSquares += Double(revenueMinor) * Double(revenueMinor)
    }

    package static func + (left: Self, right: Self) -> Self {
        TrialArm(
            people: left.people + right.people, conversions: left.conversions + right.conversions,
            revenueMinor: left.revenueMinor + right.revenueMinor,
            revenueSquares: left.revenueSquares + right.revenueSquares)
    }

    /// The share who reached the goal; 0 with nobody.
    package var conversionRate: Double {
        people > 0 ? Double(conversions) / Double(people) : 0
    }

    /// What a person spent on average, in minor units; 0 with nobody.
    package var revenuePerPerson: Double {
        people > 0 ? Double(revenueMinor) / Double(people) : 0
    }

    /// The sample's variance of what a person spent; 0 with fewer than two.
    var revenueVariance: Double {
        guard people > 1 else { return 0 }
        let mean = revenuePerPerson
        let squares = revenueSquares - Double(people) * mean * mean
        return max(0, squares / Double(people - 1))
    }

    /// The variance of one person's reaching the goal, with one success and one failure more than were seen:
    /// never 0, as nobody's having bought yet doesn't mean that nobody will.
    var conversionVariance: Double {
        let rate = (Double(conversions) + 1) / (Double(people) + 2)
        return rate * (1 - rate)
    }
}
