import Foundation
import Testing

@testable import RetentionModels

@Suite struct BGBBTests {
    private static func donations() throws -> (histories: [OpportunityHistory], people: [Int]) {
        let columns = try Fixtures.columns("donations_bgbb.csv")
        let people = try #require(columns["weights"]).map { Int($0) }
        let histories = try people.indices.map { i in
            try #require(
                OpportunityHistory(
                    frequency: Int(columns["frequency"]?[i] ?? -1),
                    recency: Int(columns["recency"]?[i] ?? -1),
                    opportunities: Int(columns["periods"]?[i] ?? -1)))
        }
        return (histories, people)
    }

    @Test func `the donations give the published parameters`() throws {
        let (histories, people) = try Self.donations()
        let fit = try BGBB.fit(histories, customers: people)
        #expect(fit.customers == 11_104 && fit.groups == 22 && fit.repeaters == 11_104 - 3464)
        for (value, figure) in zip(fit.model.parameters, [1.20352, 0.74972, 0.65672, 2.78344]) {
            #expect(relativeError(value, figure) < 2e-5, "\(fit.model)")
        }
        #expect(abs(fit.logLikelihood - -33225.58) < 0.005)
        #expect(fit.limits.isEmpty && fit.standardErrors != nil && fit.dropoutEvidence > 100)
    }

    @Test(arguments: [Prior.none, .weak])
    func `the gradient is the slope of the value`(prior: Prior) throws {
        let (histories, people) = try Self.donations()
        expectGradient(BGBBObjective(histories, people, prior: prior))
    }

    @Test func `the objective is the log-likelihood of the rows`() throws {
        let (histories, people) = try Self.donations()
        let model = try #require(BGBB(alpha: 1.2, beta: 0.7, gamma: 0.6, delta: 2.8))
        var gradient = [0.0, 0, 0, 0]
        let loss = BGBBObjective(histories, people, prior: .none)
            .meanLoss(model.logParameters, &gradient)
        let sum = zip(histories, people).reduce(0.0) {
            $0 + model.logLikelihood($1.0) * Double($1.1)
        }
        #expect(relativeError(-loss * 11_104, sum) < 1e-13)
    }

    @Test func `the probabilities of all histories add up to one`() throws {
        let model = try #require(BGBB(alpha: 1.2, beta: 0.7, gamma: 0.6, delta: 2.8))
        // All orders of taking opportunities, of which (t choose x) share frequency and recency.
        var sum = 0.0
        for pattern in 0..<1 << 7 {
            let taken = (1...7).filter { pattern >> ($0 - 1) & 1 == 1 }
            let history = try #require(
                OpportunityHistory(
                    frequency: taken.count, recency: taken.last ?? 0, opportunities: 7))
            sum += exp(model.logLikelihood(history))
        }
        #expect(abs(sum - 1) < 1e-12)
    }

    @Test func `no order is the ratio of the likelihoods, and gives the next order's time`() throws
    {
        let model = try #require(BGBB(alpha: 1.2, beta: 0.7, gamma: 0.6, delta: 2.8))
        for (x, t, n) in [(0, 0, 6), (1, 1, 6), (3, 4, 6), (6, 6, 6)] {
            let now = try #require(OpportunityHistory(frequency: x, recency: t, opportunities: n))
            for more in [1, 2, 5, 40] {
                let later = try #require(
                    OpportunityHistory(frequency: x, recency: t, opportunities: n + more))
                let ratio = exp(model.logLikelihood(later) - model.logLikelihood(now))
                #expect(
                    relativeError(model.probabilityOfNoOrder(now, within: more), ratio) < 1e-12)
            }
            #expect(model.probabilityOfNoOrder(now, within: 0) == 1)
            if let next = model.opportunitiesToNextOrder(now, quantile: 0.5) {
                #expect(model.probabilityOfNoOrder(now, within: next) <= 0.5)
                #expect(model.probabilityOfNoOrder(now, within: next - 1) > 0.5)
            } else {
                #expect(model.probabilityOfNoOrder(now, within: 1000) > 0.5)
            }
            #expect(model.expectedOrders(now, within: 0) == 0)
            // One opportunity: orders and the probability of one are the same.
            #expect(
                relativeError(
                    model.expectedOrders(now, within: 1),
                    1 - model.probabilityOfNoOrder(now, within: 1)) < 1e-12)
        }
        #expect(model.opportunitiesToNextOrder(.new, quantile: 0) == 0)
        #expect(model.opportunitiesToNextOrder(.new, quantile: 1) == nil)
    }

    @Test func `simulated customers give back their parameters`() throws {
        let truth = try #require(BGBB(alpha: 1.2, beta: 0.8, gamma: 0.7, delta: 3))
        for seed in 1...3 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            var histories: [OpportunityHistory] = []
            for _ in 0..<6000 {
                let (buys, leaves) = (random.beta(1.2, 0.8), random.beta(0.7, 3))
                var (x, last) = (0, 0)
                for opportunity in 1...10 {
                    if random.uniform() < leaves { break }
                    guard random.uniform() < buys else { continue }
                    x += 1
                    last = opportunity
                }
                histories.append(
                    try #require(
                        OpportunityHistory(frequency: x, recency: last, opportunities: 10)))
            }
            let fit = try BGBB.fit(histories, customers: histories.map { _ in 1 })
            let errors = try #require(fit.standardErrors)
            for i in 0..<4 {
                let error = fit.model.parameters[i] - truth.parameters[i]
                #expect(abs(error) < 4 * errors.values[i])
                #expect(errors.values[i] < 0.3 * truth.parameters[i])
            }
        }
    }

    @Test func `data that can't tell is refused, and a limit is named`() throws {
        let one = try #require(OpportunityHistory(frequency: 1, recency: 1, opportunities: 3))
        let none = try #require(OpportunityHistory(frequency: 0, recency: 0, opportunities: 3))
        #expect(throws: FitFailure.tooFewCustomers(count: 3, minimum: 30)) {
            try BGBB.fit([one], customers: [3])
        }
        #expect(throws: FitFailure.noRepeats) { try BGBB.fit([none], customers: [50]) }
        #expect(throws: FitFailure.noTime) { try BGBB.fit([.new], customers: [50]) }
        let always = try #require(OpportunityHistory(frequency: 3, recency: 3, opportunities: 3))
        let fit = try BGBB.fit([always, one], customers: [50, 1])
        #expect(!fit.limits.isEmpty && fit.standardErrors == nil)
        #expect(fit.model.expectedOrders(always, within: 5).isFinite)
    }

    @Test(arguments: [(-1, 0, 0), (2, 1, 3), (1, 4, 3), (1, 0, 3), (0, 1, 3)])
    func `impossible counts are refused`(x: Int, t: Int, n: Int) {
        #expect(OpportunityHistory(frequency: x, recency: t, opportunities: n) == nil)
    }
}
