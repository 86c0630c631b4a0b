import GRDB
package import Kernel

/// What a program's ledger comes to.
package struct LedgerFigures: Sendable, Equatable {
    /// Points by what happened to them: taken ones are negative.
    package typealias Sums = [String: Int64]

    package var accounts = 0
    /// Points that are left, and of them those that can't be spent yet, and those that are reserved.
    package var outstanding: Int64 = 0
    package var pending: Int64 = 0
    package var held: Int64 = 0
    /// What customers owe.
    package var owed: Int64 = 0
    /// Before the first of the spans that were asked for, then in each of them, by the entries' kind.
    package var spans: [Sums] = []
    /// Points that end in each of the spans to come that were asked for.
    package var ending: [Int64] = []
    /// How many accounts are in each tier, by its place.
    package var tiers: [Int: Int] = [:]
}

extension LedgerStore {
    /// Adds a program's ledger up.
    ///
    /// - Parameters:
    ///   - starts: When each span begins, ascending; the last has no end.
    ///   - ends: When each span to come ends, ascending; the first begins at `now`.
    package func figures(
        program: String, starts: [Timestamp], ends: [Timestamp], now: Timestamp
    ) throws -> LedgerFigures {
        // A connection of its own: who asks goes on meanwhile.
        try file.reading().read { db in
            var figures = LedgerFigures()
            for row in try Row.fetchAll(
                db,
                sql: "SELECT tier, count(*) FROM ledger_accounts WHERE program = ? GROUP BY tier",
                arguments: [program])
            {
                let (tier, count): (Int, Int) = (row[0], row[1])
                figures.tiers[tier] = count
                figures.accounts += count
            }
            let ending = Self.places(of: "l.expires_at", ends)
            figures.ending = ends.map { _ in 0 }
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT CASE WHEN l.expires_at = 0 THEN \(ends.count) ELSE \(ending) END,
                        sum(l.remaining), sum(l.held),
                        sum(CASE WHEN l.available_at = 0 OR l.available_at > ?
                            THEN l.remaining ELSE 0 END)
                    FROM ledger_lots AS l JOIN ledger_accounts AS a ON a.id = l.account
                    WHERE a.program = ? AND l.remaining > 0 GROUP BY 1
                    """, arguments: [now.milliseconds, program])
            {
                let place: Int = row[0]
                figures.outstanding += row[1]
                figures.held += row[2]
                figures.pending += row[3]
                if figures.ending.indices.contains(place) { figures.ending[place] += row[1] }
            }
            figures.spans = (0...starts.count).map { _ in [:] }
            let span = Self.places(of: "e.at", starts)
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT \(span), e.kind, sum(e.amount),
                        sum(CASE WHEN e.lot = 0 THEN e.amount ELSE 0 END)
                    FROM ledger_entries AS e JOIN ledger_accounts AS a ON a.id = e.account
                    WHERE a.program = ? GROUP BY 1, 2
                    """, arguments: [program])
            {
                let (place, kind): (Int, String) = (row[0], row[1])
                figures.spans[place][kind, default: 0] += row[2]
                figures.owed -= row[3]
            }
            return figures
        }
    }

    /// The newest movements in a program, with whose they are.
    package func newest(
        program: String, limit: Int
    ) throws -> [(entry: LedgerEntry, customer: ID<Customer>)] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT e.sequence, e.lot, e.kind, e.amount, e.balance, e.at, e.reason, a.customer
                    FROM (SELECT number, account FROM ledger_operations AS p WHERE +program = ?
                        AND EXISTS (SELECT 1 FROM ledger_entries AS f
                            WHERE f.account = p.account AND f.sequence = p.first_entry
                                AND f.operation = p.number)
                        ORDER BY number DESC LIMIT ?) AS o
                    JOIN ledger_entries AS e ON e.account = o.account AND e.operation = o.number
                    JOIN ledger_accounts AS a ON a.id = o.account
                    ORDER BY o.number DESC, e.sequence DESC LIMIT ?
                    """, arguments: [program, limit, limit]
            ).map { (LedgerEntry(row: $0), ID(rawValue: $0[7])) }
        }
    }

    /// SQL for how many of some moments, ascending, a time is at or after.
    private static func places(of column: String, _ moments: [Timestamp]) -> String {
        guard !moments.isEmpty else { return "0" }
        let cases = moments.enumerated().map { place, moment in
            "WHEN \(column) < \(moment.milliseconds) THEN \(place)"
        }
        return "CASE \(cases.joined(separator: " ")) ELSE \(moments.count) END"
    }
}
