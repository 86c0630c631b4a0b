import Foundation
import Testing

@testable import RetentionModels

@Suite struct ParetoIntegralTests {
    /// ∫ from `start` to infinity of (α+τ)^−k (β+τ)^−(s+1), over its value at `start`, by ₂F₁.
    private func tail(
        _ k: Double, _ alpha: Double, _ s: Double, _ beta: Double, from start: Double
    ) -> Double {
        let (a, b) = (alpha + start, beta + start)
        return b / (k + s)
            * (a >= b
                ? gaussF1(k, k + s + 1, (a - b) / a)
                : a / b * gaussF1(s + 1, k + s + 1, (b - a) / b))
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `quadrature is the difference of two hypergeometric functions`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (k, s) = (exp(random.uniform(in: -3...4)), exp(random.uniform(in: -3...4)))
        let (alpha, beta) = (exp(random.uniform(in: -2...5)), exp(random.uniform(in: -2...5)))
        let start = random.uniform(in: 0...50)
        let end = start + exp(random.uniform(in: -3...6))
        let fall =
            -k * log((alpha + end) / (alpha + start)) - (s + 1) * log((beta + end) / (beta + start))
        let (before, after) = (
            tail(k, alpha, s, beta, from: start), exp(fall) * tail(k, alpha, s, beta, from: end)
        )
        let found = ParetoIntegral(k: k, alpha: alpha, s: s, beta: beta, from: start, to: end)
        // The difference loses digits, the quadrature doesn't.
        #expect(abs(found.value - (before - after)) < 1e-11 * before)
        let panels = ParetoPanels(k: k, alpha: alpha, s: s, beta: beta, from: start, to: end)
        #expect(relativeError(panels.value, found.value) < 1e-15)
        #expect(panels.alphaRise == found.alphaRise && panels.betaRise == found.betaRise)
        // Means over the integrand lie within its range.
        #expect(found.logAlpha > 0 && found.logAlpha < found.alphaRise)
        #expect(found.logBeta > 0 && found.logBeta < found.betaRise)
        #expect(found.inverseAlpha * (alpha + start) < 1 && found.inverseAlpha * (alpha + end) > 1)
        #expect(found.inverseBeta * (beta + start) < 1 && found.inverseBeta * (beta + end) > 1)
    }

    @Test(arguments: [(1.0, 1e-6), (2, 1e6), (5000, 1e4), (0.001, 1e12)])
    func `extreme lengths and falls leave all digits`(k: Double, end: Double) {
        // With α = β it is elementary: (1 − (1 + end)^−(k + s)) / (k + s).
        let expected = -expm1(-(k + 0.5) * log1p(end)) / (k + 0.5)
        let found = ParetoIntegral(k: k, alpha: 1, s: 0.5, beta: 1, from: 0, to: end)
        #expect(relativeError(found.value, expected) < 1e-12)
    }

    @Test func `odds keep rising to the last number that a Double holds`() throws {
        let model = try #require(ParetoNBD(r: 1.2, alpha: 10, s: 0.8, beta: 12))
        var last = 0.0
        for x in 1...420 {
            let history = try PurchaseHistory(frequency: x, recency: 5, age: 80)
            let odds = model.oddsOfHavingLeft(history)
            if x > 1, odds < .infinity {
                // One order more makes silence as long as that less likely by the ages' ratio.
                #expect(abs(log(odds / last) - log(90.0 / 15)) < 1.2 / Double(x), "\(x)")
            }
            #expect(odds > last || odds == .infinity, "\(x)")
            last = odds
        }
        #expect(last == .infinity)
    }

    @Test func `silence without end is the limit of long silence`() throws {
        for (alpha, beta) in [(10.0, 12.0), (12, 10), (3, 300), (300, 3)] {
            let model = try #require(ParetoNBD(r: 1.2, alpha: alpha, s: 0.8, beta: beta))
            let history = try PurchaseHistory(frequency: 2, recency: 5, age: 9)
            let forever = model.silenceWhileAlive(history, within: .infinity)
            let long = model.silenceWhileAlive(history, within: 1e6)
            #expect(relativeError(long, forever) < 1e-9)
            #expect(forever < model.silenceWhileAlive(history, within: 100))
        }
    }

    @Test(arguments: [1, 2, 4, 8, 16])
    func `a rule of n nodes is exact for polynomials of degree 2n − 1`(count: Int) {
        let rule = GaussLegendre(count: count)
        for degree in 0..<2 * count {
            let integral = rule.integral(to: 3) { pow($0, Double(degree)) }
            #expect(
                relativeError(integral, pow(3, Double(degree + 1)) / Double(degree + 1)) < 1e-13)
        }
    }
}
