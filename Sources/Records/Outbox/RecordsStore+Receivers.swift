import GRDB
package import Kernel

/// Another system that is told by webhook.
package struct ReceiverRecord: Sendable, Equatable {
    package var id: ID<Receiver>
    /// What journeys call it by.
    package var name: String
    package var url: String
    /// `whsec_` and base64; kept as it is, for every message is signed with it.
    package var secret: String
    package var isEnabled: Bool
    /// Why it isn't enabled; empty where it is.
    package var disabledReason: String
    /// Whether it may be at an address that isn't public, and without TLS.
    package var allowsPrivate: Bool
    package var createdAt: Timestamp
    /// Attempts in a row that failed, of any item.
    package var consecutiveFailures: Int
    /// What went wrong last; empty since the last success.
    package var lastError: String
    /// Nothing is sent before; nil where nothing holds it back.
    package var heldUntil: Timestamp?
    /// When it last took something; nil before the first time.
    package var deliveredAt: Timestamp?

    package init(
        id: ID<Receiver>, name: String, url: String, secret: String, allowsPrivate: Bool = false,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.url = url
        self.secret = secret
        isEnabled = true
        disabledReason = ""
        self.allowsPrivate = allowsPrivate
        self.createdAt = createdAt
        consecutiveFailures = 0
        lastError = ""
    }
}

extension RecordsStore {
    /// - Returns: False where there is a receiver of this name already; nothing is changed then.
    package func addReceiver(_ receiver: ReceiverRecord) throws -> Bool {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO receivers (id, name, url, secret, allow_private, created_at)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                    """,
                arguments: [
                    receiver.id.rawValue, receiver.name, receiver.url, receiver.secret,
                    receiver.allowsPrivate, receiver.createdAt.milliseconds,
                ])
            return db.changesCount > 0
        }
    }

    /// All receivers, by name.
    package func receivers() throws -> [ReceiverRecord] {
        try read { db in
            try Row.fetchAll(db, sql: receiverColumns + " ORDER BY name")
                .map(ReceiverRecord.init(row:))
        }
    }

    package func receiver(named name: String) throws -> ReceiverRecord? {
        try read { db in
            try Row.fetchOne(db, sql: receiverColumns + " WHERE name = ?", arguments: [name])
                .map(ReceiverRecord.init(row:))
        }
    }

    /// - Returns: False where there is no such receiver.
    package func removeReceiver(named name: String) throws -> Bool {
        let isRemoved = try writeDurably { db in
            try db.execute(sql: "DELETE FROM receivers WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
        if isRemoved { outboxBell.ring() }
        return isRemoved
    }

    /// Sends to a receiver again, at once.
    ///
    /// - Returns: False where there is no such receiver.
    package func enableReceiver(named name: String) throws -> Bool {
        let isEnabled = try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE receivers SET enabled = 1, disabled_reason = '', last_error = '',
                        consecutive_failures = 0, held_until = 0
                    WHERE name = ?
                    """, arguments: [name])
            return db.changesCount > 0
        }
        if isEnabled { outboxBell.ring() }
        return isEnabled
    }

    /// Sends nothing more to a receiver; what is for it waits.
    ///
    /// - Returns: False where there is no such receiver.
    package func disableReceiver(named name: String, reason: String) throws -> Bool {
        try writeDurably { db in
            try db.execute(
                sql: "UPDATE receivers SET enabled = 0, disabled_reason = ? WHERE name = ?",
                arguments: [reason, name])
            return db.changesCount > 0
        }
    }

    func write(_ note: ReceiverNote, _ db: Database, at now: Timestamp) throws {
        switch note.news {
        case .delivered:
            try db.execute(
                sql: """
                    UPDATE receivers SET consecutive_failures = 0, last_error = '', held_until = 0,
                        delivered_at = ?
                    WHERE name = ?
                    """, arguments: [now.milliseconds, note.name])
        case .failed(let inRow, let reason, let heldUntil):
            try db.execute(
                sql: """
                    UPDATE receivers SET consecutive_failures = ?, last_error = ?, held_until = ?
                    WHERE name = ?
                    """, arguments: [inRow, reason, heldUntil?.milliseconds ?? 0, note.name])
        case .gone(let reason):
            try db.execute(
                sql: "UPDATE receivers SET enabled = 0, disabled_reason = ? WHERE name = ?",
                arguments: [reason, note.name])
        }
    }
}

private let receiverColumns = """
    SELECT id, name, url, secret, enabled, disabled_reason, allow_private, created_at,
        consecutive_failures, last_error, held_until, delivered_at
    FROM receivers
    """

extension ReceiverRecord {
    fileprivate init(row: Row) {
        self.init(
            id: ID(rawValue: row[0]), name: row[1], url: row[2], secret: row[3],
            allowsPrivate: row[6], createdAt: Timestamp(milliseconds: row[7]))
        isEnabled = row[4]
        disabledReason = row[5]
        consecutiveFailures = row[8]
        lastError = row[9]
        let held: Int64 = row[10]
        heldUntil = held == 0 ? nil : Timestamp(milliseconds: held)
        let delivered: Int64 = row[11]
        deliveredAt = delivered == 0 ? nil : Timestamp(milliseconds: delivered)
    }
}
