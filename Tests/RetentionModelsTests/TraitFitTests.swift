import Foundation
import Testing

@testable import RetentionModels

@Suite struct TraitFitTests {
    /// Customers of a model, of whom half came by a channel that changes it, with a second trait
    /// that changes nothing.
    private static func shop(
        _ base: some BuyTillYouDieModel, rate: Double, leaving: Double, customers: Int, seed: UInt64
    ) throws -> (PurchaseHistories, CustomerTraits) {
        var random = SeededRandom(seed: seed)
        var (frequency, recency, age) = ([Int](), [Double](), [Double]())
        var (channel, noise) = ([Double](), [Double]())
        for customer in 0..<customers {
            let came = Double(customer % 2)
            let model = try #require(
                type(of: base).moved(
                    base.logParameters, rate: rate * came, leaving: leaving * came))
            let one = try random.histories(of: model, customers: 1, length: 104)
            frequency.append(one.frequency[0])
            recency.append(one.recency[0])
            age.append(one.age[0])
            channel.append(came)
            noise.append(20 + 5 * random.normal())
        }
        let traits = try #require(
            CustomerTraits(names: ["channel", "basket"], columns: [channel, noise]))
        return (
            try PurchaseHistories(frequency: frequency, recency: recency, age: age), traits
        )
    }

    @Test func `effects of simulated traits come back, in BG/NBD and Pareto/NBD`() throws {
        func expectBack<Model: BuyTillYouDieModel>(_ base: Model, leavingEffect: Double) throws {
            let (histories, traits) = try Self.shop(
                base, rate: 0.7, leaving: leavingEffect, customers: 4000, seed: 3)
            let fit = try Model.fit(histories, traits: traits)
            #expect(fit.limits.isEmpty)
            let truth = [(fit.rateEffects, 0.7), (fit.leavingEffects, leavingEffect)]
            for (effects, expected) in truth {
                #expect(effects.map(\.name) == ["channel", "basket"])
                let errors = try effects.map { try #require($0.standardError) }
                #expect(abs(effects[0].value - expected) < 3.5 * errors[0], "\(effects)")
                #expect(abs(effects[1].value) < 3.5 * errors[1] && errors[1] < 0.06)
            }
            let plain = try Model.fit(histories)
            #expect(fit.logLikelihood > plain.logLikelihood + 10)
            // Of the channel's customers the model is that which they were drawn from, nearly.
            let model = try #require(fit.model(traits: [1, 20]))
            let alpha = base.parameters[1] * exp(-0.7)
            #expect(abs(log(model.parameters[1] / alpha)) < 0.5)
            #expect(fit.model(traits: [1]) == nil)
        }
        try expectBack(#require(BGNBD(r: 0.8, alpha: 12, a: 0.6, b: 3)), leavingEffect: 0.8)
        try expectBack(#require(ParetoNBD(r: 0.8, alpha: 12, s: 0.8, beta: 20)), leavingEffect: 0.8)
    }

    @Test func `gradients are the slopes of the values`() throws {
        let base = try #require(BGNBD(r: 0.8, alpha: 12, a: 0.6, b: 3))
        let (histories, traits) = try Self.shop(
            base, rate: 0.7, leaving: 0.5, customers: 150, seed: 4)
        let rows = try #require(ScaledRows(histories.grouped()))
        func expectSlopes<Model: BuyTillYouDieModel>(_: Model.Type) {
            for leaving in [true, false] {
                expectGradient(
                    TraitObjective<Model>(
                        histories, traits: traits, leaving: leaving, rows: rows, prior: .weak,
                        workers: .one))
            }
        }
        expectSlopes(BGNBD.self)
        expectSlopes(MBGNBD.self)
        expectSlopes(ParetoNBD.self)
    }

    @Test func `without effects it is the model without traits`() throws {
        let histories = try Fixtures.histories("stress_tiny_120.csv")
        let none = try #require(CustomerTraits(names: [], columns: []))
        let fit = try BGNBD.fit(histories, traits: none)
        let plain = try BGNBD.fit(histories)
        for (a, b) in zip(fit.base.parameters, plain.model.parameters) {
            #expect(relativeError(a, b) < 1e-6)
        }
        #expect(relativeError(fit.logLikelihood, plain.logLikelihood) < 1e-12)
        let shared = try #require(
            CustomerTraits(names: ["all"], columns: [[Double](repeating: 3, count: 120)]))
        let flat = try BGNBD.fit(histories, traits: shared)
        #expect(flat.limits == [.flat])
        #expect(flat.rateEffects[0].value == 0 && flat.rateEffects[0].standardError == nil)
        #expect(flat.model(traits: [3]) == flat.base)
    }

    @Test func `columns that can't be are refused`() {
        #expect(CustomerTraits(names: ["a"], columns: []) == nil)
        #expect(CustomerTraits(names: ["a", "b"], columns: [[1], [1, 2]]) == nil)
        #expect(CustomerTraits(names: ["a"], columns: [[.nan]]) == nil)
        #expect(CustomerTraits(names: ["a"], columns: [[1, 2]])?.row(1) == [2])
    }
}
