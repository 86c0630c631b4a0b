import Foundation
import Testing

@testable import RetentionModels

struct SurvivalCoxTests {
    @Test(.enabled(if: SurvivalTelco.isThere, "PERENNIAL_TEST_DATA"))
    func `the telecom's coefficients, likelihood and concordance are as elsewhere`() throws {
        let telco = try SurvivalTelco()
        let covariates = [
            telco.numbers("MonthlyCharges").map { $0 / 10 },
            telco.indicator("Contract", "One year"), telco.indicator("Contract", "Two year"),
            telco.indicator("PaperlessBilling", "Yes"), telco.numbers("SeniorCitizen"),
        ]
        let fit = try CoxRegression.fit(
            durations: telco.tenure, ended: telco.cancelled, covariates: covariates)
        let expected = [-0.01041, -2.16143, -4.17056, 0.24995, 0.00383]
        for (found, expected) in zip(fit.coefficients, expected) {
            // Elsewhere the search stopped a little earlier.
            #expect(abs(found - expected) < 1e-4)
        }
        #expect(abs(fit.logLikelihood - -14333.289) < 5.1e-4)
        let scores = telco.tenure.indices.map { row in fit.score(covariates.map { $0[row] }) }
        let share = try #require(
            concordance(durations: telco.tenure, ended: telco.cancelled, scores: scores))
        #expect(abs(share - 0.7955) < 5.1e-5)
    }

    /// The partial likelihood by its definition, with Efron's terms.
    func likelihood(
        _ times: [Double], _ ended: [Bool], _ x: [Double], beta: Double
    ) -> Double {
        var value = 0.0
        for time in Set(times.indices.filter { ended[$0] }.map { times[$0] }) {
            let risk = times.indices.filter { times[$0] >= time }
            let ending = risk.filter { times[$0] == time && ended[$0] }
            let (all, some) = (
                risk.reduce(0) { $0 + exp(beta * x[$1]) },
                ending.reduce(0) { $0 + exp(beta * x[$1]) }
            )
            for (already, row) in ending.enumerated() {
                value += beta * x[row] - log(all - Double(already) / Double(ending.count) * some)
            }
        }
        return value
    }

    @Test(arguments: 1...6)
    func `the coefficient is where the likelihood by its definition is highest`(seed: UInt64) throws
    {
        var random = SeededRandom(seed: seed)
        let x = (0..<80).map { _ in random.normal() * 3 + 10 }
        let times = x.map { (random.exponential(rate: exp($0 / 5 - 3)) * 4).rounded(.up) }
        let ended = x.map { _ in random.uniform() < 0.7 }
        let fit = try CoxRegression.fit(durations: times, ended: ended, covariates: [x])
        let beta = fit.coefficients[0]
        let top = likelihood(times, ended, x, beta: beta)
        #expect(abs(fit.logLikelihood - top) < 1e-9)
        #expect(abs(fit.nullLogLikelihood - likelihood(times, ended, x, beta: 0)) < 1e-9)
        let h = 1e-3
        let (below, above) = (
            likelihood(times, ended, x, beta: beta - h), likelihood(times, ended, x, beta: beta + h)
        )
        #expect(below < top && above < top)
        let curvature = (2 * top - below - above) / (h * h)
        #expect(abs(fit.standardErrors[0] * curvature.squareRoot() - 1) < 1e-3)
    }

    @Test func `without covariates the baseline is the cumulated hazard of all`() throws {
        let times: [Double] = [1, 1, 1, 2, 3, 3, 5]
        let ended = [true, true, false, true, true, true, false]
        let fit = try CoxRegression.fit(durations: times, ended: ended, covariates: [])
        let all = try NelsonAalen(durations: times, ended: ended)
        #expect(fit.times == all.times)
        for (found, expected) in zip(fit.baselineHazard, all.cumulativeHazard) {
            #expect(abs(found - expected) < 1e-14)
        }
        #expect(fit.logLikelihood == fit.nullLogLikelihood)
    }

    @Test func `known coefficients are recovered from simulated customers`() throws {
        var random = SeededRandom(seed: 4)
        let truth = [0.7, -0.4, 0.0]
        let covariates = (0..<3).map { _ in (0..<8000).map { _ in random.normal() } }
        var (times, ended) = ([Double](), [Bool]())
        for row in 0..<8000 {
            let score = truth.indices.reduce(0) { $0 + truth[$1] * covariates[$1][row] }
            let (end, seen) = (random.exponential(rate: 0.1 * exp(score)), 20 * random.uniform())
            times.append(min(end, seen))
            ended.append(end <= seen)
        }
        let fit = try CoxRegression.fit(durations: times, ended: ended, covariates: covariates)
        for j in truth.indices {
            #expect(abs(fit.coefficients[j] - truth[j]) < 4 * fit.standardErrors[j])
        }
        // The baseline is exponential with the rate of somebody at the means.
        let rate = 0.1 * exp(zip(truth, fit.means).reduce(0) { $0 + $1.0 * $1.1 })
        #expect(abs(fit.survival(at: 5, fit.means) - exp(-5 * rate)) < 0.02)
        let later = fit.survival(at: 8, fit.means) / fit.survival(at: 5, fit.means)
        #expect(abs(fit.survival(from: 5, to: 8, fit.means) - later) < 1e-12)
    }

    @Test func `shifting, scaling and reordering change nothing that they shouldn't`() throws {
        var random = SeededRandom(seed: 9)
        let x = (0..<300).map { _ in random.normal() }
        let times = x.map { random.exponential(rate: exp($0)) }
        let ended = x.map { _ in random.uniform() < 0.8 }
        let fit = try CoxRegression.fit(durations: times, ended: ended, covariates: [x])
        let moved = try CoxRegression.fit(
            durations: times.map { $0 * 365 }.reversed(), ended: ended.reversed(),
            covariates: [x.map { $0 * 1e6 + 1e7 }.reversed()])
        #expect(abs(moved.coefficients[0] * 1e6 / fit.coefficients[0] - 1) < 1e-8)
        #expect(abs(moved.logLikelihood / fit.logLikelihood - 1) < 1e-12)
    }

    @Test(arguments: [
        ([1, 2], [true], [[1, 2]], SurvivalFault.shape),
        ([1, 2], [true, true], [[1]], .shape),
        ([], [], [[]], .noRows),
        ([1, -2], [true, true], [[1, 2]], .duration(row: 1)),
        ([1, 2], [false, false], [[1, 2]], .noEvents),
        ([1, 2], [true, true], [[1, .nan]], .value(covariate: 0, row: 1)),
        ([1, 2], [true, true], [[1, 2], [3, 3]], .constant(covariate: 1)),
        (
            [1, 2, 3, 4], [true, true, true, true], [[1, 4, 2, 3], [3, 9, 5, 7]],
            .collinear(covariate: 1)
        ),
        ([1, 2, 3, 4], [true, true, false, false], [[1, 1, 0, 0]], .separated(covariate: 0)),
    ])
    func `what can't be fitted is refused with its reason`(
        durations: [Double], ended: [Bool], covariates: [[Double]], fault: SurvivalFault
    ) {
        #expect(throws: fault) {
            try CoxRegression.fit(durations: durations, ended: ended, covariates: covariates)
        }
    }

    @Test(arguments: 1...5)
    func `concordance is the share of pairs, counted one by one`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rows = (0..<70).map { _ in
            (
                time: (random.uniform() * 20).rounded(), ended: random.uniform() < 0.6,
                score: (random.uniform() * 8).rounded()
            )
        }
        var (right, pairs) = (0.0, 0.0)
        for a in rows where a.ended {
            for b in rows where b.time > a.time || (b.time == a.time && !b.ended) {
                pairs += 1
                right += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0
            }
        }
        let found = concordance(
            durations: rows.map(\.time), ended: rows.map(\.ended), scores: rows.map(\.score))
        #expect(found == right / pairs)
    }

    @Test func `without a pair there is no concordance`() {
        #expect(concordance(durations: [], ended: [], scores: []) == nil)
        #expect(concordance(durations: [1, 1], ended: [true, true], scores: [1, 2]) == nil)
    }
}
