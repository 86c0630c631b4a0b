/// Changes of one commit, by account: each account's row is written once, as the last of them leaves it, and rows that
/// stand beside one another are written one after another.
struct LedgerBatch {
    /// One account's changes.
    struct Part {
        /// Places of its changes in the batch, ascending.
        var changes: [Int]
        /// Entries that it had before the first of them.
        var entriesBefore: Int64
        /// Operations that it had before.
        var revisionBefore: Int64
    }

    /// In the order of the accounts' numbers.
    let parts: [Part]

    /// - Throws: `LedgerStore.Refusal.stale` where a change doesn't continue the one before it; `.overdrawn` where a
    ///   lot would be below zero.
    init(_ changes: [LedgerChange]) throws(LedgerStore.Refusal) {
        var places: [Int64: Int] = [:]
        places.reserveCapacity(changes.count)
        var parts: [Part] = []
        parts.reserveCapacity(changes.count)
        let all = changes.span
        for place in all.indices {
            let id = all[place].account.id
            let before = all[place].account.entryCount - Int64(all[place].entries.count)
            for index in all[place].entries.indices
            where all[place].entries[index].sequence != before + Int64(index) + 1 {
                throw .stale(account: id)
            }
            if let known = places[id] {
                guard let last = parts[known].changes.last,
                    Self.continues(all[place], all[last], entriesBefore: before)
                else { throw .stale(account: id) }
                parts[known].changes.append(place)
            } else {
                places[id] = parts.count
                parts.append(
                    Part(
                        changes: [place], entriesBefore: before,
                        revisionBefore: all[place].account.revision - 1))
            }
        }
        for part in parts {
            guard let last = part.changes.last else { continue }
            if let lot = all[last].account.lots.overdrawn {
                throw .overdrawn(account: all[last].account.id, lot: lot.id)
            }
        }
        self.parts = parts.sorted {
            changes[$0.changes[0]].account.id < changes[$1.changes[0]].account.id
        }
    }

    private static func continues(
        _ change: LedgerChange, _ last: LedgerChange, entriesBefore: Int64
    ) -> Bool {
        last.account.entryCount == entriesBefore
            && last.account.revision + 1 == change.account.revision
            && last.account.customer == change.account.customer
            && last.account.program == change.account.program
            && last.account.lots == change.lotsBefore
    }
}
