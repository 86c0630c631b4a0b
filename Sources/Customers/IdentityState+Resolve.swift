package import Kernel

/// Whose an event is.
package struct Resolution: Sendable, Equatable {
    /// The fragment that the event's facts go to; 0 where the event names nobody.
    package var fragment: Int64
    /// The customer that the fragment counts for after this event; 0 with it.
    package var customer: Int64
    /// Whether this event created the fragment.
    package var isNew: Bool

    package static let nobody = Resolution(fragment: 0, customer: 0, isNew: false)

    package init(fragment: Int64, customer: Int64, isNew: Bool) {
        self.fragment = fragment
        self.customer = customer
        self.isNew = isNew
    }
}

extension IdentityState {
    /// Finds or creates the customer of an event with these identifiers.
    ///
    /// From the strongest down, each identifier is joined to what the stronger ones have settled: a
    /// new one is added, a known one merges its customer with theirs. Where a limit or a kept-apart
    /// pair forbids that, this identifier is dropped, with the reason, and the next one is tried. The
    /// facts go to the fragment of the strongest identifier that was used.
    ///
    /// - Parameters:
    ///   - position: The event's place in the log, which becomes the id of a customer it creates.
    ///   - at: When the event happened.
    /// - Throws: What `lookup` throws.
    package mutating func resolve(
        _ identifiers: [(kind: IdentifierKind, text: String)], position: Int64, at: Timestamp,
        lookup: IdentityLookup
    ) throws -> Resolution {
        candidates.removeAll()
        for (kind, text) in identifiers { candidates.add(kind, text) }
        return try settle(position: position, at: at, lookup: lookup)
    }

    /// Carries out an alias: what both ids name is one customer from now on, whatever limits and
    /// kept-apart pairs say; only blocked values are refused still.
    ///
    /// - Parameter previous: A user id or an anonymous id. Where it is neither yet, it becomes both, so
    ///   that events under it find this customer.
    package mutating func alias(
        _ userID: String, previous: String, position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws -> Resolution {
        candidates.removeAll()
        candidates.add(.userID, userID)
        candidates.add(.userID, previous)
        candidates.add(.anonymousID, previous)
        return try settleAlias(position: position, at: at, lookup: lookup)
    }

    /// Settles candidates of which the first is the user id, the others the previous id as either kind.
    mutating func settleAlias(
        position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws -> Resolution {
        candidates.isExplicit = true
        if candidates.items.count == 3 {
            let asUser = try owner(of: candidates.items[1].key, lookup) != nil
            let asVisitor = try owner(of: candidates.items[2].key, lookup) != nil
            if asUser != asVisitor { candidates.remove(at: asUser ? 2 : 1) }
        } else if candidates.items.count == 2, candidates.refused.isEmpty {
            // The previous id is the user id itself, which says nothing about visitors.
            candidates.remove(at: 1)
        }
        return try settle(position: position, at: at, lookup: lookup)
    }

    /// Resolves what `candidates` holds.
    mutating func settle(
        position: Int64, at: Timestamp, lookup: IdentityLookup
    ) throws -> Resolution {
        candidates.sort()
        for refused in candidates.refused {
            changes.drop(
                IdentifierDrop(
                    position: position, kind: refused.kind, value: refused.value,
                    reason: refused.reason), refused.reason)
        }
        // One known identifier is what most events have.
        if candidates.items.count == 1,
            let slot = try owner(of: candidates.items[0].key, lookup)
        {
            return resolution(slot, isNew: false)
        }
        var settling = Settling(position: position, at: at)
        for index in candidates.items.indices {
            if let slot = try owner(of: candidates.items[index].key, lookup) {
                try join(known: index, ownedBy: slot, &settling, lookup)
            } else {
                try join(new: index, &settling, lookup)
            }
        }
        guard settling.anchor >= 0 || settling.pending != 0 else { return .nobody }
        let isNew = settling.anchor < 0
        if isNew {
            settling.anchor = append(position, root: nil, isWhole: true)
            changes.customers.append(NewCustomer(customer: position, at: at))
        }
        for index in candidates.items.indices where settling.pending & 1 << index != 0 {
            let item = candidates.items[index]
            own(item.kind, item.key, by: settling.anchor, at: at)
            changes.identifiers.append(
                NewIdentifier(
                    identifier: candidates.identifier(item), key: item.key,
                    customer: fragments[Int(settling.anchor)].id, position: position, at: at))
        }
        return resolution(settling.anchor, isNew: isNew)
    }

    /// What the stronger identifiers of an event have come to.
    private struct Settling {
        let position: Int64
        let at: Timestamp
        /// The fragment of the strongest known identifier; −1 before there is one.
        var anchor: Int32 = -1
        /// Which candidate that was.
        var anchorIndex = 0
        /// A bit for each new identifier that will be added.
        var pending: UInt16 = 0
        /// How many of each kind are pending.
        var pendingCounts = SIMD8<Int32>()
        var merges: Int64 = 0
    }

    private mutating func join(
        new index: Int, _ settling: inout Settling, _ lookup: IdentityLookup
    ) throws {
        let kind = candidates.items[index].kind
        if !candidates.isExplicit {
            var present = settling.pendingCounts
            if settling.anchor >= 0 {
                let root = fragments[Int(settling.anchor)].root
                try makeWhole(root, lookup)
                present &+= counts(of: root, at: settling.at)
            }
            guard Int(present[Int(kind.rawValue)]) < rules.limit(of: kind).count else {
                return drop(index, .limit(kind), settling)
            }
        } else if settling.anchor >= 0 {
            try makeWhole(fragments[Int(settling.anchor)].root, lookup)
        }
        settling.pending |= 1 << index
        settling.pendingCounts[Int(kind.rawValue)] += 1
    }

    private mutating func join(
        known index: Int, ownedBy slot: Int32, _ settling: inout Settling, _ lookup: IdentityLookup
    ) throws {
        let root = fragments[Int(slot)].root
        let kind = candidates.items[index].kind
        if rules.limit(of: kind).count == 0, !candidates.isExplicit {
            return drop(index, .limit(kind), settling)
        }
        var gathered = settling.pendingCounts
        if settling.anchor >= 0 {
            let target = fragments[Int(settling.anchor)].root
            if target == root { return }
            try makeWhole(target, lookup)
            gathered &+= counts(of: target, at: settling.at)
        }
        if settling.anchor >= 0 || settling.pending != 0 { try makeWhole(root, lookup) }
        if !candidates.isExplicit {
            if settling.anchor >= 0,
                !keptApart(fragments[Int(settling.anchor)].root, root).isEmpty
            {
                return drop(index, .keptApart, settling)
            }
            if settling.anchor >= 0 || settling.pending != 0,
                let kind = exceeded(gathered, counts(of: root, at: settling.at))
            {
                return drop(index, .limit(kind), settling)
            }
        }
        guard settling.anchor >= 0 else {
            settling.anchor = slot
            settling.anchorIndex = index
            return
        }
        let strong = candidates.identifier(candidates.items[settling.anchorIndex])
        let weak = candidates.identifier(candidates.items[index])
        merge(
            settling.anchor, slot,
            id: settling.position * MergeRecord.perEventMax + settling.merges,
            reason: candidates.isExplicit ? .alias(strong, weak) : .identifiers(strong, weak),
            position: settling.position, at: settling.at)
        settling.merges += 1
    }

    /// The strongest kind of which both have some and together too many; nil for none. A kind that
    /// only one of them has can't become too many by joining them.
    private func exceeded(_ one: SIMD8<Int32>, _ other: SIMD8<Int32>) -> IdentifierKind? {
        rules.priority.first { kind in
            let index = Int(kind.rawValue)
            return one[index] > 0 && other[index] > 0
                && Int(one[index] &+ other[index]) > rules.limit(of: kind).count
        }
    }

    private mutating func drop(
        _ index: Int, _ reason: IdentifierRefusal, _ settling: Settling
    ) {
        let item = candidates.items[index]
        changes.drop(
            IdentifierDrop(
                position: settling.position, kind: item.kind,
                value: String(candidates.identifier(item).value.prefix(64)), reason: reason),
            reason)
    }

    func resolution(_ slot: Int32, isNew: Bool) -> Resolution {
        let fragment = fragments[Int(slot)]
        return Resolution(
            fragment: fragment.id, customer: fragments[Int(fragment.root)].id, isNew: isNew)
    }
}
