import Testing

@testable import Predictions
@testable import RetentionModels

@Suite struct TreatmentReportTests {
    /// People of whom half are treated, and what came of it by a column's value.
    private func report(
        people: Int = 1200, cost: Double = 0, balance: TreatmentReport.Balance? = nil,
        outcome: (_ x: Double, _ isTreated: Bool, _ luck: Double) -> Double
    ) throws -> TreatmentReport {
        var draws = SeededDraws(seed: 3)
        var (values, treated, outcomes) = ([Double](), [Bool](), [Double]())
        for person in 0..<people {
            let x = draws.uniform()
            values.append(x)
            treated.append(person % 2 == 0)
            outcomes.append(outcome(x, person % 2 == 0, draws.uniform()))
        }
        let features = try #require(
            FeatureRows(rowCount: people, columnCount: 1, values: values))
        let trial = try TreatmentTrial(features: features, isTreated: treated, outcomes: outcomes)
        var settings = UpliftReport.Settings()
        settings.cost = cost
        settings.comparisons = 2
        settings.resamples = 100
        let reports = try [UpliftLearner.Method.twoModels, .doublyRobust].map {
            ($0.rawValue, try UpliftReport(trial, UpliftLearner($0), settings))
        }
        return try #require(
            TreatmentReport(
                treatment: "mail=yes", outcome: "bought=yes", trial: trial, reports: reports,
                balance: balance))
    }

    @Test func `who gains by it is treated, the others not`() throws {
        let found = try report(people: 3000, cost: 0.25) { x, isTreated, luck in
            luck < 0.2 + (isTreated && x > 0.7 ? 0.5 : 0) ? 1 : 0
        }
        #expect(found.verdict == .treatBest)
        #expect((0.2...0.4).contains(found.advantage.share))
        #expect(found.learners.count == 2)
        #expect(found.learners[0].qini.value >= found.learners[1].qini.value)
        #expect(found.learners[0].qini.low > 0)
        #expect(found.policy.first?.gain.value == 0 && found.policy.last?.share == 1)
        #expect(found.isBinary)
    }

    @Test(arguments: [
        (0.02, TreatmentReport.Verdict.treatAll), (0.9, .treatNone), (0.3, .undecided),
    ])
    func `where people don't differ, all or none are treated`(
        cost: Double, verdict: TreatmentReport.Verdict
    ) throws {
        let found = try report(cost: cost) { _, isTreated, luck in
            luck < (isTreated ? 0.5 : 0.2) ? 1 : 0
        }
        #expect(found.verdict == verdict)
    }

    @Test func `the mean effect has Welch's interval`() throws {
        // Amounts: 3 or 5 with, 1 or 2 without, by turns of two.
        var turn = 0
        let found = try report(people: 400) { _, isTreated, _ in
            defer { turn += 1 }
            return isTreated ? (turn % 4 == 0 ? 3 : 5) : (turn % 4 == 1 ? 1 : 2)
        }
        #expect(found.treated == .init(people: 200, mean: 4))
        #expect(found.untreated == .init(people: 200, mean: 1.5))
        #expect(!found.isBinary)
        let width = 1.96 * (200.0 / 199 / 200 * (1 + 0.25)).squareRoot()
        #expect(abs(found.effect.value - 2.5) < 1e-12)
        #expect(abs(found.effect.low - (2.5 - width)) < 1e-12)
        #expect(abs(found.effect.high - (2.5 + width)) < 1e-12)
    }

    @Test func `arms that differ beforehand are no trial`() throws {
        let count = 400
        let treated = (0..<count).map { $0 % 2 == 0 }
        let table = try FeatureTable(
            features: [
                .number("age"), .category("plan", levels: ["a", "b"]), .number("same"),
            ],
            columns: [
                (0..<count).map { Double($0 / 2 % 10) }, treated.map { $0 ? 0 : 1 },
                Array(repeating: 4, count: count),
            ])
        let apart = TreatmentReport.Balance(
            areaUnderCurve: 1, table: table, isTreated: treated)
        #expect(apart.column == "plan a" && abs(apart.difference - 2) < 1e-9)
        #expect(!apart.looksRandom)
        // (401 / (12 · 200²))^½
        #expect(abs(apart.deviation - 0.028903) < 1e-6)
        let alike = TreatmentReport.Balance(
            areaUnderCurve: 0.55, deviation: 0.0289, column: "age", difference: 0)
        #expect(alike.looksRandom)
        let found = try report(balance: apart) { _, isTreated, luck in
            luck < (isTreated ? 0.5 : 0.2) ? 1 : 0
        }
        #expect(found.verdict == .notRandom && found.told == .treatAll)
    }

    @Test func `a table becomes numbers, with what is missing beside the mean`() throws {
        let table = try FeatureTable(
            features: [.number("x"), .category("c", levels: ["a", "b"]), .number("y")],
            columns: [[1, .nan, 3], [0, 1, .nan], [7, 8, 9]])
        let rows = try #require(table.rowsOfNumbers)
        #expect(rows.columnCount == 5)
        #expect(rows.values == [1, 0, 1, 0, 7, 2, 1, 0, 1, 8, 3, 0, 0, 0, 9])
    }
}
