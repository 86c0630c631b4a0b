import GRDB
package import Kernel

/// Which messages are listed, newest first.
package struct MessageFilter: Sendable, Equatable {
    package var state: MessageState?
    package var domain: String?
    package var template: String?
    /// The name of the journey or campaign that sent it.
    package var origin: String?
    /// What counts for a customer, by `members(of:)`; nil for everybody.
    package var customers: [Int64]?
    package var before: ID<OutboxItem>?
    package var limit: Int

    package init(limit: Int) { self.limit = limit }
}

/// What became of mail to one domain.
package struct DomainFigures: Sendable, Equatable {
    package var domain: String
    /// By state, and `complained`, `opened`, `clicked`, `openedByPrograms`, `clickedByPrograms`, `bouncedSoftly`.
    package var counts: [String: Int]
    /// What its server said last; empty where it said nothing.
    package var reply: String
    package var repliedAt: Timestamp?
}

/// A lane of mail that is held.
package struct MailHold: Sendable, Equatable {
    /// Empty for all mail.
    package var lane: String
    package var reason: String
    package var actor: String
    package var since: Timestamp

    package init(lane: String, reason: String, actor: String, since: Timestamp) {
        self.lane = lane
        self.reason = reason
        self.actor = actor
        self.since = since
    }
}

extension RecordsStore {
    package func message(_ id: ID<OutboxItem>) throws -> MessageRecord? {
        try read { db in try MessageRecord.fetch(db, "WHERE m.id = ?", [id.rawValue]).first }
    }

    package func messages(_ filter: MessageFilter) throws -> [MessageRecord] {
        let statements = filter.statements
        return try read { db in
            var found: [MessageRecord] = []
            for (condition, arguments) in statements {
                found += try MessageRecord.fetch(
                    db, condition + " ORDER BY m.id DESC LIMIT ?", StatementArguments(arguments))
            }
            if statements.count > 1 {
                found = Array(found.sorted { $0.id > $1.id }.prefix(filter.limit))
            }
            return found
        }
    }

    /// How many messages are in each state that isn't `accepted`.
    package func unsentMessages() throws -> [MessageState: Int] {
        try read { db in
            var counts: [MessageState: Int] = [:]
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT state, count(*) FROM messages WHERE state <> 'accepted' GROUP BY state
                    """)
            {
                if let state = MessageState(rawValue: row[0]) { counts[state] = row[1] }
            }
            return counts
        }
    }

    /// How many messages there are in all.
    package func messageCount() throws -> Int {
        try read { db in
            try Int.fetchOne(db, sql: "SELECT count FROM mail_totals WHERE what = 'messages'") ?? 0
        }
    }

    /// The templates that the newest messages were made of, by name.
    package func messageTemplates(amongNewest count: Int) throws -> [String] {
        try read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT template FROM (
                        SELECT template FROM messages ORDER BY id DESC LIMIT ?)
                    WHERE template <> '' ORDER BY template
                    """, arguments: [count])
        }
    }

    /// How many messages to each domain are tried again.
    package func deferredMessages() throws -> [String: Int] {
        try read { db in
            var counts: [String: Int] = [:]
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT domain, count(*) FROM messages
                    WHERE state = 'deferred' AND state <> 'accepted' GROUP BY domain
                    """)
            {
                counts[row[0]] = row[1]
            }
            return counts
        }
    }

    /// What became of mail by domain since a day, those with most messages first.
    package func domainFigures(since: Timestamp, limit: Int) throws -> [DomainFigures] {
        try read { db in
            var found: [String: DomainFigures] = [:]
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT c.domain, c.what, sum(c.count), coalesce(d.reply, ''), coalesce(d.at, 0)
                    FROM mail_counts AS c LEFT JOIN mail_domains AS d ON d.domain = c.domain
                    WHERE c.day >= ? GROUP BY c.domain, c.what
                    """, arguments: [since.milliseconds / 86_400_000])
            for row in rows {
                let domain: String = row[0]
                let at: Int64 = row[4]
                var figures =
                    found[domain]
                    ?? DomainFigures(
                        domain: domain, counts: [:], reply: row[3],
                        repliedAt: at == 0 ? nil : Timestamp(milliseconds: at))
                figures.counts[row[1]] = row[2]
                found[domain] = figures
            }
            func size(_ figures: DomainFigures) -> Int { figures.counts.values.reduce(0, +) }
            return Array(
                found.values.sorted { (size($1), $0.domain) < (size($0), $1.domain) }
                    .prefix(limit))
        }
    }

    // MARK: Holds

    package func mailHolds() throws -> [MailHold] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT lane, reason, actor, since FROM mail_holds ORDER BY lane"
            )
            .map {
                MailHold(
                    lane: $0[0], reason: $0[1], actor: $0[2],
                    since: Timestamp(milliseconds: $0[3]))
            }
        }
    }

    /// Lets a lane's mail wait. Durable when this returns.
    package func holdMail(_ hold: MailHold) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO mail_holds (lane, reason, actor, since) VALUES (?, ?, ?, ?)
                    ON CONFLICT (lane) DO NOTHING
                    """,
                arguments: [hold.lane, hold.reason, hold.actor, hold.since.milliseconds])
        }
        outboxBell.ring()
    }

    /// - Returns: False where it wasn't held.
    package func releaseMail(lane: String) throws -> Bool {
        let isReleased = try writeDurably { db in
            try db.execute(sql: "DELETE FROM mail_holds WHERE lane = ?", arguments: [lane])
            return db.changesCount > 0
        }
        if isReleased { outboxBell.ring() }
        return isReleased
    }

    // MARK: Suppressions

    package func suppression(of address: String) throws -> SuppressionRecord? {
        try read { db in
            try SuppressionRecord.fetch(db, "WHERE address = ?", [address.lowercased()]).first
        }
    }

    /// Newest first.
    ///
    /// - Parameters:
    ///   - containing: A part of the address; empty for all.
    ///   - reason: Nil for all.
    ///   - before: The last of the page before.
    package func suppressions(
        containing: String = "", reason: SuppressionRecord.Reason? = nil,
        before: (since: Timestamp, address: String)? = nil, limit: Int
    ) throws -> [SuppressionRecord] {
        let (since, address) = (before?.since.milliseconds ?? .max, before?.address ?? "")
        return try read { db in
            try SuppressionRecord.fetch(
                db,
                """
                WHERE (since, address) < (?, ?) AND instr(address, ?) > 0
                    AND (? = '' OR reason = ?)
                ORDER BY since DESC, address DESC LIMIT ?
                """,
                [
                    since, address, containing.lowercased(), reason?.rawValue ?? "",
                    reason?.rawValue ?? "", limit,
                ])
        }
    }

    /// How many addresses are on the list for each reason.
    package func suppressionCounts() throws -> [SuppressionRecord.Reason: Int] {
        try read { db in
            var counts: [SuppressionRecord.Reason: Int] = [:]
            for row in try Row.fetchAll(
                db, sql: "SELECT reason, count(*) FROM suppressions GROUP BY reason")
            {
                if let reason = SuppressionRecord.Reason(rawValue: row[0]) {
                    counts[reason] = row[1]
                }
            }
            return counts
        }
    }

    package func suppressionCount() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM suppressions") ?? 0 }
    }

    /// Durable when this returns.
    package func suppress(_ suppression: SuppressionRecord) throws {
        try writeDurably { db in
            let put = try HotStatement(db, SuppressionRecord.adding)
            put.bind(suppression)
            try put.run()
        }
    }

    /// - Returns: False where the address wasn't on the list.
    package func removeSuppression(of address: String) throws -> Bool {
        try writeDurably { db in
            let address = address.lowercased()
            try db.execute(
                sql: "DELETE FROM soft_bounces WHERE address = ?", arguments: [address])
            try db.execute(
                sql: "DELETE FROM suppressions WHERE address = ?", arguments: [address])
            return db.changesCount > 0
        }
    }
}

extension SuppressionRecord {
    fileprivate static func fetch(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [SuppressionRecord] {
        try Row.fetchAll(
            db,
            sql: "SELECT address, reason, evidence, message, since FROM suppressions " + condition,
            arguments: arguments
        ).map { row in
            let message: Int64 = row[3]
            return SuppressionRecord(
                address: row[0], reason: Reason(rawValue: row[1]) ?? .manual, evidence: row[2],
                message: message == 0 ? nil : ID(rawValue: message),
                since: Timestamp(milliseconds: row[4]))
        }
    }
}

let messageColumns = """
    m.id, m.customer, m.address, m.template, m.version, m.topic, m.stream, m.journey, m.step,
    m.campaign, m.subject, m.message_id, m.filled, m.links, m.created_at, m.state, m.reply,
    m.attempts, m.sending_at, m.state_at, m.complained_at, m.opened_at, m.clicked_at,
    m.machine_hits, m.channel, m.repeatable, m.variant, m.drawn
    """
let messageColumnCount = 28

extension MessageRecord {
    static func fetch(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [MessageRecord] {
        try Row.fetchAll(
            db, sql: "SELECT \(messageColumns) FROM messages AS m " + condition,
            arguments: arguments
        ).compactMap(MessageRecord.init(row:))
    }

    /// Nil for a state or stream of another version.
    init?(row: Row) {
        guard let stream = MessageStream(rawValue: row[6]),
            let state = MessageState(rawValue: row[15])
        else { return nil }
        func time(_ column: Int) -> Timestamp? {
            let ms: Int64 = row[column]
            return ms == 0 ? nil : Timestamp(milliseconds: ms)
        }
        let filled: String = row[12]
        var draft = MessageDraft(
            id: ID(rawValue: row[0]), customer: row[1], address: row[2], template: row[3],
            version: row[4], topic: row[5], stream: stream, journey: row[7], step: row[8],
            campaign: row[9], subject: row[10], messageID: row[11],
            filled: Array(filled.utf8), links: row[13],
            createdAt: Timestamp(milliseconds: row[14]))
        draft.channel = row[24]
        draft.isRepeatable = row[25]
        draft.variant = row[26]
        draft.isDrawn = row[27]
        self.init(
            draft: draft,
            state: state, reply: row[16], attempts: row[17], sendingAt: time(18),
            stateAt: time(19) ?? Timestamp(milliseconds: 0), complainedAt: time(20),
            openedAt: time(21), clickedAt: time(22), machineHits: row[23])
    }
}
