package import Kernel

/// An order, by whom and when.
package struct BuyerMoment: Sendable, Equatable {
    /// Merged as customers are now.
    package var customer: Int64
    package var at: Timestamp
}

extension Archive {
    /// The orders that were completed in a stretch of time, and not cancelled.
    ///
    /// - Parameter end: Not itself in it.
    package func buyers(
        from start: Timestamp, until end: Timestamp
    ) throws(ArchiveError) -> [BuyerMoment] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT coalesce(l.customer, o.customer), o.occurred_ms
                FROM orders AS o LEFT JOIN links AS l ON l.member = o.customer
                WHERE o.occurred_ms >= ? AND o.occurred_ms < ? AND NOT o.cancelled
                """, [.integer(start.milliseconds), .integer(end.milliseconds)])
            var buyers: [BuyerMoment] = []
            while rows.next() {
                buyers.append(BuyerMoment(customer: rows.int64(0), at: rows.timestamp(1)))
            }
            return buyers
        }
    }
}
