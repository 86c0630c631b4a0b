package import Customers
import GRDB
package import Kernel

/// What the fold reads of its tables, through one connection.
///
/// Belongs to one `FoldTables`; used on one thread at a time.
package final class FoldReads {
    private let db: Database
    private let getOwner: HotStatement
    private let getRoot: HotStatement
    private let getMembers: HotStatement
    private let getIdentifiers: HotStatement
    private let getIdentifierTexts: HotStatement
    private let getApart: HotStatement
    private let getProfile: HotStatement
    private let getBehaviours: HotStatement
    private let getAutomation: HotStatement
    private let getCampaignMessages: HotStatement
    private let beginReading: HotStatement
    private let endReading: HotStatement

    init(_ db: Database) throws {
        self.db = db
        getOwner = try HotStatement(
            db,
            """
            SELECT identifiers.customer, customers.root FROM identifiers
            JOIN customers ON customers.id = identifiers.customer
            WHERE identifiers.key_high = ?1 AND identifiers.key_low = ?2
            """)
        getRoot = try HotStatement(db, "SELECT root FROM customers WHERE id = ?1")
        getMembers = try HotStatement(
            db, "SELECT id FROM customers WHERE root = ?1 AND root <> id")
        getIdentifiers = try HotStatement(
            db,
            "SELECT kind, key_high, key_low, first_at FROM identifiers WHERE customer = ?1")
        getIdentifierTexts = try HotStatement(
            db,
            "SELECT kind, value, first_position FROM identifiers WHERE customer = ?1")
        getApart = try HotStatement(
            db,
            """
            SELECT low, high FROM kept_apart WHERE low = ?1
            UNION ALL SELECT low, high FROM kept_apart WHERE high = ?1
            """)
        getProfile = try HotStatement(db, "SELECT profile FROM profiles WHERE customer = ?1")
        getBehaviours = try HotStatement(
            db, "SELECT state FROM behaviours WHERE customer = ?1")
        getAutomation = try HotStatement(
            db, "SELECT due, state FROM automations WHERE customer = ?1")
        getCampaignMessages = try HotStatement(db, CampaignMessage.reading)
        beginReading = try HotStatement(db, "BEGIN")
        endReading = try HotStatement(db, "COMMIT")
    }

    /// Sees the tables as they are from the first look on, until `end`.
    func begin() throws {
        do {
            try beginReading.run()
        } catch {
            // An earlier view may not have ended.
            try? endReading.run()
            try beginReading.run()
        }
    }

    func end() throws { try endReading.run() }

    // MARK: States

    /// A fragment's encoded profile; empty where there is none yet.
    package func profile(of customer: Int64) throws -> [UInt8] {
        try bytes(getProfile, of: customer)
    }

    /// A fragment's encoded behaviours; empty where there are none.
    package func behaviours(of fragment: Int64) throws -> [UInt8] {
        try bytes(getBehaviours, of: fragment)
    }

    private func bytes(_ statement: HotStatement, of customer: Int64) throws -> [UInt8] {
        statement.bind(1, customer)
        guard try statement.step() else { return [] }
        defer { statement.reset() }
        return statement.blob(0)
    }

    /// A customer's encoded automation with its timer; nil where there is none.
    package func automation(
        of customer: Int64
    ) throws -> (due: Timestamp?, state: [UInt8])? {
        getAutomation.bind(1, customer)
        guard try getAutomation.step() else { return nil }
        defer { getAutomation.reset() }
        let due = getAutomation.integer(0)
        return (
            due == AutomationStatements.noDue ? nil : Timestamp(milliseconds: due),
            getAutomation.blob(1)
        )
    }

    /// What campaigns sent to any of these since a moment.
    package func campaignMessages(
        of members: [Int64], since: Timestamp
    ) throws -> [CampaignMessage] {
        try getCampaignMessages.campaignMessages(of: members, since: since)
    }

    // MARK: Identity

    /// Whom a customer counts for; nil where there is no such customer.
    package func root(of customer: Int64) throws -> Int64? {
        getRoot.bind(1, customer)
        guard try getRoot.step() else { return nil }
        defer { getRoot.reset() }
        return getRoot.integer(0)
    }

    /// What the tables know about identities.
    package var identityLookup: IdentityLookup {
        IdentityLookup(
            owner: { [self] key in
                getOwner.bind(1, Int64(bitPattern: key.digest.first))
                getOwner.bind(2, Int64(bitPattern: key.digest.second))
                guard try getOwner.step() else { return nil }
                defer { getOwner.reset() }
                return StoredOwner(fragment: getOwner.integer(0), root: getOwner.integer(1))
            },
            root: { [self] customer in try root(of: customer) },
            group: { [self] root in try group(root) },
            members: { [self] root in
                var members = [root]
                getMembers.bind(1, root)
                while try getMembers.step() { members.append(getMembers.integer(0)) }
                return members
            },
            merge: { [self] id in try merges("WHERE id = ?1", id.rawValue).first })
    }

    private func group(_ root: Int64) throws -> StoredGroup {
        var members = [root]
        getMembers.bind(1, root)
        while try getMembers.step() { members.append(getMembers.integer(0)) }
        var group = StoredGroup(members: members, identifiers: [], merges: [], keptApart: [])
        for member in members {
            getIdentifiers.bind(1, member)
            while try getIdentifiers.step() {
                guard
                    let kind = IdentifierKind(rawValue: UInt8(clamping: getIdentifiers.integer(0)))
                else { continue }
                group.identifiers.append(
                    .init(
                        kind: kind,
                        key: IdentifierKey(
                            digest: SipHash.Digest(
                                first: UInt64(bitPattern: getIdentifiers.integer(1)),
                                second: UInt64(bitPattern: getIdentifiers.integer(2)))),
                        fragment: member,
                        at: Timestamp(milliseconds: getIdentifiers.integer(3))))
            }
            getApart.bind(1, member)
            while try getApart.step() {
                group.keptApart.append(KeptApart(getApart.integer(0), getApart.integer(1)))
            }
        }
        if members.count > 1 {
            for member in members {
                group.merges += try merges(
                    "WHERE first_fragment = ?1 AND undone_position = 0", member)
            }
        }
        return group
    }

    private func merges(_ condition: String, _ argument: Int64) throws -> [StoredMerge] {
        let statement = try HotStatement(
            db,
            """
            SELECT id, first_fragment, second_fragment, undone_position FROM merges \(condition)
            """)
        statement.bind(1, argument)
        var found: [StoredMerge] = []
        while try statement.step() {
            found.append(
                StoredMerge(
                    id: ID(rawValue: statement.integer(0)), first: statement.integer(1),
                    second: statement.integer(2), isUndone: statement.integer(3) != 0))
        }
        return found
    }

    /// The identifiers that a fragment owns, in the order in which they were first seen; of those that one
    /// event brought, by kind and then by their bytes.
    package func identifiers(
        of fragment: Int64
    ) throws -> [(kind: IdentifierKind, value: String)] {
        getIdentifierTexts.bind(1, fragment)
        var found: [(kind: IdentifierKind, value: String, position: Int64)] = []
        while try getIdentifierTexts.step() {
            guard
                let kind = IdentifierKind(rawValue: UInt8(clamping: getIdentifierTexts.integer(0)))
            else { continue }
            found.append((kind, getIdentifierTexts.text(1), getIdentifierTexts.integer(2)))
        }
        // Here, as there are few: SQLite makes a sorter for each customer.
        if found.count > 1 {
            found.sort { one, other in
                if one.position != other.position { return one.position < other.position }
                if one.kind != other.kind { return one.kind.rawValue < other.kind.rawValue }
                return one.value.utf8.lexicographicallyPrecedes(other.value.utf8)
            }
        }
        return found.map { ($0.kind, $0.value) }
    }
}
