import Insights
import Kernel
import Synchronization
import Testing

@testable import Analytics

/// The summary of customers across restarts: who changed since it was made is known then, too.
@Suite(.enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct SummaryRestartTests {
    private let asOf = Timestamp(milliseconds: 1_308_132_000_000)

    private func rows(_ archive: Archive) throws -> [CustomerRow] {
        var query = CustomerQuery()
        query.limit = CustomerQuery.limitMax
        return try archive.customers(query, asOf: asOf).rows
    }

    @Test(arguments: UInt64(1)...6)
    func `after restarts the summary is what it is when it is made at once`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var source = RandomBatches(seed: seed, currencies: [try currency("USD")])
        let folder = try TestFolder()
        var batches: [ArchiveBatch] = []
        for _ in 0..<8 {
            var found: [CustomerRow] = []
            do {
                let archive = try folder.open()
                // What changed in the life before is known, once there was a summary.
                #expect(archive.writer.withLock { $0.dirty == nil } == batches.isEmpty)
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let batch = try source.next(events: Int.random(in: 1...30, using: &random))
                    try archive.ingest(batch)
                    batches.append(batch)
                    if Bool.random(using: &random) { _ = try rows(archive) }
                }
                if batches.isEmpty { batches.append(try source.next(events: 20)) }
                try archive.ingest(batches[batches.count - 1])
                if Bool.random(using: &random) || batches.count == 1 { found = try rows(archive) }
            }
            if found.isEmpty { found = try rows(try folder.open()) }
            let other = try TestFolder()
            let archive = try other.open()
            for batch in batches { try archive.ingest(batch) }
            #expect(archive.writer.withLock { $0.dirty } == nil)
            #expect(found == (try rows(archive)))
        }
    }

    @Test func `new predictions are shown after a restart`() throws {
        let folder = try TestFolder()
        var source = RandomBatches(seed: 9, currencies: [try currency("USD")])
        do {
            let archive = try folder.open()
            try archive.ingest(try source.next(events: 50))
            _ = try rows(archive)
            var columns = PredictionColumns()
            let count = 40
            columns.customers = (1...count).map { Int64($0) }
            columns.probabilityAlive = Array(repeating: 0.25, count: count)
            columns.churnProbability = Array(repeating: 0.75, count: count)
            columns.expectedOrders90 = Array(repeating: 1, count: count)
            columns.expectedOrders365 = Array(repeating: 4, count: count)
            columns.expectedSpend90Minor = Array(repeating: .nan, count: count)
            columns.expectedSpend365Minor = Array(repeating: .nan, count: count)
            columns.currency = Array(repeating: 0, count: count)
            columns.nextOrderMedianDays = Array(repeating: .nan, count: count)
            columns.nextOrderLowDays = Array(repeating: .nan, count: count)
            columns.nextOrderHighDays = Array(repeating: .nan, count: count)
            try archive.writePredictions(
                ModelRunRecord(run: ID(rawValue: 7), asOf: asOf, parameters: "{}"), columns)
        }
        let archive = try folder.open()
        #expect(archive.writer.withLock { $0.dirty } == nil)
        let shown = try rows(archive).compactMap(\.prediction?.churnProbability)
        #expect(Set(shown) == [0.75])
    }
}
