import Foundation
import Testing

@testable import RetentionModels

@Suite struct UncertaintyTests {
    @Test func `drawn parameters have the covariance of the fit`() throws {
        let fit = try BGNBD.fit(Fixtures.histories("cdnow_sample_summary.csv"))
        let draws = try #require(ParameterDraws(fit, count: 20_000, seed: 1))
        let covariance = try #require(fit.logCovariance)
        let centre = fit.model.logParameters
        let points = draws.models.map(\.logParameters)
        #expect(points.count == 20_000)
        for i in 0..<4 {
            for j in 0...i {
                let mean =
                    points.reduce(0.0) {
                        $0 + ($1[i] - centre[i]) * ($1[j] - centre[j])
                    } / 20_000
                let scale = (covariance[i * 5] * covariance[j * 5]).squareRoot()
                #expect(abs(mean - covariance[i * 4 + j]) < 0.06 * scale)
            }
        }
        #expect(ParameterDraws(fit, count: 10, seed: 2)?.models.count == 10)
        #expect(ParameterDraws(fit, count: 7, seed: 2)?.models.count == 7)
        #expect(
            ParameterDraws(fit, count: 8, seed: 3)?.models
                == ParameterDraws(fit, count: 8, seed: 3)?.models)
        #expect(ParameterDraws(fit, count: 0, seed: 2) == nil)
    }

    @Test func `a fit at a limit has no draws, with a prior it does`() throws {
        let histories = try Fixtures.histories("stress_nodropout.csv")
        #expect(ParameterDraws(try BGNBD.fit(histories), count: 10, seed: 1) == nil)
        let weak = try BGNBD.fit(histories, options: FitOptions(prior: .weak))
        #expect(ParameterDraws(weak, count: 10, seed: 1) != nil)
        #expect(try BGNBD.fit(histories).parameterIntervals() == nil)
    }

    @Test func `parameter intervals surround the parameters, and stay where they can be`() throws {
        let fit = try ParetoNBD.fit(
            Fixtures.histories("stress_tiny_120.csv"),
            options: FitOptions(prior: .weak))
        let wide = try #require(fit.parameterIntervals(level: 0.95))
        let narrow = try #require(fit.parameterIntervals(level: 0.5))
        for (i, value) in fit.model.parameters.enumerated() {
            #expect(0 < wide[i].lower && wide[i].lower < narrow[i].lower)
            #expect(narrow[i].lower < value && value < narrow[i].upper)
            #expect(narrow[i].upper < wide[i].upper)
        }
        let spend = try GammaGamma.fit(
            Fixtures.histories("cdnow_sample_summary.csv", spend: "mean_repeat_spend"))
        let q = try #require(spend.parameterIntervals())[1]
        #expect(q.lower > 1 && q.lower < spend.model.q && spend.model.q < q.upper)
        // 1.96 standard errors either way, to first order.
        let errors = try #require(spend.standardErrors)
        #expect(abs((q.upper - q.lower) / (2 * 1.96 * errors.q) - 1) < 0.05)
    }

    @Test func `intervals of expected orders cover the truth as often as they say`() throws {
        let truth = try #require(BGNBD(r: 0.6, alpha: 8, a: 0.7, b: 3))
        var covered = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            let grouped = try random.histories(of: truth, customers: 500, length: 78).grouped()
            let fit = try BGNBD.fit(grouped, options: FitOptions(prior: .weak))
            let draws = try #require(ParameterDraws(fit, count: 60, seed: seed))
            let interval = try #require(
                draws.intervalOfExpectedOrders(grouped, within: 26, level: 0.8))
            let orders = truth.expectedOrders(grouped, within: 26)
            let expected = zip(orders, grouped.customers).reduce(0) { $0 + $1.0 * Double($1.1) }
            if interval.lower <= expected, expected <= interval.upper { covered += 1 }
        }
        // 48 are expected, give or take 3.1.
        #expect((38...57).contains(covered), "\(covered)")
    }

    @Test func `the holdout of the CDNOW sample lies in the interval of all orders`() throws {
        let grouped = try Fixtures.histories("cdnow_sample_summary.csv").grouped()
        let fit = try ParetoNBD.fit(grouped)
        let draws = try #require(ParameterDraws(fit, count: 60, seed: 5))
        let expected = try #require(draws.intervalOfExpectedOrders(grouped, within: 39))
        let outcome = try #require(draws.intervalOfOrders(grouped, within: 39, seed: 6))
        // Chance adds to what parameters leave open: little for thousands together, most for one.
        let (outcomeWidth, expectedWidth) = (
            outcome.upper - outcome.lower, expected.upper - expected.lower
        )
        #expect(outcomeWidth > 0.8 * expectedWidth && outcomeWidth < 2 * expectedWidth)
        let one = try PurchaseHistory(frequency: 7, recency: 37, age: 38.9)
        let ofOne = try #require(draws.intervalOfOrders(one, within: 39, seed: 7))
        let expectedOfOne = try #require(
            draws.interval { $0.expectedOrders(one, within: 39) })
        #expect(ofOne.upper - ofOne.lower > 3 * (expectedOfOne.upper - expectedOfOne.lower))
        #expect(expected.lower < 1665.5 && 1665.5 < expected.upper)
        #expect(draws.intervalOfOrders(grouped, within: 39, seed: 6) == outcome)
    }

    @Test func `intervals of customers surround their figures`() throws {
        let grouped = try Fixtures.histories("stress_tiny_120.csv").grouped()
        let fit = try MBGNBD.fit(grouped, options: FitOptions(prior: .weak))
        let draws = try #require(ParameterDraws(fit, count: 100, seed: 5))
        let intervals = draws.intervals(grouped, level: 0.9) {
            $0.probabilityOfNoOrder($1, within: 90)
        }
        #expect(intervals.count == grouped.count)
        var inside = 0
        for (group, interval) in intervals.enumerated() {
            let figure = fit.model.probabilityOfNoOrder(grouped[group], within: 90)
            #expect(interval.lower >= 0 && interval.upper <= 1)
            if interval.lower <= figure, figure <= interval.upper { inside += 1 }
        }
        #expect(inside > grouped.count * 9 / 10)
        let orders = try #require(
            draws.intervalOfOrders(grouped[0], within: 90, level: 0.9, seed: 1))
        #expect(orders.lower >= 0 && orders.lower <= orders.upper)
    }

    @Test func `an interval holds the middle of the values`() {
        let values = (0...100).map { Double($0) }.reversed()
        let middle = PredictionInterval(Array(values), level: 0.5)
        #expect(middle == PredictionInterval(lower: 25, upper: 75))
        #expect(PredictionInterval([3], level: 0.8) == PredictionInterval(lower: 3, upper: 3))
        #expect(PredictionInterval([], level: 0.8) == nil)
        #expect(PredictionInterval([.nan], level: 0.8) == nil)
        #expect(
            PredictionInterval([1, .infinity, .infinity], level: 0)
                == PredictionInterval(lower: .infinity, upper: .infinity))
    }

    @Test(arguments: [(0.5, 0), (0.975, 1.959963984540054), (1e-10, -6.361340902404056)])
    func `quantiles of the normal distribution`(probability: Double, quantile: Double) {
        #expect(abs(standardNormalQuantile(probability) - quantile) < 1e-12)
        #expect(standardNormalQuantile(0) == -.infinity && standardNormalQuantile(1) == .infinity)
    }
}
