package import Kernel

/// What one commit does to one account: operations, one after the other, of which each continues the one before.
package struct LedgerPart: Sendable {
    /// One operation's movements.
    struct Step: Sendable {
        /// As `LedgerEntries` writes them.
        var entries: [UInt8]
        var entryCount: Int
        /// The first one's sequence, or what that would be.
        var firstEntry: Int64
        /// Whether they don't continue those before.
        var isStale: Bool
        /// What the log is to be told of it: frames of events.
        var news: [[UInt8]]
    }

    /// Entries and operations that the account had before it.
    let entriesBefore: Int64
    let revisionBefore: Int64
    /// When its points ended before it.
    let endingsBefore: [Int64]
    private(set) var steps: [Step] = []
    /// The number of the account's last operation that moved anything, once the first of these is kept.
    var last: Int64?
    private var entryCount: Int64

    /// - Parameter account: As it is before.
    package init(before account: LedgerAccount) {
        entriesBefore = account.entryCount
        revisionBefore = account.revision
        endingsBefore = account.lots.endings
        entryCount = account.entryCount
    }

    /// Whether the account isn't in the ledger yet.
    var isNew: Bool { revisionBefore == 0 && entriesBefore == 0 }

    /// Makes room for so many operations.
    package mutating func reserve(_ count: Int) { steps.reserveCapacity(count) }

    /// Adds an operation's movements.
    ///
    /// - Parameter entries: Each with the next sequence.
    package mutating func add(_ entries: [LedgerEntry], news: [[UInt8]] = []) {
        var isStale = false
        for index in entries.indices
        where entries[index].sequence != entryCount + Int64(index) + 1 {
            isStale = true
        }
        steps.append(
            Step(
                entries: LedgerEntries.bytes(entries), entryCount: entries.count,
                firstEntry: entryCount + 1, isStale: isStale, news: news))
        entryCount += Int64(entries.count)
    }
}
