import GRDB
package import Kernel

/// One run of the models as stored: when, on what, and what came out, as JSON.
package struct ModelRunRecord: Sendable, Equatable {
    package var id: ID<ModelRun>
    package var asOf: Timestamp
    package var createdAt: Timestamp
    /// The models' parameters, log-likelihoods, unit and counts: a JSON object.
    package var report: String

    package init(id: ID<ModelRun>, asOf: Timestamp, createdAt: Timestamp, report: String) {
        self.id = id
        self.asOf = asOf
        self.createdAt = createdAt
        self.report = report
    }
}

extension RecordsStore {
    package func addModelRun(_ run: ModelRunRecord) throws {
        try writeDurably { db in
            try db.execute(
                sql: "INSERT INTO model_runs (id, as_of, created_at, report) VALUES (?, ?, ?, ?)",
                arguments: [
                    run.id.rawValue, run.asOf.milliseconds, run.createdAt.milliseconds, run.report,
                ])
        }
    }

    /// The newest runs, newest first.
    package func modelRuns(limit: Int) throws -> [ModelRunRecord] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, as_of, created_at, report FROM model_runs ORDER BY id DESC LIMIT ?
                    """, arguments: [limit]
            ).map { row in
                ModelRunRecord(
                    id: ID(rawValue: row[0]), asOf: Timestamp(milliseconds: row[1]),
                    createdAt: Timestamp(milliseconds: row[2]), report: row[3])
            }
        }
    }
}
