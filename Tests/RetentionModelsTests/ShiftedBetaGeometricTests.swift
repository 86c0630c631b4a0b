import Foundation
import Testing

@testable import RetentionModels

/// Figures of Fader & Hardie 2007: two segments of 1,000 customers, fitted on seven years.
@Suite struct ShiftedBetaGeometricTests {
    private static let highEnd = [1000, 869, 743, 653, 593, 551, 517, 491]
    private static let regular = [1000, 631, 468, 382, 326, 289, 262, 241]

    @Test(arguments: [
        (highEnd, 0.6681, 3.8061, -1611.16, 0.378), (regular, 0.7041, 1.1820, -1680.27, 0.170),
    ])
    func `the published segments give the published parameters and projections`(
        survivors: [Int], alpha: Double, beta: Double, logLikelihood: Double, twelfth: Double
    ) throws {
        let counts = try #require(RenewalCounts(survivors: survivors))
        let fit = try ShiftedBetaGeometric.fit(counts)
        #expect(abs(fit.model.alpha - alpha) < 1e-4)
        #expect(abs(fit.model.beta - beta) < 2e-4)
        #expect(abs(fit.logLikelihood - logLikelihood) < 0.01)
        #expect(abs(fit.model.survival(after: 12) - twelfth) < 5e-4)
        #expect(fit.customers == 1000 && fit.limits.isEmpty && fit.standardErrors != nil)
    }

    @Test(arguments: [Prior.none, .weak])
    func `the gradient is the slope of the value`(prior: Prior) throws {
        let counts = try #require(
            RenewalCounts(cancelled: [30, 20, 9, 4], renewed: [50, 0, 12, 7, 80]))
        expectGradient(ShiftedBetaGeometricObjective(counts, prior: prior))
    }

    @Test func `survival is the product of retentions, and cancelling what is missing`() throws {
        let model = try #require(ShiftedBetaGeometric(alpha: 0.67, beta: 3.8))
        var share = 1.0
        #expect(model.survival(after: 0) == 1)
        for renewal in 1...50 {
            share *= model.retention(after: renewal - 1)
            #expect(relativeError(model.survival(after: renewal), share) < 1e-12)
            #expect(model.retention(after: renewal) > model.retention(after: renewal - 1))
        }
        let cancels = model.probabilityOfCancelling(after: 3, within: 4)
        let expected = 1 - model.survival(after: 7) / model.survival(after: 3)
        #expect(relativeError(cancels, expected) < 1e-12)
        #expect(model.probabilityOfCancelling(after: 3, within: 0) == 0)
    }

    @Test func `renewals to come are counted and discounted`() throws {
        let model = try #require(ShiftedBetaGeometric(alpha: 0.67, beta: 3.8))
        let plain = model.discountedRenewals(after: 2, within: 3, rate: 0)
        let expected =
            (3...5).reduce(0.0) { $0 + model.survival(after: $1) }
            / model.survival(after: 2)
        #expect(relativeError(plain, expected) < 1e-12)
        let discounted = model.discountedRenewals(after: 2, within: 3, rate: 0.1)
        #expect(discounted < plain && discounted > plain / 1.331)
        #expect(model.discountedRenewals(after: 2, within: 0, rate: 0.1) == 0)
        let median = try #require(model.renewalsUntilCancelling(after: 0, quantile: 0.5))
        #expect(model.survival(after: median) <= 0.5 && model.survival(after: median - 1) > 0.5)
        #expect(model.renewalsUntilCancelling(after: 0, quantile: 0) == 0)
        #expect(model.renewalsUntilCancelling(after: 0, quantile: 1) == nil)
    }

    @Test func `cohorts of different ages give back simulated parameters`() throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            var (cancelled, renewed) = (
                [Int](repeating: 0, count: 12), [Int](repeating: 0, count: 12)
            )
            for _ in 0..<8000 {
                let leaves = random.beta(0.8, 2.5)
                let followed = 1 + Int(random.uniform(in: 0...11.99))
                var tenure = 0
                while tenure < followed, random.uniform() >= leaves { tenure += 1 }
                if tenure < followed { cancelled[tenure] += 1 } else { renewed[followed - 1] += 1 }
            }
            let counts = try #require(RenewalCounts(cancelled: cancelled, renewed: renewed))
            let fit = try ShiftedBetaGeometric.fit(counts)
            let errors = try #require(fit.standardErrors)
            #expect(abs(fit.model.alpha - 0.8) < 4 * errors.alpha && errors.alpha < 0.1)
            #expect(abs(fit.model.beta - 2.5) < 4 * errors.beta && errors.beta < 0.3)
        }
    }

    @Test func `nobody cancelling, or all alike, ends at a named limit`() throws {
        let staying = try #require(RenewalCounts(survivors: [100, 100, 100]))
        let still = try ShiftedBetaGeometric.fit(staying)
        #expect(still.limits == [.noDropoutIdentifiable] && still.standardErrors == nil)
        #expect(still.model.retention(after: 0) > 0.99)
        let alike = try #require(RenewalCounts(survivors: [4096, 3072, 2304, 1728, 1296]))
        let fit = try ShiftedBetaGeometric.fit(alike)
        #expect(fit.limits == [.dropoutAlike], "\(fit)")
        #expect(abs(fit.model.retention(after: 3) - 0.75) < 0.002)
        #expect(throws: FitFailure.tooFewCustomers(count: 5, minimum: 30)) {
            try ShiftedBetaGeometric.fit(try #require(RenewalCounts(survivors: [5, 3])))
        }
    }

    @Test(arguments: [[], [100], [100, 101], [3, -1]])
    func `impossible survivors are refused`(survivors: [Int]) {
        #expect(RenewalCounts(survivors: survivors) == nil)
        #expect(RenewalCounts(cancelled: [-1], renewed: []) == nil)
    }
}
