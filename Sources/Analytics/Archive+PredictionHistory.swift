package import Insights
package import Kernel

/// A customer whose band isn't what it was.
package struct BandChange: Sendable, Equatable {
    package var customer: Int64
    package var before: ChurnBand
    package var after: ChurnBand
    package var churnProbability: Double
}

extension Archive {
    /// What the runs said of a customer, newest first: of each day that runs saw to, the newest run.
    package func predictionHistory(
        of customer: ID<Customer>, limit: Int = 60
    ) throws(ArchiveError) -> [PastPrediction] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT r.as_of_ms, p.churn_probability, p.churn_band, p.expected_orders_365,
                    p.expected_spend_365_minor, p.currency
                FROM predictions AS p JOIN model_runs AS r USING (run) WHERE p.customer = ?
                QUALIFY row_number() OVER (PARTITION BY r.as_of_ms ORDER BY run DESC) = 1
                ORDER BY r.as_of_ms DESC LIMIT ?
                """, [.integer(customer.rawValue), .integer(Int64(limit))])
            var history: [PastPrediction] = []
            while rows.next() {
                history.append(
                    PastPrediction(
                        asOf: rows.timestamp(0), churnProbability: rows.double(1),
                        churnBand: rows.churnBand(2), expectedOrders365: rows.double(3),
                        expectedSpend365Minor: rows.optionalDouble(4),
                        currency: rows.int64(5) == 0 ? nil : try rows.currency(5)))
            }
            return history
        }
    }

    /// The run whose predictions lists showed before this one did: the newest of those that saw most of those
    /// that saw less; nil without one.
    package func run(before record: ModelRunRecord) throws(ArchiveError) -> ModelRunRecord? {
        try newestRun(seenUntil: record.asOf.adding(milliseconds: -1))
    }

    /// Each customer's band in a run, in order of customer; those without one are left out.
    package func churnBands(
        in run: ID<ModelRun>
    ) throws(ArchiveError) -> (customers: [Int64], bands: [ChurnBand]) {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT customer, churn_band FROM predictions
                WHERE run = ? AND churn_band IS NOT NULL ORDER BY customer
                """, [.integer(run.rawValue)])
            var customers: [Int64] = []
            var bands: [ChurnBand] = []
            while rows.next() {
                guard let band = rows.churnBand(1) else { continue }
                customers.append(rows.int64(0))
                bands.append(band)
            }
            return (customers, bands)
        }
    }

    /// Who is in another band by one run than by another, in order of customer.
    package func bandChanges(
        from before: ID<ModelRun>, to after: ID<ModelRun>
    ) throws(ArchiveError) -> [BandChange] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT a.customer, b.churn_band, a.churn_band, a.churn_probability
                FROM predictions AS a JOIN predictions AS b USING (customer)
                WHERE a.run = ? AND b.run = ? AND a.churn_band <> b.churn_band ORDER BY a.customer
                """, [.integer(after.rawValue), .integer(before.rawValue)])
            var changes: [BandChange] = []
            while rows.next() {
                guard let old = rows.churnBand(1), let new = rows.churnBand(2) else { continue }
                changes.append(
                    BandChange(
                        customer: rows.int64(0), before: old, after: new,
                        churnProbability: rows.double(3)))
            }
            return changes
        }
    }

    /// Deletes what nobody looks back at: of each day that runs saw to, the newest run's predictions remain; of
    /// days more than `days` before the newest, those of the last day of each month. The runs' reports all
    /// remain.
    ///
    /// - Parameters:
    ///   - kept: A run whose predictions remain, too.
    ///   - monthOf: The month of a moment in the workspace's time zone.
    /// - Returns: How many runs' predictions were deleted.
    @discardableResult
    package func thinPredictions(
        days: Int, keeping kept: ID<ModelRun>?, monthOf: (Timestamp) -> CalendarMonth
    ) throws(ArchiveError) -> Int {
        let runs = try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT run, as_of_ms FROM model_runs
                WHERE run IN (SELECT DISTINCT run FROM predictions)
                ORDER BY as_of_ms DESC, run DESC
                """, [])
            var runs: [(run: Int64, asOf: Timestamp)] = []
            while rows.next() { runs.append((rows.int64(0), rows.timestamp(1))) }
            return runs
        }
        guard let newest = runs.first?.asOf else { return 0 }
        var superfluous: [Int64] = []
        var (day, months) = (Timestamp?.none, Set<CalendarMonth>())
        for (run, asOf) in runs {
            let isNewMonth = months.insert(monthOf(asOf)).inserted
            let isRepeated = asOf == day
            day = asOf
            let isOld = asOf < newest.adding(days: -days)
            if isRepeated || isOld && !isNewMonth, run != kept?.rawValue { superfluous.append(run) }
        }
        guard !superfluous.isEmpty else { return 0 }
        try write { [superfluous] writer throws(ArchiveError) in
            let places = superfluous.map(String.init).joined(separator: ", ")
            try writer.connection.execute("DELETE FROM predictions WHERE run IN (\(places))")
        }
        return superfluous.count
    }
}

extension Rows {
    /// Nil where the column holds no band.
    func churnBand(_ column: Int) -> ChurnBand? {
        optionalInt64(column).flatMap { UInt8(exactly: $0) }.flatMap(ChurnBand.init(rawValue:))
    }
}
