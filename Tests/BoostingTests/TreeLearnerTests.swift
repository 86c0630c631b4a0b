import RetentionModels
import Testing

@testable import Boosting

@Suite(.enabled(if: TestLibrary.isExpected, "needs lib_lightgbm.so (script/setup)"))
struct TreeLearnerTests {
    let library: BoostingLibrary
    /// People with one number from 0 to 1 that says something, and one that says nothing.
    let features: FeatureRows

    init() throws {
        library = try TestLibrary.loaded()
        let values = (0..<4000).flatMap { [Double($0) / 4000, Double($0 * 7919 % 4001)] }
        features = try #require(FeatureRows(rowCount: 4000, columnCount: 2, values: values))
    }

    private let ones = [Double](repeating: 1, count: 4000)

    @Test func `a mean is learnt where it bends, which no line does`() throws {
        let targets = (0..<4000).map { (row: Int) -> Double in
            let noise = Double(row * 31 % 7) / 7 - 0.43
            return noise + ((1000..<3000).contains(row) ? 5 : -2)
        }
        let predict = try BaseLearner.trees(differences: true, library: library)
            .fit(features, targets, ones)
        let found = predict(features)
        #expect(abs(found[2000] - 5) < 0.3)
        #expect(abs(found[100] + 2) < 0.3 && abs(found[3900] + 2) < 0.3)
    }

    @Test func `of zeros and ones a probability is learnt`() throws {
        // A fifth above the middle, four fifths below.
        let targets = (0..<4000).map { (row: Int) -> Double in
            row * 7919 % 10 < (row < 2000 ? 8 : 2) ? 1 : 0
        }
        let predict = try BaseLearner.trees(library: library).fit(features, targets, ones)
        let found = predict(features)
        #expect(found.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(abs(found[500] - 0.8) < 0.1 && abs(found[3500] - 0.2) < 0.1)
    }

    @Test func `weights count`() throws {
        // The same people twice, said to be 0 and 1; the weights decide.
        let targets = (0..<4000).map { Double($0 % 2) }
        let weights = (0..<4000).map { $0 % 2 == 0 ? 1.0 : 3 }
        let predict = try BaseLearner.trees(differences: true, library: library)
            .fit(features, targets, weights)
        let mean = predict(features).reduce(0, +) / 4000
        #expect(abs(mean - 0.75) < 0.02)
    }

    @Test func `targets that are all the same need no tree`() throws {
        let predict = try BaseLearner.trees(library: library)
            .fit(features, Array(repeating: 0, count: 4000), ones)
        #expect(predict(features).allSatisfy { $0 == 0 })
        #expect(throws: UpliftFailure.columnsDiffer) {
            try BaseLearner.trees(library: library).fit(features, [1, 0], [1, 1])
        }
    }
}
