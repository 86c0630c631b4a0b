package import Kernel

/// Who is who, as far as a stretch of the log needs to know: a working set that is loaded as it goes,
/// and the changes that events make to it.
///
/// Every identifier belongs to a *fragment*, which is a customer by itself until it is merged. Merges
/// are edges between fragments; fragments that edges connect are one customer, known by the lowest
/// fragment, the *root*. `DESIGN.md` tells why, and what follows for undoing.
///
/// Pure: the same events in the same order give the same changes, whatever was loaded when. The state
/// may be kept from batch to batch; after a failed transaction, start with a new one.
package struct IdentityState: Sendable {
    struct Fragment {
        let id: Int64
        /// The slot of the root.
        var root: Int32
        /// The next fragment of the same customer; the last one's next is the first again.
        var next: Int32
        /// The newest identifier of this fragment; −1 for none. Complete where `isWhole`.
        var identifier: Int32 = -1
        /// Whether the customer's fragments, identifiers and merges are all loaded.
        var isWhole: Bool
    }

    struct Owned {
        let kind: IdentifierKind
        let at: Timestamp
        /// The next identifier of the same fragment; −1 for none.
        let next: Int32
    }

    struct Edge {
        let id: ID<Merge>
        let first: Int32
        let second: Int32
    }

    package let rules: IdentityRules
    package internal(set) var changes = IdentityChanges()
    var fragments: [Fragment] = []
    var slots = NumberPlaces()
    /// The slot of each identifier's fragment.
    var owners = DigestPlaces()
    var identifiers: [Owned] = []
    /// The edges of each merged customer, by the root's slot.
    var edges: [Int32: [Edge]] = [:]
    /// One of the fragments of each merge that holds.
    var edgeHomes: [ID<Merge>: Int32] = [:]
    var undone: Set<ID<Merge>> = []
    /// For each fragment, those it is kept apart from.
    var apart: [Int64: Set<Int64>] = [:]
    var candidates: IdentifierCandidates

    /// - Parameter hash: Keyed with the workspace's key; the same key as that of the stored rows.
    package init(rules: IdentityRules, hash: SipHash) {
        self.rules = rules
        candidates = IdentifierCandidates(rules: rules, hash: hash)
    }

    /// How many fragments and identifiers are held; the shell starts a new state above a limit of its own.
    package var count: Int { fragments.count + owners.count }

    /// The changes since the last call.
    package mutating func takeChanges() -> IdentityChanges {
        defer { changes = IdentityChanges() }
        return changes
    }

    /// The customer that a fragment counts for, as far as it is loaded; nil where it isn't.
    package func customer(of fragment: Int64) -> Int64? {
        slots[fragment].map { fragments[Int(fragments[$0].root)].id }
    }

    /// All fragments of the customer with this root, the root included, in order of their ids.
    ///
    /// - Throws: What `lookup` throws.
    package func members(of root: Int64, _ lookup: IdentityLookup) throws -> [Int64] {
        guard let slot = slots[root], fragments[slot].isWhole else {
            return try lookup.members(root).sorted()
        }
        var members: [Int64] = []
        forEachMember(of: Int32(slot)) { members.append(fragments[Int($0)].id) }
        return members.sorted()
    }

    // MARK: Loading

    /// The slot of a fragment whose root is known; adds what wasn't held.
    mutating func slot(of id: Int64, root: Int64) -> Int32 {
        if let slot = slots[id] { return Int32(slot) }
        if id == root { return append(id, root: nil, isWhole: false) }
        let rootSlot = slot(of: root, root: root)
        return append(id, root: rootSlot, isWhole: false)
    }

    mutating func append(_ id: Int64, root: Int32?, isWhole: Bool) -> Int32 {
        let slot = Int32(fragments.count)
        fragments.append(Fragment(id: id, root: root ?? slot, next: slot, isWhole: isWhole))
        slots.set(id, Int(slot))
        return slot
    }

    /// The slot of the fragment that owns an identifier; nil where the identifier is new.
    mutating func owner(of key: IdentifierKey, _ lookup: IdentityLookup) throws -> Int32? {
        if let slot = owners[key.digest] { return Int32(slot) }
        guard let stored = try lookup.owner(key) else { return nil }
        let slot = slot(of: stored.fragment, root: stored.root)
        owners.set(key.digest, Int(slot))
        return slot
    }

    /// Loads all of the customer with this root, unless that has been done.
    mutating func makeWhole(_ root: Int32, _ lookup: IdentityLookup) throws {
        if fragments[Int(root)].isWhole { return }
        let rootID = fragments[Int(root)].id
        let stored = try lookup.group(rootID)
        var last = root
        for id in stored.members where id != rootID {
            let member = slot(of: id, root: rootID)
            fragments[Int(last)].next = member
            fragments[Int(member)].isWhole = true
            last = member
        }
        fragments[Int(last)].next = root
        fragments[Int(root)].isWhole = true
        for item in stored.identifiers {
            let owner = slot(of: item.fragment, root: rootID)
            own(item.kind, item.key, by: owner, at: item.at)
        }
        var loaded: [Edge] = []
        for merge in stored.merges where !merge.isUndone {
            let first = slot(of: merge.first, root: rootID)
            let second = slot(of: merge.second, root: rootID)
            loaded.append(Edge(id: merge.id, first: first, second: second))
            edgeHomes[merge.id] = first
        }
        if !loaded.isEmpty { edges[root] = loaded }
        for pair in stored.keptApart { keepApart(pair) }
    }

    mutating func own(_ kind: IdentifierKind, _ key: IdentifierKey, by slot: Int32, at: Timestamp) {
        owners.set(key.digest, Int(slot))
        identifiers.append(Owned(kind: kind, at: at, next: fragments[Int(slot)].identifier))
        fragments[Int(slot)].identifier = Int32(identifiers.count - 1)
    }

    // MARK: Kept apart

    mutating func keepApart(_ pair: KeptApart) {
        apart[pair.first, default: []].insert(pair.second)
        apart[pair.second, default: []].insert(pair.first)
    }

    /// The pairs with a fragment in each of two customers.
    func keptApart(_ one: Int32, _ other: Int32) -> [KeptApart] {
        if apart.isEmpty { return [] }
        var pairs: [KeptApart] = []
        forEachMember(of: one) { member in
            for id in apart[fragments[Int(member)].id] ?? [] {
                guard let slot = slots[id], fragments[slot].root == other else { continue }
                pairs.append(KeptApart(fragments[Int(member)].id, id))
            }
        }
        return pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
    }

    // MARK: Walking

    func forEachMember(of root: Int32, _ body: (Int32) -> Void) {
        var member = root
        repeat {
            body(member)
            member = fragments[Int(member)].next
        } while member != root
    }

    /// How many identifiers of each kind count against the limits, by raw value.
    func counts(of root: Int32, at: Timestamp) -> SIMD8<Int32> {
        var counts = SIMD8<Int32>()
        forEachMember(of: root) { member in
            var index = fragments[Int(member)].identifier
            while index >= 0 {
                let owned = identifiers[Int(index)]
                let period = rules.limit(of: owned.kind).periodMs
                if period.map({ owned.at.milliseconds > at.milliseconds - $0 }) ?? true {
                    counts[Int(owned.kind.rawValue)] += 1
                }
                index = owned.next
            }
        }
        return counts
    }
}
