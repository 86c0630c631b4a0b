package import Kernel

/// An event that began or ended a subscription.
package struct SubscriptionEvent: Sendable, Equatable {
    /// Whom the event counts for now.
    package var customer: Int64
    package var isStart: Bool
    package var occurredAt: Timestamp
    /// JSON text; empty for none.
    package var properties: String
}

extension Archive {
    /// The names of events that begin a subscription.
    package static let subscriptionStarts = ["Subscription Started", "Subscription Created"]
    /// The names of events that end one.
    package static let subscriptionEnds = [
        "Subscription Cancelled", "Subscription Canceled", "Subscription Ended",
        "Subscription Expired",
    ]

    /// What began or ended subscriptions before a moment, in the order in which it happened.
    package func subscriptionEvents(
        before end: Timestamp
    ) throws(ArchiveError) -> [SubscriptionEvent] {
        let names = Self.subscriptionStarts + Self.subscriptionEnds
        return try read { connection throws(ArchiveError) in
            let places = names.map { _ in "?" }.joined(separator: ", ")
            let rows = try connection.rows(
                """
                SELECT coalesce(l.customer, e.customer), e.name, e.occurred_ms, e.properties
                FROM events AS e LEFT JOIN links AS l ON l.member = e.customer
                WHERE e.kind = 2 AND e.customer <> 0 AND e.occurred_ms < ? AND e.name IN (\(places))
                ORDER BY e.occurred_ms, e.position
                """, [.integer(end.milliseconds)] + names.map { .text($0) })
            var events: [SubscriptionEvent] = []
            while rows.next() {
                events.append(
                    SubscriptionEvent(
                        customer: rows.int64(0),
                        isStart: Self.subscriptionStarts.contains(rows.string(1)),
                        occurredAt: rows.timestamp(2), properties: rows.string(3)))
            }
            return events
        }
    }

    /// When the newest event of a customer happened; nil without one.
    package func lastEventAt() throws(ArchiveError) -> Timestamp? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT max(occurred_ms) FROM events WHERE customer <> 0", [])
            return rows.next() ? rows.optionalTimestamp(0) : nil
        }
    }
}
