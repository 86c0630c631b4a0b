import Foundation
import GRDB
import TestSupport
import Testing

@testable import Records

struct SchemaTests {
    @Test func `the migrations lead from nothing to the schema that is written down`() throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        let records = try RecordsStore(path: folder.file("records.sqlite"))
        let schema = """
            -- log.sqlite
            \(try schema(of: log.file))

            -- records.sqlite
            \(try schema(of: records.file))

            """
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("schema.sql")
        let written = try String(contentsOf: golden, encoding: .utf8)
        #expect(schema == written, "where this is right, the golden schema is to change with it")
    }

    private func schema(of file: SQLiteFile) throws -> String {
        try file.reader.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
                    AND name NOT LIKE 'grdb_%' ORDER BY name
                    """)
        }.map { $0 + ";" }.joined(separator: "\n")
    }

    @Test func `opening again migrates nothing and loses nothing`() throws {
        let folder = try TestFolder()
        let path = folder.file("records.sqlite")
        try RecordsStore(path: path).setSetting("a", to: "b")
        #expect(try RecordsStore(path: path).setting("a") == "b")
    }

    /// A statement of a hot path, and how its plan must read.
    struct HotQuery: Sendable, CustomTestStringConvertible {
        let sql: String
        let plan: [String]

        var testDescription: String { sql }
    }

    private static let ofRecords: [HotQuery] = [
        HotQuery(
            sql: """
                SELECT id FROM merges WHERE first_fragment = ?1 AND undone_position = 0
                """,
            plan: ["SEARCH merges USING INDEX merges_by_first (first_fragment=?)"]),
        HotQuery(
            sql: "SELECT member FROM sessions WHERE token_hash = ?1",
            plan: ["SEARCH sessions USING PRIMARY KEY (token_hash=?)"]),
        HotQuery(
            sql: """
                SELECT kind, receiver, due_at FROM outbox INDEXED BY outbox_due
                WHERE state IN ('pending', 'sending') AND kind = ?1 AND receiver > ?2
                ORDER BY kind, receiver, due_at LIMIT 1
                """,
            plan: ["SEARCH outbox USING INDEX outbox_due (kind=? AND receiver>?)"]),
        HotQuery(
            sql: """
                SELECT kind, receiver, due_at FROM outbox INDEXED BY outbox_due
                WHERE state IN ('pending', 'sending') AND kind > ?1
                ORDER BY kind, receiver, due_at LIMIT 1
                """,
            plan: ["SEARCH outbox USING INDEX outbox_due (kind>?)"]),
        HotQuery(
            sql: """
                SELECT id FROM outbox INDEXED BY outbox_due
                WHERE kind = ? AND receiver = ? AND state IN ('pending', 'sending')
                    AND due_at <= ?
                ORDER BY due_at, id LIMIT ?
                """,
            plan: [
                "SEARCH outbox USING INDEX outbox_due (kind=? AND receiver=? AND due_at<?)"
            ]),
        HotQuery(
            sql: "SELECT id FROM outbox WHERE customer = ? ORDER BY id DESC LIMIT ?",
            plan: ["SEARCH outbox USING COVERING INDEX outbox_by_customer (customer=?)"]),
        HotQuery(
            sql: "SELECT id FROM outbox WHERE journey = ? AND id < ? ORDER BY id DESC LIMIT ?",
            plan: ["SEARCH outbox USING COVERING INDEX outbox_by_journey (journey=? AND rowid<?)"]),
        HotQuery(
            sql: """
                UPDATE outbox SET state = 'pending', due_at = ?
                WHERE state IN ('pending', 'sending') AND state = 'sending'
                """,
            plan: ["SCAN outbox USING INDEX outbox_due"]),
        HotQuery(
            sql: "SELECT kind, count(*) FROM outbox WHERE state = 'dead' GROUP BY kind",
            plan: ["SCAN outbox USING INDEX outbox_dead"]),
        HotQuery(
            sql: """
                SELECT id FROM tasks WHERE done_at = 0 AND (due_at, id) > (?, ?)
                ORDER BY due_at, id LIMIT ?
                """,
            plan: ["SEARCH tasks USING INDEX tasks_open (due_at>?)"]),
    ]

    private static let ofLog: [HotQuery] = [
        HotQuery(
            sql: "SELECT bytes FROM key_pages WHERE page = ?1",
            plan: ["SEARCH key_pages USING INTEGER PRIMARY KEY (rowid=?)"]),
        HotQuery(
            sql: """
                SELECT bytes FROM log_blocks WHERE first_position > ?1 ORDER BY first_position
                """,
            plan: ["SEARCH log_blocks USING INTEGER PRIMARY KEY (rowid>?)"]),
        HotQuery(
            sql: """
                SELECT first_position FROM log_blocks
                WHERE first_position <= ?1 AND first_position + event_count > ?2
                ORDER BY first_position DESC LIMIT 1
                """,
            plan: ["SEARCH log_blocks USING INTEGER PRIMARY KEY (rowid<?)"]),
    ]

    @Test(arguments: ofRecords)
    func `a hot query of the records uses its index`(query: HotQuery) throws {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        #expect(try plan(query.sql, store.file) == query.plan)
    }

    @Test(arguments: ofLog)
    func `a hot query of the log uses its index`(query: HotQuery) throws {
        let folder = try TestFolder()
        let log = try LogStore(path: folder.file("log.sqlite"), hash: testHash)
        #expect(try plan(query.sql, log.file) == query.plan)
    }

    private func plan(_ sql: String, _ file: SQLiteFile) throws -> [String] {
        try file.reader.read { db in try plan(sql, db) }
    }

    private func plan(_ sql: String, _ db: Database) throws -> [String] {
        let explanation = try HotStatement(db, "EXPLAIN QUERY PLAN " + sql)
        var details: [String] = []
        while try explanation.step() { details.append(explanation.text(3)) }
        return details
    }

    @Test func `every statement of the fold is prepared on the schema, and none scans a table`()
        throws
    {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        let plans = try store.fold { tables in
            try statements(tables).map { try plan($0.sql, tables.db) }
        }
        #expect(plans.count == 66)
        // Whether there is any coupon, and which timer is the first, is asked of the first row.
        #expect(
            Set(plans.joined().filter { $0.hasPrefix("SCAN") }) == [
                "SCAN timers", "SCAN coupons USING COVERING INDEX coupons_by_customer",
            ])
    }

    /// The prepared statements that the tables hold, and those of what they hold.
    private func statements(_ holder: Any) -> [HotStatement] {
        Mirror(reflecting: holder).children.flatMap { child -> [HotStatement] in
            if let statement = child.value as? HotStatement { return [statement] }
            // The index refers to the pages that the tables hold, too.
            if child.value is OrderPages, holder is OrderIndex { return [] }
            let holds =
                child.value is OrderPages || child.value is OrderIndex || child.value is KeyRuns
                || child.value is OutboxTables || child.value is AutomationStatements
                || child.value is FoldReads
            return holds ? statements(child.value) : []
        }
    }
}
