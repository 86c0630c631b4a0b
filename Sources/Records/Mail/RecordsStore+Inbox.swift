import GRDB
package import Kernel

/// A message that lies in a customer's inbox.
package struct InboxMessage: Sendable, Equatable {
    /// The outbox item's.
    package var id: ID<OutboxItem>
    package var customer: Int64
    package var title: String
    package var text: String
    /// Empty for none.
    package var url: String
    package var createdAt: Timestamp
    /// Nil for never.
    package var expiresAt: Timestamp?
    package var readAt: Timestamp?

    package init(
        id: ID<OutboxItem>, customer: Int64, title: String, text: String, url: String,
        createdAt: Timestamp, expiresAt: Timestamp? = nil, readAt: Timestamp? = nil
    ) {
        self.id = id
        self.customer = customer
        self.title = title
        self.text = text
        self.url = url
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.readAt = readAt
    }
}

extension RecordsStore {
    /// Puts messages into inboxes, each once; what is over there goes. Durable when this returns.
    package func putInbox(_ message: InboxMessage, at now: Timestamp) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    DELETE FROM inbox_messages
                    WHERE customer = ? AND expires_at > 0 AND expires_at <= ?
                    """, arguments: [message.customer, now.milliseconds])
            try db.execute(
                sql: """
                    INSERT INTO inbox_messages (
                        id, customer, title, text, url, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """,
                arguments: [
                    message.id.rawValue, message.customer, message.title, message.text,
                    message.url, message.createdAt.milliseconds,
                    message.expiresAt?.milliseconds ?? 0,
                ])
        }
    }

    /// What lies in somebody's inbox, the newest first.
    ///
    /// - Parameters:
    ///   - customers: What counts for the customer, by `members(of:)`.
    ///   - before: The last of the page before.
    package func inbox(
        of customers: [Int64], before: ID<OutboxItem>? = nil, limit: Int, now: Timestamp
    ) throws -> [InboxMessage] {
        let places = customers.map { _ in "?" }.joined(separator: ", ")
        let arguments = StatementArguments(
            customers + [now.milliseconds, before?.rawValue ?? .max, Int64(limit)])
        return try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, customer, title, text, url, created_at, expires_at, read_at
                    FROM inbox_messages WHERE customer IN (\(places))
                        AND (expires_at = 0 OR expires_at > ?) AND id < ?
                    ORDER BY id DESC LIMIT ?
                    """, arguments: arguments
            ).map { row in
                func time(_ column: Int) -> Timestamp? {
                    let ms: Int64 = row[column]
                    return ms == 0 ? nil : Timestamp(milliseconds: ms)
                }
                return InboxMessage(
                    id: ID(rawValue: row[0]), customer: row[1], title: row[2], text: row[3],
                    url: row[4], createdAt: Timestamp(milliseconds: row[5]),
                    expiresAt: time(6), readAt: time(7))
            }
        }
    }

    /// How many of them aren't read.
    package func unreadInbox(of customers: [Int64], now: Timestamp) throws -> Int {
        let places = customers.map { _ in "?" }.joined(separator: ", ")
        let arguments = StatementArguments(customers + [now.milliseconds])
        return try read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM inbox_messages WHERE customer IN (\(places))
                        AND read_at = 0 AND (expires_at = 0 OR expires_at > ?)
                    """, arguments: arguments) ?? 0
        }
    }

    /// Whether one of somebody's is read already; nil where it isn't theirs, or there is none.
    package func isInboxRead(
        _ id: ID<OutboxItem>, of customers: [Int64], now: Timestamp
    ) throws -> Bool? {
        let places = customers.map { _ in "?" }.joined(separator: ", ")
        let arguments = StatementArguments([id.rawValue] + customers + [now.milliseconds])
        return try read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT read_at <> 0 FROM inbox_messages WHERE id = ?
                        AND customer IN (\(places)) AND (expires_at = 0 OR expires_at > ?)
                    """, arguments: arguments)
        }
    }

    /// Notes that one is read. Durable when this returns.
    package func noteInboxRead(_ id: ID<OutboxItem>, at now: Timestamp) throws {
        try writeDurably { db in
            try db.execute(
                sql: "UPDATE inbox_messages SET read_at = ? WHERE id = ? AND read_at = 0",
                arguments: [now.milliseconds, id.rawValue])
        }
    }
}
