import GRDB
package import Kernel

/// How far a campaign is.
package enum CampaignState: String, Sendable, CaseIterable {
    case draft
    /// Approved, and begins by itself.
    case scheduled
    case running
    case paused
    case done
    case cancelled

    /// Whether it is over.
    package var isOver: Bool { self == .done || self == .cancelled }
}

/// One time that a campaign is carried out.
package struct CampaignRun: Sendable, Equatable {
    package var number: Int64
    package var campaign: String
    package var version: Int64
    package var state: CampaignState
    /// Empty where nobody approved it.
    package var approvedBy: String
    package var approvedAt: Timestamp?
    package var startsAt: Timestamp?
    package var beganAt: Timestamp?
    package var endedAt: Timestamp?
    package var throughCustomer: Int64
    /// Members of the segment when it began.
    package var audience: Int
    package var queued: Int
    package var heldOut: Int
    package var nextAt: Timestamp?
    /// The variant that all get who didn't try one out; empty until it is chosen.
    package var winner: String
    package var decidedAt: Timestamp?
    /// `evidence`, `time`, or who chose it.
    package var decidedBy: String
    /// What was known then: JSON.
    package var decidedOn: String
    /// When the variants were tried out for long enough; nil until all who try them out are in the outbox.
    package var testEndsAt: Timestamp?

    package init(campaign: String, version: Int64) {
        number = 0
        self.campaign = campaign
        self.version = version
        state = .draft
        approvedBy = ""
        throughCustomer = 0
        audience = 0
        queued = 0
        heldOut = 0
        winner = ""
        decidedBy = ""
        decidedOn = ""
    }

    /// The lane that its messages go by.
    package var lane: String { Self.lane(of: campaign) }

    package static func lane(of campaign: String) -> String { "email:" + campaign }
}

extension RecordsStore {
    /// A campaign's newest run; nil where it has none.
    package func campaignRun(of campaign: String) throws -> CampaignRun? {
        try read { db in
            try CampaignRun.fetch(
                db, "WHERE campaign = ? ORDER BY id DESC LIMIT 1", [campaign]
            ).first
        }
    }

    /// All runs of a campaign, the newest first.
    package func campaignRuns(of campaign: String, limit: Int) throws -> [CampaignRun] {
        try read { db in
            try CampaignRun.fetch(
                db, "WHERE campaign = ? ORDER BY id DESC LIMIT ?", [campaign, limit])
        }
    }

    /// Runs that are under way, or begin by themselves.
    package func openCampaignRuns() throws -> [CampaignRun] {
        try read { db in
            try CampaignRun.fetch(db, "WHERE state IN ('scheduled', 'running') ORDER BY id", [])
        }
    }

    /// Keeps a run as it is now. Durable when this returns.
    ///
    /// - Parameter before: The state that it must be in still; nil for a new one.
    /// - Returns: Nil where it was in another, or its winner was chosen since it was read.
    package func put(_ run: CampaignRun, before: CampaignState?) throws -> CampaignRun? {
        let kept: CampaignRun? = try writeDurably { db in try put(run, before, db) }
        if kept != nil { outboxBell.ring() }
        return kept
    }

    /// Puts a piece of a campaign's messages into the outbox, and notes how far it is, in one transaction. Durable when
    /// this returns.
    ///
    /// - Returns: False where it isn't running any more, or its winner was chosen since it was read; nothing is
    ///   changed then.
    package func fill(_ run: CampaignRun, with drafts: [OutboxDraft]) throws -> Bool {
        let isFilled: Bool = try writeDurably { db in
            guard try put(run, .running, db) != nil else { return false }
            let tables = try OutboxTables(db)
            for draft in drafts { try tables.add(draft) }
            try tables.writeCounts()
            return true
        }
        if isFilled { outboxBell.ring() }
        return isFilled
    }

    /// Ends a run, and keeps the next one where it comes again, in one transaction.
    package func finish(_ run: CampaignRun, next: CampaignRun?) throws -> Bool {
        try writeDurably { db in
            guard try put(run, .running, db) != nil else { return false }
            if let next { _ = try put(next, nil, db) }
            return true
        }
    }

    /// Pauses a run and holds its lane, in one transaction.
    ///
    /// - Returns: False where it wasn't running.
    package func pauseCampaign(_ run: CampaignRun, by actor: String, at now: Timestamp) throws
        -> Bool
    {
        try writeDurably { db in
            try db.execute(
                sql: "UPDATE campaign_runs SET state = 'paused' WHERE id = ? AND state = 'running'",
                arguments: [run.number])
            guard db.changesCount > 0 else { return false }
            try db.execute(
                sql: """
                    INSERT INTO mail_holds (lane, reason, actor, since)
                    VALUES (?, 'the campaign is paused', ?, ?) ON CONFLICT (lane) DO NOTHING
                    """, arguments: [run.lane, actor, now.milliseconds])
            return true
        }
    }

    /// Lets a run go on, and its lane, in one transaction.
    ///
    /// - Returns: False where it wasn't paused.
    package func resumeCampaign(_ run: CampaignRun) throws -> Bool {
        let isResumed = try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE campaign_runs SET state = 'running', next_at = 0
                    WHERE id = ? AND state = 'paused'
                    """, arguments: [run.number])
            guard db.changesCount > 0 else { return false }
            try db.execute(sql: "DELETE FROM mail_holds WHERE lane = ?", arguments: [run.lane])
            return true
        }
        if isResumed { outboxBell.ring() }
        return isResumed
    }

    /// How many of a lane's messages are open, and due by a moment, at most `limit`.
    package func openMessages(
        inLane lane: String, dueBy: Timestamp = Timestamp(milliseconds: .max), limit: Int
    ) throws -> Int {
        try read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM (
                        SELECT 1 FROM outbox WHERE kind = 'send' AND receiver = ?
                            AND state IN ('pending', 'sending') AND due_at <= ? LIMIT ?)
                    """, arguments: [lane, dueBy.milliseconds, limit]) ?? 0
        }
    }

    /// Ends a campaign: who wasn't written to won't be.
    ///
    /// - Returns: False where it is over already.
    package func cancelCampaign(_ run: CampaignRun, at now: Timestamp) throws -> Bool {
        try writeDurably { db in
            var ended = run
            ended.state = .cancelled
            ended.endedAt = now
            // A winner that is chosen at this moment keeps nobody from ending it.
            ended.winner =
                try String.fetchOne(
                    db, sql: "SELECT winner FROM campaign_runs WHERE id = ?",
                    arguments: [run.number]) ?? run.winner
            guard try put(ended, run.state, db) != nil else { return false }
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'withheld', done_at = ?,
                        last_error = 'the campaign was cancelled'
                    WHERE kind = 'send' AND receiver = ? AND state IN ('pending', 'sending')
                        AND state = 'pending'
                    """, arguments: [now.milliseconds, run.lane])
            let count = Int64(db.changesCount)
            if count > 0 {
                try HotStatement(db, OutboxCountKey.adding).add(
                    count, OutboxCountKey(state: .withheld, kind: .send))
            }
            try db.execute(sql: "DELETE FROM mail_holds WHERE lane = ?", arguments: [run.lane])
            return true
        }
    }

    /// A campaign's messages by state, with those that were let go since.
    package func campaignMessages(of run: CampaignRun) throws -> [MessageState: Int] {
        try read { db in
            var counts: [MessageState: Int] = [:]
            let key = [run.campaign, String(run.number)]
            for row in try Row.fetchAll(
                db, sql: Self.campaignCounts, arguments: StatementArguments(key + key))
            {
                guard let state = MessageState(rawValue: row[0]) else { continue }
                counts[state, default: 0] += row[1]
            }
            return counts
        }
    }

    static let campaignCounts = """
        SELECT state, count(*) FROM messages
        WHERE campaign = ? AND campaign <> '' AND step = ? GROUP BY state
        UNION ALL
        SELECT state, count FROM gone_messages WHERE campaign = ? AND step = ?
        """

    private func put(
        _ run: CampaignRun, _ before: CampaignState?, _ db: Database
    ) throws -> CampaignRun? {
        func ms(_ time: Timestamp?) -> Int64 { time?.milliseconds ?? 0 }
        var kept = run
        guard let before else {
            // One at a time, whoever asks at the same moment.
            try db.execute(
                sql: """
                    INSERT INTO campaign_runs (campaign, version, state)
                    SELECT ?1, ?2, 'draft' WHERE NOT EXISTS (
                        SELECT 1 FROM campaign_runs
                        WHERE campaign = ?1 AND state NOT IN ('done', 'cancelled'))
                    """, arguments: [run.campaign, run.version])
            guard db.changesCount > 0 else { return nil }
            kept.number = db.lastInsertedRowID
            return try put(kept, .draft, db)
        }
        try db.execute(
            sql: """
                UPDATE campaign_runs SET version = ?, state = ?, approved_by = ?, approved_at = ?,
                    starts_at = ?, began_at = ?, ended_at = ?, through_customer = ?, audience = ?,
                    queued = ?, held_out = ?, next_at = ?
                WHERE id = ? AND state = ? AND winner = ?
                """,
            arguments: [
                run.version, run.state.rawValue, run.approvedBy, ms(run.approvedAt),
                ms(run.startsAt), ms(run.beganAt), ms(run.endedAt), run.throughCustomer,
                run.audience, run.queued, run.heldOut, ms(run.nextAt), kept.number,
                before.rawValue, run.winner,
            ])
        return db.changesCount > 0 ? kept : nil
    }
}

/// Keeps a campaign's message from going where the campaign is over for its customer, within one transaction.
struct CampaignGuard {
    private let isCancelled: HotStatement
    private let isThere: HotStatement

    init(_ db: Database) throws {
        isCancelled = try HotStatement(
            db, "SELECT 1 FROM campaign_runs WHERE id = ?1 AND state = 'cancelled'")
        // Of customers who were merged since, each may have one in the outbox.
        isThere = try HotStatement(
            db,
            """
            SELECT 1 FROM messages
            WHERE (customer = ?1 OR customer IN (
                    SELECT id FROM customers WHERE root = ?1 AND root <> id))
                AND campaign = ?2 AND step = ?3 AND id <> ?4
                AND state IN ('sending', 'accepted', 'inDoubt', 'deferred', 'bounced')
            """)
    }

    /// Why a message may not go; nil where it may.
    func obstacle(_ message: MessageDraft) throws -> String? {
        guard !message.campaign.isEmpty else { return nil }
        isCancelled.bind(1, Int64(message.step) ?? 0)
        if try isCancelled.exists() { return "the campaign was cancelled" }
        isThere.bind(1, message.customer)
        isThere.bind(2, text: message.campaign)
        isThere.bind(3, text: message.step)
        isThere.bind(4, message.id.rawValue)
        return try isThere.exists() ? "another message of the campaign was theirs, too" : nil
    }
}

extension CampaignRun {
    fileprivate static func fetch(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [CampaignRun] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT id, campaign, version, state, approved_by, approved_at, starts_at, began_at,
                    ended_at, through_customer, audience, queued, held_out, next_at, winner,
                    decided_at, decided_by, decided_on, test_ends_at
                FROM campaign_runs \(condition)
                """, arguments: arguments
        ).compactMap { row in
            guard let state = CampaignState(rawValue: row[3]) else { return nil }
            func time(_ column: Int) -> Timestamp? {
                let ms: Int64 = row[column]
                return ms == 0 ? nil : Timestamp(milliseconds: ms)
            }
            var run = CampaignRun(campaign: row[1], version: row[2])
            run.number = row[0]
            run.state = state
            run.approvedBy = row[4]
            run.approvedAt = time(5)
            run.startsAt = time(6)
            run.beganAt = time(7)
            run.endedAt = time(8)
            run.throughCustomer = row[9]
            run.audience = row[10]
            run.queued = row[11]
            run.heldOut = row[12]
            run.nextAt = time(13)
            run.winner = row[14]
            run.decidedAt = time(15)
            run.decidedBy = row[16]
            run.decidedOn = row[17]
            run.testEndsAt = time(18)
            return run
        }
    }
}
