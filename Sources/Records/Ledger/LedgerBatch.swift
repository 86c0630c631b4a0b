/// Changes of one commit, by account: each account's row and each lot is written once, as the last of them leaves it,
/// and rows that stand beside one another are written one after another.
struct LedgerBatch {
    /// One account's changes.
    struct Part {
        /// Places of its changes in the batch, ascending.
        var changes: [Int]
        /// Entries that it had before the first of them.
        var entriesBefore: Int64
        /// Operations that it had before.
        var revisionBefore: Int64
        /// The last version of each lot, ascending by number.
        var lots: [LedgerLot]
    }

    /// In the order of the accounts' numbers.
    let parts: [Part]

    /// - Throws: `LedgerStore.Refusal.stale` where a change doesn't continue the one before it.
    init(_ changes: [LedgerChange]) throws(LedgerStore.Refusal) {
        var places: [Int64: Int] = [:]
        places.reserveCapacity(changes.count)
        var parts: [Part] = []
        parts.reserveCapacity(changes.count)
        for (place, change) in changes.enumerated() {
            let account = change.account
            let before = account.entryCount - Int64(change.entries.count)
            for (index, entry) in change.entries.enumerated()
            where entry.sequence != before + Int64(index) + 1 {
                throw .stale(account: account.id)
            }
            if let known = places[account.id] {
                let last = changes[parts[known].changes.last ?? place].account
                guard last.entryCount == before, last.revision + 1 == account.revision,
                    last.customer == account.customer, last.program == account.program
                else { throw .stale(account: account.id) }
                parts[known].changes.append(place)
                parts[known].lots.append(contentsOf: change.lots)
            } else {
                places[account.id] = parts.count
                parts.append(
                    Part(
                        changes: [place], entriesBefore: before,
                        revisionBefore: account.revision - 1, lots: change.lots))
            }
        }
        for place in parts.indices where parts[place].changes.count > 1 {
            parts[place].lots = Self.newest(parts[place].lots)
        }
        self.parts = parts.sorted {
            changes[$0.changes[0]].account.id < changes[$1.changes[0]].account.id
        }
    }

    private static func newest(_ lots: [LedgerLot]) -> [LedgerLot] {
        var last: [Int64: LedgerLot] = [:]
        for lot in lots { last[lot.id] = lot }
        return last.values.sorted { $0.id < $1.id }
    }
}
