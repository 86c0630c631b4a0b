import GRDB
package import Kernel

/// How long messages are kept.
extension RecordsStore {
    private static let emptiedSetting = "mail-emptied"

    /// Lets go of a piece of what is old: first what messages said, later the messages themselves, whose counts stay.
    ///
    /// What is under way, or waits for a person, stays as it is. The outbox keeps that something was decided, so that it
    /// isn't decided again.
    ///
    /// - Parameters:
    ///   - emptied: Messages made before lose what they said.
    ///   - removed: Messages made before go.
    ///   - limit: How many are looked at.
    /// - Returns: Whether there is more to do.
    package func pruneMessages(
        emptied: Timestamp, removed: Timestamp, limit: Int
    ) throws -> Bool {
        try write { db in
            let through =
                try String.fetchOne(
                    db, sql: "SELECT value FROM settings WHERE name = ?",
                    arguments: [Self.emptiedSetting]
                ).flatMap { Int64($0) } ?? 0
            let old = try Row.fetchAll(
                db, sql: Self.oldestMessages, arguments: [through, limit]
            ).prefix { $0[4] < emptied.milliseconds }
            let empty = try HotStatement(
                db, "UPDATE messages SET filled = '{}', subject = '' WHERE id = ?1")
            let emptyItem = try HotStatement(
                db, "UPDATE outbox SET payload = '{}' WHERE id = ?1 AND state = 'done'")
            let takeOut = try HotStatement(
                db,
                """
                DELETE FROM inbox_messages
                WHERE id = ?1 AND expires_at > 0 AND expires_at < \(emptied.milliseconds)
                """)
            for row in old where !Self.isOpen(row[1]) {
                for statement in [empty, emptyItem, takeOut] {
                    statement.bind(1, row[0] as Int64)
                    try statement.run()
                }
            }
            if let last = old.last {
                try db.execute(
                    sql: """
                        INSERT INTO settings (name, value) VALUES (?, ?)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value
                        """, arguments: [Self.emptiedSetting, String(last[0] as Int64)])
            }
            let gone = try remove(before: removed, limit: limit, db)
            return old.count == limit || gone == limit
        }
    }

    /// By the number, in which messages come one after the other: the first that isn't as old ends what is.
    static let oldestMessages = """
        SELECT id, state, campaign, step, created_at FROM messages WHERE id > ? ORDER BY id LIMIT ?
        """

    /// As above, without those that stay: however many they are, they keep none behind them from going.
    static let oldestEnded = """
        SELECT id, state, campaign, step, created_at FROM messages
        WHERE state NOT IN ('sending', 'deferred', 'inDoubt') ORDER BY id LIMIT ?
        """

    private static func isOpen(_ state: String) -> Bool {
        state == MessageState.sending.rawValue || state == MessageState.deferred.rawValue
            || state == MessageState.inDoubt.rawValue
    }

    private func remove(before time: Timestamp, limit: Int, _ db: Database) throws -> Int {
        let rows = try Row.fetchAll(
            db, sql: Self.oldestEnded, arguments: [limit]
        ).prefix { $0[4] < time.milliseconds }
        let remove = try HotStatement(db, "DELETE FROM messages WHERE id = ?1")
        let takeOut = try HotStatement(db, "DELETE FROM inbox_messages WHERE id = ?1")
        let keep = try HotStatement(
            db,
            """
            INSERT INTO gone_messages (campaign, step, state, count) VALUES (?1, ?2, ?3, 1)
            ON CONFLICT (campaign, step, state) DO UPDATE SET count = count + 1
            """)
        var removed = 0
        for row in rows {
            for statement in [remove, takeOut] {
                statement.bind(1, row[0] as Int64)
                try statement.run()
            }
            removed += 1
            let campaign: String = row[2]
            if campaign.isEmpty { continue }
            keep.bind(1, text: campaign)
            keep.bind(2, text: row[3])
            keep.bind(3, text: row[1])
            try keep.run()
        }
        if removed > 0 {
            try db.execute(
                sql: "UPDATE mail_totals SET count = count - ? WHERE what = 'messages'",
                arguments: [removed])
        }
        return removed
    }

    /// Why messages of a campaign weren't sent though their turn came, the most frequent first.
    package func campaignObstacles(
        of run: CampaignRun, limit: Int
    ) throws -> [(reason: String, count: Int)] {
        try read { db in
            try Row.fetchAll(
                db, sql: Self.keptBack,
                arguments: [run.campaign, String(run.number), limit]
            ).map { ($0[0], $0[1]) }
        }
    }

    static let keptBack = """
        SELECT reply, count(*) FROM messages
        WHERE campaign = ? AND campaign <> '' AND step = ? AND state = 'suppressed'
        GROUP BY reply ORDER BY count(*) DESC, reply LIMIT ?
        """
}

/// Counts messages that are new, within one transaction.
final class MessageTotals {
    private let db: Database
    private let isThere: HotStatement
    private var added: Int64 = 0

    init(_ db: Database) throws {
        self.db = db
        isThere = try HotStatement(db, "SELECT 1 FROM messages WHERE id = ?1")
    }

    /// Before the message is written.
    func note(_ id: ID<OutboxItem>) throws {
        isThere.bind(1, id.rawValue)
        if try !isThere.exists() { added += 1 }
    }

    /// Before the transaction ends.
    func write() throws {
        guard added > 0 else { return }
        try db.execute(
            sql: """
                INSERT INTO mail_totals (what, count) VALUES ('messages', ?)
                ON CONFLICT (what) DO UPDATE SET count = count + excluded.count
                """, arguments: [added])
        added = 0
    }
}
