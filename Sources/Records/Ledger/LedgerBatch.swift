/// Changes of one commit, by account: each account's row is written once, as the last of them leaves it, and rows that
/// stand beside one another are written one after another.
struct LedgerBatch {
    private(set) var parts: [LedgerPart] = []
    /// What the changes do, in their order.
    private(set) var steps = LedgerSteps()
    /// Of each change, which part it is of.
    private(set) var partOf: [Int] = []
    /// Of each part, the place of its last change.
    private(set) var last: [Int] = []
    /// The parts in the order of their accounts' numbers.
    let order: [Int]

    /// - Throws: `LedgerStore.Refusal.stale` where a change doesn't continue the one before it.
    init(_ changes: [LedgerChange]) throws(LedgerStore.Refusal) {
        var known: [Int64: Int] = [:]
        for (place, change) in changes.enumerated() {
            let id = change.account.id
            let before = change.account.entryCount - Int64(change.entries.count)
            let own: Int
            if let part = known[id] {
                guard Self.continues(change, changes[last[part]], entriesBefore: before) else {
                    throw .stale(account: id)
                }
                own = part
            } else {
                var account = change.account
                account.lots = change.lotsBefore
                account.entryCount = before
                account.revision -= 1
                own = parts.count
                known[id] = own
                parts.append(LedgerPart(before: account))
                last.append(place)
            }
            steps.add(to: &parts[own], change.entries, news: change.news)
            partOf.append(own)
            last[own] = place
        }
        let (parts, last) = (parts, last)
        order = parts.indices.sorted {
            changes[last[$0]].account.id < changes[last[$1]].account.id
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
