import Testing

@testable import RetentionModels

@Suite struct RankCorrelationTests {
    private static let pairs: [(first: [Double], second: [Double], correlation: Double)] = [
        ([1, 2, 3, 4], [10, 20, 30, 400], 1),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1),
        // Ranks 1 2.5 2.5 4 and 1 3 2 4: 4.5 / √(4.5 · 5).
        ([1, 2, 2, 3], [1, 3, 2, 4], 0.9486832980505138),
        // Without ties 1 − 6Σd²/(n³ − n), with Σd² = 4.
        ([1, 2, 3, 4, 5], [2, 1, 3, 5, 4], 0.8),
    ]

    @Test(arguments: pairs)
    func `ranks correlate`(first: [Double], second: [Double], expected: Double) throws {
        #expect(abs(try #require(spearmanCorrelation(first, second)) - expected) < 1e-14)
    }

    private static let flat: [(first: [Double], second: [Double])] = [
        ([], []), ([1], [1]), ([1, 1, 1], [1, 2, 3]),
    ]

    @Test(arguments: flat)
    func `where nothing varies there is no correlation`(first: [Double], second: [Double]) {
        #expect(spearmanCorrelation(first, second) == nil)
        #expect(spearmanCorrelation(second, first) == nil)
    }
}
