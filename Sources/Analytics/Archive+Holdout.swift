package import Kernel

/// What customers did after the day up to which a model saw them, in columns.
package struct HoldoutSummaries: Sendable, Equatable {
    /// Days with an order after the cut, until the end; row i is that of the summaries' customer i.
    package var ordersAfter: [Int] = []
    /// What was ordered then in the customer's main currency, in minor units, before refunds.
    package var spendAfterMinor: [Int64] = []
    /// Repeat orders (days with one, of the summaries' customers) of each day from the first order of all to
    /// the end.
    package var repeatsByDay: [Int] = []
}

extension Archive {
    /// What came after `summaries.calibrationEnd` up to and including `end`, of the customers who had
    /// ordered by then.
    package func holdout(
        after summaries: PurchaseSummaries, until end: CalendarDay
    ) throws(ArchiveError) -> HoldoutSummaries {
        try read { connection throws(ArchiveError) in
            let orders = try connection.ordersTable()
            let cut = Int64(summaries.calibrationEnd.daysSinceEpoch)
            let last = Int64(end.daysSinceEpoch)
            var holdout = HoldoutSummaries(
                ordersAfter: Array(repeating: 0, count: summaries.count),
                spendAfterMinor: Array(repeating: 0, count: summaries.count))
            // Both are in order of customer.
            var row = 0
            func find(_ customer: Int64) -> Int? {
                while row < summaries.count, summaries.customers[row] < customer { row += 1 }
                return row < summaries.count && summaries.customers[row] == customer ? row : nil
            }
            let counts = try connection.rows(
                """
                SELECT customer, count(DISTINCT local_day) FROM \(orders)
                WHERE customer <> 0 AND NOT cancelled AND local_day > ? AND local_day <= ?
                GROUP BY customer ORDER BY customer
                """, [.integer(cut), .integer(last)])
            while counts.next() {
                if let row = find(counts.int64(0)) { holdout.ordersAfter[row] = counts.int(1) }
            }
            row = 0
            let spend = try connection.rows(
                """
                SELECT customer, currency, sum(total_minor) FROM \(orders)
                WHERE customer <> 0 AND NOT cancelled AND local_day > ? AND local_day <= ?
                GROUP BY customer, currency ORDER BY customer
                """, [.integer(cut), .integer(last)])
            while spend.next() {
                guard let row = find(spend.int64(0)),
                    try spend.currency(1).packed == summaries.currency[row]
                else { continue }
                holdout.spendAfterMinor[row] = try spend.sum(2)
            }
            let days = try connection.rows(
                """
                WITH days AS (
                    SELECT DISTINCT customer, local_day FROM \(orders)
                    WHERE customer <> 0 AND NOT cancelled AND local_day <= ?
                ), firsts AS (
                    SELECT customer, min(local_day) AS first_day FROM days
                    GROUP BY customer HAVING min(local_day) <= ?
                )
                SELECT local_day - (SELECT min(first_day) FROM firsts), count(*)
                FROM days JOIN firsts USING (customer) WHERE local_day > first_day
                GROUP BY local_day ORDER BY local_day
                """, [.integer(last), .integer(cut)])
            while days.next() {
                let day = days.int(0)
                while holdout.repeatsByDay.count <= day { holdout.repeatsByDay.append(0) }
                holdout.repeatsByDay[day] = days.int(1)
            }
            return holdout
        }
    }
}
