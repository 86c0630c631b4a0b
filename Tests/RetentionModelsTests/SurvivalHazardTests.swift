import Foundation
import Testing

@testable import RetentionModels

struct SurvivalHazardTests {
    /// Contracts of plans with their own log-odds of cancelling, followed for `months` at most.
    func contracts(
        _ random: inout SeededRandom, plans: [(odds: Double, count: Int)], months: Int,
        slope: Double = 0
    ) throws -> ContractSpells {
        var (periods, ended, x, places) = ([Int](), [Bool](), [Double](), [Int]())
        for (plan, (odds, count)) in plans.enumerated() {
            for _ in 0..<count {
                let value = random.normal()
                let hazard = probability(logOdds: odds + slope * value)
                var lasting = 1
                while random.uniform() >= hazard, lasting <= months { lasting += 1 }
                periods.append(min(lasting, months))
                ended.append(lasting <= months)
                x.append(value)
                places.append(plan)
            }
        }
        return try ContractSpells(
            periods: periods, ended: ended, covariates: slope == 0 ? [] : [x], plans: places,
            planCount: plans.count)
    }

    @Test func `with plenty of data each period's hazard is its share of cancellations`() throws {
        // 10,000 contracts; of those that reach a month, 10%, 5% and 2% leave in it.
        var (periods, ended) = ([Int](), [Bool]())
        var lasting = 100_000
        for (month, share) in [0.10, 0.05, 0.02].enumerated() {
            let leaving = Int((Double(lasting) * share).rounded())
            periods += [Int](repeating: month + 1, count: leaving)
            ended += [Bool](repeating: true, count: leaving)
            lasting -= leaving
        }
        periods += [Int](repeating: 3, count: lasting)
        ended += [Bool](repeating: false, count: lasting)
        let model = try DiscreteHazard.fit(ContractSpells(periods: periods, ended: ended))
        for (month, share) in [0.10, 0.05, 0.02].enumerated() {
            #expect(abs(model.hazard(lasted: month) - share) < 2e-4)
        }
        #expect(model.hazard(lasted: 50) == model.hazard(lasted: 2))
        let within = 1 - 0.9 * 0.95 * 0.98
        #expect(abs(model.probabilityOfCancelling(lasted: 0, within: 3) - within) < 5e-4)
        #expect(model.probabilityOfCancelling(lasted: 1, within: 0) == 0)
        #expect(model.planDeviation == 0)
        #expect(model.planEffects == [0])
    }

    @Test func `a plan with little data lies nearer to the others than its own share`() throws {
        var random = SeededRandom(seed: 3)
        let odds = [-3.5, -3.0, -2.5, -2.0, -3.2, -2.7]
        var plans = odds.map { (odds: $0, count: 3000) }
        plans.append((odds: -0.5, count: 8))
        let spells = try contracts(&random, plans: plans, months: 12)
        let model = try DiscreteHazard.fit(spells)
        // The large plans have their own level.
        for (plan, truth) in odds.enumerated() {
            let found = logOdds(model.hazard(lasted: 3, plan: plan))
            #expect(abs(found - truth) < 0.2)
        }
        // The small one's own share of cancelled months, and where pooling puts it.
        let rows = spells.plans.indices.filter { spells.plans[$0] == 6 }
        let months = rows.reduce(0) { $0 + spells.periods[$1] }
        let own = logOdds(Double(rows.count { spells.ended[$0] }) / Double(months))
        let pooled = model.level + model.planEffects[6]
        #expect(pooled < own - 0.05)
        #expect(pooled > model.level)
        #expect(model.planErrors[6] > 1.2 * model.planErrors[0])
        #expect((0.3...1.2).contains(model.planDeviation))
        // A plan nobody has is the mean plan.
        #expect(model.hazard(lasted: 0, plan: 99) == probability(logOdds: model.level))
    }

    @Test func `plans that don't differ are found alike`() throws {
        var random = SeededRandom(seed: 5)
        let plans = (0..<10).map { _ in (odds: -2.0, count: 400) }
        let model = try DiscreteHazard.fit(contracts(&random, plans: plans, months: 10))
        #expect(model.planDeviation < 0.1)
        #expect(model.planEffects.allSatisfy { abs($0) < 0.1 })
    }

    @Test func `a known effect of a covariate is recovered, whatever its unit`() throws {
        var random = SeededRandom(seed: 6)
        let spells = try contracts(
            &random, plans: [(odds: -2, count: 800), (odds: -3, count: 800)], months: 8,
            slope: 0.5)
        let model = try DiscreteHazard.fit(spells)
        #expect(abs(model.coefficients[0] - 0.5) < 4 * model.standardErrors[0])
        #expect(model.standardErrors[0] < 0.1)
        let moved = try ContractSpells(
            periods: spells.periods, ended: spells.ended,
            covariates: spells.covariates.map { $0.map { $0 * 1000 + 5 } }, plans: spells.plans,
            planCount: 2)
        let scaled = try DiscreteHazard.fit(moved)
        #expect(abs(scaled.coefficients[0] * 1000 / model.coefficients[0] - 1) < 1e-6)
        #expect(
            abs(scaled.hazard(lasted: 2, [1005], plan: 1) - model.hazard(lasted: 2, [1], plan: 1))
                < 1e-8)
    }

    @Test(
        arguments: [
            ([], [], [], [], SurvivalFault.noRows),
            ([1], [], [], [], .shape), ([1, 2], [true, true], [[1]], [], .shape),
            ([1, 0], [true, true], [], [], .duration(row: 1)),
            ([1, 10_001], [true, true], [], [], .duration(row: 1)),
            ([1, 2], [true, true], [[1, .infinity]], [], .value(covariate: 0, row: 1)),
            ([1, 2], [true, true], [[1, 2]], [0, 2], .value(covariate: 1, row: 1)),
            ([1, 2], [false, false], [], [], .noEvents),
            ([1, 2], [true, true], [[3, 3]], [], .constant(covariate: 0)),
        ] as [([Int], [Bool], [[Double]], [Int], SurvivalFault)])
    func `contracts that can't be used are refused with their reason`(
        periods: [Int], ended: [Bool], covariates: [[Double]], plans: [Int], fault: SurvivalFault
    ) {
        #expect(throws: fault) {
            try DiscreteHazard.fit(
                ContractSpells(
                    periods: periods, ended: ended, covariates: covariates, plans: plans,
                    planCount: plans.isEmpty ? 0 : 2))
        }
    }

    @Test func `where all leave at once or one has left, figures stay finite`() throws {
        for (periods, ended) in [([1, 1, 1], [true, true, true]), ([1, 9], [true, false])] {
            let model = try DiscreteHazard.fit(ContractSpells(periods: periods, ended: ended))
            #expect((0...1).contains(model.hazard(lasted: 0)))
            #expect(model.level.isFinite && model.logLikelihood.isFinite)
        }
    }

    @Test(.enabled(if: SurvivalTelco.isThere, "PERENNIAL_TEST_DATA"))
    func `the telecom's contracts, month by month, add up to the curve`() throws {
        let telco = try SurvivalTelco()
        let kinds = ["Month-to-month", "One year", "Two year"]
        let (tenure, cancelled) = (telco.tenure, telco.cancelled)
        let contracts = telco.texts("Contract")
        let known = tenure.indices.filter { tenure[$0] >= 1 }
        let spells = try ContractSpells(
            periods: known.map { Int(tenure[$0]) }, ended: known.map { cancelled[$0] },
            plans: known.map { kinds.firstIndex(of: contracts[$0]) ?? 0 }, planCount: 3)
        let model = try DiscreteHazard.fit(spells, periodsMax: 12)
        let odds = (0..<3).map { logOdds(model.hazard(lasted: 6, plan: $0)) }
        #expect(odds[0] > odds[1] + 1.5 && odds[1] > odds[2] + 1)
        // Where there are no plans to tell apart, it is the Kaplan–Meier curve, a little smoothed.
        let plain = try DiscreteHazard.fit(
            ContractSpells(periods: spells.periods, ended: spells.ended), periodsMax: 25)
        let curve = try KaplanMeier(
            durations: spells.periods.map(Double.init), ended: spells.ended)
        for months in [1, 6, 12, 24] {
            let lasting = 1 - plain.probabilityOfCancelling(lasted: 0, within: months)
            #expect(abs(lasting - curve.survival(at: Double(months))) < 0.005)
        }
    }
}
