import GRDB
package import Kernel

/// How many are where in a journey, and how they left.
package struct RunCount: Sendable, Equatable {
    package var state: RunRow.State
    package var step: String
    package var isHeldOut: Bool
    package var count: Int64
}

/// What one part of a journey's people did: those it was done to, or those held out.
package struct ArmFigures: Sendable, Equatable {
    package var isHeldOut: Bool
    package var runs: Int64
    package var conversions: Int64
    /// 0 where nobody of this row bought.
    package var currency: UInt32
    /// In minor units, and the sum of squares of each run's revenue.
    package var revenueMinor: Int64
    package var revenueSquares: Double
}

extension RecordsStore {
    package func run(_ run: String) throws -> RunRow? {
        try runs("WHERE run = ?", [run]).first
    }

    /// A customer's runs, the newest first.
    package func runs(ofCustomer customer: Int64, limit: Int) throws -> [RunRow] {
        try runs(
            "WHERE customer = ? ORDER BY entered_at DESC, run DESC LIMIT ?", [customer, limit])
    }

    /// Runs of a journey in order of who they are of.
    ///
    /// - Parameters:
    ///   - step: Nil for all.
    ///   - after: The last run of the page before; empty for the first.
    package func runs(
        ofJourney journey: Int64, state: RunRow.State, step: String?, after: String, limit: Int
    ) throws -> [RunRow] {
        if let step {
            return try runs(
                """
                WHERE journey = ? AND state = ? AND step = ? AND run > ? ORDER BY run LIMIT ?
                """, [journey, state.rawValue, step, after, limit])
        }
        return try runs(
            "WHERE journey = ? AND state = ? AND run > ? ORDER BY run LIMIT ?",
            [journey, state.rawValue, after, limit])
    }

    private func runs(_ condition: String, _ arguments: StatementArguments) throws -> [RunRow] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT run, journey, version, customer, run_key, step, state, held_out,
                        entered_at, due, left_at, left_reason, converted_at, currency,
                        revenue_minor
                    FROM journey_runs \(condition)
                    """, arguments: arguments)
            var found: [RunRow] = []
            while let row = try cursor.next() {
                found.append(
                    RunRow(
                        run: row[0], journey: row[1], version: row[2], customer: row[3],
                        key: row[4], step: row[5], state: .init(rawValue: row[6]) ?? .exited,
                        isHeldOut: row[7], enteredAt: Timestamp(milliseconds: row[8]),
                        due: row.time(9), leftAt: row.time(10), leftReason: row[11],
                        convertedAt: row.time(12), currency: UInt32(clamping: row[13] as Int64),
                        revenueMinor: row[14]))
            }
            return found
        }
    }

    /// How many runs a journey has in each state and step.
    package func runCounts(ofJourney journey: Int64) throws -> [RunCount] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT state, step, held_out, count(*) FROM journey_runs WHERE journey = ?
                    GROUP BY state, step, held_out ORDER BY state, step, held_out
                    """, arguments: [journey])
            var counts: [RunCount] = []
            while let row = try cursor.next() {
                counts.append(
                    RunCount(
                        state: .init(rawValue: row[0]) ?? .exited, step: row[1],
                        isHeldOut: row[2], count: row[3]))
            }
            return counts
        }
    }

    /// What was decided at a journey's steps, and how often.
    package func stepCounts(ofJourney journey: Int64) throws -> [StepCount] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT step, kind, count FROM step_counts WHERE journey = ?
                    ORDER BY step, kind
                    """, arguments: [journey])
            var counts: [StepCount] = []
            while let row = try cursor.next() {
                counts.append(StepCount(step: row[0], kind: row[1], count: row[2]))
            }
            return counts
        }
    }

    /// What those who entered by a moment did within the goal's window, with and without the journey.
    ///
    /// - Parameter by: Later ones may still convert, and would make both parts look worse.
    package func arms(ofJourney journey: Int64, enteredBy by: Timestamp) throws -> [ArmFigures] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT held_out, currency, count(*), sum(converted_at > 0),
                        sum(revenue_minor), sum(revenue_minor * 1.0 * revenue_minor)
                    FROM journey_runs WHERE journey = ? AND entered_at <= ?
                    GROUP BY held_out, currency ORDER BY held_out, currency
                    """, arguments: [journey, by.milliseconds])
            var arms: [ArmFigures] = []
            while let row = try cursor.next() {
                arms.append(
                    ArmFigures(
                        isHeldOut: row[0], runs: row[2], conversions: row[3],
                        currency: UInt32(clamping: row[1] as Int64), revenueMinor: row[4],
                        revenueSquares: row[5]))
            }
            return arms
        }
    }

    // MARK: Decisions

    /// What was decided about a customer, the newest first.
    package func decisions(
        aboutCustomer customer: Int64, limit: Int
    ) throws -> [(id: Int64, decision: DecisionRow)] {
        try decisions("WHERE customer = ? ORDER BY id DESC LIMIT ?", [customer, limit])
    }

    /// What was decided in a journey, the newest first.
    ///
    /// - Parameters:
    ///   - step: Nil for all; empty for decisions about the whole journey.
    ///   - kinds: Empty for all.
    ///   - before: The last decision of the page before; nil for the first page.
    package func decisions(
        ofJourney journey: Int64, step: String?, kinds: Set<String> = [], before: Int64?,
        limit: Int
    ) throws -> [(id: Int64, decision: DecisionRow)] {
        let before = before ?? .max
        // A few from the end of each step's and kind's list, of those that there are.
        var found: [(id: Int64, decision: DecisionRow)] = []
        for pair in try stepCounts(ofJourney: journey)
        where pair.step == step ?? pair.step && (kinds.isEmpty || kinds.contains(pair.kind)) {
            found += try decisions(
                """
                WHERE journey = ? AND step = ? AND kind = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, [journey, pair.step, pair.kind, before, limit])
        }
        return Array(found.sorted { $0.id > $1.id }.prefix(limit))
    }

    /// The number of the newest decision of a journey; 0 before the first.
    package func newestDecision(ofJourney journey: Int64) throws -> Int64 {
        try decisions(ofJourney: journey, step: nil, before: nil, limit: 1).first?.id ?? 0
    }

    /// The reasons of the newest decisions of a kind about a whole journey, each with its moment.
    package func newestReasons(
        ofJourney journey: Int64, kind: String, since: Timestamp, limit: Int
    ) throws -> [(at: Timestamp, reason: String)] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT at, reason FROM decisions
                    WHERE journey = ? AND step = '' AND kind = ? ORDER BY id DESC LIMIT ?
                    """, arguments: [journey, kind, limit])
            var found: [(at: Timestamp, reason: String)] = []
            while let row = try cursor.next() {
                let at = Timestamp(milliseconds: row[0])
                // Decisions are kept in the order in which they were made.
                if at < since { break }
                found.append((at, row[1]))
            }
            return found
        }
    }

    /// How many runs a journey has in each state and at each step, by the index alone.
    package func stepStates(
        ofJourney journey: Int64
    ) throws -> [(state: RunRow.State, step: String, count: Int64)] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT state, step, count(*) FROM journey_runs WHERE journey = ?
                    GROUP BY state, step ORDER BY state, step
                    """, arguments: [journey])
            var found: [(state: RunRow.State, step: String, count: Int64)] = []
            while let row = try cursor.next() {
                found.append((.init(rawValue: row[0]) ?? .exited, row[1], row[2]))
            }
            return found
        }
    }

    /// Why runs ended at a step before the end, of so many of them.
    package func leftReasons(
        ofJourney journey: Int64, step: String, limit: Int
    ) throws -> [(reason: String, count: Int64)] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT left_reason, count(*) FROM (
                        SELECT left_reason FROM journey_runs
                        WHERE journey = ? AND state = 'exited' AND step = ?
                        ORDER BY run DESC LIMIT ?
                    ) GROUP BY left_reason
                    """, arguments: [journey, step, limit])
            var found: [(reason: String, count: Int64)] = []
            while let row = try cursor.next() { found.append((row[0], row[1])) }
            return found
        }
    }

    private func decisions(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> [(id: Int64, decision: DecisionRow)] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, at, customer, journey, version, run, step, kind, reason
                    FROM decisions \(condition)
                    """, arguments: arguments)
            var found: [(id: Int64, decision: DecisionRow)] = []
            while let row = try cursor.next() {
                found.append(
                    (
                        row[0],
                        DecisionRow(
                            at: Timestamp(milliseconds: row[1]), customer: row[2],
                            journey: row[3], version: row[4], run: row[5], step: row[6],
                            kind: row[7], reason: row[8])
                    ))
            }
            return found
        }
    }

    // MARK: Tellings

    /// Framed events that were decided and aren't on the log yet, the oldest first.
    package func tellings(limit: Int) throws -> [(id: Int64, frames: [UInt8])] {
        try read { db in
            let cursor = try Row.fetchCursor(
                db, sql: "SELECT id, frames FROM tellings ORDER BY id LIMIT ?",
                arguments: [limit])
            var found: [(id: Int64, frames: [UInt8])] = []
            while let row = try cursor.next() { found.append((row[0], try row.bytes(1))) }
            return found
        }
    }

    /// Forgets what is on the log now.
    package func removeTellings(through id: Int64) throws {
        try file.writer.write { db in
            try db.execute(sql: "DELETE FROM tellings WHERE id <= ?", arguments: [id])
        }
    }
}

extension Row {
    /// An instant; nil for 0.
    func time(_ column: Int) -> Timestamp? {
        let milliseconds: Int64 = self[column]
        return milliseconds == 0 ? nil : Timestamp(milliseconds: milliseconds)
    }

    /// A blob's bytes; none of NULL.
    ///
    /// - Throws: Where the column holds no blob: what can't be read must not pass for nothing, since it would be forgotten.
    func bytes(_ column: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: column) { data in data.map { Array($0) } ?? [] }
    }
}
