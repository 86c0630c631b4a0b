package import Kernel

/// One event in a customer's past, with the order or refund that it was.
package struct TimelineEntry: Sendable, Equatable {
    package var event: ArchivedEvent
    /// Completed or refunded; nil for other events, and for an order that a later event replaced.
    package var order: ArchivedOrder?
    package var isCancelled: Bool
}

/// A place in a timeline.
package struct TimelinePlace: Sendable, Equatable {
    package var occurredAt: Timestamp
    package var position: Int64

    package init(occurredAt: Timestamp, position: Int64) {
        self.occurredAt = occurredAt
        self.position = position
    }
}

/// One order or refund with its lines.
package struct OrderRecord: Sendable, Equatable {
    package var order: ArchivedOrder
    package var isCancelled: Bool
    package var lines: [ArchivedOrderLine]
}

extension Archive {
    /// The most that one call of `timeline` or `orderHistory` returns.
    package static let timelineMax = 5000

    /// The events of these customers by when they happened, the newest first.
    ///
    /// - Parameters:
    ///   - customers: As archived: a customer's own number and those of merged ones.
    ///   - before: Only what comes after this entry in the list, for the next page.
    package func timeline(
        customers: [Int64], before: TimelinePlace? = nil, limit: Int
    ) throws(ArchiveError) -> [TimelineEntry] {
        guard !customers.isEmpty else { return [] }
        return try read { connection throws(ArchiveError) in
            let places = customers.map { _ in "?" }.joined(separator: ", ")
            var arguments = customers.map { Argument.integer($0) }
            var condition = "customer IN (\(places))"
            if let before {
                condition += " AND (occurred_ms, position) < (?, ?)"
                arguments.append(.integer(before.occurredAt.milliseconds))
                arguments.append(.integer(before.position))
            }
            // The order is found in narrow columns; the texts are read for one page only.
            let rows = try connection.rows(
                """
                WITH chosen AS (
                    SELECT rowid AS place FROM events WHERE \(condition)
                    ORDER BY occurred_ms DESC, position DESC
                    LIMIT \(min(max(limit, 1), Self.timelineMax))
                ), page AS (
                    SELECT position, customer, kind, flags, name, occurred_ms, received_ms,
                        properties, context
                    FROM chosen JOIN events ON events.rowid = place
                )
                SELECT p.position, p.customer, p.kind, p.flags, p.name, p.occurred_ms,
                    p.received_ms, p.properties, p.context, o.kind, o.key, o.customer, o.order_id,
                    o.occurred_ms, o.local_day, o.local_month, o.currency, o.total_minor,
                    o.cancelled
                FROM page AS p LEFT JOIN (\(orderUnion)
                    WHERE position IN (SELECT position FROM page)) AS o USING (position)
                ORDER BY p.occurred_ms DESC, p.position DESC
                """, arguments)
            var entries: [TimelineEntry] = []
            while rows.next() {
                let event = try rows.event()
                let isOrder = !rows.isNull(9)
                entries.append(
                    TimelineEntry(
                        event: event,
                        order: isOrder ? try rows.order(9, position: event.position) : nil,
                        isCancelled: isOrder && rows.bool(18)))
            }
            return entries
        }
    }

    /// The orders and refunds that count for a customer now, the newest first, with their lines.
    package func orderHistory(
        _ customer: ID<Customer>, limit: Int = Archive.timelineMax
    ) throws(ArchiveError) -> [OrderRecord] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT position, kind, key, customer, order_id, occurred_ms, local_day,
                    local_month, currency, total_minor, cancelled
                FROM (\(orderUnion))
                WHERE customer IN (
                    SELECT ?::BIGINT UNION ALL SELECT member FROM links WHERE customer = ?)
                    AND customer NOT IN (SELECT member FROM links WHERE customer <> ?)
                ORDER BY occurred_ms DESC, position DESC
                LIMIT \(min(max(limit, 1), Self.timelineMax))
                """, Array(repeating: .integer(customer.rawValue), count: 3))
            var records: [OrderRecord] = []
            while rows.next() {
                records.append(
                    OrderRecord(
                        order: try rows.order(1, position: rows.int64(0)),
                        isCancelled: rows.bool(10), lines: []))
            }
            try connection.addLines(to: &records)
            return records
        }
    }
}

/// Completed orders and refunds in one form.
private let orderUnion = """
    SELECT position, kind, key, customer, order_id, occurred_ms, local_day, local_month, currency,
        total_minor, cancelled
    FROM (
        SELECT position, 1::UTINYINT AS kind, key, customer, order_id, occurred_ms, local_day,
            local_month, currency, total_minor, cancelled
        FROM orders
        UNION ALL
        SELECT position, 2::UTINYINT, key, customer, order_id, occurred_ms, local_day,
            local_month, currency, amount_minor, false
        FROM refunds
    )
    """

extension Connection {
    fileprivate func addLines(to records: inout [OrderRecord]) throws(ArchiveError) {
        guard !records.isEmpty else { return }
        let places = records.map { _ in "?" }.joined(separator: ", ")
        let rows = try rows(
            """
            SELECT position, line, product_id, name, category, quantity_milli, unit_price_minor
            FROM order_lines WHERE position IN (\(places))
            ORDER BY position, line
            """, records.map { .integer($0.order.position) })
        var lines: [Int64: [ArchivedOrderLine]] = [:]
        while rows.next() {
            lines[rows.int64(0), default: []].append(
                ArchivedOrderLine(
                    position: rows.int64(0), index: Int32(truncatingIfNeeded: rows.int64(1)),
                    productID: rows.string(2), name: rows.string(3), category: rows.string(4),
                    quantityMilli: rows.int64(5), unitPriceMinor: rows.int64(6)))
        }
        for index in records.indices {
            records[index].lines = lines[records[index].order.position] ?? []
        }
    }
}
