import GRDB
package import Kernel
package import Promotions

/// Promotions' codes, checkouts and counts, in a file of its own. A commit is synced before it returns.
package final class PromotionStore: Sendable {
    let file: SQLiteFile

    /// - Parameter path: The file, created where it doesn't exist.
    package init(path: String) throws {
        file = try SQLiteFile(
            path: path, durability: .everyCommit, cacheKiB: 32_768,
            migrator: PromotionTables.migrator)
    }

    /// Changes what is kept, all that the body does or, where it throws, nothing.
    package func commit<Value>(_ body: (PromotionCommit) throws -> Value) throws -> Value {
        try file.writer.write { db in try body(PromotionCommit(db)) }
    }

    /// Looks at what a commit would do, and keeps nothing of it.
    package func rehearse<Value: Sendable>(_ body: (PromotionCommit) throws -> Value) throws
        -> Value
    {
        var value: Value?
        try file.writer.writeWithoutTransaction { db in
            try db.inTransaction {
                value = try body(PromotionCommit(db))
                return .rollback
            }
        }
        guard let value else {
            throw DatabaseError(message: "a rehearsal came to nothing")
        }
        return value
    }

    // MARK: What is to be told and done elsewhere

    /// What the log is yet to be told, the oldest first.
    package func news(limit: Int) throws -> [(number: Int64, event: [UInt8])] {
        try file.reader.read { db in
            try Row.fetchAll(
                db, sql: "SELECT number, event FROM promotion_news ORDER BY number LIMIT ?",
                arguments: [limit]
            ).map { ($0[0], $0.blob(1)) }
        }
    }

    /// Forgets what the log was told.
    package func dropNews(through number: Int64) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "DELETE FROM promotion_news WHERE number <= ?", arguments: [number])
        }
    }

    /// Points of a paid or refunded order that its customer's account is yet to be given or to lose.
    package struct Points: Sendable, Equatable {
        package var number: Int64
        package var promotion: String
        package var checkout: String
        package var customer: String
        /// Below zero where the order was refunded.
        package var points: Int64
    }

    package func points(limit: Int) throws -> [Points] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, promotion, checkout, customer, points FROM promotion_points
                    ORDER BY number LIMIT ?
                    """, arguments: [limit]
            ).map {
                Points(
                    number: $0[0], promotion: $0[1], checkout: $0[2], customer: $0[3],
                    points: $0[4])
            }
        }
    }

    /// The digest of what was asked under an operation's id; nil where nothing was.
    package func answeredDigest(of operation: String) throws -> [UInt8]? {
        try file.reader.read { db in
            try Row.fetchOne(
                db, sql: "SELECT digest FROM promotion_operations WHERE id = ?",
                arguments: [operation]
            ).map { row -> [UInt8] in row.blob(0) }
        }
    }

    package func drop(points number: Int64) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "DELETE FROM promotion_points WHERE number = ?", arguments: [number])
        }
    }
}
