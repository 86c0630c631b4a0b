package import Kernel

/// What one commit does to one account: operations, one after the other, of which each continues the one before.
package struct LedgerPart: Sendable {
    /// Whose it is: the account's number, and what it is found by.
    let account: Int64
    let program: String
    let customer: ID<Customer>
    /// Entries and operations that the account had before it.
    let entriesBefore: Int64
    let revisionBefore: Int64
    /// When its points ended before it.
    let endingsBefore: [Int64]
    /// The number of the account's last operation that moved anything; nil where it isn't known before the first of
    /// these is kept.
    package var last: Int64?
    fileprivate var entryCount: Int64

    /// - Parameter account: As it is before.
    package init(before account: borrowing LedgerAccount) {
        self.account = account.id
        program = account.program
        customer = account.customer
        entriesBefore = account.entryCount
        revisionBefore = account.revision
        endingsBefore = account.lots.endings
        entryCount = account.entryCount
    }

    /// Whether the account isn't in the ledger yet.
    var isNew: Bool { revisionBefore == 0 && entriesBefore == 0 }
}

/// What operations do, as it is written: all their bytes in one run, so that there is little to be allocated and freed.
package struct LedgerSteps: Sendable {
    /// One operation.
    struct Step: Sendable {
        /// Where its entries are among the bytes, as `LedgerEntries` writes them.
        var entries: Range<Int>
        var entryCount: Int
        /// The first one's sequence, or what that would be.
        var firstEntry: Int64
        /// Whether they don't continue those before.
        var isStale: Bool
        /// Where its answer is.
        var answer: Range<Int>
        /// What the log is to be told of it: frames of events.
        var news: [[UInt8]]
    }

    private var writer: ByteWriter
    private(set) var all: [Step] = []

    /// - Parameters:
    ///   - steps: How many there may be.
    ///   - bytes: How many bytes they may take.
    package init(reserving steps: Int = 0, bytes: Int = 0) {
        writer = ByteWriter(reserving: bytes)
        all.reserveCapacity(steps)
    }

    package var count: Int { all.count }

    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { writer.span }
    }

    /// Adds the next operation of an account's part.
    ///
    /// - Parameter entries: Each with the next sequence.
    package mutating func add(
        to part: inout LedgerPart, _ entries: [LedgerEntry], answer: [UInt8] = [],
        news: [[UInt8]] = []
    ) {
        var isStale = false
        for index in entries.indices
        where entries[index].sequence != part.entryCount + Int64(index) + 1 {
            isStale = true
        }
        let start = writer.count
        LedgerEntries.write(entries, to: &writer)
        let end = writer.count
        writer.writeRaw(answer.span)
        all.append(
            Step(
                entries: start..<end, entryCount: entries.count, firstEntry: part.entryCount + 1,
                isStale: isStale, answer: end..<writer.count, news: news))
        part.entryCount += Int64(entries.count)
    }

    /// Whether an operation moved anything.
    package func moves(_ step: Int) -> Bool { all[step].entryCount > 0 }

    /// An operation's answer.
    package func answer(_ step: Int) -> [UInt8] {
        if all[step].answer.isEmpty { return [] }
        return writer.span.extracting(all[step].answer).withUnsafeBufferPointer { Array($0) }
    }

    /// Writes something else among the bytes.
    ///
    /// - Returns: Where it is.
    package mutating func write(_ body: (inout ByteWriter) -> Void) -> Range<Int> {
        let start = writer.count
        body(&writer)
        return start..<writer.count
    }
}
