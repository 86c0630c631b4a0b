import Foundation
import Testing

@testable import RetentionModels

struct SurvivalCalibrationTests {
    /// Scores with outcomes whose true log-odds are a function of the score.
    func outcomes(
        seed: UInt64, count: Int, _ truth: (Double) -> Double
    ) -> (scores: [Double], happened: [Bool]) {
        var random = SeededRandom(seed: seed)
        let scores = (0..<count).map { _ in random.normal() * 1.5 }
        return (scores, scores.map { random.uniform() < probability(logOdds: truth($0)) })
    }

    @Test func `Platt's line finds the line that is there`() throws {
        let (scores, happened) = outcomes(seed: 1, count: 20_000) { 0.5 * $0 - 1 }
        let line = try PlattScaling.fit(scores: scores, happened: happened)
        #expect(abs(line.slope - 0.5) < 0.05)
        #expect(abs(line.intercept + 1) < 0.05)
    }

    @Test(arguments: 1...6)
    func `the isotonic curve rises, and is the best that does`(seed: UInt64) throws {
        let count = seed < 4 ? 60 : 3000
        var (scores, happened) = outcomes(seed: seed, count: count) { $0 }
        // Ties.
        if seed % 2 == 0 { scores = scores.map { ($0 * 4).rounded() / 4 } }
        let curve = try IsotonicCurve.fit(scores: scores, happened: happened)
        let grid = stride(from: -6.0, through: 6, by: 0.01).map(curve.probability)
        #expect(zip(grid, grid.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(grid.allSatisfy { $0 > 0 && $0 < 1 })
        // Min–max formula: the best rising fit at a score is the largest, over where a stretch
        // starts to the left, of the least mean of stretches that end to the right.
        let levels = Set(scores).sorted()
        guard levels.count < 80 else { return }
        // How many, and to how many it happened, up to each level.
        let customers = levels.map { level in Double(scores.count { $0 <= level }) }
        let events = levels.map { level in
            Double(scores.indices.count { scores[$0] <= level && happened[$0] })
        }
        let best = levels.indices.map { i in
            var best = 0.0
            for s in 0...i {
                var least = 1.0
                let (customersBefore, eventsBefore) =
                    s > 0 ? (customers[s - 1], events[s - 1]) : (0, 0)
                for t in i..<levels.count {
                    least = min(
                        least, (events[t] - eventsBefore) / (customers[t] - customersBefore))
                }
                best = max(best, least)
            }
            return best
        }
        // Its blocks, with half a customer more of each outcome.
        var (middles, shares) = ([Double](), [Double]())
        for share in Set(best).sorted() {
            let within = Set(levels.indices.filter { best[$0] == share }.map { levels[$0] })
            let rows = scores.indices.filter { within.contains(scores[$0]) }
            middles.append(rows.reduce(0) { $0 + scores[$1] } / Double(rows.count))
            shares.append(
                (Double(rows.count { happened[$0] }) + 0.5) / (Double(rows.count) + 1))
        }
        // All but those that half a customer more made one.
        var same = 0
        for (middle, share) in zip(middles, shares) {
            guard let place = curve.scores.firstIndex(where: { abs($0 - middle) < 1e-9 }) else {
                continue
            }
            #expect(abs(curve.probabilities[place] - share) < 1e-12)
            same += 1
        }
        #expect(same >= curve.scores.count - 2)
        #expect(curve.scores.count > 1)
    }

    @Test func `the isotonic curve of a small table is the one by hand`() throws {
        // 3 and 4 violate and are pooled: 1 of 2; the two of score 5 are one block.
        let curve = try IsotonicCurve.fit(
            scores: [1, 2, 3, 4, 5, 5], happened: [false, false, true, false, true, true])
        // Blocks {1}, {2} have the same share, so they are one: 0 of 2, then 1 of 2, then 2 of 2;
        // half a customer more of each outcome: 0.5/3, 1.5/3, 2.5/3.
        #expect(curve.scores == [1.5, 3.5, 5])
        let shares: [Double] = [0.5, 1.5, 2.5].map { $0 / 3 }
        #expect(curve.probabilities == shares)
        #expect(curve.probability(0) == shares[0])
        #expect(curve.probability(9) == shares[2])
        #expect(abs(3 * curve.probability(2.5) - 1) < 1e-15)
    }

    @Test func `cross-validation chooses the plainest that is enough`() throws {
        let honest = outcomes(seed: 2, count: 4000) { $0 }
        let boastful = outcomes(seed: 3, count: 4000) { 0.4 * $0 - 0.5 }
        // Nothing below 0, then a step: no line is near it.
        let bent = outcomes(seed: 4, count: 4000) { $0 > 0 ? 1 : -4 + 0.2 * $0 }
        for (data, kind) in [
            (honest, Calibration.Kind.asIs), (boastful, .platt), (bent, .isotonic),
        ] {
            let chosen = try Calibration.chosen(
                scores: data.scores, happened: data.happened, seed: 7)
            #expect(chosen.kind == kind)
            let backtest = ProbabilityBacktest(
                predicted: data.scores.map(chosen.probability), happened: data.happened)
            #expect(try #require(backtest.expectedCalibrationError()) < 0.05)
        }
    }

    @Test func `scores that separate, go the wrong way or are all alike stay usable`() throws {
        let happened = [false, false, true, true]
        for scores in [[-9.0, -8, 8, 9], [9, 8, -8, -9], [1, 1, 1, 1]] {
            for kind in Calibration.Kind.allCases {
                let fitted = try Calibration.fit(kind, scores: scores, happened: happened)
                let low = fitted.probability(-20)
                let high = fitted.probability(20)
                #expect(low <= high)
                #expect((0...1).contains(low) && (0...1).contains(high))
            }
        }
        let line = try PlattScaling.fit(scores: [9, 8, -8, -9], happened: happened)
        #expect(line.slope == 0)
        #expect(abs(line.probability(3) - 0.5) < 1e-12)
        let flat = try IsotonicCurve.fit(scores: [1, 1, 1, 1], happened: happened)
        #expect(flat.probabilities == [0.5])
    }

    @Test(arguments: [
        ([1.0], [], LearningFault.shape), ([1, 2], [true, true], .oneOutcome),
        ([1, 2], [false, false], .oneOutcome), ([], [], .oneOutcome),
    ])
    func `what can't be calibrated is refused`(
        scores: [Double], happened: [Bool], fault: LearningFault
    ) {
        #expect(throws: fault) { try PlattScaling.fit(scores: scores, happened: happened) }
        #expect(throws: fault) { try IsotonicCurve.fit(scores: scores, happened: happened) }
    }

    @Test func `curves and lines that fall are no calibration`() {
        #expect(PlattScaling(intercept: 0, slope: -1) == nil)
        #expect(PlattScaling(intercept: .nan, slope: 1) == nil)
        #expect(IsotonicCurve(scores: [], probabilities: []) == nil)
        #expect(IsotonicCurve(scores: [1, 1], probabilities: [0.1, 0.2]) == nil)
        #expect(IsotonicCurve(scores: [1, 2], probabilities: [0.2, 0.1]) == nil)
        #expect(IsotonicCurve(scores: [1, 2], probabilities: [0.2, 1.1]) == nil)
        #expect(IsotonicCurve(scores: [1, 2], probabilities: [0.1, 0.2]) != nil)
    }
}
