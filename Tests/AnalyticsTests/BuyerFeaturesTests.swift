import Events
import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Buyers' features", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct BuyerFeaturesTests {
    private let start = Timestamp(milliseconds: 1_262_304_000_000)  // 2010-01-01T00:00:00Z

    private func archived(
        _ position: Int64, _ customer: Int64, _ name: String, at: Timestamp, flags: EventFlags = []
    ) -> ArchivedEvent {
        ArchivedEvent(
            position: position, customer: customer, kind: .track, flags: flags, name: name,
            occurredAt: at, receivedAt: at, properties: "", context: "")
    }

    /// Three buyers with orders, a refund and other events until day 100, and what comes after.
    private func batch(after: [(day: Int, customer: Int64)]) throws -> ArchiveBatch {
        let dollars = try currency("USD")
        var batch = ArchiveBatch(throughPosition: 1000)
        var position: Int64 = 0
        var events: [ArchivedEvent] = []
        func order(_ customer: Int64, _ day: Int, _ kind: ArchivedOrder.Kind = .completed) {
            position += 1
            var made = AnalyticsTests.order(
                position, key: position, customer: customer, at: start.adding(days: day),
                total: 500, dollars)
            made.kind = kind
            batch.orders.append(made)
            events.append(
                archived(position, customer, "Order Completed", at: start.adding(days: day)))
        }
        // Days come in no order, and two orders of one day are one.
        for day in [40, 10, 95, 95, 70] { order(1, day) }
        order(2, 99)
        order(3, 5)
        order(1, 96, .refunded)
        for day in [1, 50, 98] {
            position += 1
            events.append(archived(position, 1, "Page", at: start.adding(days: day)))
        }
        position += 1
        events.append(
            archived(position, 2, "Churn Risk Rose", at: start.adding(days: 99), flags: .system))
        for (day, customer) in after {
            order(customer, day)
            order(customer, day, .refunded)
            position += 1
            events.append(archived(position, customer, "Page", at: start.adding(days: day)))
        }
        batch.throughPosition = position
        for event in events { try batch.append(event) }
        return batch
    }

    private func features(of batch: ArchiveBatch) throws -> (PurchaseSummaries, BuyerFeatures) {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.ingest(batch)
        let day = ZoneRules.utc.day(of: start.adding(days: 100))
        let histories = try archive.orderHistories(
            until: CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 400))
        let summaries = try histories.summaries(until: day, unit: .day)
        return (
            summaries,
            try archive.buyerFeatures(
                of: summaries, in: histories, dayEnd: start.adding(days: 101))
        )
    }

    @Test func `days with an order, gaps, refunds and events are counted up to the day`() throws {
        let (summaries, features) = try features(of: batch(after: []))
        #expect(summaries.customers == [1, 2, 3])
        #expect(features.orders == [[1, 1, 0], [3, 1, 0], [4, 1, 1]])
        #expect(features.lastGapDays.map { $0.isNaN ? -1 : $0 } == [25, -1, -1])
        #expect(features.refunds == [1, 0, 0])
        #expect(features.events == [[1, 0, 0], [2, 0, 0], [3, 0, 0]])
        #expect(features.silenceDays.map { $0.isNaN ? -1 : $0 } == [3, -1, -1])
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `whatever the future holds, what is known of the past is the same`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let future = (0..<30).map { _ in
            (day: 101 + Int(random.next() % 200), customer: Int64(1 + random.next() % 6))
        }
        let (summaries, alone) = try features(of: batch(after: []))
        let (others, shuffled) = try features(of: batch(after: future))
        #expect(summaries == others)
        func text(_ features: BuyerFeatures) -> String { "\(features)" }
        #expect(text(alone) == text(shuffled))
    }
}
