import GRDB
import Kernel

/// Counts of one transaction by domain and day, and what domains said last.
final class MailCounting {
    private struct Key: Hashable {
        let domain: String
        let what: String
    }

    private let addCount: HotStatement
    private let setReply: HotStatement
    private let now: Timestamp
    private var counts: [Key: Int64] = [:]
    private var replies: [String: String] = [:]

    init(_ db: Database, at now: Timestamp) throws {
        self.now = now
        addCount = try HotStatement(
            db,
            """
            INSERT INTO mail_counts (domain, day, what, count) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (domain, day, what) DO UPDATE SET count = count + excluded.count
            """)
        setReply = try HotStatement(
            db,
            """
            INSERT INTO mail_domains (domain, reply, at) VALUES (?1, ?2, ?3)
            ON CONFLICT (domain) DO UPDATE SET reply = excluded.reply, at = excluded.at
            """)
    }

    func add(_ domain: String, _ what: String, _ count: Int64 = 1) throws {
        counts[Key(domain: domain, what: what), default: 0] += count
    }

    /// Remembers a domain's answer.
    func note(_ domain: String, _ reply: String) throws {
        replies[domain] = String(reply.prefix(500))
    }

    /// Before the transaction ends.
    func write() throws {
        let day = now.milliseconds / 86_400_000
        for (key, count) in counts {
            addCount.bind(1, text: key.domain)
            addCount.bind(2, day)
            addCount.bind(3, text: key.what)
            addCount.bind(4, count)
            try addCount.run()
        }
        for (domain, reply) in replies {
            setReply.bind(1, text: domain)
            setReply.bind(2, text: reply)
            setReply.bind(3, now.milliseconds)
            try setReply.run()
        }
        counts = [:]
        replies = [:]
    }
}

/// Which addresses take mail, within one transaction.
final class AddressHealth {
    /// What was accepted so long ago and didn't come back arrived.
    private static let arrivedMs: Int64 = 5 * 86_400_000

    private let db: Database
    private let count: HotStatement
    private let put: HotStatement
    private let now: Timestamp

    init(_ db: Database, at now: Timestamp) throws {
        self.db = db
        self.now = now
        count = try HotStatement(
            db,
            """
            INSERT INTO soft_bounces (address, in_row, at, message) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (address) DO UPDATE SET in_row = excluded.in_row, at = excluded.at,
                message = excluded.message
            """)
        put = try HotStatement(db, SuppressionRecord.adding)
    }

    /// Counts a message that came back and might not another time; each once. What arrived in between forgives those
    /// before it.
    func bouncedSoftly(_ message: MessageDraft, _ reply: String) throws {
        let address = message.address.lowercased()
        let known = try Row.fetchOne(
            db, sql: "SELECT in_row, at, message FROM soft_bounces WHERE address = ?",
            arguments: [address])
        var inRow = 1
        if let known {
            let last: Int64 = known[2]
            if last == message.id.rawValue { return }
            let hasArrived = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM messages WHERE customer = ? AND state = 'accepted'
                            AND address = ? AND id <> ? AND id <> ?
                            AND sending_at > ? AND sending_at < ?)
                    """,
                arguments: [
                    message.customer, message.address, message.id.rawValue, last,
                    known[1] as Int64, now.milliseconds - Self.arrivedMs,
                ])
            if hasArrived != true { inRow = known[0] + 1 }
        }
        count.bind(1, text: address)
        count.bind(2, Int64(inRow))
        count.bind(3, now.milliseconds)
        count.bind(4, message.id.rawValue)
        try count.run()
        if inRow >= RecordsStore.softBouncesMax { try suppress(message, .softBounces, reply) }
    }

    /// Its owner reads what comes there.
    func wasRead(_ address: String) throws {
        try db.execute(
            sql: "DELETE FROM soft_bounces WHERE address = ?", arguments: [address.lowercased()])
    }

    func suppress(
        _ message: MessageDraft, _ reason: SuppressionRecord.Reason, _ evidence: String
    ) throws {
        guard !message.address.isEmpty else { return }
        put.bind(
            SuppressionRecord(
                address: message.address, reason: reason, evidence: evidence, message: message.id,
                since: now))
        try put.run()
    }
}

extension SuppressionRecord {
    /// A complaint doesn't take the place of what stops everything.
    static let adding = """
        INSERT INTO suppressions (address, reason, evidence, message, since)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, evidence = excluded.evidence,
            message = excluded.message, since = excluded.since
        WHERE suppressions.reason = 'complained' AND excluded.reason <> 'complained'
        """
}

extension HotStatement {
    /// Binds `SuppressionRecord.adding`.
    func bind(_ suppression: SuppressionRecord) {
        bind(1, text: suppression.address)
        bind(2, text: suppression.reason.rawValue)
        bind(3, text: suppression.evidence)
        bind(4, suppression.message?.rawValue ?? 0)
        bind(5, suppression.since.milliseconds)
    }
}
