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
        return try readPredictionFacts(of: run.run, asOf: run.asOf, body)
    }

    /// The runs whose forecasts are kept and that saw nothing after a moment, by what they saw; of several that saw
    /// the same, the newest.
    package func foretellingRuns(
        seenUntil end: Timestamp
    ) throws(ArchiveError) -> [(run: ID<ModelRun>, asOf: Timestamp)] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT max(run), as_of_ms FROM model_runs
                WHERE as_of_ms <= ? AND run IN (SELECT DISTINCT run FROM predictions)
                GROUP BY as_of_ms ORDER BY as_of_ms
                """, [.integer(end.milliseconds)])
            var runs: [(run: ID<ModelRun>, asOf: Timestamp)] = []
            while rows.next() { runs.append((ID(rawValue: rows.int64(0)), rows.timestamp(1))) }
            return runs
        }
    }

    /// What a run foretold of each customer.
    ///
    /// - Returns: How many there were.
    @discardableResult
    package func readPredictionFacts(
        of run: ID<ModelRun>, asOf: Timestamp, _ body: (_ customer: Int64, PredictionFacts) -> Void
    ) throws(ArchiveError) -> Int {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT customer, probability_alive, churn_probability, churn_band,
                    expected_orders_90, expected_orders_365, expected_spend_90_minor,
                    expected_spend_365_minor, currency, next_order_median_days
                FROM predictions WHERE run = ?
                """, [.integer(run.rawValue)])
            var count = 0
            while rows.next() {
                let currency = rows.int64(8) == 0 ? nil : try rows.currency(8)
                body(
                    rows.int64(0),
                    PredictionFacts(
                        asOf: asOf, probabilityAlive: rows.double(1),
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
