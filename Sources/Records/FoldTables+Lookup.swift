package import Customers
import GRDB
import Kernel

extension FoldTables {
    /// What the tables know about identities, read within this batch's transaction.
    package var identityLookup: IdentityLookup {
        IdentityLookup(
            owner: { [self] key in
                getOwner.bind(1, Int64(bitPattern: key.digest.first))
                getOwner.bind(2, Int64(bitPattern: key.digest.second))
                guard try getOwner.step() else { return nil }
                defer { getOwner.reset() }
                return StoredOwner(fragment: getOwner.integer(0), root: getOwner.integer(1))
            },
            root: { [self] customer in
                getRoot.bind(1, customer)
                guard try getRoot.step() else { return nil }
                defer { getRoot.reset() }
                return getRoot.integer(0)
            },
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
}

extension FoldTables {
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

extension FoldTables {
    /// What the engine remembers of its work on decisions; kept where the log is folded anew.
    package enum NoteName: String, Sendable {
        /// Events up to this position were decided upon, and aren't again.
        case decidedPosition = "decided-position"
        /// The last customer that was looked at since definitions changed; −1 once all were.
        case reviewedCustomer = "reviewed-customer"
        /// Counts the changes of definitions, and of what the models foretold.
        case generation
        /// The newest of those by which all customers were looked at.
        case reviewedGeneration = "reviewed-generation"
    }

    /// 0 before it is first noted.
    package func note(_ name: NoteName) throws -> Int64 {
        let text = try String.fetchOne(
            db, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name.rawValue])
        return text.flatMap { Int64($0) } ?? 0
    }

    package func setNote(_ name: NoteName, to value: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO settings (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [name.rawValue, String(value)])
    }

    /// Customers that count for nobody else, in order of their ids.
    package func customers(after customer: Int64, limit: Int) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: "SELECT id FROM customers WHERE id > ? AND root = id ORDER BY id LIMIT ?",
            arguments: [customer, limit])
    }

    /// Whom a customer counts for; nil where there is no such customer.
    package func root(of customer: Int64) throws -> Int64? {
        getRoot.bind(1, customer)
        guard try getRoot.step() else { return nil }
        defer { getRoot.reset() }
        return getRoot.integer(0)
    }
}
