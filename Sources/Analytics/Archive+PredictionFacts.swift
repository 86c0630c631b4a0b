package import Insights
package import Kernel
package import Segments

extension Archive {
    /// What the shown run foretold of each customer, for conditions that ask.
    ///
    /// - Returns: How many there were; nil before the first run.
    package func readPredictionFacts(
        _ body: (_ customer: Int64, PredictionFacts) -> Void
    ) throws(ArchiveError) -> Int? {
        guard let run = try newestRun() else { return nil }
        return try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT customer, probability_alive, churn_probability, churn_band,
                    expected_orders_90, expected_orders_365, expected_spend_90_minor,
                    expected_spend_365_minor, currency, next_order_median_days
                FROM predictions WHERE run = ?
                """, [.integer(run.run.rawValue)])
            var count = 0
            while rows.next() {
                let currency = rows.int64(8) == 0 ? nil : try rows.currency(8)
                body(
                    rows.int64(0),
                    PredictionFacts(
                        asOf: run.asOf, probabilityAlive: rows.double(1),
                        churnProbability: rows.double(2),
                        churnBand: rows.churnBand(3),
                        expectedOrders90: rows.double(4), expectedOrders365: rows.double(5),
                        expectedSpend90Minor: rows.optionalDouble(6),
                        expectedSpend365Minor: rows.optionalDouble(7), currency: currency,
                        nextOrderMedianDays: rows.optionalDouble(9)))
                count += 1
            }
            return count
        }
    }
}
