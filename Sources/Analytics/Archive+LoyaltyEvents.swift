package import Kernel

/// An event that a loyalty program may count.
package struct LoyaltyEventRow: Sendable, Equatable {
    package var position: Int64
    /// Merged as customers are now.
    package var customer: Int64
    package var occurredAt: Timestamp
    package var receivedAt: Timestamp
    package var name: String
    /// A JSON object, or empty.
    package var properties: [UInt8]
}

extension Archive {
    /// Events of some names after a position of the log, in the log's order; those of nobody are left out.
    ///
    /// - Parameters:
    ///   - through: The last position to look at; the archive must have got there.
    ///   - names: In small letters.
    package func loyaltyEvents(
        after position: Int64, through last: Int64, names: [String], limit: Int
    ) throws(ArchiveError) -> [LoyaltyEventRow] {
        guard !names.isEmpty, last > position else { return [] }
        return try read { connection throws(ArchiveError) in
            let places = names.map { _ in "?" }.joined(separator: ", ")
            let rows = try connection.rows(
                """
                SELECT e.position, coalesce(l.customer, e.customer), e.occurred_ms, e.received_ms,
                    e.name, e.properties
                FROM events AS e LEFT JOIN links AS l ON l.member = e.customer
                WHERE e.position > ? AND e.position <= ? AND e.customer <> 0 AND e.kind = 2
                    AND lower(e.name) IN (\(places))
                ORDER BY e.position LIMIT \(max(limit, 1))
                """, [.integer(position), .integer(last)] + names.map { .text($0) })
            var found: [LoyaltyEventRow] = []
            while rows.next() {
                found.append(
                    LoyaltyEventRow(
                        position: rows.int64(0), customer: rows.int64(1),
                        occurredAt: rows.timestamp(2), receivedAt: rows.timestamp(3),
                        name: rows.string(4), properties: Array(rows.string(5).utf8)))
            }
            return found
        }
    }
}
