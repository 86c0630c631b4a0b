import Events
import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

struct LogFailureTests {
    private let time = Timestamp(milliseconds: 0)

    @Test func `without room nothing of a call is taken, and with room the same call is`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        _ = try log.append([try prepared([event("a")])], receivedAt: time)
        try limitPages(of: log, to: 1)
        var large = event("large")
        large.properties = Array("{\"x\":\"\(String(repeating: "x", count: 200_000))\"}".utf8)
        let call = [try prepared([event("b"), large]), try prepared([event("c")])]

        #expect(throws: StorageFailure.diskFull) { try log.append(call, receivedAt: time) }
        #expect(log.lastPosition == 1)
        #expect(!log.isStopped)
        #expect(try log.drafts() == [event("a")])

        try limitPages(of: log, to: 1_000_000)
        let expected = [
            LogStore.Appended(accepted: 2, repeated: 0),
            LogStore.Appended(accepted: 1, repeated: 0),
        ]
        #expect(try log.append(call, receivedAt: time) == expected)
        #expect(try log.drafts() == [event("a"), event("b"), large, event("c")])
    }

    /// SQLite then says that the database is full, as it does where the disk is; never below the pages in use.
    private func limitPages(of log: LogStore, to count: Int) throws {
        try log.file.writer.writeWithoutTransaction { db in
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
        }
    }

    @Test func `a look-up of keys that fails leaves no key behind`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash, keyRunCount: 1...1)
        _ = try log.append([try prepared([event("a")])], receivedAt: time)
        // The last is there already, which only a look at its page can tell.
        let call = [try prepared([event("b"), event("c"), event("a")])]
        try rename("key_pages", to: "elsewhere", in: log)

        #expect(throws: (any Error).self) { try log.append(call, receivedAt: time) }
        #expect(log.lastPosition == 1)

        try rename("elsewhere", to: "key_pages", in: log)
        #expect(
            try log.append(call, receivedAt: time)
                == [LogStore.Appended(accepted: 2, repeated: 1)])
    }

    private func rename(_ table: String, to name: String, in log: LogStore) throws {
        try log.file.writer.write { db in
            try db.execute(sql: "ALTER TABLE \(table) RENAME TO \(name)")
        }
    }

    @Test func `a run of keys that can't be stored is kept in memory`() throws {
        let folder = try TestFolder()
        let path = folder.file("log.sqlite")
        let log = try LogStore(path: path, hash: testHash, keyRunCount: 2...2)
        try rename("log_state", to: "elsewhere", in: log)
        let both = [try prepared([event("a"), event("b")])]
        #expect(try log.append(both, receivedAt: time)[0].accepted == 2)
        #expect(try log.append(both, receivedAt: time)[0].repeated == 2)
        try rename("elsewhere", to: "log_state", in: log)
        #expect(
            try log.append([try prepared([event("c"), event("a")])], receivedAt: time)
                == [LogStore.Appended(accepted: 1, repeated: 1)])
        #expect(try log.drafts().map(\.messageID) == ["a", "b", "c"])
    }

    /// What happens to a block's stored bytes, by name.
    enum Damage: String, CaseIterable {
        case cutWithinFrame = "substr(bytes, 1, length(bytes) - 3)"
        case emptied = "zeroblob(0)"
        case overwritten = "zeroblob(length(bytes))"
        case longer = "CAST(bytes || x'05' AS BLOB)"
        case frameMissing = "substr(bytes, 1, length(bytes) / 2)"
    }

    @Test(arguments: Damage.allCases)
    func `a damaged block is reported on reading and on opening`(damage: Damage) throws {
        let folder = try TestFolder()
        let path = folder.file("log.sqlite")
        let log = try LogStore(path: path, hash: testHash)
        _ = try log.append([try prepared([event("x")])], receivedAt: time)
        // Two frames of one length, so that half of the bytes is one whole frame.
        _ = try log.append([try prepared([event("a"), event("b")])], receivedAt: time)
        try log.file.writer.write { db in
            try db.execute(
                sql: """
                    UPDATE log_blocks SET bytes = \(damage.rawValue) WHERE first_position = 2
                    """)
        }

        #expect(try log.blocks(after: 0, byteCountMax: 1).count == 1)
        expectDamage { _ = try log.blocks(after: 0, byteCountMax: .max) }
        expectDamage { _ = try log.block(holding: 3) }
        expectDamage { _ = try LogStore(path: path, hash: testHash) }
    }

    @Test func `a block of a form that isn't known is reported`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        _ = try log.append([try prepared([event("a")])], receivedAt: time)
        try log.file.writer.write { db in
            try db.execute(sql: "UPDATE log_blocks SET codec = 2")
        }
        expectDamage { _ = try log.blocks(after: 0, byteCountMax: .max) }
    }

    @Test func `bytes that aren't frames are refused before they reach the log`() throws {
        let whole = try prepared([event("a"), event("b")]).bytes
        for count in 1..<whole.count where count != whole.count / 2 {
            #expect(throws: ByteReader.Damaged.self) {
                try PreparedBlock(bytes: Array(whole.prefix(count)), hash: testHash)
            }
        }
    }

    @Test func `a file that is no database is reported as damaged`() throws {
        let folder = try TestFolder()
        try folder.write(Array(repeating: 0x41, count: 8192), to: "log.sqlite")
        expectDamage {
            do {
                _ = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
            } catch {
                throw StorageFailure(error) ?? error
            }
        }
    }

    private func expectDamage(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        let failure = #expect(throws: StorageFailure.self, sourceLocation: sourceLocation) {
            try body()
        }
        guard case .damaged = failure else {
            Issue.record("\(String(describing: failure))", sourceLocation: sourceLocation)
            return
        }
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, StorageFailure.diskFull as StorageFailure?),
        (.SQLITE_IOERR_FSYNC, .disk("m")), (.SQLITE_IOERR, .disk("m")),
        (.SQLITE_CORRUPT, .damaged("m")), (.SQLITE_NOTADB, .damaged("m")),
        (.SQLITE_CONSTRAINT, nil), (.SQLITE_BUSY, nil),
    ])
    func `what SQLite says is told in terms that callers act on`(
        code: ResultCode, failure: StorageFailure?
    ) {
        #expect(StorageFailure(DatabaseError(resultCode: code, message: "m")) == failure)
    }
}
