import Foundation
import Testing

@testable import RetentionModels

@Suite struct GammaGammaTests {
    private func sample() throws -> PurchaseHistories {
        try Fixtures.histories("cdnow_sample_summary.csv", spend: "mean_repeat_spend")
    }

    @Test func `log-likelihood and expected spend agree with 50-digit arithmetic`() throws {
        let rows = try Fixtures.golden().gamma_gamma
        #expect(rows.count == 6)
        for row in rows {
            let model = try #require(
                GammaGamma(p: row.params[0], q: row.params[1], gamma: row.params[2]))
            let mean = try #require(Double(row.EM))
            let value = model.expectedMeanSpend(frequency: row.x, meanSpend: row.zbar)
            #expect(relativeError(value, mean) < 1e-13)
            if let ll = row.ll.flatMap(Double.init) {
                let value = model.logLikelihood(frequency: row.x, meanSpend: row.zbar)
                #expect(relativeError(value, ll) < 1e-12)
            }
        }
    }

    @Test func `the CDNOW sample gives the published parameters`() throws {
        // The published figures come from means rounded to cents.
        let exact = try sample()
        let rounded = try PurchaseHistories(
            frequency: exact.frequency, recency: exact.recency, age: exact.age,
            meanRepeatSpend: exact.meanRepeatSpend?.map { ($0 * 100 + 1e-9).rounded() / 100 })
        let fit = try GammaGamma.fit(rounded)
        #expect(fit.customers == 946)
        #expect(abs(fit.model.p - 6.2488) < 6e-5)
        #expect(abs(fit.model.q - 3.7446) < 6e-5)
        #expect(abs(fit.model.gamma - 15.4477) < 1e-4)
        #expect(abs(fit.logLikelihood - -4055.9232) < 1e-4)
        let mean = fit.model.expectedMeanSpend(frequency: 2, meanSpend: 22.35)
        #expect(abs(mean - 24.6586) < 6e-5)
        #expect(fit.limits.isEmpty && fit.standardErrors != nil)
    }

    @Test func `exact means of the CDNOW sample move the parameters by a ten-thousandth`() throws {
        let fit = try GammaGamma.fit(sample())
        // A Nelder–Mead search of a second implementation (SciPy) ends here.
        #expect(relativeError(fit.model.p, 6.249572) < 1e-6)
        #expect(relativeError(fit.model.q, 3.744225) < 1e-6)
        #expect(relativeError(fit.model.gamma, 15.443522) < 1e-6)
        #expect(relativeError(fit.logLikelihood, -4055.917695) < 1e-9)
        #expect(abs(try #require(fit.rankCorrelation) - 0.206301516584) < 1e-9)
    }

    @Test(arguments: [0.001, 100.0, 1e9])
    func `the unit of money changes gamma and nothing else`(unit: Double) throws {
        let plain = try sample()
        let other = try PurchaseHistories(
            frequency: plain.frequency, recency: plain.recency, age: plain.age,
            meanRepeatSpend: plain.meanRepeatSpend?.map { $0 * unit })
        let first = try GammaGamma.fit(plain)
        let second = try GammaGamma.fit(other)
        #expect(relativeError(second.model.p, first.model.p) < 1e-6)
        #expect(relativeError(second.model.q, first.model.q) < 1e-6)
        #expect(relativeError(second.model.gamma, first.model.gamma * unit) < 1e-6)
        #expect(abs(second.logLikelihood + 946 * log(unit) - first.logLikelihood) < 1e-5)
    }

    @Test(arguments: [Prior.none, .weak])
    func `the gradient is the slope of the value`(prior: Prior) throws {
        let sample = try sample()
        let objective = GammaGammaObjective(
            frequency: sample.frequency, meanSpend: sample.meanRepeatSpend ?? [], prior: prior)
        var random = SeededRandom(seed: 6)
        for _ in 0..<20 {
            let point = (0..<3).map { _ in random.uniform(in: -2...3) }
            var gradient = [0.0, 0, 0]
            var unused = gradient
            _ = objective(point, &gradient)
            for i in 0..<3 {
                let h = 1e-5
                var (above, below) = (point, point)
                above[i] += h
                below[i] -= h
                let slope = (objective(above, &unused) - objective(below, &unused)) / (2 * h)
                #expect(abs(slope - gradient[i]) < 1e-6 * max(1, abs(slope)))
            }
        }
    }

    @Test func `simulated spends give back their parameters`() throws {
        let orders = try #require(BGNBD(r: 1, alpha: 8, a: 0.5, b: 3))
        for (p, q, gamma) in [(6.0, 4.0, 15.0), (1.5, 3, 400)] {
            let truth = try #require(GammaGamma(p: p, q: q, gamma: gamma))
            for seed in 1...3 as ClosedRange<UInt64> {
                var random = SeededRandom(seed: seed)
                let fit = try GammaGamma.fit(
                    random.histories(of: orders, customers: 5000, length: 52, spend: truth))
                let errors = try #require(fit.standardErrors)
                #expect(abs(fit.model.p - p) < 4 * errors.p)
                #expect(abs(fit.model.q - q) < 4 * errors.q)
                #expect(abs(fit.model.gamma - gamma) < 4 * errors.gamma)
                #expect(errors.p < 0.2 * p && errors.q < 0.2 * q)
                let mean = fit.model.populationMeanSpend / truth.populationMeanSpend
                #expect(abs(mean - 1) < 0.1)
            }
        }
    }

    @Test func `spends too wild for a mean end at the limit, and a weak prior brings them back`()
        throws
    {
        // q = 0.6: the mean over customers doesn't exist.
        var random = SeededRandom(seed: 9)
        var (frequency, spend) = ([Int](), [Double]())
        for _ in 0..<400 {
            let rate = random.gamma(shape: 0.6, rate: 10)
            frequency.append(1 + Int(random.bits() % 5))
            let x = Double(frequency.last ?? 1)
            spend.append(random.gamma(shape: 3 * x, rate: rate) / x)
        }
        let histories = try PurchaseHistories(
            frequency: frequency, recency: [Double](repeating: 5, count: 400),
            age: [Double](repeating: 9, count: 400), meanRepeatSpend: spend)
        let fit = try GammaGamma.fit(histories)
        #expect(fit.limits == [.meanSpendUnbounded])
        #expect(fit.standardErrors == nil)
        #expect(fit.model.expectedMeanSpend(frequency: 5, meanSpend: 50).isFinite)
        let weak = try GammaGamma.fit(histories, options: FitOptions(prior: .weak))
        #expect(weak.limits.isEmpty)
        #expect(weak.model.q > 1.001)
    }

    @Test func `expected spend lies between the customer's mean and everybody's`() throws {
        let model = try #require(GammaGamma(p: 6.25, q: 3.74, gamma: 15.44))
        let everybody = model.populationMeanSpend
        for mean in [1.0, 20, 80, 5000] {
            var last = abs(everybody - mean)
            for x in [1, 2, 5, 50, 5000] {
                let distance = abs(model.expectedMeanSpend(frequency: x, meanSpend: mean) - mean)
                #expect(distance < last)
                last = distance
            }
        }
    }

    @Test func `a customer of whom nothing is known spends what everybody does`() throws {
        let model = try #require(GammaGamma(p: 6.25, q: 3.74, gamma: 15.44))
        for (x, mean) in [(0, 0.0), (0, 30), (3, 0), (3, -12)] {
            #expect(
                model.expectedMeanSpend(frequency: x, meanSpend: mean) == model.populationMeanSpend)
            #expect(model.logLikelihood(frequency: x, meanSpend: mean).isNaN)
        }
    }

    @Test(arguments: [0.0, -1, .nan, .infinity])
    func `parameters that make no model are refused`(bad: Double) {
        #expect(GammaGamma(p: bad, q: 2, gamma: 1) == nil)
        #expect(GammaGamma(p: 1, q: bad, gamma: 1) == nil)
        #expect(GammaGamma(p: 1, q: 2, gamma: bad) == nil)
        #expect(GammaGamma(p: 1, q: 1, gamma: 1) == nil)
    }

    @Test func `spend that goes with frequency is noticed`() throws {
        let n = 300
        let frequency = (0..<n).map { 1 + $0 % 10 }
        var random = SeededRandom(seed: 2)
        let spend = frequency.map { Double(10 + $0) * random.uniform(in: 0.8...1.2) }
        let fit = try GammaGamma.fit(
            PurchaseHistories(
                frequency: frequency, recency: [Double](repeating: 5, count: n),
                age: [Double](repeating: 9, count: n), meanRepeatSpend: spend))
        let correlation = try #require(fit.rankCorrelation)
        #expect(correlation > 0.5)
        #expect(fit.spendDependsOnFrequency)
    }
}
