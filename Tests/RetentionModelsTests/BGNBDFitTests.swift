import Foundation
import Testing

@testable import RetentionModels

@Suite struct BGNBDFitTests {
    @Test func `the CDNOW sample gives the published parameters and standard errors`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let fit = try BGNBD.fit(histories)
        #expect(fit.customers == 2357)
        #expect(fit.repeaters == 946)
        #expect(abs(fit.model.r - 0.24259) < 6e-6)
        #expect(abs(fit.model.alpha - 4.41353) < 2e-4)
        #expect(abs(fit.model.a - 0.79289) < 1e-4)
        #expect(abs(fit.model.b - 2.42575) < 3e-4)
        #expect(abs(fit.logLikelihood - -9582.43) < 0.005)
        let errors = try #require(fit.standardErrors)
        #expect(abs(errors.r - 0.01256) < 1e-5)
        #expect(abs(errors.alpha - 0.37822) < 1e-4)
        #expect(abs(errors.a - 0.18573) < 1e-4)
        #expect(abs(errors.b - 0.70541) < 3e-4)
        #expect(fit.limits.isEmpty)
        #expect(fit.dropoutEvidence > 10)
        #expect(fit.evaluations < 100)
    }

    @Test func `the holdout of the CDNOW sample is predicted as published`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let model = try BGNBD.fit(histories).model
        let orders = CustomerForecasts(histories, model: model, horizons: [39]).expectedOrders[0]
        #expect(abs(orders.reduce(0, +) - 1653.4) < 0.1)
        // The mean by frequency, 7 and above together.
        let published = [0.2251, 0.5231, 1.0441, 1.5203, 2.1639, 2.6538, 3.5040, 6.1572]
        var sums = [Double](repeating: 0, count: 8)
        var counts = sums
        for i in 0..<histories.count {
            sums[min(7, histories.frequency[i])] += orders[i]
            counts[min(7, histories.frequency[i])] += 1
        }
        for x in 0..<8 { #expect(abs(sums[x] / counts[x] - published[x]) < 1e-4) }
    }

    @Test func `cumulative repeats of the CDNOW sample follow the published curve`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let model = try BGNBD.fit(histories).model
        let published = try Fixtures.columns("cdnow_sample_tracking.csv")
        let weeks = try #require(published["week"])
        let expected = try #require(published["bg"])
        // Week 0 begins with the first customer's first order, each customer's time with the own.
        let start = histories.age.max() ?? 0
        for (week, figure) in zip(weeks, expected) {
            var sum = 0.0
            for age in histories.age where age + week > start {
                sum += model.expectedOrdersOfNewCustomer(within: age + week - start)
            }
            #expect(abs(sum - figure) < 0.002 * figure, "week \(week): \(sum)")
        }
    }

    @Test(.enabled(if: Fixtures.hasFullCDNOW, "the full CDNOW file isn't there"))
    func `all of CDNOW gives the reference figures`() throws {
        let histories = try FullCDNOW.histories()
        #expect(histories.count == 23_570)
        let fit = try BGNBD.fit(histories)
        #expect(fit.groups == 8685)
        #expect(abs(fit.model.r - 0.25162) < 6e-6)
        #expect(abs(fit.model.alpha - 4.78894) < 2e-5)
        #expect(abs(fit.model.a - 0.72343) < 1e-5)
        #expect(abs(fit.model.b - 2.16109) < 2e-5)
        #expect(abs(fit.logLikelihood - -95368.444) < 0.001)
        let forecasts = CustomerForecasts(histories, model: fit.model, horizons: [39])
        #expect(abs(forecasts.expectedOrders[0].reduce(0, +) - 16873.8) < 0.5)

        let spend = try GammaGamma.fit(histories)
        #expect(spend.customers == 9450)
        #expect(abs(spend.model.p - 6.27536) < 1e-4)
        #expect(abs(spend.model.q - 3.62445) < 1e-4)
        #expect(abs(spend.model.gamma - 14.98369) < 1e-3)
        #expect(abs(spend.logLikelihood - -40763.476) < 0.001)
    }

    @Test(arguments: [0.001, 1.0 / 7, 365, 86_400_000])
    func `the unit of time changes alpha and nothing else`(unit: Double) throws {
        let weeks = try Fixtures.histories("cdnow_sample_summary.csv")
        let other = try PurchaseHistories(
            frequency: weeks.frequency, recency: weeks.recency.map { $0 * unit },
            age: weeks.age.map { $0 * unit })
        let first = try BGNBD.fit(weeks)
        let second = try BGNBD.fit(other)
        #expect(relativeError(second.model.r, first.model.r) < 1e-6)
        #expect(relativeError(second.model.alpha, first.model.alpha * unit) < 1e-6)
        #expect(relativeError(second.model.a, first.model.a) < 1e-6)
        #expect(relativeError(second.model.b, first.model.b) < 1e-6)
        let orders = Double(weeks.frequency.reduce(0, +))
        #expect(abs(second.logLikelihood + orders * log(unit) - first.logLikelihood) < 1e-5)
    }

    @Test(arguments: [Prior.none, .weak])
    func `the gradient is the slope of the value`(prior: Prior) throws {
        let grouped = try Fixtures.histories("cdnow_sample_summary.csv").grouped()
        let rows = try #require(ScaledRows(grouped))
        let objective = BetaGeometricObjective(
            rows, firstChances: 0, prior: prior, workers: .one)
        var random = SeededRandom(seed: 5)
        for _ in 0..<20 {
            let point = (0..<4).map { _ in random.uniform(in: -3...3) }
            var gradient = [0.0, 0, 0, 0]
            var unused = gradient
            _ = objective(point, &gradient)
            for i in 0..<4 {
                let h = 1e-5
                var (above, below) = (point, point)
                above[i] += h
                below[i] -= h
                let slope = (objective(above, &unused) - objective(below, &unused)) / (2 * h)
                #expect(abs(slope - gradient[i]) < 1e-7 * max(1, abs(slope)))
            }
        }
    }

    @Test func `the objective is the log-likelihood of the rows`() throws {
        let grouped = try Fixtures.histories("cdnow_sample_summary.csv").grouped()
        let rows = try #require(ScaledRows(grouped))
        let objective = BetaGeometricObjective(
            rows, firstChances: 0, prior: .none, workers: .one)
        let point = [log(0.3), log(5), log(0.7), log(2)]
        var gradient = [0.0, 0, 0, 0]
        let value = objective(point, &gradient)
        let unit = log(rows.timeScale)
        let model = try #require(
            BGNBD(logParameters: [point[0], point[1] + unit, point[2], point[3]]))
        // Scaled time changes the density by one factor an order.
        var orders = 0
        for i in 0..<grouped.count { orders += grouped.frequency[i] * grouped.customers[i] }
        let scaled = model.logLikelihood(grouped) + Double(orders) * unit
        #expect(relativeError(-value * 2357, scaled) < 1e-13)
    }

    @Test(arguments: [
        (0.25, 4.5, 0.8, 2.5, 8000), (1.2, 20, 0.5, 3, 4000), (3, 30, 1, 1, 4000),
    ])
    func `simulated customers give back their parameters`(
        r: Double, alpha: Double, a: Double, b: Double, customers: Int
    ) throws {
        let truth = try #require(BGNBD(r: r, alpha: alpha, a: a, b: b))
        for seed in 1...3 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            let fit = try BGNBD.fit(random.histories(of: truth, customers: customers, length: 104))
            let errors = try #require(fit.standardErrors)
            #expect(abs(fit.model.r - r) < 4 * errors.r)
            #expect(abs(fit.model.alpha - alpha) < 4 * errors.alpha)
            #expect(abs(fit.model.a - a) < 4 * errors.a)
            #expect(abs(fit.model.b - b) < 4 * errors.b)
            #expect(errors.r < 0.2 * r && errors.a < 0.35 * a)
        }
    }

    @Test func `expected orders are the mean of simulated orders`() throws {
        let truth = try #require(BGNBD(r: 1.2, alpha: 20, a: 0.5, b: 3))
        var random = SeededRandom(seed: 8)
        var (expected, happened, silent, unheard) = (0.0, 0.0, 0.0, 0.0)
        let n = 40_000
        for _ in 0..<n {
            let (history, later) = try random.customer(of: truth, age: 52, holdout: 26)
            expected += truth.expectedOrders(history, within: 26)
            happened += Double(later)
            silent += truth.probabilityOfNoOrder(history, within: 26)
            unheard += later == 0 ? 1 : 0
        }
        #expect(abs(expected / happened - 1) < 0.03)
        #expect(abs(silent / unheard - 1) < 0.02)
    }
}
