import Foundation
import Testing

@testable import RetentionModels

struct SurvivalChurnTests {
    // MARK: Tables

    @Test(
        arguments: [
            ([Feature.number("a")], [], FeatureFault.shape),
            ([.number("a"), .number("b")], [[1, 2], [1]], .shape),
            ([.number("a"), .number("a")], [[1], [1]], .repeatedName("a")),
            ([.number("a")], [[1, .infinity]], .value(feature: "a", row: 1)),
            ([.category("c", levels: ["x", "y"])], [[0, 2]], .value(feature: "c", row: 1)),
            ([.category("c", levels: ["x", "y"])], [[0.5]], .value(feature: "c", row: 0)),
            ([.category("c", levels: ["x", "y"])], [[-1]], .value(feature: "c", row: 0)),
        ] as [([Feature], [[Double]], FeatureFault)])
    func `columns that make no table are refused`(
        features: [Feature], columns: [[Double]], fault: FeatureFault
    ) {
        #expect(throws: fault) { try FeatureTable(features: features, columns: columns) }
    }

    @Test func `values are read by their kind`() throws {
        let table = try FeatureTable(
            features: [.number("n"), .category("c", levels: ["x", "y"])],
            columns: [[1.5, .nan], [1, .nan]])
        #expect(table.value(row: 0, feature: 0) == .number(1.5))
        #expect(table.value(row: 0, feature: 1) == .category("y"))
        #expect(table.value(row: 1, feature: 0) == .missing)
        #expect(table.value(row: 1, feature: 1) == .missing)
        #expect(table.rows([1, 0]).value(row: 1, feature: 1) == .category("y"))
    }

    @Test(arguments: [(2, 10, 3), (5, 103, 31), (5, 7, 2), (10, 40, 40)])
    func `folds share customers and outcomes evenly`(folds: Int, customers: Int, positives: Int) {
        let happened = (0..<customers).map { $0 < positives }
        let parts = StratifiedFolds(happened, count: folds, seed: 5)
        for fold in 0..<folds {
            let inside = parts.inside(fold)
            #expect(Set(inside).isDisjoint(with: parts.outside(fold)))
            #expect(inside.count + parts.outside(fold).count == customers)
            #expect(abs(Double(inside.count) - Double(customers) / Double(folds)) < 1)
            let share = Double(positives) / Double(folds)
            let insideShare = Double(inside.count { happened[$0] })
            #expect(abs(insideShare - share) < 1)
        }
        #expect(parts == StratifiedFolds(happened, count: folds, seed: 5))
        if customers > 20 && positives < customers {
            #expect(parts != StratifiedFolds(happened, count: folds, seed: 6))
        }
    }

    // MARK: Logistic regression

    @Test func `known coefficients are recovered`() throws {
        var random = SeededRandom(seed: 2)
        let x = (0..<8000).map { _ in random.normal() * 10 + 50 }
        let plan = x.map { _ in random.uniform() < 0.3 ? 1.0 : 0 }
        let happened = x.indices.map { row in
            random.uniform() < probability(logOdds: -1 + 0.08 * (x[row] - 50) + plan[row])
        }
        let table = try FeatureTable(
            features: [.number("x"), .category("plan", levels: ["a", "b"])], columns: [x, plan])
        let model = try LogisticRegression.fit(table, happened: happened)
        let probe = try FeatureTable(
            features: table.features, columns: [[50, 60, 50], [0, 0, 1]])
        let scores = model.scores(probe)
        #expect(abs(scores[0] + 1) < 0.15)
        #expect(abs(scores[1] - scores[0] - 0.8) < 0.15)
        #expect(abs(scores[2] - scores[0] - 1) < 0.2)
    }

    @Test func `the slope of the penalised likelihood is nothing at the fit`() throws {
        var random = SeededRandom(seed: 8)
        let x = (0..<200).map { _ in random.normal() }
        let happened = x.map { random.uniform() < probability(logOdds: $0) }
        let table = try FeatureTable(features: [.number("x")], columns: [x])
        let model = try LogisticRegression.fit(table, happened: happened, penalty: 3)
        let mean = x.reduce(0, +) / 200
        let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200).squareRoot()
        var (level, slope) = (0.0, -3 * model.coefficients[0])
        for (row, score) in model.scores(table).enumerated() {
            let residual = (happened[row] ? 1 : 0) - probability(logOdds: score)
            level += residual
            slope += residual * (x[row] - mean) / deviation
        }
        #expect(abs(level) < 1e-9)
        #expect(abs(slope) < 1e-9)
    }

    @Test func `contributions add up to the score, missing values and all`() throws {
        var random = SeededRandom(seed: 1)
        let x = (0..<300).map { _ in random.uniform() < 0.2 ? .nan : random.normal() }
        let c = (0..<300).map { _ in
            random.uniform() < 0.2 ? .nan : (random.uniform() * 3).rounded(.down)
        }
        let happened = x.map { random.uniform() < ($0.isNaN ? 0.8 : probability(logOdds: $0)) }
        let table = try FeatureTable(
            features: [
                .number("x"), .category("c", levels: ["a", "b", "c"]), .number("same"),
            ], columns: [x, c, [Double](repeating: 4, count: 300)])
        let model = try LogisticRegression.fit(table, happened: happened)
        let (scores, parts) = (model.scores(table), model.contributions(table))
        for row in 0..<300 {
            let sum = model.intercept + parts[row * 3..<row * 3 + 3].reduce(0, +)
            #expect(abs(sum - scores[row]) < 1e-12)
            #expect(parts[row * 3 + 2] == 0)
        }
        // Missing has a meaning of its own here.
        let unknown = try #require(x.firstIndex { $0.isNaN })
        #expect(parts[unknown * 3] > 0.3)
    }

    @Test(arguments: [
        ([true], LearningFault.shape), ([true, true, true], .oneOutcome),
        ([false, false, false], .oneOutcome),
    ])
    func `nothing is learnt from the wrong outcomes`(happened: [Bool], fault: LearningFault) throws
    {
        let table = try FeatureTable(features: [.number("x")], columns: [[1, 2, 3]])
        #expect(throws: fault) { try LogisticRegression.fit(table, happened: happened) }
    }

    @Test func `a feature that separates, or says nothing, gives finite figures`() throws {
        let table = try FeatureTable(
            features: [.number("x"), .number("none"), .number("same")],
            columns: [[1, 2, 3, 4], [.nan, .nan, .nan, .nan], [1, 1, 1, 1]])
        let model = try LogisticRegression.fit(table, happened: [false, false, true, true])
        let scores = model.scores(table)
        #expect(scores.allSatisfy { $0.isFinite })
        #expect(scores[0] < scores[3])
    }

    @Test(arguments: [-800.0, -40, -1, 0, 1, 40, 800])
    func `log-odds and probabilities don't overflow`(score: Double) {
        let p = probability(logOdds: score)
        #expect((0...1).contains(p))
        #expect(abs(p + probability(logOdds: -score) - 1) < 1e-15)
        if abs(score) < 30 { #expect(abs(logOdds(p) - score) < 1e-9) }
        let expected = max(score, 0) + log1p(exp(-abs(score)))
        #expect(abs(softplus(score) - expected) < 1e-12)
    }

    // MARK: Reasons

    @Test func `reasons are points of the probability, the strongest first, in words`() throws {
        let table = try FeatureTable(
            features: [
                .number("silence"), .category("contract", levels: ["monthly", "yearly"]),
                .number("age"), .number("orders"),
            ], columns: [[21], [1], [.nan], [2.5]])
        let explanation = Explanation(base: -1, contributions: [1.2, -0.5, 0.3, 0.001])
        let phrases = PhraseBook([
            "silence": { value in
                if case .number(let days) = value { "no log-in for \(Int(days)) days" } else { nil }
            }
        ])
        let reasons = phrases.reasons(explanation, row: 0, of: table)
        #expect(reasons.map(\.feature) == [0, 1, 2])
        let whole = probability(logOdds: 0.001) - probability(logOdds: -1)
        let points = explanation.changes()
        #expect(abs(points.reduce(0, +) - whole) < 1e-12)
        #expect(reasons[0].text == "no log-in for 21 days: +28 points")
        #expect(reasons[1].text == "contract: yearly: −12 points")
        #expect(reasons[2].text == "age unknown: +7 points")
        #expect(phrases.reasons(explanation, row: 0, of: table, most: 1).count == 1)
        #expect(phrases.reasons(explanation, row: 0, of: table, leastPoints: 20).count == 1)
        let all = phrases.reasons(explanation, row: 0, of: table, most: 9, leastPoints: 0)
        #expect(all.last?.text == "orders 2.5: +0 points")
        // What isn't to be said is left out, and makes room.
        let silent = PhraseBook(["silence": { _ in nil }])
        #expect(silent.reasons(explanation, row: 0, of: table).first?.feature == 1)
    }

    @Test func `one point is one point`() {
        #expect(Reason(feature: 0, phrase: "a", points: 1.2).text == "a: +1 point")
        #expect(Reason(feature: 0, phrase: "a", points: -0.8).text == "a: −1 point")
    }

    @Test(arguments: 1...5)
    func `changes add up to the change of the calibrated probability`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let explanation = Explanation(
            base: random.normal(), contributions: (0..<6).map { _ in random.normal() })
        let line = try #require(PlattScaling(intercept: 0.3, slope: 0.7))
        let curve = try #require(
            IsotonicCurve(scores: [-3, -1, 0, 2], probabilities: [0.1, 0.2, 0.6, 0.9]))
        for calibration in [Calibration.asIs, .platt(line), .isotonic(curve)] {
            let changes = explanation.changes(calibration)
            let whole =
                calibration.probability(explanation.score)
                - calibration.probability(explanation.base)
            #expect(abs(changes.reduce(0, +) - whole) < 1e-12)
            for (change, contribution) in zip(changes, explanation.contributions) {
                #expect(change * contribution >= 0)
            }
        }
    }

    @Test func `contributions that cancel each keep their size`() {
        let changes = Explanation(base: 0, contributions: [0.4, -0.4]).changes()
        #expect(abs(changes[0] - 0.1) < 1e-3)
        #expect(changes[0] == -changes[1])
    }
}
