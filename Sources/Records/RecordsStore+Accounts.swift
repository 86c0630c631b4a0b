import GRDB
package import Kernel

/// A member as stored.
package struct MemberRecord: Sendable, Equatable {
    package var id: ID<Member>
    package var email: String
    package var name: String
    package var role: String
    /// In PHC string format.
    package var passwordHash: String
    package var createdAt: Timestamp

    package init(
        id: ID<Member>, email: String, name: String, role: String, passwordHash: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.createdAt = createdAt
    }
}

/// A signed-in session as stored: only a hash of its token.
package struct SessionRecord: Sendable, Equatable {
    package var tokenHash: [UInt8]
    package var member: ID<Member>
    package var createdAt: Timestamp
    package var usedAt: Timestamp

    package init(tokenHash: [UInt8], member: ID<Member>, createdAt: Timestamp, usedAt: Timestamp) {
        self.tokenHash = tokenHash
        self.member = member
        self.createdAt = createdAt
        self.usedAt = usedAt
    }
}

extension RecordsStore {
    /// - Returns: False where there is a member with this e-mail already; nothing is changed then.
    package func addMember(_ member: MemberRecord) throws -> Bool {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO members (id, email, name, role, password_hash, created_at)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING
                    """,
                arguments: [
                    member.id.rawValue, member.email, member.name, member.role,
                    member.passwordHash, member.createdAt.milliseconds,
                ])
            return db.changesCount > 0
        }
    }

    package func member(email: String) throws -> MemberRecord? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT id, email, name, role, password_hash, created_at FROM members
                    WHERE email = ?
                    """, arguments: [email]
            ).map(member)
        }
    }

    package func member(_ id: ID<Member>) throws -> MemberRecord? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT id, email, name, role, password_hash, created_at FROM members
                    WHERE id = ?
                    """, arguments: [id.rawValue]
            ).map(member)
        }
    }

    /// All members, the first who joined first.
    package func members() throws -> [MemberRecord] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, email, name, role, password_hash, created_at FROM members
                    ORDER BY id
                    """
            ).map(member)
        }
    }

    private func member(_ row: Row) -> MemberRecord {
        MemberRecord(
            id: ID(rawValue: row[0]), email: row[1], name: row[2], role: row[3],
            passwordHash: row[4], createdAt: Timestamp(milliseconds: row[5]))
    }

    package func addSession(_ session: SessionRecord) throws {
        try writeDurably { db in
            try db.execute(
                sql: """
                    INSERT INTO sessions (token_hash, member, created_at, used_at)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    session.tokenHash.databaseBlob, session.member.rawValue,
                    session.createdAt.milliseconds, session.usedAt.milliseconds,
                ])
        }
    }

    package func session(tokenHash: [UInt8]) throws -> SessionRecord? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT member, created_at, used_at FROM sessions WHERE token_hash = ?",
                arguments: [tokenHash.databaseBlob]
            ).map { row in
                SessionRecord(
                    tokenHash: tokenHash, member: ID(rawValue: row[0]),
                    createdAt: Timestamp(milliseconds: row[1]),
                    usedAt: Timestamp(milliseconds: row[2]))
            }
        }
    }

    /// Notes that the session was used; a lost note only ends it sooner, so it isn't synced.
    package func touchSession(tokenHash: [UInt8], at time: Timestamp) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "UPDATE sessions SET used_at = ? WHERE token_hash = ?",
                arguments: [time.milliseconds, tokenHash.databaseBlob])
        }
    }

    package func removeSession(tokenHash: [UInt8]) throws {
        try writeDurably { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE token_hash = ?",
                arguments: [tokenHash.databaseBlob])
        }
    }

    /// Deletes sessions that were last used before a time.
    package func removeSessions(unusedSince time: Timestamp) throws {
        try writeDurably { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE used_at < ?", arguments: [time.milliseconds])
        }
    }
}
