import Analytics
import Boosting
import Customers
import Events
import Insights
import Kernel
import Predictions
import Records
import TestSupport
import Testing

@testable import Runtime

@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct BandEventTests {
    private let folder: TestFolder
    private let clock = VirtualClock(Timestamp(milliseconds: 1_760_000_000_000))
    private let start = Timestamp(milliseconds: 1_704_110_400_000)  // 2024-01-01T12:00:00Z

    init() throws { folder = try TestFolder() }

    private func order(_ user: String, day: Int) -> EventDraft {
        .track(
            "Order Completed", id: "\(user)-\(day)", at: start.adding(days: day), user: user,
            properties: #"{"order_id":"\#(user)-\#(day)","total":10,"currency":"USD"}"#)
    }

    /// Customers who order every ten days until a day that is drawn for each, or on.
    private func orders(customers: Int, until last: Int, seed: UInt64) -> [EventDraft] {
        var random = SeededRandom(seed: seed)
        var drafts: [EventDraft] = []
        for customer in 0..<customers {
            let first = Int(random.next() % 40)
            let gap = 5 + Int(random.next() % 20)
            let stop = random.next() % 3 == 0 ? last : Int(random.next() % UInt64(last))
            for day in stride(from: first, through: max(first, stop), by: gap) {
                drafts.append(order("u\(customer)", day: day))
            }
        }
        return drafts
    }

    private func day(_ offset: Int) -> CalendarDay {
        ZoneRules.utc.day(of: start.adding(days: offset))
    }

    /// A shop that was scored while its customer `loyal` ordered, and closed: who that is, and when last seen.
    private func scoredOnce() async throws -> (ID<Customer>, Timestamp?) {
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        try await workspace.append(orders(customers: 200, until: 200, seed: 3))
        // Loyal until now, and silent from then on.
        try await workspace.append((0...15).map { order("loyal", day: 10 * $0) })
        try await workspace.append([order("late", day: 390)])
        try await workspace.settle()
        let loyal = try #require(try workspace.customerID(named: "loyal"))
        let first = try workspace.score(asOf: day(151), unit: .day)
        #expect(try await workspace.announceBandChanges() == (0, 0))
        let row = try #require(try workspace.details(of: loyal, timeline: 5).row)
        #expect(row.prediction?.run == first.run)
        #expect(row.prediction?.churnBand == .low)
        try workspace.close()
        return (loyal, row.lastSeenAt)
    }

    @Test func `a move to another band is an event of the customer, once`() async throws {
        let (loyal, seen) = try await scoredOnce()
        clock.advance(milliseconds: 1000)
        // As a command does that scores on another day: nothing of the fold is in memory.
        let workspace = try Workspace.forTests(in: folder, clock: clock)

        _ = try workspace.score(asOf: day(390), unit: .day)
        let moved = try await workspace.announceBandChanges()
        #expect(moved.rose > 0)
        #expect(try await workspace.announceBandChanges() == (0, 0))
        // As after a stop between the events and the note that they are written.
        try workspace.records.setSetting("announced-run", to: "")
        #expect(try await workspace.announceBandChanges() == (0, 0))
        try await workspace.settle()

        let after = try workspace.details(of: loyal, timeline: 5)
        let events = after.timeline.filter { $0.event.name == "Churn Risk Rose" }
        #expect(events.count == 1)
        #expect(events.first?.event.flags == .system)
        let properties = try #require(events.first?.event.properties)
        #expect(properties.contains(#""from":"low""#))
        #expect(properties.contains(#""asOf":"\#(day(390))""#))
        #expect(after.row?.lastSeenAt == seen)
        #expect(after.predictions.map(\.asOf).count == 2)
        #expect(after.rhythm?.silenceDays == 240)
        #expect(after.rhythm?.orderDays == 16)

        // What saw less is kept, and neither shown nor told.
        let earlier = try workspace.score(asOf: day(200), unit: .day)
        #expect(try workspace.newestModelRun()?.run != earlier.run)
        #expect(try await workspace.announceBandChanges() == (0, 0))
        #expect(try workspace.details(of: loyal, timeline: 5).predictions.count == 3)
        // Who orders is told to be safe again on the very day that told them to be at risk.
        try await workspace.append([order("loyal", day: 389)])
        try await workspace.settle()
        _ = try workspace.score(asOf: day(390), unit: .day)
        #expect(try await workspace.announceBandChanges().fell == 1)
        try await workspace.settle()
        let names = try workspace.details(of: loyal, timeline: 9).timeline.map(\.event.name)
        #expect(
            names.filter { $0.hasPrefix("Churn Risk") }.sorted() == [
                "Churn Risk Fell", "Churn Risk Rose",
            ])
        try workspace.close()
    }

    @Test func `a day that is yet to come can't be scored`() async throws {
        let workspace = try Workspace.forTests(in: folder, clock: clock)
        try await workspace.append([order("u", day: 1)])
        try await workspace.settle()
        let today = ZoneRules.utc.day(of: clock.now)
        let failure = #expect(throws: Workspace.ScoringFailure.self) {
            try workspace.score(asOf: today.adding(days: 1), unit: .day)
        }
        #expect(failure?.description.contains("is yet to come") == true)
        #expect(try workspace.score(asOf: today, unit: .day).report.customers == 1)
        try workspace.close()
    }

    @Test(.enabled(if: TestPaths.expectsLightGBM, "script/setup installs the LightGBM library"))
    func `boosted trees take part where there are the days, and say why where not`()
        async throws
    {
        let library = try BoostingLibrary(
            chosen: nil, candidates: [TestPaths.installedLightGBM])
        let workspace = try Workspace.forTests(in: folder, clock: clock) { options in
            options.boosting = library
        }
        try await workspace.append(orders(customers: 900, until: 400, seed: 5))
        try await workspace.settle()

        let early = try workspace.score(asOf: day(150), unit: .day)
        let absent = early.report.backtest?.contestants.last
        #expect(absent?.model == Challenger.name)
        #expect(absent?.figures == nil)
        #expect(absent?.note?.hasPrefix("too little to learn from") == true)

        let summary = try workspace.score(asOf: day(400), unit: .day)
        let backtest = try #require(summary.report.backtest)
        #expect(backtest.calibratedUntil == day(310).description)
        #expect(
            backtest.contestants.map(\.model)
                == FrequencyModel.allCases.map(\.rawValue) + [
                    Challenger.name, Challenger.blendName,
                ])
        // Who orders every few days and has stopped is plain to see.
        let trees = try #require(
            backtest.contestants.first { $0.model == Challenger.name }?.figures)
        #expect((trees.areaUnderCurve ?? 0) > 0.9)
        let losses = backtest.contestants.compactMap(\.figures?.logLoss)
        #expect(backtest.bestChurn?.logLoss == losses.min())
        for row in try workspace.allCustomers(asOf: summary.asOf) {
            let prediction = try #require(row.prediction)
            let range = try #require(prediction.churnRange)
            #expect((0...1).contains(prediction.churnProbability))
            #expect(range.lowerBound <= range.upperBound)
            if summary.report.churnBy != nil {
                #expect(range.contains(prediction.churnProbability))
            }
        }
        try workspace.close()
    }
}
