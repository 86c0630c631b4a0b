import GRDB
package import Kernel

/// What became of the messages of one variant, as far as chance gave it to people (`isDrawn`), and else.
package struct VariantCounts: Sendable, Equatable {
    package var variant: String
    package var isDrawn: Bool
    /// Messages that servers took.
    package var sent = 0
    /// Of these, opened and clicked by people.
    package var opened = 0
    package var clicked = 0
}

/// One who got a variant by chance.
package struct VariantRecipient: Sendable, Equatable {
    /// Who they are by now.
    package var customer: Int64
    package var variant: String
    package var sentAt: Timestamp
}

extension RecordsStore {
    /// What became of a run's messages by variant.
    package func variantCounts(of run: CampaignRun) throws -> [VariantCounts] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT variant, drawn, count(*), sum(opened_at > 0), sum(clicked_at > 0)
                    FROM messages INDEXED BY messages_by_variant
                    WHERE campaign = ? AND step = ? AND variant <> '' AND state = 'accepted'
                    GROUP BY variant, drawn
                    """, arguments: [run.campaign, String(run.number)]
            ).map { row in
                VariantCounts(
                    variant: row[0], isDrawn: row[1], sent: row[2], opened: row[3],
                    clicked: row[4])
            }
        }
    }

    /// Everybody who was sent a variant that chance gave them.
    package func variantRecipients(of run: CampaignRun) throws -> [VariantRecipient] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT coalesce(c.root, m.customer), m.variant, m.sending_at
                    FROM messages AS m INDEXED BY messages_by_variant
                    LEFT JOIN customers AS c ON c.id = m.customer
                    WHERE m.campaign = ? AND m.step = ? AND m.variant <> '' AND m.drawn = 1
                        AND m.state = 'accepted'
                    """, arguments: [run.campaign, String(run.number)]
            ).map { row in
                VariantRecipient(
                    customer: row[0], variant: row[1], sentAt: Timestamp(milliseconds: row[2]))
            }
        }
    }

    /// Notes that all who try the variants out are in the outbox, and until when they are waited for. Durable when
    /// this returns.
    package func waitForVariants(of run: CampaignRun, until end: Timestamp) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE campaign_runs SET test_ends_at = ?
                    WHERE id = ? AND state = 'running' AND winner = '' AND test_ends_at = 0
                    """, arguments: [end.milliseconds, run.number])
        }
    }

    /// Chooses the variant that everybody gets who didn't try one out, and begins with the first of them. Durable when
    /// this returns: no message goes by it before.
    ///
    /// - Parameters:
    ///   - actor: `evidence`, `time`, or who chose it.
    ///   - grounds: What was known: JSON.
    /// - Returns: False where one was chosen before, or the run isn't under way.
    package func decide(
        _ run: CampaignRun, winner: String, by actor: String, on grounds: [UInt8],
        at now: Timestamp
    ) throws -> Bool {
        let isDecided: Bool = try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE campaign_runs SET winner = ?, decided_at = ?, decided_by = ?,
                        decided_on = ?, through_customer = 0, next_at = 0
                    WHERE id = ? AND state IN ('running', 'paused') AND winner = ''
                    """,
                arguments: [
                    winner, now.milliseconds, actor, String(decoding: grounds, as: UTF8.self),
                    run.number,
                ])
            return db.changesCount > 0
        }
        if isDecided { outboxBell.ring() }
        return isDecided
    }

    /// Those of keys that the outbox has an item of.
    package func outboxKeys(among keys: [String]) throws -> Set<String> {
        try read { db in
            let has = try HotStatement(db, "SELECT 1 FROM outbox WHERE key = ?1")
            var found: Set<String> = []
            for key in keys {
                has.bind(1, text: key)
                if try has.exists() { found.insert(key) }
            }
            return found
        }
    }
}
