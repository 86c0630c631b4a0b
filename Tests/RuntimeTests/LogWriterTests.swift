import Dispatch
import Events
import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records
@testable import Runtime

struct LogWriterTests {
    private let folder: TestFolder
    private let store: LogStore
    private let hash = SipHash(key: SipHash.Key(low: 1, high: 2))
    private let gate = Gate()

    init() throws {
        folder = try TestFolder()
        store = try LogStore(path: folder.file("log.sqlite"), hash: hash)
    }

    private func block(_ id: Int, copies: Int = 1) throws -> PreparedBlock {
        let drafts = (0..<copies).map { copy in
            EventDraft.track(
                "Event", id: "m\(1000 + id)-\(copy)", at: Timestamp(milliseconds: 0), user: "u")
        }
        return try PreparedBlock(bytes: drafts.framed, hash: hash)
    }

    /// The bytes of each block that `block` makes.
    private var size: Int {
        get throws { try block(0).bytes.count }
    }

    /// A writer whose commits wait for the gate: each asks the time just before it is made.
    private func writer(_ limits: LogWriter.Limits = LogWriter.Limits()) -> LogWriter {
        LogWriter(
            store: store,
            clock: WallClock { [gate] in
                gate.pass()
                return Timestamp(milliseconds: 0)
            }, limits: limits
        ) {}
    }

    /// Appends blocks at the same time and opens the gate once all of them wait.
    private func appendTogether(
        _ ids: Range<Int>, to writer: LogWriter, whenWaiting: () async throws -> Void = {}
    ) async throws -> [Result<LogStore.Appended, LogWriter.Refusal>] {
        let size = try size
        return try await withThrowingTaskGroup { group in
            for id in ids {
                let block = try block(id)
                group.addTask { await result(of: block, writer) }
            }
            while writer.waitingBytes < ids.count * size { await Task.yield() }
            try await whenWaiting()
            gate.open()
            var results: [Result<LogStore.Appended, LogWriter.Refusal>] = []
            for try await result in group { results.append(result) }
            return results
        }
    }

    private func result(
        of block: PreparedBlock, _ writer: LogWriter
    ) async -> Result<LogStore.Appended, LogWriter.Refusal> {
        do throws(LogWriter.Refusal) {
            return .success(try await writer.append(block))
        } catch {
            return .failure(error)
        }
    }

    private let one = LogStore.Appended(accepted: 1, repeated: 0)

    @Test func `what waits while one commit is made shares the next`() async throws {
        let writer = writer()
        let results = try await appendTogether(0..<40, to: writer)

        #expect(results == Array(repeating: .success(one), count: 40))
        #expect(store.lastPosition == 40)
        #expect(try (1...2).contains(store.blocks(after: 0, byteCountMax: .max).count))
        #expect(writer.waitingBytes == 0)
    }

    @Test func `one commit takes no more bytes than its limit, save one larger request whole`()
        async throws
    {
        var limits = LogWriter.Limits()
        limits.commitBytesMax = try size * 3
        let writer = writer(limits)
        _ = try await appendTogether(0..<20, to: writer)
        #expect(try await writer.append(try block(100, copies: 9)).accepted == 9)

        let blocks = try store.blocks(after: 0, byteCountMax: .max)
        #expect(blocks.dropLast().allSatisfy { $0.block.count <= 3 })
        #expect(blocks.last?.block.count == 9)
        #expect(store.lastPosition == 29)
    }

    @Test func `one request more than may wait is refused, and nothing of it is taken`()
        async throws
    {
        var limits = LogWriter.Limits()
        limits.queueBytesMax = try size * 3
        let writer = writer(limits)
        let results = try await appendTogether(0..<3, to: writer) {
            await #expect(throws: LogWriter.Refusal.queueFull) {
                try await writer.append(try block(3))
            }
        }

        #expect(results == Array(repeating: .success(one), count: 3))
        #expect(store.lastPosition == 3)
        #expect(try await writer.append(try block(3)) == one)
    }

    @Test func `a request above the limit is taken where nothing else waits`() async throws {
        var limits = LogWriter.Limits()
        limits.queueBytesMax = 1
        let writer = writer(limits)
        gate.open()
        #expect(try await writer.append(try block(0)) == one)
    }

    @Test func `a closed writer has committed what waited and refuses what comes`() async throws {
        let writer = writer()
        let results = try await withThrowingTaskGroup { group in
            let results = try await appendTogether(0..<5, to: writer) {
                group.addTask { writer.close() }
            }
            try await group.waitForAll()
            return results
        }

        #expect(results == Array(repeating: .success(one), count: 5))
        #expect(store.lastPosition == 5)
        await #expect(throws: LogWriter.Refusal.closing) { try await writer.append(try block(9)) }
    }

    @Test func `without room every request of the commit is told, and can be sent again`()
        async throws
    {
        let writer = writer()
        gate.open()
        #expect(try await writer.append(try block(0)) == one)
        try limitPages(to: 1)
        let large = try block(1, copies: 5000)
        await #expect(throws: LogWriter.Refusal.storage(.diskFull)) {
            try await writer.append(large)
        }
        #expect(store.lastPosition == 1)
        #expect(writer.waitingBytes == 0)

        try limitPages(to: 1_000_000)
        #expect(try await writer.append(large).accepted == 5000)
        #expect(try await writer.append(large).repeated == 5000)
    }

    private func limitPages(to count: Int) throws {
        try store.file.writer.writeWithoutTransaction { db in
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
        }
    }
}

/// Holds threads up until it is opened; then it stays open.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func pass() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}
