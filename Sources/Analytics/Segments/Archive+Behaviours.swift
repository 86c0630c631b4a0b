import Events
import Kernel
package import Segments

/// What fragments did, as the archive tells it: what the state of new conditions is filled from.
package struct BehaviourPage: Sendable {
    /// In order of the fragments' ids; those without orders and events of the plan are left out.
    package var fragments: [(fragment: Int64, behaviours: Behaviours)]
    /// Hand this to `after` for the next page; nil at the end.
    package var next: Int64?
    /// The last log position that is in them: events behind it are to be applied besides.
    package var position: Int64
}

extension Archive {
    /// The behaviours of a number of fragments, those that follow one by their ids.
    ///
    /// They are what applying the log's events up to `position` gives. Pages are of different positions where
    /// something was written between them: a fragment that was filled takes the events behind its own page's
    /// position, and one that comes later none.
    ///
    /// - Parameters:
    ///   - after: Where the page before ended; 0 for the first.
    ///   - limit: How many fragments are looked at.
    package func behaviours(
        for plan: TracePlan, after: Int64 = 0, limit: Int
    ) throws(ArchiveError) -> BehaviourPage {
        precondition(limit > 0, "a page has room")
        return try read { connection throws(ArchiveError) in
            var page = BehaviourPage(
                fragments: [], next: nil,
                position: try connection.integer("SELECT position FROM archive_state"))
            // Whoever did anything has a contact.
            let ends = try connection.rows(
                of:
                    """
                    SELECT customer FROM contacts WHERE customer > \(after)
                    ORDER BY customer LIMIT 1 OFFSET \(Int64(limit) - 1)
                    """)
            if ends.next() { page.next = ends.int64(0) }
            let range = after..<(page.next ?? .max)
            var found: [Int64: Behaviours] = [:]
            try connection.addEvents(of: plan, range, to: &found)
            try connection.addOrders(range, to: &found)
            page.fragments = found.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
                ($0.key, $0.value)
            }
            return page
        }
    }
}

extension Connection {
    /// - Parameter range: Fragments above its lower bound, its upper bound included.
    fileprivate func addEvents(
        of plan: TracePlan, _ range: Range<Int64>, to found: inout [Int64: Behaviours]
    ) throws(ArchiveError) {
        var wanted: [SQLText] = []
        for selector in Set(plan.traces.map(\.selector)) { wanted.append("(\(selector.sql))") }
        guard !wanted.isEmpty else { return }
        let rows = try rows(
            of:
                """
                SELECT e.customer, e.kind, e.name, e.occurred_ms, e.position, e.properties
                FROM events AS e
                WHERE e.customer > \(range.lowerBound) AND e.customer <= \(range.upperBound)
                    AND (\(wanted.joined(" OR ")))
                """)
        while rows.next() {
            guard let kind = EventKind(rawValue: UInt8(truncatingIfNeeded: rows.int64(1))) else {
                throw .damaged(reason: "\(rows.int64(1)) is no kind of event")
            }
            let name = rows.string(2)
            let properties = rows.string(5)
            found[rows.int64(0), default: Behaviours()].apply(
                kind, name.utf8.span, properties.utf8.span, at: rows.timestamp(3),
                position: rows.int64(4), plan: plan)
        }
    }

    fileprivate func addOrders(
        _ range: Range<Int64>, to found: inout [Int64: Behaviours]
    ) throws(ArchiveError) {
        let rows = try rows(
            of:
                """
                SELECT customer, key, occurred_ms, currency, total_minor FROM orders
                WHERE customer > \(range.lowerBound) AND customer <= \(range.upperBound)
                    AND NOT cancelled
                ORDER BY occurred_ms
                """)
        while rows.next() {
            let entry = OrderLedger.Entry(
                key: rows.int64(1), orderedAt: rows.timestamp(2),
                total: Money(minor: rows.int64(4), currency: try rows.currency(3)))
            found[rows.int64(0), default: Behaviours()].addOrder(entry)
        }
    }
}
