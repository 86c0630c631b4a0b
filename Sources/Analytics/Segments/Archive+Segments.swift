package import Kernel
package import Segments

/// A question about a segment: the condition, and what it is asked with.
package struct SegmentQuery: Sendable {
    package var condition: Condition
    package var now: Timestamp
    /// Nil before they were computed: nobody is in a fifth then.
    package var quintiles: QuintileEdges?
    /// By their names, the conditions of the segments that conditions ask about; nobody is in others.
    package var segments: [String: Condition]

    package init(
        _ condition: Condition, now: Timestamp, quintiles: QuintileEdges? = nil,
        segments: [String: Condition] = [:]
    ) {
        self.condition = condition
        self.now = now
        self.quintiles = quintiles
        self.segments = segments
    }
}

/// How many are in a segment, and some of them.
package struct SegmentPreview: Sendable, Equatable {
    package struct Person: Sendable, Equatable {
        package var customer: ID<Customer>
        /// What to call them by; may be empty.
        package var label: String
        package var email: String
        package var orders: Int
        package var lastOrderAt: Timestamp?
    }

    package var count: Int
    /// All who were asked, members or not.
    package var people: Int
    /// From all over the segment; the same ones as long as the same are in it.
    package var sample: [Person]
    /// The last log position that was looked at.
    package var position: Int64
}

/// Members of a segment in order of their ids.
package struct SegmentPage: Sendable, Equatable {
    package var members: [ID<Customer>]
    /// Hand this to `after` for the next page; nil at the end.
    package var next: ID<Customer>?
    /// The last log position that was looked at.
    package var position: Int64
}

extension Archive {
    package static let segmentSampleMax = 100
    /// Segments whose overlap can be asked for at once.
    package static let overlapMax = 8

    /// How many customers are in a segment.
    package func segmentCount(_ query: SegmentQuery) throws(ArchiveError) -> Int {
        try readSummary { connection throws(ArchiveError) in
            var sql = try connection.conditionSQL(query)
            let holds = sql.expression(query.condition)
            let rows = try connection.rows(
                of:
                    "\(sql.with)SELECT count(*) FROM customer_summary AS s WHERE \(holds)")
            return rows.next() ? rows.int(0) : 0
        }
    }

    /// How many customers are in a segment, and some of them, in one statement.
    ///
    /// - Parameter stop: By which it can be stopped; it throws `.stopped` then.
    package func segmentPreview(
        _ query: SegmentQuery, sample: Int = 10, stop: QueryStop? = nil
    ) throws(ArchiveError) -> SegmentPreview {
        try stop?.check()
        return try readSummary { connection throws(ArchiveError) in
            guard let stop else { return try connection.segmentPreview(query, sample: sample) }
            return try stop.watching(connection) { () throws(ArchiveError) in
                try connection.segmentPreview(query, sample: sample)
            }
        }
    }

    /// A page of a segment's members, in order of their ids.
    ///
    /// - Parameter after: Where the page before ended; nil for the first.
    package func segmentMembers(
        _ query: SegmentQuery, after: ID<Customer>? = nil, limit: Int
    ) throws(ArchiveError) -> SegmentPage {
        precondition(limit > 0, "a page has room")
        return try readSummary { connection throws(ArchiveError) in
            var sql = try connection.conditionSQL(query)
            let holds = sql.expression(query.condition)
            let rows = try connection.rows(
                of:
                    """
                    \(sql.with)SELECT s.customer FROM customer_summary AS s
                    WHERE \(holds) AND s.customer > \(after?.rawValue ?? 0)
                    ORDER BY s.customer LIMIT \(Int64(limit) + 1)
                    """)
            var page = SegmentPage(
                members: [], next: nil,
                position: try connection.integer("SELECT position FROM archive_state"))
            while rows.next() {
                if page.members.count == limit {
                    page.next = page.members.last
                    break
                }
                page.members.append(ID(rawValue: rows.int64(0)))
            }
            return page
        }
    }

    /// Of several segments, how many customers are in each combination: by a set of bits, of which bit k stands
    /// for the k-th segment. Combinations without anybody are left out.
    package func segmentOverlap(
        _ conditions: [Condition], in query: SegmentQuery
    ) throws(ArchiveError) -> [Int: Int] {
        precondition(conditions.count <= Self.overlapMax, "too many segments at once")
        return try readSummary { connection throws(ArchiveError) in
            var sql = try connection.conditionSQL(query)
            let bits = conditions.enumerated().map { place, condition in
                "CASE WHEN \(sql.expression(condition)) THEN \(Int64(1) << Int64(place)) ELSE 0 END"
                    as SQLText
            }
            guard !bits.isEmpty else { return [:] }
            let rows = try connection.rows(
                of:
                    """
                    \(sql.with)SELECT (\(bits.joined(" + ")))::BIGINT AS bits, count(*)
                    FROM customer_summary AS s GROUP BY bits
                    """)
            var found: [Int: Int] = [:]
            while rows.next() { found[rows.int(0)] = rows.int(1) }
            return found
        }
    }

    /// Where the fifths of the buyers end now; nil without a buyer.
    ///
    /// - Parameter version: That the edges are to have.
    package func quintileEdges(
        asOf: Timestamp, version: Int64
    ) throws(ArchiveError) -> QuintileEdges? {
        try readSummary { connection throws(ArchiveError) in
            func edges(_ value: String) -> SQLText {
                "quantile_disc(\(raw: value), [0.2, 0.4, 0.6, 0.8])"
            }
            func four(_ rows: Rows, from column: Int) -> [Int64] {
                (column..<column + 4).map { rows.int64($0) }
            }
            let columns = (1...4).map { "a[\($0)]::BIGINT" } + (1...4).map { "b[\($0)]::BIGINT" }
            let rows = try connection.rows(
                of:
                    """
                    SELECT \(raw: columns.joined(separator: ", ")) FROM (
                        SELECT \(edges("last_order_ms")) AS a, \(edges("orders")) AS b
                        FROM customer_summary WHERE orders > 0)
                    WHERE a IS NOT NULL
                    """)
            guard rows.next() else { return nil }
            var found = QuintileEdges(
                asOf: asOf, version: version,
                lastOrderAt: four(rows, from: 0).map { Timestamp(milliseconds: $0) },
                orders: four(rows, from: 4), revenueMinor: [:])
            let revenue = try connection.rows(
                of:
                    """
                    SELECT currency, \(raw: columns.prefix(4).joined(separator: ", ")) FROM (
                        SELECT currency, \(edges("revenue_minor")) AS a FROM (
                            SELECT currency, revenue_minor FROM customer_summary WHERE currencies = 1
                            UNION ALL SELECT currency, revenue_minor FROM customer_revenue)
                        GROUP BY currency)
                    """)
            while revenue.next() {
                found.revenueMinor[try revenue.currency(0)] = four(revenue, from: 1)
            }
            return found
        }
    }

    /// Reads at a moment at which the summary shows all that was written.
    private func readSummary<Result>(
        _ body: (Connection) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        while true {
            try refreshSummary()
            let result = try read { connection throws(ArchiveError) -> Result? in
                let isCurrent = try connection.integer(
                    "SELECT (version = summary_version)::BIGINT FROM archive_state")
                return isCurrent == 1 ? try body(connection) : nil
            }
            if let result { return result }
        }
    }
}

extension Connection {
    fileprivate func conditionSQL(
        _ query: SegmentQuery
    ) throws(ArchiveError) -> ConditionSQL {
        ConditionSQL(
            now: query.now, quintiles: query.quintiles, segments: query.segments,
            hasLinks: try hasLinks())
    }

    /// Of the archive, or of the sample where this connection is within its schema.
    func segmentPreview(
        _ query: SegmentQuery, sample: Int
    ) throws(ArchiveError) -> SegmentPreview {
        var sql = try conditionSQL(query)
        let holds = sql.expression(query.condition)
        let limit = Int64(min(max(sample, 0), Archive.segmentSampleMax))
        let with = sql.with
        let position = try integer("SELECT position FROM archive_state")
        let people = try integer("SELECT count(*) FROM customer_summary")
        // The sample is found in one narrow column; the others are read for those few.
        let members: SQLText =
            "members AS MATERIALIZED (SELECT s.customer FROM customer_summary AS s WHERE \(holds))"
        let rows = try rows(
            of:
                """
                \(with.text.isEmpty ? "WITH " as SQLText : "\(with), ")\(members), chosen AS (
                    SELECT customer FROM members ORDER BY hash(customer) LIMIT \(limit)
                ), counted AS (SELECT count(*) AS number FROM members)
                SELECT c.number, s.customer, s.label, s.email, s.orders, s.last_order_ms
                FROM counted AS c LEFT JOIN (
                    SELECT * FROM customer_summary WHERE customer IN (SELECT customer FROM chosen)
                ) AS s ON true ORDER BY hash(s.customer)
                """)
        var preview = SegmentPreview(count: 0, people: Int(people), sample: [], position: position)
        while rows.next() {
            preview.count = rows.int(0)
            guard let customer = rows.optionalInt64(1) else { continue }
            preview.sample.append(
                SegmentPreview.Person(
                    customer: ID(rawValue: customer), label: rows.string(2), email: rows.string(3),
                    orders: rows.int(4), lastOrderAt: rows.optionalTimestamp(5)))
        }
        return preview
    }
}
