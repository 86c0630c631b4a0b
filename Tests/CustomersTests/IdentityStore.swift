import Customers
import Kernel

/// What the shell's tables would hold: written from changes, read through a lookup.
final class IdentityStore {
    var roots: [Int64: Int64] = [:]
    var identifiers: [IdentifierKey: NewIdentifier] = [:]
    var merges: [ID<Merge>: StoredMerge] = [:]
    var keptApart: Set<KeptApart> = []

    var lookup: IdentityLookup {
        IdentityLookup(
            owner: { key in
                self.identifiers[key].map {
                    StoredOwner(fragment: $0.customer, root: self.roots[$0.customer] ?? 0)
                }
            },
            root: { self.roots[$0] },
            group: { root in
                let members = Set(self.roots.filter { $0.value == root }.keys)
                return StoredGroup(
                    members: members.sorted(),
                    identifiers: self.identifiers.values.filter { members.contains($0.customer) }
                        .map {
                            StoredGroup.OwnedIdentifier(
                                kind: $0.identifier.kind, key: $0.key, fragment: $0.customer,
                                at: $0.at)
                        },
                    merges: self.merges.values.filter { members.contains($0.first) },
                    keptApart: self.keptApart.filter {
                        members.contains($0.first) || members.contains($0.second)
                    })
            },
            merge: { self.merges[$0] })
    }

    func write(_ changes: IdentityChanges) {
        for new in changes.customers { roots[new.customer] = new.customer }
        for new in changes.identifiers { identifiers[new.key] = new }
        for membership in changes.memberships { roots[membership.member] = membership.customer }
        for merge in changes.merges {
            merges[merge.id] = StoredMerge(
                id: merge.id, first: merge.first, second: merge.second, isUndone: false)
        }
        for undo in changes.undone { merges[undo.merge]?.isUndone = true }
        keptApart.formUnion(changes.keptApart)
        keptApart.subtract(changes.joinedAgain)
    }
}

let testHash = SipHash(key: SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908))

/// A state with a position that counts up, for tests that send one event after another.
struct IdentityRun {
    var state: IdentityState
    var position: Int64 = 0
    var lookup = IdentityLookup.empty

    init(_ rules: IdentityRules = IdentityRules()) {
        state = IdentityState(rules: rules, hash: testHash)
    }

    mutating func see(
        _ identifiers: (IdentifierKind, String)..., at: Int64? = nil
    ) throws -> Resolution {
        position += 1
        return try state.resolve(
            identifiers.map { (kind: $0.0, text: $0.1) }, position: position,
            at: Timestamp(milliseconds: at ?? position), lookup: lookup)
    }

    mutating func alias(_ userID: String, _ previous: String) throws -> Resolution {
        position += 1
        return try state.alias(
            userID, previous: previous, position: position,
            at: Timestamp(milliseconds: position), lookup: lookup)
    }

    mutating func merge(_ one: Int64, _ other: Int64) throws -> Resolution {
        position += 1
        return try state.mergeManually(
            one, other, position: position, at: Timestamp(milliseconds: position), lookup: lookup)
    }

    mutating func undo(_ merge: MergeRecord) throws {
        position += 1
        try state.undo(
            merge.id, position: position, at: Timestamp(milliseconds: position), lookup: lookup)
    }
}
