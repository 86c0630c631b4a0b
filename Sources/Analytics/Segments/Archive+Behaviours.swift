import Events
import Kernel
package import Segments

extension Archive {
    /// Reads what fragments did, as the archive tells it: what the state of new conditions is filled from.
    ///
    /// Behaviours are what applying the log's events up to the archive's position gives. However many events there
    /// are, they are sorted once, on disk where memory doesn't hold them.
    ///
    /// - Parameters:
    ///   - hasOrders: Whether orders are wanted beside the plan's events.
    ///   - fragments: Who is asked about; nil for everybody.
    ///   - body: Gets each fragment once, in order of their ids, with the last log position that is in what it
    ///     did; those without anything are left out.
    package func readBehaviours(
        for plan: TracePlan, hasOrders: Bool = true, among fragments: [Int64]? = nil,
        _ body: (_ position: Int64, _ fragment: Int64, Behaviours) throws -> Void
    ) throws {
        var failure: (any Error)?
        try read { connection throws(ArchiveError) in
            let position = try connection.integer("SELECT position FROM archive_state")
            if let fragments { try connection.stage(fragments) }
            var sources: [SQLText] = []
            if let events = plan.events { sources.append(events) }
            if hasOrders { sources.append(Self.orders) }
            guard !sources.isEmpty else { return }
            let among: SQLText =
                fragments == nil ? "" : " WHERE fragment IN (SELECT number FROM staged)"
            let rows = try connection.stream(
                of: """
                    SELECT fragment, kind, time_ms, number, name, properties, currency, total
                    FROM (\(sources.joined(" UNION ALL ")))\(among) ORDER BY fragment, time_ms, number
                    """)
            var fragment: Int64 = 0
            var behaviours = Behaviours()
            func hand() {
                if behaviours.isEmpty { return }
                do { try body(position, fragment, behaviours) } catch { failure = error }
                behaviours = Behaviours()
            }
            while failure == nil, rows.next() {
                if rows.int64(0) != fragment {
                    hand()
                    fragment = rows.int64(0)
                }
                try behaviours.add(rows, plan)
            }
            if failure == nil {
                try rows.check()
                hand()
            }
        }
        if let failure { throw failure }
    }

    /// Fragments to whom something happened after a log position, as far as the archive goes.
    package func fragments(
        touchedAfter position: Int64, in ids: ClosedRange<Int64>
    ) throws(ArchiveError) -> Set<Int64> {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT customer FROM contacts WHERE position > ? AND customer BETWEEN ? AND ?",
                [.integer(position), .integer(ids.lowerBound), .integer(ids.upperBound)])
            var found: Set<Int64> = []
            while rows.next() { found.insert(rows.int64(0)) }
            return found
        }
    }

    /// Of kind 0, which no event has. A completed order's newest form is its row.
    private static let orders: SQLText = """
        SELECT customer AS fragment, 0::UTINYINT AS kind, occurred_ms AS time_ms, key AS number,
            '' AS name, '' AS properties, currency, total_minor AS total
        FROM orders WHERE customer > 0 AND NOT cancelled
        """
}

extension TracePlan {
    /// A row for each event that may be one of a trace's; nil without a trace.
    fileprivate var events: SQLText? {
        var all: [SQLText] = []
        var read: [SQLText] = []
        for selector in Set(traces.map(\.selector)) {
            all.append("(\(selector.sql))")
            let readsProperties = traces.contains {
                $0.selector == selector && (!$0.tests.isEmpty || $0.kept != .nothing)
            }
            if readsProperties { read.append("(\(selector.sql))") }
        }
        guard !all.isEmpty else { return nil }
        // Properties are most of an event, and sorted along where a trace reads them.
        let properties: SQLText =
            read.isEmpty
            ? "''" : "CASE WHEN \(read.joined(" OR ")) THEN e.properties ELSE '' END"
        return """
            SELECT e.customer AS fragment, e.kind, e.occurred_ms AS time_ms, e.position AS number,
                e.name, \(properties) AS properties, 0::INTEGER AS currency, 0::BIGINT AS total
            FROM events AS e WHERE e.customer > 0 AND (\(all.joined(" OR ")))
            """
    }
}

extension Behaviours {
    /// Adds a row of the query above.
    fileprivate mutating func add(_ row: Rows, _ plan: TracePlan) throws(ArchiveError) {
        let code = row.int64(1)
        if code == 0 {
            let total = Money(minor: row.int64(7), currency: try row.currency(6))
            addOrder(
                OrderLedger.Entry(key: row.int64(3), orderedAt: row.timestamp(2), total: total))
            return
        }
        guard let kind = EventKind(rawValue: UInt8(truncatingIfNeeded: code)) else {
            throw .damaged(reason: "\(code) is no kind of event")
        }
        let name = row.string(4)
        let properties = row.string(5)
        apply(
            kind, name.utf8.span, properties.utf8.span, at: row.timestamp(2),
            position: row.int64(3), plan: plan)
    }
}
