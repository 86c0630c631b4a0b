import Foundation
import RetentionModels
import Testing

@testable import Boosting

@Suite(.enabled(if: TestLibrary.isExpected, "needs lib_lightgbm.so (script/setup)"))
struct BoostedTreesTests {
    let library: BoostingLibrary

    init() throws { library = try TestLibrary.loaded() }

    @Test func `trees find what decides, and a category in the middle`() throws {
        let known = try Simulated(seed: 1, customers: 4000)
        let unknown = try Simulated(seed: 2, customers: 4000)
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, heldBack: (unknown.table, unknown.happened),
            library: library)
        let scores = try trees.scores(unknown.table)
        let backtest = ProbabilityBacktest(
            predicted: scores.map { probability(logOdds: $0) }, happened: unknown.happened)
        // The rule itself, as far as it can be known, has about 0.74.
        #expect(try #require(backtest.areaUnderCurve) > 0.7)
        #expect(try #require(backtest.expectedCalibrationError()) < 0.05)
        let probe = try FeatureTable(
            features: known.table.features,
            columns: [[10, 30, 10, .nan], [0, 0, 3, 0], [0.5, 0.5, 0.5, 0.5]])
        let odds = try trees.scores(probe)
        #expect(odds[1] - odds[0] > 1)
        #expect(odds[2] - odds[0] > 0.7)
        #expect(odds[3] > odds[0] && odds[3] < odds[1])
    }

    @Test func `growing ends when those held back gain nothing, and the best are used`() throws {
        let known = try Simulated(seed: 3, customers: 800)
        let unknown = try Simulated(seed: 4, customers: 800)
        var options = BoostingOptions()
        options.patience = 10
        options.learningRate = 0.3
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, heldBack: (unknown.table, unknown.happened),
            options: options, library: library)
        let least = try #require(trees.heldBackLosses.min())
        #expect(trees.trees < options.treesMax)
        #expect(trees.heldBackLosses.count == trees.trees + 10)
        #expect(trees.heldBackLosses[trees.trees - 1] == least)
        // What is used is what was judged.
        let backtest = ProbabilityBacktest(
            predicted: try trees.scores(unknown.table).map { probability(logOdds: $0) },
            happened: unknown.happened)
        #expect(abs(try #require(backtest.logLoss) - least) < 1e-6)
        // More trees than the best are told from those.
        let more = try trees.scores(unknown.table, trees: trees.trees + 5)
        let used = try trees.scores(unknown.table)
        #expect(more != used)
    }

    @Test func `the same data and seed give the same trees, another seed others`() throws {
        let known = try Simulated(seed: 5, customers: 600)
        var options = BoostingOptions()
        options.treesMax = 30
        func grown() throws -> String {
            try BoostedTrees.grow(
                known.table, happened: known.happened, options: options, library: library
            ).text()
        }
        let first = try grown()
        #expect(try grown() == first)
        options.seed = 2
        #expect(try grown() != first)
    }

    @Test(arguments: [Feature.Trend.rising, .falling])
    func `a trend that is known beforehand is kept, whatever the data says`(
        trend: Feature.Trend
    ) throws {
        // The data says: up, then down again.
        let known = try Simulated(seed: 6, customers: 3000, trend: trend) { silence, _ in
            silence < 10 ? -2 : silence < 25 ? 2 : -1
        }
        var options = BoostingOptions()
        options.treesMax = 100
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, options: options, library: library)
        let days = stride(from: 0.0, through: 40, by: 0.5).map { $0 }
        for plan in 0..<6 {
            let probe = try FeatureTable(
                features: known.table.features,
                columns: [
                    days, days.map { _ in Double(plan) }, days.map { _ in 0.3 },
                ])
            let scores = try trees.scores(probe)
            let ordered = trend == .rising ? scores : scores.reversed()
            #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
        }
        let free = try Simulated(seed: 6, customers: 3000) { silence, _ in
            silence < 10 ? -2 : silence < 25 ? 2 : -1
        }
        let unbound = try BoostedTrees.grow(
            free.table, happened: free.happened, options: options, library: library)
        let probe = try FeatureTable(
            features: free.table.features, columns: [[5, 17, 35], [0, 0, 0], [0.3, 0.3, 0.3]])
        let scores = try unbound.scores(probe)
        #expect(scores[1] > scores[0] && scores[1] > scores[2])
    }

    @Test func `contributions add up to the score`() throws {
        let known = try Simulated(seed: 7, customers: 2000)
        var options = BoostingOptions()
        options.treesMax = 60
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, options: options, library: library)
        let scores = try trees.scores(known.table)
        let explanations = try trees.explanations(known.table)
        #expect(explanations.count == scores.count)
        for (score, explanation) in zip(scores, explanations) {
            #expect(abs(explanation.score - score) < 1e-9)
            #expect(explanation.base == explanations[0].base)
            #expect(explanation.contributions.count == 3)
        }
    }

    @Test func `a kept model says the same`() throws {
        let known = try Simulated(seed: 8, customers: 1000)
        var options = BoostingOptions()
        options.treesMax = 40
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, options: options, library: library)
        let text = try trees.text()
        let kept = try BoostedTrees(text: text, features: known.table.features, library: library)
        #expect(kept.trees == trees.trees)
        #expect(try kept.scores(known.table) == trees.scores(known.table))
        #expect(try kept.text() == text)
        #expect(throws: BoostingError.otherFeatures(expected: 1, found: 3)) {
            try BoostedTrees(text: text, features: [.number("x")], library: library)
        }
    }

    @Test func `nothing is an answer for nobody`() throws {
        let known = try Simulated(seed: 9, customers: 200)
        let trees = try BoostedTrees.grow(
            known.table, happened: known.happened, library: library)
        #expect(try trees.scores(known.table.rows([])).isEmpty)
        #expect(try trees.explanations(known.table.rows([])).isEmpty)
    }

    @Test func `what can't be grown is refused with its reason`() throws {
        let known = try Simulated(seed: 10, customers: 50)
        let (table, happened) = (known.table, known.happened)
        #expect(throws: BoostingError.learning(.shape)) {
            try BoostedTrees.grow(table, happened: [true], library: library)
        }
        #expect(throws: BoostingError.learning(.oneOutcome)) {
            try BoostedTrees.grow(table, happened: happened.map { _ in true }, library: library)
        }
        #expect(throws: BoostingError.learning(.shape)) {
            try BoostedTrees.grow(
                table, happened: happened, heldBack: (table.rows([]), []), library: library)
        }
        var options = BoostingOptions()
        options.leavesMax = -3
        let refusal = #expect(throws: BoostingError.self) {
            try BoostedTrees.grow(table, happened: happened, options: options, library: library)
        }
        guard case .refused(let reason) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(reason.contains("num_leaves"))
        #expect(throws: BoostingError.self) {
            try BoostedTrees(text: "no model", features: [], library: library)
        }
        let trees = try BoostedTrees.grow(table, happened: happened, library: library)
        let other = try FeatureTable(features: [.number("x")], columns: [[1]])
        #expect(throws: BoostingError.otherFeatures(expected: 1, found: 3)) {
            try trees.scores(other)
        }
    }
}

struct BoostingLibraryTests {
    @Test func `a missing library is said with the places looked at`() {
        #expect(
            throws: BoostingError.libraryMissing(lookedFor: ["/nowhere/a.so", "/nowhere/b.so"])
        ) {
            try BoostingLibrary(chosen: "", candidates: ["/nowhere/a.so", "/nowhere/b.so"])
        }
    }
}
