import Insights
package import Kernel

/// One run's predictions in columns: row i of every column is customer i's. NaN stands for none.
package struct PredictionColumns: Sendable {
    package var customers: [Int64] = []
    package var probabilityAlive: [Double] = []
    package var churnProbability: [Double] = []
    package var expectedOrders90: [Double] = []
    package var expectedOrders365: [Double] = []
    package var expectedSpend90Minor: [Double] = []
    package var expectedSpend365Minor: [Double] = []
    /// `Currency.packed`; 0 where spend isn't modelled.
    package var currency: [UInt32] = []
    package var nextOrderMedianDays: [Double] = []
    package var nextOrderLowDays: [Double] = []
    package var nextOrderHighDays: [Double] = []
    /// 80 % ranges: of the churn probability by how well the parameters are known, of orders and spend by
    /// what may come. Empty columns stand for none.
    package var churnLow: [Double] = []
    package var churnHigh: [Double] = []
    package var orders365Low: [Double] = []
    package var orders365High: [Double] = []
    package var spend365LowMinor: [Double] = []
    package var spend365HighMinor: [Double] = []
    /// `ChurnBand`'s raw values; empty for the bands of those who were in none before.
    package var churnBands: [UInt8] = []

    package init() {}

    fileprivate var isRectangular: Bool {
        let needed: [Int] = [
            probabilityAlive.count, churnProbability.count, expectedOrders90.count,
            expectedOrders365.count, expectedSpend90Minor.count, expectedSpend365Minor.count,
            currency.count, nextOrderMedianDays.count, nextOrderLowDays.count,
            nextOrderHighDays.count,
        ]
        let ranges: [Int] = [
            churnLow.count, churnHigh.count, orders365Low.count, orders365High.count,
            spend365LowMinor.count, spend365HighMinor.count, churnBands.count,
        ]
        return needed.allSatisfy { $0 == customers.count }
            && ranges.allSatisfy { $0 == customers.count || $0 == 0 }
    }
}

/// One run of the models.
package struct ModelRunRecord: Sendable, Equatable {
    package var run: ID<ModelRun>
    /// The end of what the models saw.
    package var asOf: Timestamp
    /// The models' parameters and counts: JSON text that the archive doesn't look into.
    package var parameters: String

    package init(run: ID<ModelRun>, asOf: Timestamp, parameters: String) {
        self.run = run
        self.asOf = asOf
        self.parameters = parameters
    }
}

extension Archive {
    /// Keeps a run and its predictions; lists show them where no run has seen more. Runs before are kept.
    ///
    /// - Throws: `.statementFailed` where the run is there already.
    package func writePredictions(
        _ run: ModelRunRecord, _ columns: PredictionColumns
    ) throws(ArchiveError) {
        precondition(columns.isRectangular, "columns differ in length")
        try write { writer throws(ArchiveError) in
            let connection = writer.connection
            try connection.transaction { () throws(ArchiveError) in
                _ = try connection.rows(
                    "INSERT INTO model_runs VALUES (?, ?, ?)",
                    [
                        .integer(run.run.rawValue), .integer(run.asOf.milliseconds),
                        .text(run.parameters),
                    ])
                try connection.appendPredictions(run.run.rawValue, columns)
                try connection.execute(
                    "UPDATE archive_state SET version = version + 1, summary_position = -1")
            }
            writer.dirty = nil
        }
    }

    /// The newest run whose models saw nothing after this time; nil without one.
    package func newestRun(seenUntil end: Timestamp) throws(ArchiveError) -> ModelRunRecord? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT run, as_of_ms, parameters FROM model_runs WHERE as_of_ms <= ?
                ORDER BY as_of_ms DESC, run DESC LIMIT 1
                """, [.integer(end.milliseconds)])
            guard rows.next() else { return nil }
            return ModelRunRecord(
                run: ID(rawValue: rows.int64(0)), asOf: rows.timestamp(1),
                parameters: rows.string(2))
        }
    }

    /// The run that lists show: of those that saw most, the newest; nil before the first.
    package func newestRun() throws(ArchiveError) -> ModelRunRecord? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT run, as_of_ms, parameters FROM model_runs
                ORDER BY as_of_ms DESC, run DESC LIMIT 1
                """)
            guard rows.next() else { return nil }
            return ModelRunRecord(
                run: ID(rawValue: rows.int64(0)), asOf: rows.timestamp(1),
                parameters: rows.string(2))
        }
    }
}

extension Connection {
    fileprivate func appendPredictions(
        _ run: Int64, _ columns: PredictionColumns
    ) throws(ArchiveError) {
        let types: [ColumnType] = [
            .bigint, .bigint, .double, .double, .double, .double, .double, .double, .integer,
            .double, .double, .double, .double, .double, .double, .double, .double, .double,
            .utinyint,
        ]
        func range(_ column: [Double], _ row: Int) -> Double { column.isEmpty ? .nan : column[row] }
        try appender(for: "predictions", types).append(columns.customers.count) { slice in
            slice.bigints(0) { _ in run }
            slice.bigints(1) { columns.customers[$0] }
            slice.doubles(2) { columns.probabilityAlive[$0] }
            slice.doubles(3) { columns.churnProbability[$0] }
            slice.doubles(4) { columns.expectedOrders90[$0] }
            slice.doubles(5) { columns.expectedOrders365[$0] }
            slice.doubles(6) { columns.expectedSpend90Minor[$0] }
            slice.doubles(7) { columns.expectedSpend365Minor[$0] }
            slice.integers(8) { Int32(bitPattern: columns.currency[$0]) }
            slice.doubles(9) { columns.nextOrderMedianDays[$0] }
            slice.doubles(10) { columns.nextOrderLowDays[$0] }
            slice.doubles(11) { columns.nextOrderHighDays[$0] }
            slice.doubles(12) { range(columns.churnLow, $0) }
            slice.doubles(13) { range(columns.churnHigh, $0) }
            slice.doubles(14) { range(columns.orders365Low, $0) }
            slice.doubles(15) { range(columns.orders365High, $0) }
            slice.doubles(16) { range(columns.spend365LowMinor, $0) }
            slice.doubles(17) { range(columns.spend365HighMinor, $0) }
            slice.bytes(18) {
                columns.churnBands.isEmpty
                    ? ChurnBand(columns.churnProbability[$0]).rawValue : columns.churnBands[$0]
            }
        }
    }
}
