import Events
import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

struct LogStoreTests {
    @Test(arguments: UInt64(1)...12)
    func `the log agrees with a list and a set over random appends and reopenings`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TestFolder()
        let path = folder.file("log.sqlite")
        // Odd seeds move keys to their tree after a few events, even ones almost never.
        let runCount = seed % 2 == 1 ? 4...16 : MessageKeyIndex.runCount
        var log = try LogStore(path: path, hash: testHash, keyRunCount: runCount)
        var model = LogModel()
        var content = 0
        for step in 0..<80 {
            let blocks = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    content += 1
                    return event("m\(Int.random(in: 0..<250, using: &random))", content)
                }
            }
            let time = Timestamp(milliseconds: Int64(step))
            let appended = try log.append(try blocks.map(prepared), receivedAt: time)
            #expect(appended == model.append(blocks, receivedAt: time))
            #expect(log.lastPosition == Int64(model.events.count))
            if Int.random(in: 0..<10, using: &random) == 0 {
                if Bool.random(using: &random) { try log.settle() }
                log = try LogStore(path: path, hash: testHash, keyRunCount: runCount)
                #expect(log.lastPosition == Int64(model.events.count))
            }
        }
        try expect(log, agreesWith: model)
    }

    private func expect(_ log: LogStore, agreesWith model: LogModel) throws {
        #expect(try log.drafts() == model.events)
        var next: Int64 = 1
        for stored in try log.all() {
            #expect(stored.firstPosition == next)
            next = stored.lastPosition + 1
        }
        for position in 1...model.events.count {
            let stored = try #require(try log.block(holding: Int64(position)))
            #expect(stored.firstPosition == Int64(model.commits[position - 1].lowerBound))
            #expect(stored.lastPosition == Int64(model.commits[position - 1].upperBound))
            #expect(stored.receivedAt == model.receivedAt[position - 1])
        }
        #expect(try log.block(holding: 0) == nil)
        #expect(try log.block(holding: Int64(model.events.count) + 1) == nil)
    }

    @Test func `blocks come in order, at least one, until the bytes are reached`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        let block = try prepared([event("a"), event("b")])
        for index in 0..<4 {
            _ = try log.append(
                [try prepared([event("a\(index)"), event("b\(index)")])],
                receivedAt: Timestamp(milliseconds: 0))
        }
        let size = block.bytes.count + 2

        #expect(try log.blocks(after: 0, byteCountMax: 1).map(\.firstPosition) == [1])
        #expect(try log.blocks(after: 0, byteCountMax: size + 1).map(\.firstPosition) == [1, 3])
        #expect(try log.blocks(after: 2, byteCountMax: .max).map(\.firstPosition) == [3, 5, 7])
        #expect(try log.blocks(after: 8, byteCountMax: .max).isEmpty)
    }

    @Test func `an append of nothing, and one of repeats only, adds no block`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        let time = Timestamp(milliseconds: 0)
        #expect(try log.append([], receivedAt: time).isEmpty)
        #expect(
            try log.append([try prepared([])], receivedAt: time)
                == [LogStore.Appended(accepted: 0, repeated: 0)])
        _ = try log.append([try prepared([event("a")])], receivedAt: time)
        #expect(
            try log.append([try prepared([event("a"), event("a")])], receivedAt: time)
                == [LogStore.Appended(accepted: 0, repeated: 2)])
        #expect(try log.all().count == 1)
    }

    @Test func `how far an import is, is kept by its source and over a reopening`() throws {
        let folder = try TestFolder()
        let path = folder.file("log.sqlite")
        let log = try LogStore(path: path, hash: testHash)
        #expect(try log.importedEvents(source: "a.csv") == 0)
        try log.setImportedEvents(source: "a.csv", to: 500)
        try log.setImportedEvents(source: "b.csv", to: 7)
        try log.setImportedEvents(source: "a.csv", to: 1000)
        let reopened = try LogStore(path: path, hash: testHash)
        #expect(try reopened.importedEvents(source: "a.csv") == 1000)
        #expect(try reopened.importedEvents(source: "b.csv") == 7)
    }

    @Test func `keys move to their runs, and repeats are known there too`() throws {
        let folder = try TestFolder()
        let path = folder.file("log.sqlite")
        let log = try LogStore(path: path, hash: testHash, keyRunCount: 3...100)
        let time = Timestamp(milliseconds: 0)
        _ = try log.append([try prepared([event("a"), event("b")])], receivedAt: time)
        #expect(try storedKeys(path) == 0)
        _ = try log.append([try prepared([event("c")])], receivedAt: time)
        #expect(try storedKeys(path) == 3)

        _ = try log.append([try prepared([event("d")])], receivedAt: time)
        #expect(try storedKeys(path) == 3)
        #expect(
            try log.append(
                [try prepared(["a", "c", "d", "e"].map { event($0) })], receivedAt: time)
                == [LogStore.Appended(accepted: 1, repeated: 3)])

        // What isn't in a run is read from the log.
        let reopened = try LogStore(path: path, hash: testHash, keyRunCount: 3...100)
        #expect(
            try reopened.append(
                [try prepared(["a", "d", "e"].map { event($0) })], receivedAt: time)
                == [LogStore.Appended(accepted: 0, repeated: 3)])

        try reopened.settle()
        #expect(try storedKeys(path) == 5)
    }

    private func storedKeys(_ path: String) throws -> Int? {
        try DatabaseQueue(path: path).read { db in
            try Int.fetchOne(db, sql: "SELECT coalesce(sum(key_count), 0) FROM key_runs")
        }
    }
}
