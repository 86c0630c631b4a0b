import GRDB
import Kernel

extension FoldTables {
    /// What the engine remembers of its work on decisions; kept where the log is folded anew.
    package enum NoteName: String, Sendable {
        /// Events up to this position were decided upon, and aren't again.
        case decidedPosition = "decided-position"
        /// The last customer that was looked at since definitions changed; −1 once all were.
        case reviewedCustomer = "reviewed-customer"
        /// The newest customer when that began: later ones are by the definitions in force from the start.
        case reviewedThrough = "reviewed-through"
        /// Counts the changes of definitions, and of what the models foretold.
        case generation
        /// The newest of those by which all customers were looked at.
        case reviewedGeneration = "reviewed-generation"
    }

    /// 0 before it is first noted.
    package func note(_ name: NoteName) throws -> Int64 {
        let text = try String.fetchOne(
            db, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name.rawValue])
        return text.flatMap { Int64($0) } ?? 0
    }

    package func setNote(_ name: NoteName, to value: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO settings (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [name.rawValue, String(value)])
    }

    /// Has everybody who is there looked at.
    package func beginReview() throws {
        let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM customers") ?? 0
        try setNote(.reviewedThrough, to: newest)
        try setNote(.reviewedCustomer, to: 0)
    }

    /// Customers that count for nobody else, in order of their ids.
    package func customers(after customer: Int64, limit: Int) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: "SELECT id FROM customers WHERE id > ? AND root = id ORDER BY id LIMIT ?",
            arguments: [customer, limit])
    }
}
