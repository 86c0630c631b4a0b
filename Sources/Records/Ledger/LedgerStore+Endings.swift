import GRDB
package import Kernel

/// Points of a customer that end at one moment.
package struct LedgerEnding: Sendable, Equatable {
    package var customer: ID<Customer>
    /// The first moment at which they can't be spent.
    package var at: Timestamp
    package var points: Int64
}

extension LedgerStore {
    /// What ends after a moment and up to another, the soonest first. Of the last moment that is returned all is there.
    ///
    /// - Parameter limit: About how many; more where that many end at one moment.
    package func endings(
        program: String, after: Timestamp, through: Timestamp, limit: Int
    ) throws -> [LedgerEnding] {
        try file.reader.read { db in
            func fetch(_ condition: String, _ arguments: StatementArguments) throws
                -> [LedgerEnding]
            {
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT a.customer, l.expires_at, sum(l.remaining) FROM ledger_lots AS l
                        JOIN ledger_accounts AS a ON a.id = l.account
                        WHERE l.remaining > 0 AND a.program = ? AND \(condition)
                        GROUP BY l.expires_at, a.customer ORDER BY l.expires_at, a.customer
                        """, arguments: arguments
                ).map {
                    LedgerEnding(
                        customer: ID(rawValue: $0[0]), at: Timestamp(milliseconds: $0[1]),
                        points: $0[2])
                }
            }
            let moments = try Int64.fetchAll(
                db,
                sql: """
                    SELECT l.expires_at FROM ledger_lots AS l
                    JOIN ledger_accounts AS a ON a.id = l.account
                    WHERE l.remaining > 0 AND l.expires_at > ? AND l.expires_at <= ?
                        AND a.program = ? ORDER BY l.expires_at LIMIT ?
                    """,
                arguments: [after.milliseconds, through.milliseconds, program, limit])
            guard let last = moments.last else { return [] }
            return try fetch(
                "l.expires_at > ? AND l.expires_at <= ?", [program, after.milliseconds, last])
        }
    }
}
