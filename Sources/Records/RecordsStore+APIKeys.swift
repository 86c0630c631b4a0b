import GRDB
package import Kernel

/// An API key as stored: only a hash of its secret.
package struct APIKeyRecord: Sendable, Equatable {
    package var id: ID<APIKey>
    package var name: String
    package var scope: String
    /// The key's first characters, to tell keys apart by.
    package var shownPrefix: String
    /// SHA-256 of the whole key.
    package var secretHash: [UInt8]
    package var createdAt: Timestamp
    package var revokedAt: Timestamp?

    package init(
        id: ID<APIKey>, name: String, scope: String, shownPrefix: String, secretHash: [UInt8],
        createdAt: Timestamp, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.scope = scope
        self.shownPrefix = shownPrefix
        self.secretHash = secretHash
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

extension RecordsStore {
    package func addAPIKey(_ key: APIKeyRecord) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO api_keys (id, name, scope, shown_prefix, secret_hash, created_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.id.rawValue, key.name, key.scope, key.shownPrefix,
                    key.secretHash.databaseBlob, key.createdAt.milliseconds,
                ])
        }
    }

    /// All keys, revoked ones included, oldest first.
    package func apiKeys() throws -> [APIKeyRecord] {
        try read { db in
            let statement = try HotStatement(
                db,
                """
                SELECT id, name, scope, shown_prefix, secret_hash, created_at, revoked_at
                FROM api_keys ORDER BY id
                """)
            var keys: [APIKeyRecord] = []
            while try statement.step() {
                let revokedAt = statement.integer(6)
                keys.append(
                    APIKeyRecord(
                        id: ID(rawValue: statement.integer(0)), name: statement.text(1),
                        scope: statement.text(2), shownPrefix: statement.text(3),
                        secretHash: statement.blob(4),
                        createdAt: Timestamp(milliseconds: statement.integer(5)),
                        revokedAt: revokedAt == 0 ? nil : Timestamp(milliseconds: revokedAt)))
            }
            return keys
        }
    }

    /// - Returns: False where there is no such key in use.
    package func revokeAPIKey(_ id: ID<APIKey>, at time: Timestamp) throws -> Bool {
        try writeDurably { db in
            try db.execute(
                sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at = 0",
                arguments: [time.milliseconds, id.rawValue])
            return db.changesCount > 0
        }
    }
}
