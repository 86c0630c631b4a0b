/// What a journey brought: the people it treated beside those whom chance held out.
///
/// Intervals are for one look, at 95%. The verdicts may be looked at any number of times, as a page that is
/// open all year is: they come from a test that holds its 5% however often one looks (`SequentialTest`), so an
/// interval that leaves out zero and a verdict of "too early" can stand side by side.
package struct Lift: Hashable, Sendable {
    /// What to compare with.
    package struct Settings: Hashable, Sendable {
        /// The smallest difference that would matter, as a share of the held-out people's figure: a smaller one
        /// is "no difference". 0.2: a fifth more or fewer.
        package var smallestShare: Double
        /// Fewer people than this in an arm are too few for any verdict.
        package var peopleMin: Int

        package init(smallestShare: Double = 0.2, peopleMin: Int = 30) {
            self.smallestShare = smallestShare
            self.peopleMin = peopleMin
        }
    }

    package enum Verdict: Hashable, Sendable {
        /// Not enough people yet. About so many more, in both arms together and split as before, would settle
        /// it with a probability of 80%; nil where that can't be foretold yet.
        case tooEarly(morePeople: Int?)
        case helps
        case harms
        /// Enough people to have shown a difference that matters, and none was shown.
        case noDifference
    }

    /// One figure of the two arms.
    package struct Comparison: Hashable, Sendable {
        package let treated: Double
        package let heldOut: Double
        /// Where the difference lies, with 95% for one look.
        package let interval: ClosedRange<Double>
        package let verdict: Verdict

        package var difference: Double { treated - heldOut }
        /// The difference as a share of the held-out people's figure; nil where that is 0.
        package var relative: Double? { heldOut > 0 ? difference / heldOut : nil }
    }

    package let treatedArm: TrialArm
    package let heldOutArm: TrialArm
    /// Of the shares who reached the goal; its interval is Newcombe's.
    package let conversion: Comparison
    /// Of what a person spent, in minor units; its interval is Welch's. Nil with fewer than two people in an
    /// arm, or where nobody spent anything.
    package let revenue: Comparison?

    /// Nil where an arm is empty: without people held out there is nothing to compare with.
    package init?(treated: TrialArm, heldOut: TrialArm, settings: Settings = Settings()) {
        guard treated.people > 0, heldOut.people > 0 else { return nil }
        treatedArm = treated
        heldOutArm = heldOut
        let judge = LiftJudge(treated: treated, heldOut: heldOut, settings: settings)
        conversion = Comparison(
            treated: treated.conversionRate, heldOut: heldOut.conversionRate,
            interval: newcombeInterval(
                treated.conversions, of: treated.people, less: heldOut.conversions,
                of: heldOut.people), verdict: judge.conversion)
        guard let interval = welchInterval(treated, heldOut),
            treated.revenueSquares + heldOut.revenueSquares > 0
        else {
            revenue = nil
            return
        }
        revenue = Comparison(
            treated: treated.revenuePerPerson, heldOut: heldOut.revenuePerPerson,
            interval: interval, verdict: judge.revenue)
    }

    /// What all treated people spent beyond what they would have spent anyway, less what treating them cost, in
    /// minor units; nil where revenue can't be compared.
    ///
    /// - Parameter costMinor: Of all of the treated arm: messages, and discounts that revenue doesn't show.
    package func net(costMinor: Int64) -> (minor: Double, interval: ClosedRange<Double>)? {
        guard let revenue else { return nil }
        func net(_ perPerson: Double) -> Double {
            perPerson * Double(treatedArm.people) - Double(costMinor)
        }
        let lower = net(revenue.interval.lowerBound)
        let upper = net(revenue.interval.upperBound)
        return (net(revenue.difference), lower...upper)
    }

    /// How many weeks until so many more people came; nil where nobody comes, and beyond ten years.
    package static func weeks(for morePeople: Int, peoplePerWeek: Double) -> Int? {
        guard peoplePerWeek > 0 else { return nil }
        let weeks = (Double(morePeople) / peoplePerWeek).rounded(.up)
        return weeks <= 520 ? Int(weeks) : nil
    }
}

/// Comes to a verdict.
private struct LiftJudge {
    let treated: TrialArm
    let heldOut: TrialArm
    let settings: Lift.Settings

    var conversion: Lift.Verdict {
        let both = treated + heldOut
        // Were there no difference, both arms would have the pooled variance; the larger of the two estimates
        // keeps an arm in which nobody bought yet from looking certain.
        let apart =
            treated.conversionVariance / Double(treated.people)
            + heldOut.conversionVariance / Double(heldOut.people)
        let alike =
            both.conversionVariance * (1 / Double(treated.people) + 1 / Double(heldOut.people))
        let rate = (Double(heldOut.conversions) + 1) / (Double(heldOut.people) + 2)
        return verdict(
            difference: treated.conversionRate - heldOut.conversionRate,
            test: SequentialTest(
                variance: max(apart, alike), smallest: settings.smallestShare * rate))
    }

    var revenue: Lift.Verdict {
        let both = treated + heldOut
        guard both.revenuePerPerson > 0 else { return .tooEarly(morePeople: nil) }
        let apart =
            treated.revenueVariance / Double(treated.people)
            + heldOut.revenueVariance / Double(heldOut.people)
        let alike =
            both.revenueVariance * (1 / Double(treated.people) + 1 / Double(heldOut.people))
        return verdict(
            difference: treated.revenuePerPerson - heldOut.revenuePerPerson,
            test: SequentialTest(
                variance: max(apart, alike),
                smallest: settings.smallestShare * both.revenuePerPerson))
    }

    private func verdict(difference: Double, test: SequentialTest) -> Lift.Verdict {
        let people = treated.people + heldOut.people
        let fewest = min(treated.people, heldOut.people)
        let isEnough = fewest >= settings.peopleMin
        if isEnough, abs(difference) >= test.bound {
            return difference > 0 ? .helps : .harms
        }
        guard let growth = test.growth(toShow: max(test.smallest, abs(difference))) else {
            return .tooEarly(morePeople: nil)
        }
        if isEnough, growth <= 1 { return .noDifference }
        let needed = max(growth, Double(settings.peopleMin) / Double(fewest))
        let more = ((needed - 1) * Double(people)).rounded(.up)
        return .tooEarly(morePeople: more < 1e12 ? Int(more) : nil)
    }
}
