import Foundation
import Testing

@testable import RetentionModels

/// A trial on people with three features, of which the first decides what treating does.
private func simulated(
    _ count: Int, seed: UInt64, share: Double = 0.5, binary: Bool = true,
    effect: (Double) -> Double
) throws -> TreatmentTrial {
    var random = SeededRandom(seed: seed)
    var (values, treated, outcomes) = ([Double](), [Bool](), [Double]())
    for _ in 0..<count {
        let x = (0..<3).map { _ in random.normal() }
        let isTreated = random.uniform() < share
        let mean = 0.3 + 0.05 * x[1] + (isTreated ? effect(x[0]) : 0)
        values += x
        treated.append(isTreated)
        outcomes.append(binary ? (random.uniform() < mean ? 1 : 0) : mean + 0.5 * random.normal())
    }
    let features = try #require(FeatureRows(rowCount: count, columnCount: 3, values: values))
    return try TreatmentTrial(
        features: features, isTreated: treated, outcomes: outcomes,
        propensities: Array(repeating: share, count: count))
}

@Suite struct UpliftTests {
    @Test func `the curve by hand`() throws {
        // Best first: treated 1, other 0, treated 0, other 1; a half each.
        let features = try #require(FeatureRows(rowCount: 4, columnCount: 0, values: []))
        let trial = try TreatmentTrial(
            features: features, isTreated: [true, false, true, false], outcomes: [1, 0, 0, 1])
        let order = UpliftOrder(trial, scores: [4, 3, 2, 1])
        let curve = try #require(order.curve(nil, points: 4))
        #expect(curve.shares == [0, 0.25, 0.5, 0.75, 1])
        // One of an arm is missing at first; then ½(1 − 0), ¾(½ − 0), 1(½ − ½).
        #expect(curve.gains == [0, 0, 0.5, 0.375, 0])
        #expect(abs(curve.auuc - 0.21875) < 1e-12)
        // (1 − 0)/2, (1 − 0)/2, (1 − 1)/2, the straight line flat.
        #expect(abs(curve.qini - 0.25) < 1e-12)
        // All alike: one step, the straight line itself.
        let flat = try #require(UpliftOrder(trial, scores: [1, 1, 1, 1]).curve(nil, points: 2))
        #expect(flat.qini == 0 && flat.gains == [0, 0, 0])
        #expect(order.curve([1, 0, 1, 0], points: 2) == nil)
    }

    @Test func `equal scores have no order`() throws {
        let trial = try simulated(200, seed: 1) { $0 > 0 ? 0.3 : 0 }
        let scores = trial.features.values.indices.filter { $0 % 3 == 0 }
            .map { trial.features.values[$0] > 0 ? 1.0 : 0 }
        let moved = try trial.rows((0..<200).reversed())
        let first = try #require(UpliftOrder(trial, scores: scores).curve(nil, points: 10))
        let second = try #require(
            UpliftOrder(moved, scores: scores.reversed()).curve(nil, points: 10))
        #expect(relativeError(first.qini, second.qini) < 1e-9)
        #expect(zip(first.gains, second.gains).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func `logistic regression finds its coefficients`() throws {
        var random = SeededRandom(seed: 2)
        var (values, targets) = ([Double](), [Double]())
        for _ in 0..<20_000 {
            let x = [random.normal(), 3 + 2 * random.normal()]
            values += x
            targets.append(
                random.uniform() < 1 / (1 + exp(-(0.5 + x[0] - 0.5 * x[1]))) ? 1 : 0)
        }
        let features = try #require(
            FeatureRows(rowCount: 20_000, columnCount: 2, values: values))
        let ones = [Double](repeating: 1, count: 20_000)
        let predict = try BaseLearner.ridgeLogistic(penalty: 0).fit(features, targets, ones)
        let points = try #require(
            FeatureRows(rowCount: 3, columnCount: 2, values: [0, 0, 1, 0, 0, 1]))
        let logits = predict(points).map { log($0 / (1 - $0)) }
        #expect(abs(logits[0] - 0.5) < 0.1)
        #expect(abs(logits[1] - logits[0] - 1) < 0.1)
        #expect(abs(logits[2] - logits[0] + 0.5) < 0.05)
    }

    @Test func `regression by hand, and where there is nothing to learn`() throws {
        let features = try #require(
            FeatureRows(rowCount: 3, columnCount: 2, values: [1, 5, 2, 5, 3, 5]))
        let ones = [1.0, 1, 1]
        let line = try BaseLearner.ridge(penalty: 0).fit(features, [2, 4, 6], ones)
        #expect(zip(line(features), [2, 4, 6]).allSatisfy { abs($0 - $1) < 1e-6 })
        // Standardised the slope is 2 √⅔ = 1.633 with Σx² = 3: halved by a penalty of 3.
        let halved = try BaseLearner.ridge(penalty: 3).fit(features, [2, 4, 6], ones)
        #expect(zip(halved(features), [3, 4, 5]).allSatisfy { abs($0 - $1) < 1e-6 })
        // All 1: near 1, and finite.
        let sure = try BaseLearner.ridgeLogistic().fit(features, [1, 1, 1], ones)
        #expect(sure(features).allSatisfy { $0 > 0.8 && $0 < 1 })
        // Separated: finite.
        let separated = try BaseLearner.ridgeLogistic(penalty: 0.1).fit(features, [0, 0, 1], ones)
        #expect(separated(features).allSatisfy { $0 > 0 && $0 < 1 })
        #expect(throws: UpliftFailure.settingOutOfRange) {
            try BaseLearner.ridge(penalty: -1).fit(features, [2, 4, 6], ones)
        }
    }

    @Test(arguments: UpliftLearner.Method.allCases, [0.5, 0.8])
    func `learners find the effect of each person`(
        method: UpliftLearner.Method, share: Double
    ) throws {
        for binary in [true, false] {
            let trial = try simulated(20_000, seed: 3, share: share, binary: binary) {
                0.1 + 0.1 * max(-2, min(2, $0))
            }
            let predict = try UpliftLearner(method).fit(trial, seed: 1)
            let points = try #require(
                FeatureRows(rowCount: 3, columnCount: 3, values: [-1, 0, 0, 0, 0, 0, 1, 0, 0]))
            for (found, truth) in zip(predict(points), [0, 0.1, 0.2]) {
                #expect(abs(found - truth) < 0.06, "\(method) \(binary): \(found) for \(truth)")
            }
        }
    }

    @Test(arguments: UpliftLearner.Method.allCases)
    func `a real difference is found, and whom to treat`(method: UpliftLearner.Method) throws {
        // Half gain a quarter, half lose a quarter.
        let trial = try simulated(4000, seed: 4) { $0 > 0 ? 0.25 : -0.25 }
        let report = try UpliftReport(trial, UpliftLearner(method))
        #expect(report.qiniInterval.lower > 0)
        #expect(report.curve.auuc > report.curve.gainOfAll / 2)
        guard case .treatBest(let share) = report.verdict else {
            Issue.record("\(method): \(report.verdict)")
            return
        }
        #expect(share > 0.35 && share < 0.65)
        #expect(abs(report.advantage.gain - 0.125) < 0.04)
        #expect(report.policy.first?.gain == 0 && report.policy.count == 21)
    }

    @Test(arguments: UpliftLearner.Method.allCases)
    func `without a difference the verdict is rarely wrong`(method: UpliftLearner.Method) throws {
        var settings = UpliftReport.Settings()
        settings.resamples = 100
        var (wrong, wrongQini, advice) = (0, 0, 0)
        for seed in 0..<40 as Range<UInt64> {
            settings.seed = seed
            let trial = try simulated(400, seed: 1000 + seed) { _ in 0.2 }
            let report = try UpliftReport(trial, UpliftLearner(method), settings)
            if case .treatBest = report.verdict { wrong += 1 }
            if report.verdict == .noUsableDifference(.treatAll) { advice += 1 }
            if report.qiniInterval.lower > 0 { wrongQini += 1 }
        }
        // One in forty of a two-sided 95% interval, by chance up to four of forty.
        #expect(wrong <= 1 && wrongQini <= 4, "\(method): \(wrong), \(wrongQini)")
        #expect(advice >= 34)
    }

    @Test func `treating all, none, or nobody knows`() throws {
        let helps = try simulated(3000, seed: 5) { _ in 0.2 }
        var settings = UpliftReport.Settings()
        settings.resamples = 200
        let learner = UpliftLearner(.doublyRobust)
        #expect(
            try UpliftReport(helps, learner, settings).verdict == .noUsableDifference(.treatAll))
        settings.cost = 0.5
        #expect(
            try UpliftReport(helps, learner, settings).verdict == .noUsableDifference(.treatNone))
        settings.cost = 0.2
        #expect(
            try UpliftReport(helps, learner, settings).verdict == .noUsableDifference(.undecided))
        // A difference that cost makes usable: all gain something, half gain more than it costs.
        settings.cost = 0.15
        let both = try simulated(6000, seed: 6) { $0 > 0 ? 0.35 : 0.05 }
        guard case .treatBest = try UpliftReport(both, learner, settings).verdict else {
            Issue.record("a difference that pays wasn't found")
            return
        }
        // And that isn't where treating is free.
        settings.cost = 0
        #expect(try UpliftReport(both, learner, settings).verdict == .noUsableDifference(.treatAll))
    }

    @Test func `the same seed gives the same report, and an own learner is used`() throws {
        let trial = try simulated(500, seed: 7) { $0 > 0 ? 0.3 : 0 }
        var settings = UpliftReport.Settings()
        settings.resamples = 100
        let first = try UpliftReport(trial, UpliftLearner(.doublyRobust), settings)
        let second = try UpliftReport(trial, UpliftLearner(.doublyRobust), settings)
        #expect(first.uplifts == second.uplifts && first.policy == second.policy)
        let constant = BaseLearner { _, _, _ in { Array(repeating: 0.5, count: $0.rowCount) } }
        let flat = try UpliftReport(trial, UpliftLearner(.twoModels, outcome: constant), settings)
        #expect(flat.uplifts.allSatisfy { $0 == 0 })
        #expect(abs(flat.curve.qini) < 0.02)
        struct Broken: Error {}
        #expect(throws: UpliftFailure.learner("Broken()")) {
            try UpliftReport(
                trial,
                UpliftLearner(.twoModels, outcome: BaseLearner { _, _, _ in throw Broken() }),
                settings)
        }
    }

    @Test func `trials that say nothing are refused`() throws {
        let features = try #require(FeatureRows(rowCount: 2, columnCount: 1, values: [1, 2]))
        #expect(FeatureRows(rowCount: 2, columnCount: 1, values: [1]) == nil)
        #expect(FeatureRows(rowCount: 1, columnCount: 1, values: [.nan]) == nil)
        #expect(throws: UpliftFailure.columnsDiffer) {
            try TreatmentTrial(features: features, isTreated: [true], outcomes: [1, 0])
        }
        #expect(throws: UpliftFailure.outcomeInvalid(row: 1)) {
            try TreatmentTrial(features: features, isTreated: [true, false], outcomes: [1, .nan])
        }
        #expect(throws: UpliftFailure.propensityOutOfRange(row: 0)) {
            try TreatmentTrial(
                features: features, isTreated: [true, false], outcomes: [1, 0],
                propensities: [1, 0.5])
        }
        #expect(throws: UpliftFailure.tooFew(treated: 2, untreated: 0, needed: 1)) {
            try TreatmentTrial(features: features, isTreated: [true, true], outcomes: [1, 0])
        }
        let small = try TreatmentTrial(
            features: features, isTreated: [true, false], outcomes: [1, 0])
        #expect(throws: UpliftFailure.tooFew(treated: 1, untreated: 1, needed: 10)) {
            try UpliftLearner(.twoModels).fit(small, seed: 1)
        }
        #expect(throws: UpliftFailure.tooFew(treated: 1, untreated: 1, needed: 27)) {
            try UpliftReport(small, UpliftLearner(.twoModels))
        }
        for change: (inout UpliftReport.Settings) -> Void in [
            { $0.folds = 1 }, { $0.folds = 21 }, { $0.resamples = 99 }, { $0.level = 1 },
            { $0.cost = .nan }, { $0.comparisons = 0 }, { $0.points = 0 },
        ] {
            var settings = UpliftReport.Settings()
            change(&settings)
            #expect(throws: UpliftFailure.settingOutOfRange) {
                try UpliftReport(small, UpliftLearner(.twoModels), settings)
            }
        }
    }
}
