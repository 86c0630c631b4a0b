import Foundation
import RetentionModels
import Testing

@testable import Boosting

@Suite(.enabled(if: TestLibrary.isExpected, "needs lib_lightgbm.so (script/setup)"))
struct ChurnClassifierTests {
    let library: BoostingLibrary

    init() throws { library = try TestLibrary.loaded() }

    @Test func `the contest has each contestant, and the least log loss wins`() throws {
        let known = try Simulated(seed: 1, customers: 3000) { silence, plan in
            // Down and up again, which no line follows.
            (15...25).contains(silence) ? -3 : 1
        }
        let found = try ChurnClassifier.train(
            known.table, happened: known.happened, library: library)
        #expect(found.contest.map(\.contestant) == ChurnClassifier.Contestant.allCases)
        let best = try #require(found.contest.min { $0.logLoss < $1.logLoss })
        #expect(found.winner == best.contestant)
        #expect(found.winner != .logistic)
        let unknown = try Simulated(seed: 2, customers: 3000) { silence, plan in
            (15...25).contains(silence) ? -3 : 1
        }
        let backtest = ProbabilityBacktest(
            predicted: try found.probabilities(unknown.table), happened: unknown.happened)
        // What the contest promised is what comes.
        #expect(abs(try #require(backtest.areaUnderCurve) - best.areaUnderCurve) < 0.03)
        #expect(try #require(backtest.expectedCalibrationError()) < 0.03)
    }

    @Test func `a straight line leaves boosting no victory of its own`() throws {
        let known = try Simulated(seed: 3, customers: 1500) { silence, _ in 0.08 * silence - 2 }
        let found = try ChurnClassifier.train(
            known.table, happened: known.happened, library: library)
        #expect(found.winner != .boosting)
    }

    @Test func `explanations are of the score, for each winner`() throws {
        let straight = try Simulated(seed: 3, customers: 1500) { silence, _ in 0.08 * silence - 2 }
        let bent = try Simulated(seed: 1, customers: 1500) { silence, _ in
            (15...25).contains(silence) ? -3 : 1
        }
        for known in [straight, bent] {
            let found = try ChurnClassifier.train(
                known.table, happened: known.happened, library: library)
            let scores = try found.scores(known.table)
            for (score, explanation) in zip(scores, try found.explanations(known.table)) {
                #expect(abs(explanation.score - score) < 1e-9)
            }
        }
    }

    @Test func `without the library logistic regression stands alone`() throws {
        let known = try Simulated(seed: 4, customers: 600)
        let found = try ChurnClassifier.train(
            known.table, happened: known.happened, library: nil)
        #expect(found.contest.map(\.contestant) == [.logistic])
        #expect(found.winner == .logistic && found.boosting == nil)
        #expect(try found.probabilities(known.table).allSatisfy { $0 > 0 && $0 < 1 })
        #expect(try found.explanations(known.table).count == 600)
    }

    @Test func `too few of an outcome, and another table, are refused`() throws {
        let known = try Simulated(seed: 5, customers: 400)
        #expect(throws: BoostingError.learning(.shape)) {
            try ChurnClassifier.train(known.table, happened: [], library: nil)
        }
        let rare = known.happened.indices.map { $0 < 24 }
        #expect(throws: BoostingError.learning(.tooFew(count: 24, minimum: 25))) {
            try ChurnClassifier.train(known.table, happened: rare, library: nil)
        }
        #expect(throws: BoostingError.learning(.tooFew(count: 24, minimum: 25))) {
            try ChurnClassifier.train(known.table, happened: rare.map { !$0 }, library: nil)
        }
        let found = try ChurnClassifier.train(
            known.table, happened: known.happened, library: nil)
        let other = try FeatureTable(features: [.number("x")], columns: [[1]])
        #expect(throws: BoostingError.otherFeatures(expected: 1, found: 3)) {
            try found.probabilities(other)
        }
        #expect(throws: BoostingError.otherFeatures(expected: 1, found: 3)) {
            try found.explanations(other)
        }
    }

    static let telco: String = {
        let folder =
            ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"]
            ?? TestLibrary.root.appending(path: "../shared/data").path
        return folder + "/telco_churn.csv"
    }()

    static let hasTelco = FileManager.default.fileExists(atPath: telco)

    @Test(.enabled(if: hasTelco, "PERENNIAL_TEST_DATA"))
    func `who cancels at the telecom is foretold as well as issue and rivals ask`() throws {
        let lines = try String(contentsOfFile: Self.telco, encoding: .utf8)
            .split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let names = lines.first ?? []
        let rows = lines.dropFirst()
        var (features, columns) = ([Feature](), [[Double]]())
        for (place, name) in names.enumerated() where name != "customerID" && name != "Churn" {
            if ["tenure", "MonthlyCharges", "TotalCharges"].contains(name) {
                features.append(.number(name))
                columns.append(rows.map { Double($0[place]) ?? .nan })
            } else {
                let levels = Set(rows.map { $0[place] }).sorted()
                features.append(.category(name, levels: levels))
                columns.append(rows.map { Double(levels.firstIndex(of: $0[place]) ?? 0) })
            }
        }
        let table = try FeatureTable(features: features, columns: columns)
        let happened = rows.map { $0.last == "Yes" }
        #expect(happened.count == 7043 && happened.count { $0 } == 1869)
        let folds = StratifiedFolds(happened, count: 5, seed: 20_261)
        var options = ChurnClassifier.Options()
        // Fewer than usual: it is the same procedure, and takes half the time.
        options.folds = 3
        let found = try ChurnClassifier.crossValidated(
            table, happened: happened, folds: folds, options: options, library: library)
        let backtest = ProbabilityBacktest(predicted: found.probabilities, happened: happened)
        #expect(try #require(backtest.areaUnderCurve) >= 0.848)
        #expect(try #require(backtest.brier) <= 0.1345)
        #expect(try #require(backtest.expectedCalibrationError()) <= 0.02)
        for classifier in found.classifiers {
            // The floor, as measured elsewhere on other folds: .8451.
            #expect(abs(classifier.contest[0].areaUnderCurve - 0.845) < 0.005)
        }
        // The reasons of one who is likely to go.
        let classifier = try #require(found.classifiers.first)
        let row = try #require(
            found.probabilities.indices.max {
                found.probabilities[$0] < found.probabilities[$1]
            })
        let one = table.rows([row])
        let explanation = try #require(try classifier.explanations(one).first)
        let reasons = PhraseBook().reasons(
            explanation, row: 0, of: one, calibration: classifier.calibration)
        #expect(reasons.count == 3)
        #expect(reasons.contains { $0.text.hasPrefix("Contract: Month-to-month: +") })
    }
}
