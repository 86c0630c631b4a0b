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
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT n.expires_at, a.customer, a.lots FROM ledger_endings AS n
                    JOIN ledger_accounts AS a ON a.id = n.account
                    WHERE n.expires_at > ? AND n.expires_at <= ? AND a.program = ?
                    ORDER BY n.expires_at, n.account
                    """, arguments: [after.milliseconds, through.milliseconds, program])
            var endings: [LedgerEnding] = []
            while let row = try rows.next() {
                let at = Timestamp(milliseconds: row[0])
                if endings.count >= limit, endings.last?.at != at { break }
                let lots = LedgerLots(bytes: row.blob(2))
                let points = lots.all.reduce(0) { $0 + ($1.expiresAt == at ? $1.remaining : 0) }
                endings.append(
                    LedgerEnding(customer: ID(rawValue: row[1]), at: at, points: points))
            }
            return endings
        }
    }
}
