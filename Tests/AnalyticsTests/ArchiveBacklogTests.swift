import Events
import Kernel
import Testing

@testable import Analytics

/// What the archive takes later and gathered is what it would have taken at once.
@Suite(.enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct ArchiveBacklogTests {
    private static let tables = [
        "events", "orders", "refunds", "cancellations", "order_lines", "contacts", "links",
    ]

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `batches that come back from bytes and are joined write what each of them does`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let currencies = ["GBP", "EUR"].compactMap { Currency($0) }
        var source = RandomBatches(seed: seed, currencies: currencies)
        let (each, joined) = (try TestFolder(), try TestFolder())
        let (one, other) = (try each.open(), try joined.open())
        var waiting: [ArchiveBatch] = []
        for _ in 0..<25 {
            let batch = try source.next(events: Int.random(in: 1...12, using: &random))
            try one.ingest(batch)
            waiting.append(try Self.throughBytes(batch))
            if Int.random(in: 0..<3, using: &random) == 0 {
                try other.ingest(try #require(ArchiveBatch(joining: waiting)))
                waiting = []
            }
        }
        if let rest = ArchiveBatch(joining: waiting) { try other.ingest(rest) }

        #expect(try one.position() == other.position())
        for table in Self.tables {
            let rows = try Self.rows(of: table, one)
            #expect(try Self.rows(of: table, other) == rows, "seed \(seed): \(table)")
        }
        #expect(try Self.rows(of: "orders", one).count > 50)
    }

    @Test(arguments: 11...16 as ClosedRange<UInt64>)
    func `batches that are written in one transaction leave what each by itself does`(
        seed: UInt64
    ) throws {
        let currencies = ["GBP", "EUR"].compactMap { Currency($0) }
        var source = RandomBatches(seed: seed, currencies: currencies)
        // Customers are made within the transaction, and touched again in it.
        source.makesCustomers()
        let (each, together) = (try TestFolder(), try TestFolder())
        let (one, other) = (try each.open(), try together.open())
        for _ in 0..<6 {
            let batches = try (0..<5).map { _ in try source.next(events: 8) }
            for batch in batches { try one.ingest(batch) }
            var rest = batches[...]
            try other.ingest(each: { () throws(ArchiveError) in rest.popFirst() })
        }
        for table in Self.tables {
            let rows = try Self.rows(of: table, one)
            #expect(try Self.rows(of: table, other) == rows, "seed \(seed): \(table)")
        }
        #expect(try Self.rows(of: "contacts", one).count > 10)
    }

    @Test func `bytes that are cut off or changed are refused`() throws {
        var source = RandomBatches(seed: 9, currencies: [try #require(Currency("GBP"))])
        let batch = try source.next(events: 30)
        var writer = ByteWriter()
        batch.encode(to: &writer)
        let bytes = writer.bytes
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) { try Self.decode(bytes[..<count], of: batch) }
        }
        var changed = bytes
        changed[0] ^= 0xFF
        #expect(throws: ByteReader.Damaged.self) { try Self.decode(changed[...], of: batch) }
    }

    @Test func `nothing is joined of nothing`() {
        #expect(ArchiveBatch(joining: []) == nil)
    }

    private struct NoBlock: Error {}

    private static func throughBytes(_ batch: ArchiveBatch) throws -> ArchiveBatch {
        var writer = ByteWriter()
        batch.encode(to: &writer)
        return try decode(writer.bytes[...], of: batch)
    }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, of batch: ArchiveBatch
    ) throws -> ArchiveBatch {
        try ArchiveBatch(decoding: Array(bytes).span) { first in
            guard let block = batch.blocks.first(where: { $0.firstPosition == first }) else {
                throw NoBlock()
            }
            return (block.block, block.receivedAt)
        }
    }

    private static func rows(of table: String, _ archive: Archive) throws -> [String] {
        try archive.read { connection throws(ArchiveError) in
            let rows = try connection.rows("SELECT row::VARCHAR FROM \(table) row ORDER BY 1")
            var found: [String] = []
            while rows.next() { found.append(rows.string(0)) }
            return found
        }
    }
}
