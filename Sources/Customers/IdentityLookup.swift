package import Kernel

/// Reads what is stored about identities; `IdentityState` asks for what it hasn't seen yet.
///
/// Asked within one transaction with the writing of the changes, so that answers don't age.
package struct IdentityLookup {
    /// Whose an identifier is; nil where it is new.
    package var owner: (IdentifierKey) throws -> StoredOwner?
    /// The root of a fragment; nil where there is no such customer.
    package var root: (_ customer: Int64) throws -> Int64?
    /// Everything about the customer with this root.
    package var group: (_ root: Int64) throws -> StoredGroup
    /// All fragments of the customer with this root, the root included.
    package var members: (_ root: Int64) throws -> [Int64]
    /// A merge by its id; nil where there is none.
    package var merge: (ID<Merge>) throws -> StoredMerge?

    /// - Parameter members: Nil where it's no dearer to ask for the whole group.
    package init(
        owner: @escaping (IdentifierKey) throws -> StoredOwner?,
        root: @escaping (Int64) throws -> Int64?,
        group: @escaping (Int64) throws -> StoredGroup,
        members: ((Int64) throws -> [Int64])? = nil,
        merge: @escaping (ID<Merge>) throws -> StoredMerge?
    ) {
        self.owner = owner
        self.root = root
        self.group = group
        self.members = members ?? { try group($0).members }
        self.merge = merge
    }

    /// Where nothing is stored yet: a fresh workspace, a replay from the start.
    package static var empty: IdentityLookup {
        IdentityLookup(
            owner: { _ in nil }, root: { _ in nil },
            group: { StoredGroup(members: [$0], identifiers: [], merges: [], keptApart: []) },
            merge: { _ in nil })
    }
}

/// Whose an identifier is.
package struct StoredOwner: Sendable, Equatable {
    package var fragment: Int64
    package var root: Int64

    package init(fragment: Int64, root: Int64) {
        self.fragment = fragment
        self.root = root
    }
}

/// A customer as it is stored: fragments, what they own, what joins them and keeps them from others.
package struct StoredGroup: Sendable, Equatable {
    package struct OwnedIdentifier: Sendable, Equatable {
        package var kind: IdentifierKind
        package var key: IdentifierKey
        package var fragment: Int64
        package var at: Timestamp

        package init(kind: IdentifierKind, key: IdentifierKey, fragment: Int64, at: Timestamp) {
            self.kind = kind
            self.key = key
            self.fragment = fragment
            self.at = at
        }
    }

    /// All fragments, the root included.
    package var members: [Int64]
    package var identifiers: [OwnedIdentifier]
    /// The merges among the members that hold.
    package var merges: [StoredMerge]
    /// The pairs that one of the members is in.
    package var keptApart: [KeptApart]

    package init(
        members: [Int64], identifiers: [OwnedIdentifier], merges: [StoredMerge],
        keptApart: [KeptApart]
    ) {
        self.members = members
        self.identifiers = identifiers
        self.merges = merges
        self.keptApart = keptApart
    }
}

/// What joins two fragments.
package struct StoredMerge: Sendable, Equatable {
    package var id: ID<Merge>
    package var first: Int64
    package var second: Int64
    package var isUndone: Bool

    package init(id: ID<Merge>, first: Int64, second: Int64, isUndone: Bool) {
        self.id = id
        self.first = first
        self.second = second
        self.isUndone = isUndone
    }
}
