import Kernel
import Testing

@testable import Analytics

/// The interval of a count that is told from a sample.
struct SampledCountTests {
    @Test func `where all were asked the count is exact`() {
        for holding in [0, 1, 40, 99, 100] {
            let found = SampledCount(holding: holding, sampled: 100, people: 100)
            #expect(found.count == holding && found.range == holding...holding)
        }
        #expect(SampledCount(holding: 0, sampled: 0, people: 0).range == 0...0)
        #expect(SampledCount(holding: 0, sampled: 0, people: 7).range == 0...7)
    }

    /// Limits of Clopper and Pearson for a binomial proportion (as in R's `binom.test`), of which these draws from
    /// very many are no more than a rounding away.
    @Test(arguments: [
        (0, 100, 0.0, 0.036217), (1, 100, 0.000253, 0.054459), (10, 100, 0.049005, 0.176223),
        (100, 100, 0.963783, 1.0), (15, 1000, 0.008421, 0.024620),
    ])
    func `few of many are told by the exact distribution`(
        holding: Int, sampled: Int, low: Double, high: Double
    ) {
        let people = 100_000_000
        let found = SampledCount(holding: holding, sampled: sampled, people: people)
        #expect(abs(Double(found.range.lowerBound) / Double(people) - low) < 2e-6)
        #expect(abs(Double(found.range.upperBound) / Double(people) - high) < 2e-6)
    }

    @Test func `what was seen in the sample is never denied`() {
        for people in [1, 2, 5, 41, 90] {
            for sampled in 0...people {
                for holding in 0...sampled {
                    let found = SampledCount(holding: holding, sampled: sampled, people: people)
                    #expect(found.range.contains(found.count))
                    #expect(found.range.lowerBound >= holding)
                    #expect(found.range.upperBound <= people - (sampled - holding))
                }
            }
        }
    }

    @Test(arguments: [
        (0, 50, 800), (1, 50, 800), (3, 50, 800), (15, 50, 800), (60, 50, 800), (400, 50, 800),
        (790, 50, 800), (30, 300, 400), (200, 300, 400), (399, 300, 400), (5, 400, 4000),
        (300, 400, 4000), (3700, 400, 4000),
    ])
    func `the interval holds the count in 95 of 100 samples`(
        all: Int, sampled: Int, people: Int
    ) {
        var random = SeededRandom(seed: UInt64(all * 7 + people))
        let rounds = 1000
        let held = (0..<rounds).filter { _ in
            // Drawn one after the other, and not put back.
            var holding = 0
            for drawn in 0..<sampled
            where Int.random(in: 0..<(people - drawn), using: &random) < all - holding {
                holding += 1
            }
            return SampledCount(holding: holding, sampled: sampled, people: people)
                .range.contains(all)
        }
        // Nearly three standard errors below.
        #expect(Double(held.count) / Double(rounds) > 0.93, "\(held.count) of \(rounds)")
    }
}
