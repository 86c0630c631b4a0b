package import Kernel

/// Why a merge or an undo that somebody asked for didn't happen.
package enum MergeRefusal: Error, Hashable, Sendable {
    case unknownCustomer(Int64)
    /// Both are one customer already.
    case alreadyMerged
    case unknownMerge
    case alreadyUndone
    /// The event doesn't name what it should.
    case malformed
}

extension IdentityState {
    /// Joins two customers because somebody says so; limits and kept-apart pairs don't count.
    ///
    /// - Throws: `MergeRefusal`, and what `lookup` throws.
    package mutating func mergeManually(
        _ one: Int64, _ other: Int64, position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws -> Resolution {
        let first = try loadedSlot(of: one, lookup)
        let second = try loadedSlot(of: other, lookup)
        guard fragments[Int(first)].root != fragments[Int(second)].root else {
            throw MergeRefusal.alreadyMerged
        }
        merge(
            first, second, id: position * MergeRecord.perEventMax, reason: .manual,
            position: position, at: at)
        return resolution(first, isNew: false)
    }

    /// Takes a merge back: its edge is removed, and the fragments that the other merges still connect
    /// are a customer each side, exactly as if this merge had never been. The two fragments that it
    /// joined are kept apart from now on.
    ///
    /// - Throws: `MergeRefusal`, and what `lookup` throws.
    package mutating func undo(
        _ id: ID<Merge>, position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws {
        if undone.contains(id) { throw MergeRefusal.alreadyUndone }
        if edgeHomes[id] == nil {
            guard let stored = try lookup.merge(id) else { throw MergeRefusal.unknownMerge }
            guard !stored.isUndone else { throw MergeRefusal.alreadyUndone }
            _ = try loadedSlot(of: stored.first, lookup)
        }
        guard let home = edgeHomes[id] else { throw MergeRefusal.unknownMerge }
        let root = fragments[Int(home)].root
        var rest = edges[root] ?? []
        guard let index = rest.firstIndex(where: { $0.id == id }) else {
            throw MergeRefusal.unknownMerge
        }
        let edge = rest.remove(at: index)
        edgeHomes[id] = nil
        undone.insert(id)
        split(root, at: edge, remaining: rest)
        let pair = KeptApart(fragments[Int(edge.first)].id, fragments[Int(edge.second)].id)
        keepApart(pair)
        changes.keptApart.append(pair)
        changes.undone.append(MergeUndo(merge: id, position: position, at: at))
    }

    /// The slot of a customer or fragment, with all of its customer loaded.
    mutating func loadedSlot(
        of customer: Int64, _ lookup: IdentityLookup
    ) throws -> Int32 {
        var found = slots[customer].map { Int32($0) }
        if found == nil, let root = try lookup.root(customer) {
            found = slot(of: customer, root: root)
        }
        guard let found else { throw MergeRefusal.unknownCustomer(customer) }
        try makeWhole(fragments[Int(found)].root, lookup)
        return found
    }

    /// Joins the customers of two fragments; both are whole, and they are different customers.
    mutating func merge(
        _ first: Int32, _ second: Int32, id: Int64, reason: MergeReason, position: Int64,
        at: Timestamp
    ) {
        let roots = (fragments[Int(first)].root, fragments[Int(second)].root)
        for pair in keptApart(roots.0, roots.1) {
            apart[pair.first]?.remove(pair.second)
            apart[pair.second]?.remove(pair.first)
            changes.joinedAgain.append(pair)
        }
        let firstWins = fragments[Int(roots.0)].id < fragments[Int(roots.1)].id
        let (winner, loser) = firstWins ? roots : (roots.1, roots.0)
        var moved: [Int32] = []
        forEachMember(of: loser) { moved.append($0) }
        // The two rings become one by exchanging where one of each goes on.
        let next = fragments[Int(winner)].next
        fragments[Int(winner)].next = fragments[Int(loser)].next
        fragments[Int(loser)].next = next
        assign(moved, to: winner)
        let edge = Edge(id: ID(rawValue: id), first: first, second: second)
        edges[winner, default: []].append(
            contentsOf: (edges.removeValue(forKey: loser) ?? []) + [edge])
        edgeHomes[edge.id] = first
        changes.merges.append(
            MergeRecord(
                id: edge.id, first: fragments[Int(first)].id, second: fragments[Int(second)].id,
                winner: fragments[Int(winner)].id, loser: fragments[Int(loser)].id,
                moved: moved.map { fragments[Int($0)].id }.sorted(), reason: reason,
                position: position, at: at))
    }

    /// Divides a customer after an edge was cut; what remains of its edges connects each side.
    private mutating func split(_ root: Int32, at edge: Edge, remaining: [Edge]) {
        var near: Set<Int32> = [edge.first]
        var grew = true
        while grew {
            grew = false
            for other in remaining where near.contains(other.first) != near.contains(other.second) {
                near.insert(other.first)
                near.insert(other.second)
                grew = true
            }
        }
        var sides: ([Int32], [Int32]) = ([], [])
        forEachMember(of: root) { member in
            if near.contains(member) { sides.0.append(member) } else { sides.1.append(member) }
        }
        edges[root] = nil
        for side in [sides.0, sides.1] {
            guard let lowest = side.min(by: { fragments[Int($0)].id < fragments[Int($1)].id })
            else { continue }
            for (index, member) in side.enumerated() {
                fragments[Int(member)].next = side[(index + 1) % side.count]
            }
            assign(side.filter { fragments[Int($0)].root != lowest }, to: lowest)
            let own = remaining.filter { side.contains($0.first) }
            if !own.isEmpty { edges[lowest] = own }
        }
    }

    private mutating func assign(_ members: [Int32], to root: Int32) {
        let customer = fragments[Int(root)].id
        for member in members {
            fragments[Int(member)].root = root
            changes.memberships.append(
                Membership(member: fragments[Int(member)].id, customer: customer))
        }
    }
}
