import Foundation
import Testing

@testable import RetentionModels

struct SurvivalCurveTests {
    /// Remission of leukaemia in weeks under 6-MP (Freireich et al. 1963; Cox & Oakes 1984,
    /// table 1.1).
    let weeks: [Double] = [
        6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
    ]
    let relapsed: [Bool] = [
        true, true, true, false, true, false, true, false, false, true, true, false, false, false,
        true, true, false, false, false, false, false,
    ]

    @Test func `the published curve of the leukaemia trial comes out`() throws {
        let curve = try KaplanMeier(durations: weeks, ended: relapsed)
        #expect(curve.times == [6, 7, 10, 13, 16, 22, 23])
        #expect(curve.atRisk == [21, 17, 15, 12, 11, 7, 6])
        #expect(curve.events == [3, 1, 1, 1, 1, 1, 1])
        let published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
        for (found, expected) in zip(curve.survival, published) {
            #expect(abs(found - expected) < 5.1e-4)
        }
        // Greenwood's standard errors, as published with the data.
        let errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
        for (place, expected) in errors.enumerated() {
            let found = curve.survival[place] * curve.greenwood[place].squareRoot()
            #expect(abs(found - expected) < 1e-4)
        }
        #expect(curve.time() == 23)
        #expect(curve.observedUntil == 35)
    }

    @Test func `intervals follow their formulas and stay between 0 and 1`() throws {
        let curve = try KaplanMeier(durations: weeks, ended: relapsed)
        let share = 18.0 / 21
        let deviation = (3.0 / (21 * 18)).squareRoot()
        let plain = try #require(curve.interval(at: 6, .plain))
        #expect(abs(plain.lowerBound - share * (1 - 1.959963984540054 * deviation)) < 1e-12)
        #expect(plain.upperBound == 1)
        let logLog = try #require(curve.interval(at: 6))
        let width = exp(1.959963984540054 * deviation / -log(share))
        #expect(abs(logLog.lowerBound - pow(share, width)) < 1e-12)
        #expect(abs(logLog.upperBound - pow(share, 1 / width)) < 1e-12)
        #expect(curve.intervals().count == curve.times.count)
        #expect(curve.interval(at: 5.9) == 1...1)
        let narrow = try #require(curve.interval(at: 6, confidence: 0.5))
        #expect(logLog.contains(narrow.lowerBound) && logLog.contains(narrow.upperBound))
    }

    @Test func `the curve reads between its steps and beyond its end`() throws {
        let curve = try KaplanMeier(durations: [1, 2, 3, 4], ended: [true, true, false, true])
        #expect(curve.survival(at: 0) == 1)
        #expect(curve.survival(at: 1) == 0.75)
        #expect(curve.survival(at: 1.999) == 0.75)
        #expect(curve.survival(at: 2) == 0.5)
        #expect(curve.survival(at: 100) == 0)
        #expect(curve.interval(at: 4) == nil)
        #expect(curve.time() == 2)
        #expect(curve.time(ended: 0.2) == 1)
        #expect(curve.time(ended: 1) == 4)
        #expect(curve.restrictedMean(until: 2.5) == 1 + 0.75 + 0.25)
        #expect(curve.restrictedMean(until: 0) == 0)
    }

    @Test func `without an end anywhere the curve stays at 1`() throws {
        let curve = try KaplanMeier(durations: [3, 5], ended: [false, false])
        #expect(curve.times.isEmpty)
        #expect(curve.survival(at: 4) == 1)
        #expect(curve.time() == nil)
        #expect(curve.restrictedMean(until: 7) == 7)
        let hazard = try NelsonAalen(durations: [3, 5], ended: [false, false])
        #expect(hazard.cumulativeHazard(at: 9) == 0)
        #expect(hazard.interval(at: 9) == nil)
    }

    @Test(arguments: [
        ([], [], SurvivalFault.noRows), ([1], [], .shape),
        ([1, -1], [true, true], .duration(row: 1)),
        ([.nan], [true], .duration(row: 0)),
        ([1, 2, .infinity], [true, true, false], .duration(row: 2)),
    ])
    func `durations that can't be used are refused`(
        durations: [Double], ended: [Bool], fault: SurvivalFault
    ) {
        #expect(throws: fault) { try KaplanMeier(durations: durations, ended: ended) }
        #expect(throws: fault) { try NelsonAalen(durations: durations, ended: ended) }
    }

    @Test func `one customer, and all at one time, give a single step`() throws {
        let one = try KaplanMeier(durations: [0], ended: [true])
        #expect(one.times == [0] && one.survival == [0] && one.greenwood == [.infinity])
        let same = try KaplanMeier(durations: [-0.0, 0, 0, 0], ended: [true, true, false, false])
        #expect(same.times == [0] && same.survival == [0.5] && same.events == [2])
        #expect(same.atRisk == [4])
    }

    @Test(arguments: 1...8)
    func `the curve is the product over a plain count, in any order of rows and unit of time`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        // Above 256 rows the order comes from the radix sort; odd seeds have many ties.
        let count = seed < 3 ? 40 : 500
        var rows = (0..<count).map { _ in
            let time = random.exponential(rate: 0.1)
            return (time: seed % 2 == 1 ? time.rounded() : time, ended: random.uniform() < 0.6)
        }
        let curve = try KaplanMeier(durations: rows.map(\.time), ended: rows.map(\.ended))
        var share = 1.0
        let times = Set(rows.filter(\.ended).map(\.time)).sorted()
        #expect(curve.times == times)
        for (place, time) in times.enumerated() {
            let risk = rows.count { $0.time >= time }
            let ends = rows.count { $0.time == time && $0.ended }
            share *= 1 - Double(ends) / Double(risk)
            #expect(abs(curve.survival[place] - share) < 1e-12)
        }
        rows.reverse()
        #expect(try KaplanMeier(durations: rows.map(\.time), ended: rows.map(\.ended)) == curve)
        let scaled = try KaplanMeier(durations: rows.map { $0.time * 8 }, ended: rows.map(\.ended))
        #expect(scaled.times == curve.times.map { $0 * 8 })
        #expect(scaled.survival == curve.survival)
    }

    @Test func `the cumulated hazard takes ends of one time one after another`() throws {
        let hazard = try NelsonAalen(durations: weeks, ended: relapsed)
        let first = 1.0 / 21 + 1.0 / 20 + 1.0 / 19
        #expect(abs(hazard.cumulativeHazard(at: 6) - first) < 1e-15)
        #expect(abs(hazard.cumulativeHazard(at: 7) - first - 1.0 / 17) < 1e-15)
        let interval = try #require(hazard.interval(at: 7))
        #expect(interval.contains(first + 1.0 / 17))
    }

    @Test(.enabled(if: SurvivalTelco.isThere, "PERENNIAL_TEST_DATA"))
    func `the telecom's customers survive as elsewhere`() throws {
        let telco = try SurvivalTelco()
        let curve = try KaplanMeier(durations: telco.tenure, ended: telco.cancelled)
        for (months, expected) in [(12.0, 0.8432), (24, 0.7887), (72, 0.5928)] {
            #expect(abs(curve.survival(at: months) - expected) < 5.1e-5)
        }
    }
}
