package import Customers
import GRDB
package import Kernel

/// A merge as it is listed.
package struct MergeListing: Sendable, Equatable {
    package var id: ID<Merge>
    package var winner: ID<Customer>
    package var loser: ID<Customer>
    /// `identifiers`, `alias` or `manual`.
    package var reason: String
    /// The two identifiers that met, as `kind value`; empty for a merge by hand.
    package var strong: String
    package var weak: String
    package var position: Int64
    package var mergedAt: Timestamp
    /// Nil while the merge holds.
    package var undoneAt: Timestamp?
}

/// An identifier as it is listed.
package struct IdentifierListing: Sendable, Equatable {
    package var kind: IdentifierKind
    package var value: String
    package var firstAt: Timestamp
    package var customer: ID<Customer>
}

extension RecordsStore {
    /// The last log position that is folded.
    package func foldedPosition() throws -> Int64 {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT value FROM fold_state WHERE name = 'position'") ?? 0
        }
    }

    /// Whose an identifier is: the customer it counts for now; nil where nobody has it.
    package func customer(identifiedBy key: IdentifierKey) throws -> ID<Customer>? {
        try read { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT customers.root FROM identifiers
                    JOIN customers ON customers.id = identifiers.customer
                    WHERE identifiers.key_high = ? AND identifiers.key_low = ?
                    """,
                arguments: [
                    Int64(bitPattern: key.digest.first), Int64(bitPattern: key.digest.second),
                ]
            ).map { ID(rawValue: $0) }
        }
    }

    /// The customer that an id counts for now; nil for an unknown id.
    package func root(of customer: ID<Customer>) throws -> ID<Customer>? {
        try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT root FROM customers WHERE id = ?", arguments: [customer.rawValue]
            ).map { ID(rawValue: $0) }
        }
    }

    /// The fragments that count for a customer, itself first.
    package func members(of root: ID<Customer>) throws -> [Int64] {
        try read { db in
            [root.rawValue]
                + (try Int64.fetchAll(
                    db, sql: "SELECT id FROM customers WHERE root = ? AND root <> id ORDER BY id",
                    arguments: [root.rawValue]))
        }
    }

    /// The encoded profiles of fragments; those without one are left out.
    package func profiles(of members: [Int64]) throws -> [[UInt8]] {
        try read { db in
            let statement = try HotStatement(
                db, "SELECT profile FROM profiles WHERE customer = ?1")
            var profiles: [[UInt8]] = []
            for member in members {
                statement.bind(1, member)
                if try statement.step() {
                    profiles.append(statement.blob(0))
                    statement.reset()
                }
            }
            return profiles
        }
    }

    /// The encoded profiles of the fragments that came last.
    package func newestProfiles(limit: Int) throws -> [[UInt8]] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT profile FROM profiles ORDER BY customer DESC LIMIT ?",
                arguments: [limit]
            ).map { try $0.bytes(0) }
        }
    }

    /// The identifiers of fragments, the strongest kind first, then the oldest.
    package func identifiers(of members: [Int64]) throws -> [IdentifierListing] {
        try read { db in
            let statement = try HotStatement(
                db, "SELECT kind, value, first_at FROM identifiers WHERE customer = ?1")
            var listings: [IdentifierListing] = []
            for member in members {
                statement.bind(1, member)
                while try statement.step() {
                    guard let kind = IdentifierKind(rawValue: UInt8(clamping: statement.integer(0)))
                    else { continue }
                    listings.append(
                        IdentifierListing(
                            kind: kind, value: statement.text(1),
                            firstAt: Timestamp(milliseconds: statement.integer(2)),
                            customer: ID(rawValue: member)))
                }
            }
            return listings.sorted {
                ($0.kind.rawValue, $0.firstAt, $0.value) < ($1.kind.rawValue, $1.firstAt, $1.value)
            }
        }
    }

    /// Merges, newest first.
    ///
    /// - Parameters:
    ///   - members: Only merges between these fragments; nil for all.
    ///   - limit: How many at most.
    package func merges(among members: [Int64]? = nil, limit: Int) throws -> [MergeListing] {
        try read { db in
            var rows: [Row] = []
            if let members {
                for member in members {
                    rows += try Row.fetchAll(
                        db,
                        sql: mergeColumns + " WHERE first_fragment = ? ORDER BY id DESC LIMIT ?",
                        arguments: [member, limit])
                }
            } else {
                rows = try Row.fetchAll(
                    db, sql: mergeColumns + " ORDER BY id DESC LIMIT ?", arguments: [limit])
            }
            let listings = rows.map(MergeListing.init(row:))
            return Array(listings.sorted { $0.id > $1.id }.prefix(limit))
        }
    }

    /// One merge; nil where there is none.
    package func merge(_ id: ID<Merge>) throws -> MergeListing? {
        try read { db in
            try Row.fetchOne(
                db, sql: mergeColumns + " WHERE id = ?", arguments: [id.rawValue]
            ).map(MergeListing.init(row:))
        }
    }

    /// Merges that came after one, oldest first: those that are still to be told on the log.
    package func merges(after id: Int64, limit: Int) throws -> [MergeListing] {
        try read { db in
            try Row.fetchAll(
                db, sql: mergeColumns + " WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [id, limit]
            ).map(MergeListing.init(row:))
        }
    }
}

private let mergeColumns = """
    SELECT id, winner, loser, reason, strong, weak, position, merged_at, undone_at FROM merges
    """

extension MergeListing {
    fileprivate init(row: Row) {
        let undone: Int64 = row[8]
        self.init(
            id: ID(rawValue: row[0]), winner: ID(rawValue: row[1]), loser: ID(rawValue: row[2]),
            reason: row[3], strong: row[4], weak: row[5], position: row[6],
            mergedAt: Timestamp(milliseconds: row[7]),
            undoneAt: undone == 0 ? nil : Timestamp(milliseconds: undone))
    }
}

extension RecordsStore {
    /// Every user id that is known, in order of its customer.
    package func userIDs() throws -> [String] {
        try read { db in
            try String.fetchAll(
                db, sql: "SELECT value FROM identifiers WHERE kind = 1 ORDER BY customer")
        }
    }
}
