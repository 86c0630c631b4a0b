import Kernel
import Testing

@testable import Experiments

struct LiftTests {
    private func lift(
        _ conversions: Int, of people: Int, _ heldOut: Int, of heldOutPeople: Int,
        settings: Lift.Settings = Lift.Settings()
    ) throws -> Lift {
        try #require(
            Lift(
                treated: TrialArm(people: people, conversions: conversions),
                heldOut: TrialArm(people: heldOutPeople, conversions: heldOut),
                settings: settings))
    }

    @Test func `without people in both arms there is no lift`() {
        let some = TrialArm(people: 5, conversions: 1)
        #expect(Lift(treated: some, heldOut: TrialArm()) == nil)
        #expect(Lift(treated: TrialArm(), heldOut: some) == nil)
        #expect(Lift(treated: some, heldOut: some) != nil)
    }

    @Test func `lift is the difference, also as a share of the held-out people's figure`() throws {
        let lift = try lift(150, of: 1000, 10, of: 100)
        #expect(abs(lift.conversion.difference - 0.05) < 1e-12)
        #expect(abs(try #require(lift.conversion.relative) - 0.5) < 1e-12)
        #expect(lift.revenue == nil)
        #expect(try self.lift(1, of: 10, 0, of: 10).conversion.relative == nil)
    }

    @Test func `a clear difference helps or harms, whichever way it goes`() throws {
        #expect(try lift(2000, of: 10_000, 100, of: 1000).conversion.verdict == .helps)
        #expect(try lift(1000, of: 10_000, 200, of: 1000).conversion.verdict == .harms)
    }

    @Test func `a handful of people is too early however large the difference`() throws {
        guard case .tooEarly(let more) = try lift(20, of: 20, 0, of: 20).conversion.verdict else {
            Issue.record("a verdict from twenty people")
            return
        }
        #expect(try #require(more) >= 20)
    }

    @Test func `an interval that leaves out zero once is no verdict yet, as one looks every day`()
        throws
    {
        let lift = try lift(412, of: 9000, 31, of: 1000)
        #expect(lift.conversion.interval.lowerBound > 0)
        guard case .tooEarly(let more) = lift.conversion.verdict else {
            Issue.record("a verdict from one look")
            return
        }
        #expect(try #require(more) > 0)
    }

    @Test func `many people without a difference that matters are no difference`() throws {
        #expect(try lift(50_100, of: 500_000, 5000, of: 50_000).conversion.verdict == .noDifference)
        let strict = Lift.Settings(smallestShare: 0.001)
        guard
            case .tooEarly = try lift(50_100, of: 500_000, 5000, of: 50_000, settings: strict)
                .conversion.verdict
        else {
            Issue.record("a thousandth can't be ruled out by so few")
            return
        }
    }

    @Test func `nobody having bought yet can't be foretold from, and is no certainty`() throws {
        let lift = try #require(
            Lift(
                treated: TrialArm(people: 900, conversions: 0),
                heldOut: TrialArm(people: 100, conversions: 0)))
        #expect(lift.revenue == nil)
        #expect(lift.conversion.interval.contains(0))
        guard case .tooEarly = lift.conversion.verdict else {
            Issue.record("a verdict from nothing")
            return
        }
    }

    @Test func `net is what the treated spent more, less what treating them cost`() throws {
        var treated = TrialArm()
        var heldOut = TrialArm()
        for person in 0..<1000 {
            treated.add(converted: person % 5 == 0, revenueMinor: person % 5 == 0 ? 4000 : 0)
            heldOut.add(converted: person % 10 == 0, revenueMinor: person % 10 == 0 ? 4000 : 0)
        }
        let lift = try #require(Lift(treated: treated, heldOut: heldOut))
        let revenue = try #require(lift.revenue)
        #expect(abs(revenue.treated - 800) < 1e-9)
        #expect(abs(revenue.difference - 400) < 1e-9)
        #expect(revenue.verdict == .helps)
        let net = try #require(lift.net(costMinor: 150_000))
        #expect(abs(net.minor - 250_000) < 1e-6)
        #expect(
            abs(net.interval.lowerBound - (revenue.interval.lowerBound * 1000 - 150_000)) < 1e-6)
        #expect(net.interval.contains(net.minor))
    }

    @Test func `arms add up`() {
        var whole = TrialArm()
        var parts = (TrialArm(), TrialArm())
        for amount in [0, 250, 0, 1999, 40] as [Int64] {
            whole.add(converted: amount > 0, revenueMinor: amount)
            if amount % 2 == 0 {
                parts.0.add(converted: amount > 0, revenueMinor: amount)
            } else {
                parts.1.add(converted: amount > 0, revenueMinor: amount)
            }
        }
        #expect(parts.0 + parts.1 == whole)
        #expect(whole.conversionRate == 0.6)
    }

    @Test func `weeks are counted up, and none are named where nobody comes or it takes years`() {
        #expect(Lift.weeks(for: 100, peoplePerWeek: 40) == 3)
        #expect(Lift.weeks(for: 100, peoplePerWeek: 0) == nil)
        #expect(Lift.weeks(for: 100_000, peoplePerWeek: 1) == nil)
    }

    /// Where the bound and the growth lie, by numpy 2.3 and scipy 1.16 (`optimize.brentq`).
    @Test(arguments: [
        (1e-4, 0.02, 0.03082389993889093, 3.802656293970304),
        (1e-2, 0.01, 2.461996959125003, 1521.0625175881282),
    ])
    func `the sequential test's bound and the people it needs are its formula's`(
        variance: Double, smallest: Double, bound: Double, growth: Double
    ) throws {
        let test = SequentialTest(variance: variance, smallest: smallest)
        #expect(abs(test.bound - bound) < 1e-12)
        #expect(abs(try #require(test.growth(toShow: smallest)) / growth - 1) < 1e-6)
        #expect(SequentialTest(variance: 4e-6, smallest: 0.01).growth(toShow: 0.01) == 1)
    }

    @Test
    func `looked at a hundred times, a journey that does nothing is judged in 5 of 100 at most`() {
        var random = SeededRandom(seed: 41)
        let rounds = 300
        let judged = (0..<rounds).count { _ in
            var (treated, heldOut) = (TrialArm(), TrialArm())
            for _ in 0..<100 {
                for _ in 0..<16 {
                    treated.add(converted: random.unit() < 0.1, revenueMinor: 0)
                }
                for _ in 0..<4 {
                    heldOut.add(converted: random.unit() < 0.1, revenueMinor: 0)
                }
                let verdict = Lift(treated: treated, heldOut: heldOut)?.conversion.verdict
                if verdict == .helps || verdict == .harms { return true }
            }
            return false
        }
        #expect(Double(judged) / Double(rounds) <= 0.05)
    }

    @Test func `with the people that were asked for, a difference is shown four times in five`()
        throws
    {
        var random = SeededRandom(seed: 5)
        // 60% against 50%: the smallest difference that matters.
        let start = try lift(60, of: 100, 50, of: 100)
        guard case .tooEarly(let more) = start.conversion.verdict else {
            Issue.record("a verdict before its time")
            return
        }
        let people = (200 + (try #require(more))) / 2
        let rounds = 200
        let shown = try (0..<rounds).count { _ in
            let treated = (0..<people).count { _ in random.unit() < 0.6 }
            let heldOut = (0..<people).count { _ in random.unit() < 0.5 }
            return try lift(treated, of: people, heldOut, of: people).conversion.verdict == .helps
        }
        #expect((0.72...0.88).contains(Double(shown) / Double(rounds)))
    }
}
