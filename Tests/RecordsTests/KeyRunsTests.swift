import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

struct KeyRunsTests {
    private let queue: DatabaseQueue

    init() throws {
        queue = try DatabaseQueue()
        try queue.write { db in try db.execute(sql: KeyRunTables.definition.asStrictSQLite()) }
    }

    private func within<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.writeWithoutTransaction(body)
    }

    @Test(arguments: [0, 1, 2] as [UInt64])
    func `every number is found under its key, and nothing under others`(seed: UInt64) throws {
        try within { db in
            var random = SeededRandom(seed: seed)
            let runs = try KeyRuns(db)
            var model: [UInt64: [UInt64]] = [:]
            for _ in 0..<30 {
                var pairs: [KeyRuns.Pair] = []
                for _ in 0..<Int.random(in: 0...700, using: &random) {
                    // Few keys, so that they repeat within and between runs and stand at the pages' ends.
                    let key = seed == 0 ? random.next() : random.next() % (seed * 2000)
                    pairs.append(KeyRuns.Pair(key: key, number: random.next()))
                }
                for pair in pairs { model[pair.key, default: []].append(pair.number) }
                runs.didCommit(try runs.add(pairs))
            }
            for runs in [runs, try KeyRuns(db)] {
                #expect(runs.count == model.values.reduce(0) { $0 + $1.count })
                for (key, numbers) in model {
                    for number in numbers {
                        #expect(try runs.number(of: key, where: { $0 == number }) == number)
                    }
                    #expect(try runs.number(of: key, where: { !numbers.contains($0) }) == nil)
                }
                for _ in 0..<5000 {
                    let key = random.next()
                    let found = try runs.number(of: key, where: { _ in true })
                    #expect((found == nil) == (model[key] == nil))
                }
            }
        }
    }

    @Test func `runs of a size are merged, so that there are few`() throws {
        try within { db in
            let runs = try KeyRuns(db)
            var random = SeededRandom(seed: 9)
            for _ in 0..<100 {
                let pairs = (0..<50).map { _ in
                    KeyRuns.Pair(key: random.next(), number: random.next())
                }
                runs.didCommit(try runs.add(pairs))
            }
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM key_runs") ?? 0
            #expect(count < 12)
            // Nothing of the merged runs is left over.
            let pages = try Int.fetchOne(db, sql: "SELECT sum(length(bytes)) FROM key_pages")
            #expect(pages == 100 * 50 * 16)
        }
    }

    @Test func `what was rolled back isn't found, and what was there before is`() throws {
        try within { db in
            let runs = try KeyRuns(db)
            for key in UInt64(1)...3 {
                runs.didCommit(try runs.add([KeyRuns.Pair(key: key, number: key)]))
            }
            try db.inTransaction {
                _ = try runs.add([KeyRuns.Pair(key: 4, number: 4)])
                return .rollback
            }
            #expect(try runs.number(of: 4, where: { _ in true }) == nil)
            for key in UInt64(1)...3 {
                #expect(try runs.number(of: key, where: { _ in true }) == key)
            }
        }
    }

    @Test func `a page that is missing is damage, and said to be`() throws {
        try within { db in
            let runs = try KeyRuns(db)
            runs.didCommit(try runs.add([KeyRuns.Pair(key: 4, number: 4)]))
            try db.execute(sql: "DELETE FROM key_pages")
            #expect(throws: StorageFailure.self) {
                try runs.number(of: 4, where: { _ in true })
            }
        }
    }
}
