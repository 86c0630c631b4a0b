import FoundationEssentials
import GRDB
package import Kernel
package import Referrals

/// What one commit reads and changes of referrals. It lives in the closure that it was given to.
package struct ReferralCommit {
    let db: Database

    init(_ db: Database) { self.db = db }

    /// What was answered under an id before, and the digest of what was asked; nil where nothing was.
    package func operation(_ id: String) throws -> (digest: [UInt8], answer: [UInt8])? {
        try Row.fetchOne(
            db, sql: "SELECT digest, answer FROM referral_operations WHERE id = ?",
            arguments: [id]
        ).map { ($0.blob(0), $0.blob(1)) }
    }

    package func addOperation(
        _ id: String, digest: [UInt8], answer: [UInt8], at: Timestamp
    ) throws {
        try db.execute(
            sql: "INSERT INTO referral_operations (id, digest, at, answer) VALUES (?, ?, ?, ?)",
            arguments: [id, digest.databaseBlob, at.milliseconds, answer.databaseBlob])
    }

    /// Keeps a customer's code; one that is there stays.
    package func put(
        _ code: ReferralCode, of advocate: ID<Customer>, program: String, at: Timestamp
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO referral_codes (code, program, advocate, made_at) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """, arguments: [code.letters, program, advocate.rawValue, at.milliseconds])
    }

    package func add(_ key: PersonKey, of customer: ID<Customer>) throws {
        try db.execute(
            sql: "INSERT INTO referral_keys (customer, key) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [customer.rawValue, key.bytes.databaseBlob])
    }

    /// A friend's referral in a program; nil where there is none.
    package func state(program: String, friend: Int64) throws -> ReferralState? {
        let bytes = try Row.fetchOne(
            db, sql: "SELECT state FROM referral_states WHERE program = ? AND friend = ?",
            arguments: [program, friend]
        )?.blob(0)
        guard let bytes else { return nil }
        return try ReferralState(decoding: bytes.span)
    }

    package func put(
        _ state: ReferralState, status: String, reason: String, nextAt: Timestamp?, at: Timestamp
    ) throws {
        var writer = ByteWriter(reserving: 128)
        state.encode(to: &writer)
        try db.execute(
            sql: """
                INSERT INTO referral_states (program, advocate, friend, state, status, reason,
                    joined_at, changed_at, next_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                ON CONFLICT (program, friend) DO UPDATE SET state = excluded.state,
                    reason = excluded.reason, joined_at = excluded.joined_at,
                    changed_at = CASE status WHEN excluded.status THEN changed_at
                        ELSE excluded.changed_at END,
                    status = excluded.status, next_at = excluded.next_at
                """,
            arguments: [
                state.id.program, state.id.advocate.rawValue, state.id.friend.rawValue,
                writer.take().databaseBlob, status, reason, state.joinedAt?.milliseconds ?? 0,
                at.milliseconds, nextAt?.milliseconds ?? 0,
            ])
    }

    package func tally(
        program: String, advocate: ID<Customer>
    ) throws -> AdvocateTally {
        let bytes = try Row.fetchOne(
            db, sql: "SELECT tally FROM referral_tallies WHERE program = ? AND advocate = ?",
            arguments: [program, advocate.rawValue]
        )?.blob(0)
        guard let bytes else { return AdvocateTally(program: program, advocate: advocate) }
        return try AdvocateTally(decoding: bytes.span)
    }

    package func put(_ tally: AdvocateTally) throws {
        var writer = ByteWriter(reserving: 128)
        tally.encode(to: &writer)
        try db.execute(
            sql: """
                INSERT INTO referral_tallies (program, advocate, tally, rewards, points)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (program, advocate) DO UPDATE SET tally = excluded.tally,
                    rewards = excluded.rewards, points = excluded.points
                """,
            arguments: [
                tally.program, tally.advocate.rawValue, writer.take().databaseBlob, tally.rewards,
                tally.points,
            ])
    }

    /// Rewards that stand with all advocates of a program.
    package func rewards(of program: String) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT coalesce(sum(rewards), 0) FROM referral_tallies WHERE program = ?",
            arguments: [program]) ?? 0
    }

    /// Has the ledger move points once this is committed.
    package func owe(
        _ effect: ReferralEffect, of program: String, in ledger: String, at: Timestamp
    ) throws {
        var points = effect.points
        if case .takeBack = effect.kind { points = -points }
        try db.execute(
            sql: """
                INSERT INTO referral_effects (operation, program, ledger, customer, role, points,
                    reason, at, is_done, refusal)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '')
                """,
            arguments: [
                effect.operation, program, ledger, effect.customer.rawValue, "\(effect.role)",
                points, effect.reason, at.milliseconds,
            ])
    }

    package func tell(_ event: [UInt8]) throws {
        try db.execute(
            sql: "INSERT INTO referral_news (event) VALUES (?)", arguments: [event.databaseBlob])
    }

    /// Notes how far something was followed.
    package func setPosition(_ name: String, _ position: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO referral_positions (name, position) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET position = excluded.position
                """, arguments: [name, position])
    }
}
