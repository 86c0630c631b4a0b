import Events
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

/// What customers did, in columns.
package struct SubscriberEvents: Sendable, Equatable {
    /// Whom the event counts for now.
    package var customers: [Int64] = []
    package var timesMs: [Int64] = []
    /// Places in `names`.
    package var places: [Int] = []
    package var names: [String] = []
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

    /// What customers with a subscription did before a moment, in no order: the event's name, or the
    /// kind of message where it has none.
    package func subscriberEvents(before end: Timestamp) throws(ArchiveError) -> SubscriberEvents {
        try read { connection throws(ArchiveError) in
            let places = Self.subscriptionStarts.map { _ in "?" }.joined(separator: ", ")
            let rows = try connection.rows(
                """
                WITH rooted AS (
                    SELECT coalesce(l.customer, e.customer) AS customer, e.kind, e.name,
                        e.occurred_ms
                    FROM events AS e LEFT JOIN links AS l ON l.member = e.customer
                    -- Neither what Perennial wrote nor what came without a time.
                    WHERE e.customer <> 0 AND e.occurred_ms < ? AND e.flags & 10 = 0
                )
                SELECT customer, occurred_ms, kind, CASE WHEN kind = 2 THEN name ELSE '' END
                FROM rooted WHERE customer IN (
                    SELECT customer FROM rooted WHERE kind = 2 AND name IN (\(places)))
                """, [.integer(end.milliseconds)] + Self.subscriptionStarts.map { .text($0) })
            var events = SubscriberEvents()
            var found: [String: Int] = [:]
            while rows.next() {
                var name = rows.string(3)
                if name.isEmpty {
                    name = EventKind(rawValue: UInt8(truncatingIfNeeded: rows.int64(2)))?.name ?? ""
                }
                let place = found[name] ?? events.names.count
                if place == events.names.count {
                    found[name] = place
                    events.names.append(name)
                }
                events.customers.append(rows.int64(0))
                events.timesMs.append(rows.int64(1))
                events.places.append(place)
            }
            return events
        }
    }

    /// When the newest event of a customer happened; nil without one.
    package func lastEventAt() throws(ArchiveError) -> Timestamp? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT max(occurred_ms) FROM events WHERE customer <> 0 AND flags & 10 = 0", [])
            return rows.next() ? rows.optionalTimestamp(0) : nil
        }
    }
}
