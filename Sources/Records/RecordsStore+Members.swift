import GRDB
package import Kernel

extension RecordsStore {
    /// Gives a member another password and ends their sessions, in one transaction.
    ///
    /// - Parameters:
    ///   - passwordHash: In PHC string format.
    ///   - tokenHash: The session that goes on, that of whoever asked; nil ends all.
    /// - Returns: False where there is no such member.
    package func setPassword(
        of member: ID<Member>, to passwordHash: String, keepingSession tokenHash: [UInt8]? = nil
    ) throws -> Bool {
        try writeDurably { db in
            try db.execute(
                sql: "UPDATE members SET password_hash = ? WHERE id = ?",
                arguments: [passwordHash, member.rawValue])
            guard db.changesCount > 0 else { return false }
            try db.execute(
                sql: "DELETE FROM sessions WHERE member = ? AND token_hash <> ?",
                arguments: [member.rawValue, (tokenHash ?? []).databaseBlob])
            return true
        }
    }

    /// What came of removing a member.
    package enum MemberRemoval: Sendable, Equatable {
        /// The member is gone, and every session of theirs is over.
        case removed
        /// Nobody signs in by that e-mail.
        case unknown
        /// The others could not do without them; nothing was changed.
        case needed
    }

    /// Removes a member and ends their sessions, in one transaction.
    ///
    /// - Parameter mayLeave: Says by the member's role and the roles of all others whether they may be
    ///   removed. Nobody can be added or removed between the question and the removal.
    package func removeMember(
        email: String, where mayLeave: (_ role: String, _ others: [String]) -> Bool
    ) throws -> MemberRemoval {
        try writeDurably { db in
            let found = try Row.fetchOne(
                db, sql: "SELECT id, role FROM members WHERE email = ?", arguments: [email])
            guard let found else { return .unknown }
            let id: Int64 = found[0]
            let others = try String.fetchAll(
                db, sql: "SELECT role FROM members WHERE id <> ?", arguments: [id])
            guard mayLeave(found[1], others) else { return .needed }
            // Sessions go by the foreign key, too; said outright, they don't hang on a pragma.
            try db.execute(sql: "DELETE FROM sessions WHERE member = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM members WHERE id = ?", arguments: [id])
            return .removed
        }
    }
}
