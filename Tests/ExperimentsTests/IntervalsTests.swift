import Kernel
import Testing

@testable import Experiments

struct IntervalsTests {
    /// Newcombe 1998, table II, method 10, to its four digits; the last line by statsmodels 0.14
    /// (`confint_proportions_2indep`, method newcomb).
    @Test(arguments: [
        (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062), (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775), (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1), (10, 10, 0, 10, 0.6075, 1),
        (412, 9000, 31, 1000, 0.0015, 0.0249),
    ])
    func `a difference of proportions lies where Newcombe's table has it`(
        one: Int, of people: Int, other: Int, of otherPeople: Int, lower: Double, upper: Double
    ) {
        let interval = newcombeInterval(one, of: people, less: other, of: otherPeople)
        #expect(abs(interval.lowerBound - lower) < 0.00005)
        #expect(abs(interval.upperBound - upper) < 0.00005)
    }

    /// By scipy 1.16 (`stats.t.ppf`).
    @Test(arguments: [
        (1.0, 12.706204736174694), (1.5, 6.016663104427929), (2, 4.302652729749462),
        (3.7, 2.8675207071911895), (10, 2.228138851986274), (29.4, 2.0440216400365636),
        (120, 1.9799304050824402), (1000, 1.9623390808264083), (1_000_000, 1.959966356814107),
    ])
    func `Student's quantile is the tables'`(freedom: Double, quantile: Double) {
        #expect(abs(studentQuantile975(degreesOfFreedom: freedom) - quantile) < 1e-8)
    }

    /// By scipy 1.16 (`stats.ttest_ind`, equal_var=False).
    @Test func `a difference of means lies where Welch's interval has it`() throws {
        let one = arm([0, 0, 1250, 0, 3999, 0, 0, 899, 0, 12000, 0, 0])
        let other = arm([0, 0, 0, 2500, 0, 0, 700])
        #expect(one.revenueSquares == 162_362_702)
        let interval = try #require(welchInterval(one, other))
        #expect(abs(interval.lowerBound - -1250.6434400643134) < 1e-6)
        #expect(abs(interval.upperBound - 3361.0243924452657) < 1e-6)
        #expect(welchInterval(one, arm([5])) == nil)
        #expect(welchInterval(arm([5, 5]), arm([3, 3])) == 2...2)
    }

    @Test(arguments: [
        (450, 0.10, 50, 0.08), (100, 0.30, 100, 0.30), (250, 0.03, 250, 0.06),
    ])
    func `Newcombe's interval covers the true difference 95 times in 100`(
        people: Int, rate: Double, otherPeople: Int, otherRate: Double
    ) {
        var random = SeededRandom(seed: 20_260_301)
        let rounds = 2000
        let covered = (0..<rounds).count { _ in
            let one = (0..<people).count { _ in random.unit() < rate }
            let other = (0..<otherPeople).count { _ in random.unit() < otherRate }
            return newcombeInterval(one, of: people, less: other, of: otherPeople)
                .contains(rate - otherRate)
        }
        #expect((0.93...0.97).contains(Double(covered) / Double(rounds)))
    }

    @Test(arguments: [(300, 0.20, 100, 0.15), (200, 0.5, 200, 0.5)])
    func `Welch's interval covers the true difference 95 times in 100`(
        people: Int, rate: Double, otherPeople: Int, otherRate: Double
    ) {
        var random = SeededRandom(seed: 7)
        let rounds = 1500
        // A basket is 1 to 9,999 pence, each as likely: 5,000 on average.
        func draw(_ count: Int, _ rate: Double) -> TrialArm {
            arm(
                (0..<count).map { _ in
                    random.unit() < rate ? Int64(1 + random.unit() * 9999) : 0
                })
        }
        let covered = (0..<rounds).count { _ in
            let (one, other) = (draw(people, rate), draw(otherPeople, otherRate))
            return welchInterval(one, other)?.contains(5000 * (rate - otherRate)) == true
        }
        #expect((0.93...0.97).contains(Double(covered) / Double(rounds)))
    }

    private func arm(_ amounts: [Int64]) -> TrialArm {
        var arm = TrialArm()
        for amount in amounts { arm.add(converted: amount > 0, revenueMinor: amount) }
        return arm
    }
}
