#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One of several variants that chance gave to people with equal probability.
package struct VariantArm: Hashable, Sendable {
    /// Everybody who was given it.
    package var people: Int
    /// Of them, those who did what counts; each once.
    package var successes: Int

    /// - Precondition: `0 ≤ successes ≤ people`.
    package init(people: Int, successes: Int) {
        precondition(successes >= 0 && successes <= people, "more successes than people")
        self.people = people
        self.successes = successes
    }

    /// The share who did it; 0 with nobody.
    package var rate: Double { people > 0 ? Double(successes) / Double(people) : 0 }
}

/// Which of several variants brings more, by evidence that may be looked at after every success, and stopped at
/// whenever one likes.
///
/// What is tested is who succeeds, not how many of whom: were two variants alike, then each person who succeeds would
/// have been given either with probability ½, as chance gave them, however late they come and however many are still
/// to. So the variants of those who succeed, in the order in which they do, are throws of a fair coin; and a mixture of
/// coins against the fair one, Beta(50, 50), is a martingale that ever reaches 1/α with a probability of at most α
/// (Ville 1939; the mixture: Robbins 1970, "Statistical methods related to the law of the iterated logarithm", Annals
/// of Mathematical Statistics 41, 1397–1409; for counts of experiments that are watched: Lindon & Malek 2022,
/// "Anytime-valid inference for multinomial count data", NeurIPS 35). Exact with any number of people; nothing is
/// approximated.
///
/// It assumes that variants were given independently and with equal probabilities, that each person counts once, and
/// that what keeps a message from somebody doesn't depend on the variant. The interval assumes in addition that the
/// ratio of the variants stays the same while one watches. Where most people succeed it needs more of them than a test
/// that counts failures too: those can't be counted here, as who hasn't yet may still.
///
/// With more than two, a winner is one that is proven better than each other, each at α/(variants − 1): whichever variant
/// is truly the best, or among the best, a wrong winner must beat it or one as good, of which pairs there are so many.
/// So the probability of ever naming a winner that isn't strictly the best is at most α, however often one looks.
package struct VariantContest: Hashable, Sendable {
    /// The greatest probability of naming a wrong winner, ever.
    package static let level = 0.05
    /// Of the mixture, which is quickest where a variant brings a fifth to a third more than another.
    private static let concentration = 50.0

    /// In the order of the definition.
    package let arms: [VariantArm]

    /// - Precondition: Two arms or more.
    package init(_ arms: [VariantArm]) {
        precondition(arms.count >= 2, "one variant is no contest")
        self.arms = arms
    }

    /// The evidence that a variant must reach against each other one to win: 20 with two.
    package var evidenceNeeded: Double { Double(arms.count - 1) / Self.level }

    /// The variant that is proven to bring more than each other; nil as long as none is.
    package var winner: Int? {
        let first = leader
        return evidence(for: first) >= evidenceNeeded ? first : nil
    }

    /// The variant that is ahead: by its rate, then by its successes; of equals the first.
    package var leader: Int {
        arms.indices.max { one, other in
            (arms[one].rate, arms[one].successes, other)
                < (arms[other].rate, arms[other].successes, one)
        } ?? 0
    }

    /// The best of the others: the one with most successes; of equals the first.
    package func rival(of arm: Int) -> Int {
        arms.indices.filter { $0 != arm }.max { one, other in
            (arms[one].successes, other) < (arms[other].successes, one)
        } ?? 0
    }

    /// How many times better the successes agree with a variant's bringing more than the best of the others than with
    /// their being alike; 0 where it has fewer. At most about 10³⁰⁸.
    package func evidence(for arm: Int) -> Double {
        let (own, others) = (arms[arm].successes, arms[rival(of: arm)].successes)
        return own > others ? exp(min(700, Self.logEvidence(own, others, against: 0.5))) : 0
    }

    /// How much more a variant brings than the best of the others, as a share of what that brings: −0.1 is a tenth less.
    /// Holds the truth at all looks together with a probability of at least 1 − α/(variants − 1). Without an end where
    /// the other brought nothing yet.
    package func advantage(of arm: Int) -> (lower: Double, upper: Double) {
        let (own, others) = (arms[arm].successes, arms[rival(of: arm)].successes)
        guard own + others > 0 else { return (-1, .infinity) }
        let bound = log(evidenceNeeded)
        let middle = Double(own) / Double(own + others)
        func edge(_ outside: Double) -> Double {
            var (out, inside) = (outside, middle)
            for _ in 0..<100 {
                let share = (out + inside) / 2
                if Self.logEvidence(own, others, against: share) < bound {
                    inside = share
                } else {
                    out = share
                }
            }
            return inside
        }
        let lower = own > 0 ? edge(0) : 0
        let upper = others > 0 ? edge(1) : 1
        return (lower / (1 - lower) - 1, upper < 1 ? upper / (1 - upper) - 1 : .infinity)
    }

    /// The logarithm of the mixture's likelihood over that of a coin.
    private static func logEvidence(_ heads: Int, _ tails: Int, against share: Double) -> Double {
        func part(_ count: Int) -> Double { concentration + Double(count) }
        var result =
            logBeta(part(heads), part(tails)) - logBeta(concentration, concentration)
        if heads > 0 { result -= Double(heads) * log(share) }
        if tails > 0 { result -= Double(tails) * log1p(-share) }
        return result
    }

    private static func logBeta(_ one: Double, _ other: Double) -> Double {
        var sign: Int32 = 0
        // `lgamma_r` keeps the sign in a local: `lgamma` writes a global and races.
        return lgamma_r(one, &sign) + lgamma_r(other, &sign) - lgamma_r(one + other, &sign)
    }
}
