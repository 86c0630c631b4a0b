import Customers
import GRDB
package import Kernel

/// What is kept of somebody who is to get a message, as it stands now; two that are the same say the same.
package struct MailSubject: Sendable, Equatable {
    /// Whom the message is for by now.
    package var root: Int64
    /// Of all their fragments.
    package var profiles: [[UInt8]]
    package var behaviours: [[UInt8]]
    /// The address that they gave last; nil where they gave none.
    package var address: String?
}

extension RecordsStore {
    /// What is kept of customers, in their order, read at one moment.
    package func mailSubjects(of customers: [Int64]) throws -> [MailSubject] {
        try read { db in
            let root = try HotStatement(db, "SELECT root FROM customers WHERE id = ?1")
            let members = try HotStatement(
                db, "SELECT id FROM customers WHERE root = ?1 AND root <> id ORDER BY id")
            let profile = try HotStatement(db, "SELECT profile FROM profiles WHERE customer = ?1")
            let behaviour = try HotStatement(db, "SELECT state FROM behaviours WHERE customer = ?1")
            let address = try HotStatement(
                db,
                """
                SELECT value, first_at FROM identifiers WHERE customer = ?1 AND kind = ?2
                ORDER BY first_at DESC LIMIT 1
                """)
            address.bind(2, Int64(IdentifierKind.email.rawValue))
            return try customers.map { customer in
                root.bind(1, customer)
                var subject = MailSubject(root: customer, profiles: [], behaviours: [])
                if try root.step() {
                    subject.root = root.integer(0)
                    root.reset()
                }
                var fragments = [subject.root]
                members.bind(1, subject.root)
                while try members.step() { fragments.append(members.integer(0)) }
                var newest = Int64.min
                for fragment in fragments {
                    profile.bind(1, fragment)
                    while try profile.step() { subject.profiles.append(profile.blob(0)) }
                    behaviour.bind(1, fragment)
                    while try behaviour.step() { subject.behaviours.append(behaviour.blob(0)) }
                    address.bind(1, fragment)
                    while try address.step() {
                        guard address.integer(1) > newest || subject.address == nil else {
                            continue
                        }
                        newest = address.integer(1)
                        subject.address = address.text(0)
                    }
                }
                return subject
            }
        }
    }

    /// Those of addresses that are on the suppression list, by the address in small letters.
    package func suppressions(among addresses: [String]) throws -> [String: SuppressionRecord] {
        try read { db in
            let get = try HotStatement(
                db, "SELECT reason, evidence, since FROM suppressions WHERE address = ?1")
            var found: [String: SuppressionRecord] = [:]
            for address in addresses {
                let key = address.lowercased()
                get.bind(1, text: key)
                guard try get.step() else { continue }
                found[key] = SuppressionRecord(
                    address: key,
                    reason: SuppressionRecord.Reason(rawValue: get.text(0)) ?? .manual,
                    evidence: get.text(1), since: Timestamp(milliseconds: get.integer(2)))
                get.reset()
            }
            return found
        }
    }
}
