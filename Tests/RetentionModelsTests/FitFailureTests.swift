import Testing

@testable import RetentionModels

@Suite struct FitFailureTests {
    private func histories(
        repeats: Int, of count: Int, age: Double = 30, spend: [Double]? = nil
    ) throws -> PurchaseHistories {
        try PurchaseHistories(
            frequency: (0..<count).map { $0 < repeats ? 1 + $0 % 3 : 0 },
            recency: (0..<count).map { $0 < repeats ? age / Double(2 + $0 % 5) : 0 },
            age: [Double](repeating: age, count: count), meanRepeatSpend: spend)
    }

    @Test func `too few customers are refused, and just enough are not`() throws {
        let few = try histories(repeats: 20, of: 29)
        #expect(throws: FitFailure.tooFewCustomers(count: 29, minimum: 30)) {
            try BGNBD.fit(few)
        }
        let enough = try histories(repeats: 20, of: 30)
        #expect(try BGNBD.fit(enough, options: FitOptions(prior: .weak)).customers == 30)
    }

    @Test func `nobody at all is too few, whatever the minimum`() throws {
        let none = try histories(repeats: 0, of: 0)
        #expect(throws: FitFailure.tooFewCustomers(count: 0, minimum: 1)) {
            try BGNBD.fit(none, options: FitOptions(customersMin: 0))
        }
    }

    @Test func `customers who never came back are refused`() throws {
        let single = try histories(
            repeats: 0, of: 500, spend: [Double](repeating: 10, count: 500))
        #expect(throws: FitFailure.noRepeats) { try BGNBD.fit(single) }
        #expect(throws: FitFailure.noRepeats) { try GammaGamma.fit(single) }
    }

    @Test func `histories without a length are refused`() throws {
        let moment = try histories(repeats: 50, of: 100, age: 0)
        #expect(throws: FitFailure.noTime) { try BGNBD.fit(moment) }
    }

    @Test func `a search cut short gives no parameters`() throws {
        let sample = try Fixtures.histories(
            "cdnow_sample_summary.csv", spend: "mean_repeat_spend")
        for fit in [
            { _ = try BGNBD.fit(sample, options: FitOptions(evaluationsMax: 4)) },
            { _ = try GammaGamma.fit(sample, options: FitOptions(evaluationsMax: 4)) },
        ] {
            let failure = #expect(throws: FitFailure.self) { try fit() }
            guard case .notConverged(let evaluations, let slope) = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(evaluations == 4)
            #expect(slope > 1e-6)
        }
    }

    @Test func `spend is fitted on usable rows only, and refused without them`() throws {
        #expect(throws: FitFailure.noSpend) { try GammaGamma.fit(histories(repeats: 50, of: 100)) }
        let refunds = (0..<100).map { $0 % 2 == 0 ? -5.0 : 0 }
        #expect(throws: FitFailure.tooFewCustomers(count: 0, minimum: 30)) {
            try GammaGamma.fit(histories(repeats: 50, of: 100, spend: refunds))
        }
    }
}
