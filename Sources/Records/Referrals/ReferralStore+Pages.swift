import GRDB
package import Kernel

extension ReferralStore {
    /// Referrals of a program for a page, the newest first.
    ///
    /// - Parameter status: `ReferralStatus.word`; nil for all.
    package func page(of program: String, status: String?, limit: Int) throws -> [ReferralRow] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT program, advocate, friend, status, reason, joined_at, changed_at
                    FROM referral_states WHERE program = ?1 AND (?2 IS NULL OR status = ?2)
                    ORDER BY number DESC LIMIT ?3
                    """, arguments: [program, status, limit]
            ).map { row in
                ReferralRow(
                    program: row[0], advocate: ID(rawValue: row[1]), friend: ID(rawValue: row[2]),
                    status: row[3], reason: row[4],
                    joinedAt: Timestamp(milliseconds: row[5]),
                    changedAt: Timestamp(milliseconds: row[6]))
            }
        }
    }
}
