import GRDB
package import Kernel

/// What is decided about customers, written within a fold batch's transaction.
///
/// Belongs to one `FoldTables`, and is used where that is.
package final class AutomationStatements {
    /// Stands for "no timer" in `automations.due`.
    static let noDue: Int64 = 0
    /// The setting that holds the newest decision's number.
    private static let newestDecision = "newest-decision"

    private let db: Database
    private let putBehaviours: HotStatement
    private let putAutomation: HotStatement
    private let dropAutomation: HotStatement
    private let addTimer: HotStatement
    private let dropTimer: HotStatement
    private let dueTimers: HotStatement
    private let firstTimer: HotStatement
    private let putMember: HotStatement
    private let dropMember: HotStatement
    private let putSize: HotStatement
    private let lastSize: HotStatement
    private let putRun: HotStatement
    private let moveRuns: HotStatement
    private let addDecision: HotStatement
    private let getNewest: HotStatement
    private let putNewest: HotStatement
    private let addCount: HotStatement
    private let addTelling: HotStatement

    init(_ db: Database) throws {
        self.db = db
        putBehaviours = try HotStatement(
            db,
            """
            INSERT INTO behaviours (customer, state) VALUES (?1, ?2)
            ON CONFLICT (customer) DO UPDATE SET state = excluded.state
            """)
        putAutomation = try HotStatement(
            db,
            """
            INSERT INTO automations (customer, due, state) VALUES (?1, ?2, ?3)
            ON CONFLICT (customer) DO UPDATE SET due = excluded.due, state = excluded.state
            """)
        dropAutomation = try HotStatement(db, "DELETE FROM automations WHERE customer = ?1")
        addTimer = try HotStatement(
            db,
            """
            INSERT INTO timers (due, customer) VALUES (?1, ?2)
            ON CONFLICT (due, customer) DO NOTHING
            """)
        dropTimer = try HotStatement(
            db, "DELETE FROM timers WHERE due = ?1 AND customer = ?2")
        dueTimers = try HotStatement(
            db,
            """
            SELECT due, customer FROM timers WHERE due <= ?1 ORDER BY due, customer LIMIT ?2
            """)
        firstTimer = try HotStatement(db, "SELECT due FROM timers ORDER BY due LIMIT 1")
        putMember = try HotStatement(
            db,
            """
            INSERT INTO memberships (segment, customer, since) VALUES (?1, ?2, ?3)
            ON CONFLICT (segment, customer) DO UPDATE SET since = excluded.since
            """)
        dropMember = try HotStatement(
            db, "DELETE FROM memberships WHERE segment = ?1 AND customer = ?2")
        putSize = try HotStatement(
            db,
            """
            INSERT INTO segment_sizes (segment, day, size) VALUES (?1, ?2, ?3)
            ON CONFLICT (segment, day) DO UPDATE SET size = excluded.size
            """)
        lastSize = try HotStatement(
            db,
            "SELECT size FROM segment_sizes WHERE segment = ?1 ORDER BY day DESC LIMIT 1")
        putRun = try HotStatement(
            db,
            """
            INSERT INTO journey_runs (
                run, journey, version, customer, run_key, step, state, held_out, entered_at, due,
                left_at, left_reason, converted_at, currency, revenue_minor)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (run) DO UPDATE SET
                version = excluded.version, step = excluded.step, state = excluded.state,
                due = excluded.due, left_at = excluded.left_at,
                left_reason = excluded.left_reason, converted_at = excluded.converted_at,
                currency = excluded.currency, revenue_minor = excluded.revenue_minor
            """)
        moveRuns = try HotStatement(
            db, "UPDATE journey_runs SET customer = ?2 WHERE customer = ?1")
        addDecision = try HotStatement(
            db,
            """
            INSERT INTO decisions (at, customer, journey, version, run, step, kind, reason, id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        getNewest = try HotStatement(
            db, "SELECT value FROM settings WHERE name = '\(Self.newestDecision)'")
        putNewest = try HotStatement(
            db,
            """
            INSERT INTO settings (name, value) VALUES ('\(Self.newestDecision)', ?1)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
        addCount = try HotStatement(
            db,
            """
            INSERT INTO step_counts (journey, step, kind, count) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (journey, step, kind) DO UPDATE SET count = count + excluded.count
            """)
        addTelling = try HotStatement(db, "INSERT INTO tellings (frames) VALUES (?1)")
    }

    // MARK: States

    package func setBehaviours(of fragment: Int64, to bytes: Span<UInt8>) throws {
        putBehaviours.bind(1, fragment)
        putBehaviours.bind(2, blob: bytes)
        try putBehaviours.run()
    }

    /// Writes a customer's automation and moves their timer.
    ///
    /// - Parameter before: When the timer was due until now.
    package func setAutomation(
        of customer: Int64, to bytes: Span<UInt8>, due: Timestamp?, before: Timestamp?
    ) throws {
        putAutomation.bind(1, customer)
        putAutomation.bind(2, due?.milliseconds ?? Self.noDue)
        putAutomation.bind(3, blob: bytes)
        try putAutomation.run()
        try moveTimer(of: customer, from: before, to: due)
    }

    /// Forgets a customer who counts for another one now.
    package func removeAutomation(of customer: Int64, due: Timestamp?) throws {
        dropAutomation.bind(1, customer)
        try dropAutomation.run()
        try moveTimer(of: customer, from: due, to: nil)
    }

    private func moveTimer(
        of customer: Int64, from before: Timestamp?, to due: Timestamp?
    ) throws {
        if before == due { return }
        if let before {
            dropTimer.bind(1, before.milliseconds)
            dropTimer.bind(2, customer)
            try dropTimer.run()
        }
        if let due {
            addTimer.bind(1, due.milliseconds)
            addTimer.bind(2, customer)
            try addTimer.run()
        }
    }

    // MARK: Timers

    /// Customers whose timers are due by a moment, the earliest first.
    package func timers(
        dueBy now: Timestamp, limit: Int
    ) throws -> [(due: Timestamp, customer: Int64)] {
        dueTimers.bind(1, now.milliseconds)
        dueTimers.bind(2, Int64(limit))
        var found: [(due: Timestamp, customer: Int64)] = []
        while try dueTimers.step() {
            found.append(
                (Timestamp(milliseconds: dueTimers.integer(0)), dueTimers.integer(1)))
        }
        return found
    }

    /// When the next timer is due; nil without any.
    package func nextTimer() throws -> Timestamp? {
        guard try firstTimer.step() else { return nil }
        defer { firstTimer.reset() }
        return Timestamp(milliseconds: firstTimer.integer(0))
    }

    // MARK: Segments

    package func enter(_ customer: Int64, segment: Int64, since: Timestamp) throws {
        putMember.bind(1, segment)
        putMember.bind(2, customer)
        putMember.bind(3, since.milliseconds)
        try putMember.run()
    }

    package func leave(_ customer: Int64, segment: Int64) throws {
        dropMember.bind(1, segment)
        dropMember.bind(2, customer)
        try dropMember.run()
    }

    /// How many members a segment had when that was last noted.
    package func size(of segment: Int64) throws -> Int64 {
        lastSize.bind(1, segment)
        guard try lastSize.step() else { return 0 }
        defer { lastSize.reset() }
        return lastSize.integer(0)
    }

    package func setSize(of segment: Int64, to size: Int64, day: Int) throws {
        putSize.bind(1, segment)
        putSize.bind(2, Int64(day))
        putSize.bind(3, size)
        try putSize.run()
    }

    // MARK: Journeys

    package func put(_ run: RunRow) throws {
        putRun.bind(1, text: run.run)
        putRun.bind(2, run.journey)
        putRun.bind(3, run.version)
        putRun.bind(4, run.customer)
        putRun.bind(5, text: run.key)
        putRun.bind(6, text: run.step)
        putRun.bind(7, text: run.state.rawValue)
        putRun.bind(8, run.isHeldOut ? 1 : 0)
        putRun.bind(9, run.enteredAt.milliseconds)
        putRun.bind(10, run.due?.milliseconds ?? 0)
        putRun.bind(11, run.leftAt?.milliseconds ?? 0)
        putRun.bind(12, text: run.leftReason)
        putRun.bind(13, run.convertedAt?.milliseconds ?? 0)
        putRun.bind(14, Int64(run.currency))
        putRun.bind(15, run.revenueMinor)
        try putRun.run()
    }

    /// Says that a customer's runs, past ones too, are another customer's now.
    package func moveRuns(of customer: Int64, to other: Int64) throws {
        moveRuns.bind(1, customer)
        moveRuns.bind(2, other)
        try moveRuns.run()
    }

    /// Adds decisions, numbered in the order in which they were made, and written in that of the table.
    package func add(_ decisions: [DecisionRow]) throws {
        var newest: Int64 = 0
        if try getNewest.step() {
            newest = Int64(getNewest.text(0)) ?? 0
            getNewest.reset()
        }
        let places = decisions.indices.sorted { one, other in
            (decisions[one].customer, one) < (decisions[other].customer, other)
        }
        for place in places { try add(decisions[place], number: newest + Int64(place) + 1) }
        putNewest.bind(1, text: String(newest + Int64(decisions.count)))
        try putNewest.run()
    }

    private func add(_ decision: DecisionRow, number: Int64) throws {
        addDecision.bind(1, decision.at.milliseconds)
        addDecision.bind(2, decision.customer)
        addDecision.bind(3, decision.journey)
        addDecision.bind(4, decision.version)
        addDecision.bind(5, text: decision.run)
        addDecision.bind(6, text: decision.step)
        addDecision.bind(7, text: decision.kind)
        addDecision.bind(8, text: decision.reason)
        addDecision.bind(9, number)
        try addDecision.run()
    }

    package func count(_ journey: Int64, step: String, kind: String, by count: Int64) throws {
        addCount.bind(1, journey)
        addCount.bind(2, text: step)
        addCount.bind(3, text: kind)
        addCount.bind(4, count)
        try addCount.run()
    }

    /// Keeps framed events that are to go onto the log once this batch is committed.
    package func tell(_ frames: Span<UInt8>) throws {
        addTelling.bind(1, blob: frames)
        try addTelling.run()
    }
}
