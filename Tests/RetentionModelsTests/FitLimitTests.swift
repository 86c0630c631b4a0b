import Foundation
import Testing

@testable import RetentionModels

/// Data that other programs fail on: the fit converges, or names the limit, and predictions stay
/// finite.
@Suite struct FitLimitTests {
    /// The reference is a Nelder–Mead search of a second implementation (SciPy), three starts.
    @Test(arguments: [
        ("stress_heavy_daily.csv", [1.61981, 5.58615, 0.049603, 7.92472], -3_729_152.717),
        ("stress_tiny_120.csv", [0.251353, 30.48344, 1.153815, 4.195134], -700.81176),
        ("stress_onetime_95pct.csv", [0.0513275, 42.18011, 0.906515, 2.003379], -53810.03554),
        ("stress_long_T_3000d.csv", [0.403349, 26.0698, 0.474913, 2.88912], -536_492.07289),
    ])
    func `hard but sound data converges`(
        file: String, reference: [Double], logLikelihood: Double
    ) throws {
        let histories = try Fixtures.histories(file)
        let fit = try BGNBD.fit(histories)
        #expect(fit.limits.isEmpty)
        #expect(fit.standardErrors != nil)
        #expect(relativeError(fit.logLikelihood, logLikelihood) < 1e-8)
        let found = [fit.model.r, fit.model.alpha, fit.model.a, fit.model.b]
        for (value, expected) in zip(found, reference) {
            #expect(relativeError(value, expected) < 1e-4, "\(found)")
        }
        #expect(fit.evaluations < 150)
        expectUsable(histories, fit.model)
    }

    @Test func `where nobody leaves the fit says so and predicts all the same`() throws {
        let histories = try Fixtures.histories("stress_nodropout.csv")
        let fit = try BGNBD.fit(histories)
        #expect(fit.limits.contains(.noDropoutIdentifiable))
        #expect(fit.standardErrors == nil && fit.logCovariance == nil)
        #expect(fit.dropoutEvidence < 0.01 && fit.dropoutEvidence > -0.5)
        #expect(abs(fit.logLikelihood - -177_934.168) < 0.5)
        #expect(relativeError(fit.model.r, 0.811228) < 0.01)
        #expect(relativeError(fit.model.alpha, 20.4220) < 0.01)
        expectUsable(histories, fit.model)
        // Without drop-out, orders come at the rate (r + x)/(α + T).
        let history = histories[0]
        let plain = (0.811228 + Double(history.frequency)) / (20.4220 + history.age) * 90
        let orders = fit.model.expectedOrders(history, within: 90)
        #expect(relativeError(orders, plain) < 0.05)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a few dozen customers fit with a weak prior, whatever they did`(seed: UInt64) throws {
        let truth = try #require(BGNBD(r: 0.4, alpha: 10, a: 0.6, b: 3))
        var random = SeededRandom(seed: seed)
        let histories = try random.histories(of: truth, customers: 40, length: 52)
        let fit = try BGNBD.fit(histories, options: FitOptions(prior: .weak))
        #expect(fit.prior == .weak)
        expectUsable(histories, fit.model)
        #expect(fit.limits.allSatisfy { $0 == .noDropoutIdentifiable })
        for (value, centre) in [(fit.model.r, 1.0), (fit.model.a, 1), (fit.model.b, 1)] {
            #expect(abs(log(value / centre)) < 5)
        }
    }

    @Test func `a weak prior hardly moves thousands of customers`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let plain = try BGNBD.fit(histories)
        let weak = try BGNBD.fit(histories, options: FitOptions(prior: .weak))
        let errors = try #require(plain.standardErrors)
        #expect(abs(weak.model.r - plain.model.r) < 0.25 * errors.r)
        #expect(abs(weak.model.a - plain.model.a) < 0.25 * errors.a)
        #expect(weak.model != plain.model)
        #expect(weak.logLikelihood < plain.logLikelihood)
        #expect(weak.logLikelihood > plain.logLikelihood - 0.1)
    }

    @Test func `customers who all buy alike and leave alike end at a named limit`() throws {
        // One rate and one drop-out for everybody: r, alpha and a, b run off together.
        var random = SeededRandom(seed: 3)
        var (frequency, recency, age) = ([Int](), [Double](), [Double]())
        for _ in 0..<4000 {
            var (time, last, x) = (0.0, 0.0, 0)
            while true {
                time += random.exponential(rate: 0.3)
                if time > 50 { break }
                last = time
                x += 1
                if random.uniform() < 0.2 { break }
            }
            frequency.append(x)
            recency.append(last)
            age.append(50)
        }
        let histories = try PurchaseHistories(frequency: frequency, recency: recency, age: age)
        let fit = try BGNBD.fit(histories)
        #expect(abs(fit.model.r / fit.model.alpha - 0.3) < 0.02)
        #expect(abs(fit.model.a / (fit.model.a + fit.model.b) - 0.2) < 0.02)
        if fit.limits.isEmpty {
            #expect(fit.model.r > 10 && fit.model.a > 3)
        } else {
            #expect(fit.limits.allSatisfy { $0 == .ratesAlike || $0 == .dropoutAlike })
        }
        expectUsable(histories, fit.model)
    }

    @Test func `customers who leave at once or never end at a named limit`() throws {
        var random = SeededRandom(seed: 4)
        var (frequency, recency) = ([Int](), [Double]())
        for _ in 0..<3000 {
            let rate = random.gamma(shape: 2, rate: 10)
            let leaves = random.uniform() < 0.4
            var (time, last, x) = (0.0, 0.0, 0)
            while true {
                time += random.exponential(rate: rate)
                if time > 100 { break }
                last = time
                x += 1
                if leaves { break }
            }
            frequency.append(x)
            recency.append(last)
        }
        let histories = try PurchaseHistories(
            frequency: frequency, recency: recency, age: [Double](repeating: 100, count: 3000))
        let fit = try BGNBD.fit(histories)
        #expect(fit.limits == [.dropoutAllOrNothing])
        #expect(fit.standardErrors == nil)
        #expect(abs(fit.model.a / (fit.model.a + fit.model.b) - 0.4) < 0.05)
        expectUsable(histories, fit.model)
    }

    @Test func `spends that never vary end at a named limit, and are expected again`() throws {
        let n = 200
        let histories = try PurchaseHistories(
            frequency: (0..<n).map { 1 + $0 % 4 }, recency: [Double](repeating: 5, count: n),
            age: [Double](repeating: 9, count: n),
            meanRepeatSpend: [Double](repeating: 10, count: n))
        let fit = try GammaGamma.fit(histories)
        #expect(!fit.limits.isEmpty)
        #expect(fit.standardErrors == nil && fit.logCovariance == nil)
        #expect(fit.rankCorrelation == nil && !fit.spendDependsOnFrequency)
        #expect(abs(fit.model.expectedMeanSpend(frequency: 2, meanSpend: 10) - 10) < 0.01)
        #expect(abs(fit.model.populationMeanSpend - 10) < 0.01)
    }

    /// Every prediction is a number within its range.
    private func expectUsable(_ histories: PurchaseHistories, _ model: BGNBD) {
        let forecasts = CustomerForecasts(histories, model: model, horizons: [90, 365])
        #expect(forecasts.probabilityAlive.allSatisfy { $0 >= 0 && $0 <= 1 })
        for horizon in 0..<2 {
            #expect(forecasts.churnProbability[horizon].allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(forecasts.expectedOrders[horizon].allSatisfy { $0.isFinite && $0 >= 0 })
        }
        #expect(
            zip(forecasts.expectedOrders[0], forecasts.expectedOrders[1]).allSatisfy { $0 <= $1 })
    }
}
