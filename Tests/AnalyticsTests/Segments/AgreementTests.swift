import Documents
import Foundation
import Insights
import Kernel
import Segments
import Testing

@testable import Analytics

/// Random segments over random histories: the state kept event by event and the archive's queries have the same
/// members at every moment, and no change comes but at the moment that was foretold.
@Suite(.enabled(if: TestLibrary.isExpected)) struct AgreementTests {
    private static func segments(seed: UInt64) throws -> SegmentSet {
        var conditions = RandomConditions(seed: seed)
        var segments: [SegmentSet.Segment] = []
        for number in 0..<12 {
            let condition = conditions.condition()
            let name = "s\(number)"
            segments.append(
                SegmentSet.Segment(
                    SegmentDefinition(name: name, title: name, condition: condition), version: 1))
            conditions.segments.append(name)
        }
        return try SegmentSet(segments)
    }

    /// `PERENNIAL_SEEDS=200` tries as many.
    private static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["PERENNIAL_SEEDS"].flatMap { UInt64($0) }
        return Array(1...(count ?? 5))
    }()

    @Test(arguments: seeds)
    func `both evaluators have the same members at every moment`(seed: UInt64) throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let set = try Self.segments(seed: seed)
        var history = SegmentHistory(seed: seed &* 7919, set: set)
        for round in 1...6 {
            for _ in 0..<40 { try history.step() }
            try archive.ingest(history.takeBatch())
            if round.isMultiple(of: 3) { try foretell(archive, &history, round) }
            try compare(archive, history, "seed \(seed), round \(round)")
            // Some time without events.
            history.advance(to: history.now.adding(days: round))
            try compare(archive, history, "seed \(seed), after round \(round)")
            try compareBehaviours(archive, history, "seed \(seed), round \(round)")
        }
        #expect(history.faults.prefix(3) == [], "seed \(seed)")
        #expect(history.timerCount > 0, "seed \(seed)")
    }

    private func compare(_ archive: Archive, _ history: SegmentHistory, _ place: String) throws {
        let kept = history.members
        for segment in history.set.segments {
            let name = segment.definition.name
            let condition = segment.definition.condition
            let query = SegmentQuery(
                condition, now: history.now, quintiles: history.quintiles,
                segments: history.set.conditions)
            let text = String(decoding: condition.document.json, as: UTF8.self)
            let page = try archive.segmentMembers(query, limit: 1000)
            let bulk = page.members.map(\.rawValue)
            for customer in Set(bulk).symmetricDifference(kept[name] ?? []).sorted().prefix(2) {
                let verdict = condition.evaluate(history.facts(of: customer), now: history.now)
                Issue.record("\(place): \(customer) in \(name) \(text): \(verdict)")
            }
        }
        guard let last = history.set.segments.last?.definition else { return }
        let query = SegmentQuery(
            last.condition, now: history.now, quintiles: history.quintiles,
            segments: history.set.conditions)
        #expect(try archive.segmentCount(query) == kept[last.name]?.count ?? 0, "\(place)")
    }

    private func compareBehaviours(
        _ archive: Archive, _ history: SegmentHistory, _ place: String
    ) throws {
        var found: [Int64: Behaviours] = [:]
        var last: Int64 = 0
        try archive.readBehaviours(for: history.plan) { _, fragment, behaviours in
            #expect(fragment > last, "\(place): each once, in order of their ids")
            last = fragment
            found[fragment] = behaviours
        }
        // Without orders only the traces are told.
        try archive.readBehaviours(for: history.plan, hasOrders: false) { _, fragment, behaviours in
            #expect(behaviours.orders.isEmpty, "\(place): \(fragment)")
            #expect(behaviours.traces == found[fragment]?.traces, "\(place): \(fragment)")
        }
        for (fragment, kept) in history.behaviours {
            #expect(found[fragment] ?? Behaviours() == kept, "\(place): \(fragment)")
        }
    }

    private func foretell(
        _ archive: Archive, _ history: inout SegmentHistory, _ round: Int
    ) throws {
        var columns = PredictionColumns()
        history.predictions = [:]
        for customer in history.customers where history.random.unit() < 0.7 {
            let (churn, spend) = (history.random.unit(), history.random.unit() * 12_000)
            let median = history.random.unit() < 0.2 ? Double.nan : history.random.unit() * 30
            let currency = SegmentHistory.currencies.randomElement(using: &history.random)
            let hasSpend = history.random.unit() < 0.8
            columns.customers.append(customer)
            columns.probabilityAlive.append(1 - churn / 2)
            columns.churnProbability.append(churn)
            columns.expectedOrders90.append(spend / 5000)
            columns.expectedOrders365.append(spend / 1000)
            columns.expectedSpend90Minor.append(hasSpend ? spend / 3 : .nan)
            columns.expectedSpend365Minor.append(hasSpend ? spend : .nan)
            columns.currency.append(hasSpend ? currency?.packed ?? 0 : 0)
            columns.nextOrderMedianDays.append(median)
            columns.nextOrderLowDays.append(median)
            columns.nextOrderHighDays.append(median)
            columns.churnBands.append(ChurnBand(churn).rawValue)
            history.predictions[customer] = PredictionFacts(
                asOf: history.now, probabilityAlive: 1 - churn / 2, churnProbability: churn,
                churnBand: ChurnBand(churn), expectedOrders90: spend / 5000,
                expectedOrders365: spend / 1000, expectedSpend90Minor: hasSpend ? spend / 3 : nil,
                expectedSpend365Minor: hasSpend ? spend : nil,
                currency: hasSpend ? currency : nil,
                nextOrderMedianDays: median.isNaN ? nil : median)
        }
        try archive.writePredictions(
            ModelRunRecord(run: ID(rawValue: Int64(round)), asOf: history.now, parameters: "{}"),
            columns)
        history.quintiles = try archive.quintileEdges(asOf: history.now, version: Int64(round))
        history.lookAtAll()
    }
}
