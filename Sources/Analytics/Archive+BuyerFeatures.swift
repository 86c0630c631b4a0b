package import Kernel

/// What was known of each buyer at the end of a day, beside the purchase summary of that day: row i of every
/// column is the summary's customer i.
///
/// Nothing after the day is read: each query passes one gate, the day. One thing is known of orders that may
/// have come later: those that were cancelled since, or replaced, are as they are now.
package struct BuyerFeatures: Sendable, Equatable {
    /// Days up to the day that orders and other events are counted in.
    package static let windowsDays = [30, 90, 365]

    /// Days with an order in the windows, by window.
    package var orders: [[Double]] = []
    /// Days between the last two days with an order; NaN with one.
    package var lastGapDays: [Double] = []
    /// Refunds in all.
    package var refunds: [Double] = []
    /// Events that the customer sent (visits, screens, clicks, anything tracked), by window.
    package var events: [[Double]] = []
    /// Days since the last event; NaN without one.
    package var silenceDays: [Double] = []

    fileprivate init(count: Int) {
        orders = Self.windowsDays.map { _ in Array(repeating: 0, count: count) }
        events = orders
        lastGapDays = Array(repeating: .nan, count: count)
        refunds = Array(repeating: 0, count: count)
        silenceDays = lastGapDays
    }
}

extension Archive {
    /// Looks at a summary's customers as they were at the end of its day.
    ///
    /// - Parameters:
    ///   - histories: That the summary was made of.
    ///   - dayEnd: The first moment of the day after, in the workspace's time zone.
    package func buyerFeatures(
        of summaries: PurchaseSummaries, in histories: OrderHistories, dayEnd: Timestamp
    ) throws(ArchiveError) -> BuyerFeatures {
        var features = BuyerFeatures(count: summaries.count)
        features.count(histories, summaries)
        let day = summaries.calibrationEnd.daysSinceEpoch
        let end = dayEnd.milliseconds
        let windows = BuyerFeatures.windowsDays
        let counts = windows.map {
            "count(*) FILTER (occurred_ms >= \(end - Int64($0) * 86_400_000)) AS days_\($0)"
        }
        let sums = windows.map { "sum(days_\($0))::BIGINT" }
        return try read { connection throws(ArchiveError) in
            /// Rows in order of customer, as the summary's are.
            func each(_ rows: Rows, _ body: (Int) -> Void) {
                var row = 0
                while rows.next() {
                    let customer = rows.int64(0)
                    while row < summaries.count, summaries.customers[row] < customer { row += 1 }
                    if row < summaries.count, summaries.customers[row] == customer { body(row) }
                }
            }
            let refunds = try connection.rows(
                """
                SELECT coalesce(l.customer, r.customer) AS customer, count(*)
                FROM refunds AS r LEFT JOIN links AS l ON l.member = r.customer
                WHERE r.customer <> 0 AND r.local_day <= \(day) GROUP BY 1 ORDER BY 1
                """)
            each(refunds) { features.refunds[$0] = Double(refunds.int64(1)) }
            let events = try connection.rows(
                """
                WITH sent AS (
                    SELECT customer, max(occurred_ms) AS last_ms,
                        \(counts.joined(separator: ", "))
                    FROM events
                    WHERE customer <> 0 AND occurred_ms < \(end) AND kind IN (2, 3, 4)
                        -- Neither what Perennial wrote nor what came without a time; orders have
                        -- columns of their own.
                        AND flags & 10 = 0 AND name NOT LIKE 'Order %'
                    GROUP BY customer
                )
                SELECT coalesce(l.customer, s.customer) AS customer,
                    \(sums.joined(separator: ", ")), max(last_ms)
                FROM sent AS s LEFT JOIN links AS l ON l.member = s.customer
                GROUP BY 1 ORDER BY 1
                """)
            each(events) { row in
                for window in features.events.indices {
                    features.events[window][row] = Double(events.int64(1 + window))
                }
                let last = events.int64(1 + features.events.count)
                features.silenceDays[row] = Double(end - last) / 86_400_000
            }
            return features
        }
    }
}

extension BuyerFeatures {
    /// Fills what orders tell.
    fileprivate mutating func count(_ histories: OrderHistories, _ summaries: PurchaseSummaries) {
        let day = summaries.calibrationEnd.daysSinceEpoch
        for (index, row) in histories.rows(of: summaries).enumerated() {
            var (newest, second, before) = (Int32.min, Int32.min, Int32.min)
            for place in histories.orders(of: row, until: day).reversed() {
                let ordered = histories.days[place]
                if ordered == before { continue }
                if newest == .min {
                    newest = ordered
                } else if second == .min {
                    second = ordered
                }
                before = ordered
                let ago = day - Int(ordered)
                for (window, length) in Self.windowsDays.enumerated() where ago < length {
                    orders[window][index] += 1
                }
                if second != .min, ago >= Self.windowsDays.last ?? 0 { break }
            }
            if second != .min { lastGapDays[index] = Double(newest - second) }
        }
    }
}
