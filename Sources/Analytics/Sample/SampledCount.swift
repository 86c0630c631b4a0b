#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How many of a number of people something holds for, told from a sample of them drawn without replacement.
package struct SampledCount: Sendable, Equatable {
    /// The likeliest.
    package let count: Int
    /// Holds the true count in 95 of 100 samples.
    package let range: ClosedRange<Int>

    /// - Parameters:
    ///   - holding: In the sample.
    ///   - sampled: How many were drawn, `holding` or more.
    ///   - people: How many there are, `sampled` or more.
    package init(holding: Int, sampled: Int, people: Int) {
        precondition(0 <= holding && holding <= sampled && sampled <= people, "not a sample")
        guard sampled < people else {
            count = holding
            range = holding...holding
            return
        }
        // Beyond these the rest of the people can't be.
        let least = holding
        let most = people - (sampled - holding)
        guard sampled > 0 else {
            count = 0
            range = 0...people
            return
        }
        let share = Double(holding) / Double(sampled)
        count = min(max(Int((share * Double(people)).rounded()), least), most)
        let found: ClosedRange<Int>
        if holding < Self.exactBelow {
            found = Self.exact(holding, sampled, people)
        } else if sampled - holding < Self.exactBelow {
            let others = Self.exact(sampled - holding, sampled, people)
            found = (people - others.upperBound)...(people - others.lowerBound)
        } else {
            found = Self.score(share, sampled, people)
        }
        let lower = min(max(found.lowerBound, least), count)
        range = lower...max(min(found.upperBound, most), count)
    }

    /// With fewer than this on a side, the normal approximation isn't good.
    private static let exactBelow = 20

    /// Where the standard normal distribution reaches 0.975.
    private static let quantile = 1.959_963_984_540_054

    /// The score interval (Wilson 1927) with the variance of a draw without replacement: that of a larger sample.
    private static func score(_ share: Double, _ sampled: Int, _ people: Int) -> ClosedRange<Int> {
        let size = Double(sampled) * Double(people - 1) / Double(people - sampled)
        let square = quantile * quantile
        let centre = (share + square / (2 * size)) / (1 + square / size)
        let reach =
            quantile / (1 + square / size)
            * (share * (1 - share) / size + square / (4 * size * size)).squareRoot()
        let lower = ((centre - reach) * Double(people)).rounded(.down)
        let upper = ((centre + reach) * Double(people)).rounded(.up)
        return Int(lower)...Int(upper)
    }

    /// The counts of which so many, and so few, in the sample aren't unlikelier than one in forty
    /// (Clopper and Pearson 1934, with the hypergeometric distribution).
    private static func exact(
        _ holding: Int, _ sampled: Int, _ people: Int
    ) -> ClosedRange<Int> {
        let tail = 0.025
        let most = people - (sampled - holding)
        // The more there are, the likelier is as many, and the unlikelier as few.
        let lower = first(from: holding, to: most) { all in
            1 - chance(atMost: holding - 1, of: all, sampled, people) > tail
        }
        let above = first(from: lower, to: most + 1) { all in
            all > most || chance(atMost: holding, of: all, sampled, people) <= tail
        }
        return lower...max(lower, above - 1)
    }

    /// The first number for which something holds that holds for all behind it, and for the last.
    private static func first(from: Int, to: Int, _ holds: (Int) -> Bool) -> Int {
        var (low, high) = (from, to)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// How likely a sample has no more than so many of `all` for whom it holds.
    private static func chance(
        atMost most: Int, of all: Int, _ sampled: Int, _ people: Int
    ) -> Double {
        let ways = choices(sampled, of: people)
        let least = max(0, sampled - (people - all))
        guard least <= min(most, all) else { return 0 }
        return (least...min(most, all, sampled)).reduce(0) { sum, number in
            sum
                + exp(
                    choices(number, of: all) + choices(sampled - number, of: people - all) - ways)
        }
    }

    /// The logarithm of in how many ways so many can be chosen.
    private static func choices(_ number: Int, of all: Int) -> Double {
        logFactorial(all) - logFactorial(number) - logFactorial(all - number)
    }

    /// By `lgamma_r`, which keeps the sign in a local: `lgamma` writes a global and races.
    private static func logFactorial(_ number: Int) -> Double {
        var sign: Int32 = 0
        return lgamma_r(Double(number) + 1, &sign)
    }
}
