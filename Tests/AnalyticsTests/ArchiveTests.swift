import Events
import Foundation
import Insights
import Kernel
import Testing

@testable import Analytics

@Suite("Archive", .enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct ArchiveTests {
    private let time = Timestamp(milliseconds: 1_300_000_000_000)

    @Test func `what was written is there after opening again`() throws {
        let folder = try TestFolder()
        let batch = try sample()
        do {
            let archive = try folder.open()
            #expect(try archive.position() == 0)
            #expect(try archive.ingest(batch))
        }
        let archive = try folder.open()
        #expect(try archive.position() == 4)
        let sizes = try archive.sizes()
        let filled = Dictionary(uniqueKeysWithValues: sizes.map { ($0.table, $0.rows) })
            .filter { $0.value > 0 }
        #expect(
            filled == ["events": 2, "orders": 1, "refunds": 1, "order_lines": 2, "contacts": 1])
    }

    @Test func `a batch that is in the archive changes nothing`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let batch = try sample()
        try archive.ingest(batch)
        let sizes = try archive.sizes().map(\.rows)
        var earlier = batch
        earlier.throughPosition = 2

        #expect(try archive.ingest(batch) == false)
        #expect(try archive.ingest(earlier) == false)

        #expect(try archive.sizes().map(\.rows) == sizes)
        #expect(try archive.position() == 4)
    }

    @Test func `a batch that fails leaves neither rows nor position`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.ingest(try sample())
        let sizes = try archive.sizes().map(\.rows)
        // The last step of writing is made to fail.
        try archive.write { writer throws(ArchiveError) in
            try writer.connection.execute("ALTER TABLE archive_state RENAME position TO elsewhere")
        }
        var batch = ArchiveBatch(throughPosition: 9)
        try batch.append(event(9, customer: 3, "Page"))
        #expect(throws: ArchiveError.self) { try archive.ingest(batch) }
        try archive.write { writer throws(ArchiveError) in
            try writer.connection.execute("ALTER TABLE archive_state RENAME elsewhere TO position")
        }
        #expect(try archive.sizes().map(\.rows) == sizes)
        #expect(try archive.position() == 4)
        #expect(try archive.ingest(batch))
    }

    @Test func `a file of a later version is refused`() throws {
        let folder = try TestFolder()
        do {
            let archive = try folder.open()
            try archive.write { writer throws(ArchiveError) in
                try writer.connection.execute("INSERT INTO schema_version VALUES (1000)")
            }
        }
        let refusal = #expect(throws: ArchiveError.self) { try folder.open() }
        guard case .damaged(let reason) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(reason.contains("1000"))
    }

    @Test func `a file that is no database is refused`() throws {
        let folder = try TestFolder()
        let junk = Data(repeating: 7, count: 10_000)
        try junk.write(to: URL(fileURLWithPath: folder.path + "/" + Archive.fileName))
        let refusal = #expect(throws: ArchiveError.self) { try folder.open() }
        guard case .cannotOpen = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    @Test func `a timeline has the newest first, with what was ordered`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var batch = try sample()
        batch.throughPosition = 6
        var third = event(5, customer: 2, "")
        third.properties = #"{"text":"long enough to stand elsewhere 😀 \u0000"}"#
        try batch.append(third)
        try batch.append(event(6, customer: 9, "Not asked for"))
        try archive.ingest(batch)

        let entries = try archive.timeline(customers: [1, 2], limit: 10)
        #expect(entries.map(\.event) == [third, sampleEvents[1], sampleEvents[0]])
        #expect(entries.map { $0.order?.kind } == [nil, .refunded, .completed])
        #expect(entries[2].order == batch.orders[0])

        let first = try archive.timeline(customers: [1, 2], limit: 1)
        let place = try #require(
            first.last.map {
                TimelinePlace(occurredAt: $0.event.occurredAt, position: $0.event.position)
            })
        let rest = try archive.timeline(customers: [1, 2], before: place, limit: 10)
        #expect(first + rest == entries)
        #expect(try archive.timeline(customers: [], limit: 10).isEmpty)
    }

    @Test func `an order history follows merges and keeps the lines of the newest form`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        try archive.ingest(try sample())
        var batch = ArchiveBatch(throughPosition: 7)
        let dollars = try currency("USD")
        batch.orders = [
            order(5, key: 11, customer: 1, at: time, total: 900, dollars),
            order(6, key: 12, customer: 2, at: time.adding(days: 1), total: 5, dollars),
            order(7, key: 12, .cancelled, customer: 2, at: time.adding(days: 2), total: 0, dollars),
        ]
        batch.lines = [line(5, 0, "new")]
        batch.links = [CustomerLink(member: 2, customer: 1)]
        try archive.ingest(batch)

        let records = try archive.orderHistory(ID(rawValue: 1))
        #expect(records.map(\.order.position) == [6, 4, 5])
        #expect(records.map(\.isCancelled) == [true, false, false])
        #expect(records.map { $0.lines.map(\.name) } == [[], [], ["new"]])
        #expect(records.map(\.order.totalMinor) == [5, 30, 900])
        #expect(try archive.orderHistory(ID(rawValue: 2)).isEmpty)
        #expect(try archive.sizes().first { $0.table == "order_lines" }?.rows == 1)
    }

    @Test func `a cancellation counts whether it comes before its order or after`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let dollars = try currency("USD")
        func ingest(_ position: Int64, _ kind: ArchivedOrder.Kind, key: Int64) throws {
            var batch = ArchiveBatch(throughPosition: position)
            batch.orders = [
                order(position, key: key, kind, customer: 1, at: time, total: 10, dollars)
            ]
            try archive.ingest(batch)
        }
        try ingest(1, .cancelled, key: 1)
        try ingest(2, .completed, key: 1)
        #expect(try archive.overview(asOf: time).orders == 0)
        try ingest(3, .completed, key: 2)
        #expect(try archive.overview(asOf: time).orders == 1)
        try ingest(4, .cancelled, key: 2)
        #expect(try archive.overview(asOf: time).orders == 0)
        try ingest(5, .completed, key: 2)
        #expect(try archive.overview(asOf: time).orders == 0)
        #expect(try archive.orderHistory(ID(rawValue: 1)).map(\.isCancelled) == [true, true])
    }

    @Test func `many read while one writes, and each sees whole batches`() async throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let dollars = try currency("USD")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for step in 1...20 as ClosedRange<Int64> {
                    var batch = ArchiveBatch(throughPosition: step * 10)
                    batch.orders = (1...10).map {
                        order(
                            step * 10 - 10 + $0, key: step * 100 + $0, customer: $0, at: time,
                            total: 1, dollars)
                    }
                    try archive.ingest(batch)
                }
            }
            for _ in 0..<Archive.idleReadersMax + 1 {
                group.addTask {
                    for _ in 0..<10 {
                        let figures = try archive.overview(asOf: time)
                        #expect(figures.orders % 10 == 0)
                        #expect(figures.revenue[dollars] == Int64(figures.orders))
                        #expect(figures.customers == (figures.orders == 0 ? 0 : 10))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try archive.overview(asOf: time).orders == 200)
    }

    /// An order with two lines and its partial refund.
    private func sample() throws -> ArchiveBatch {
        let dollars = try currency("USD")
        var batch = ArchiveBatch(throughPosition: 4)
        for event in sampleEvents { try batch.append(event) }
        batch.orders = [
            order(3, key: 11, customer: 1, at: time, total: 100, dollars),
            order(4, key: 11, .refunded, customer: 1, at: time.adding(days: 1), total: 30, dollars),
        ]
        batch.lines = [line(3, 0, "mug"), line(3, 1, "")]
        batch.contacts = [
            ArchivedContact(
                position: 3, customer: 1, label: "Ada", email: "ada@example.test", phone: "",
                userID: "u1", firstSeenAt: time, lastSeenAt: time)
        ]
        return batch
    }

    private var sampleEvents: [ArchivedEvent] {
        var refund = event(4, customer: 1, "Refund")
        refund.occurredAt = time.adding(days: 1)
        return [event(3, customer: 1, "Order Completed"), refund]
    }

    private func event(_ position: Int64, customer: Int64, _ name: String) -> ArchivedEvent {
        ArchivedEvent(
            position: position, customer: customer, kind: .track, flags: [.imported], name: name,
            occurredAt: time.adding(days: position == 5 ? 2 : 0), receivedAt: time, properties: "",
            context: "{}")
    }

    private func line(_ position: Int64, _ index: Int32, _ name: String) -> ArchivedOrderLine {
        ArchivedOrderLine(
            position: position, index: index, productID: "p", name: name, category: "",
            quantityMilli: 1500, unitPriceMinor: -1)
    }
}

@Suite("DuckDB library")
struct DuckDBLibraryTests {
    @Test func `without a library the error says where it was looked for`() throws {
        #expect(throws: ArchiveError.libraryMissing(lookedFor: ["/nowhere/a.so", "/nowhere/b.so"]))
        {
            try DuckDBLibrary(chosen: "", candidates: ["/nowhere/a.so", "/nowhere/b.so"])
        }
    }
}
