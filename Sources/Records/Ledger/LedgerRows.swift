package import Kernel

/// A customer's account in one loyalty program, as the ledger keeps it.
package struct LedgerAccount: Sendable, Equatable {
    /// 1, 2, 3, … in the order in which accounts were opened.
    package var id: Int64
    package var program: String
    package var customer: ID<Customer>
    /// What the program's rules remember, in their own form; lots and entries are kept beside it.
    package var state: [UInt8]
    package var lots = LedgerLots()
    /// How many entries it has: the newest one's sequence.
    package var entryCount: Int64
    /// How many operations were carried out on it: each one more, whether it moved anything or not.
    package var revision: Int64
    /// When time itself changes something of it next; nil for never.
    package var nextAt: Timestamp?
    /// The tier's place among the program's; 0 for the lowest, and where there are none.
    package var tier = 0

    package init(
        id: Int64, program: String, customer: ID<Customer>, state: [UInt8] = [],
        entryCount: Int64 = 0, revision: Int64 = 0, nextAt: Timestamp? = nil
    ) {
        self.id = id
        self.program = program
        self.customer = customer
        self.state = state
        self.entryCount = entryCount
        self.revision = revision
        self.nextAt = nextAt
    }
}

/// Something that was asked of an account, and what was answered: asked again, it has no other effect.
package struct LedgerOperation: Sendable, Equatable {
    /// As who asks calls it; one of a program.
    package var id: String
    /// Whose: the account's number.
    package var account: Int64
    package var at: Timestamp
    /// What was asked: JSON. The same id with another content is refused.
    package var content: [UInt8]
    /// JSON.
    package var answer: [UInt8]

    package init(
        id: String, account: Int64, at: Timestamp, content: [UInt8], answer: [UInt8]
    ) {
        self.id = id
        self.account = account
        self.at = at
        self.content = content
        self.answer = answer
    }
}

/// One movement of points, never changed and never removed.
package struct LedgerEntry: Sendable, Equatable {
    /// 1, 2, 3, … within the account.
    package var sequence: Int64
    /// The lot it adds to or takes from; 0 for the debt.
    package var lot: Int64
    package var kind: String
    /// Points; what is taken is negative.
    package var amount: Int64
    /// The account's points after it, less its debt.
    package var balance: Int64
    package var at: Timestamp
    /// Why: the rules' own word and values, JSON.
    package var reason: [UInt8]

    package init(
        sequence: Int64, lot: Int64, kind: String, amount: Int64, balance: Int64, at: Timestamp,
        reason: [UInt8] = []
    ) {
        self.sequence = sequence
        self.lot = lot
        self.kind = kind
        self.amount = amount
        self.balance = balance
        self.at = at
        self.reason = reason
    }
}

/// Points that came together, and are spent, given back and expire as such.
package struct LedgerLot: Sendable, Equatable {
    /// 1, 2, 3, … within the account.
    package var id: Int64
    package var createdAt: Timestamp
    /// Nil while it waits for an event.
    package var availableAt: Timestamp?
    /// The first moment at which they can't be spent; nil for never.
    package var expiresAt: Timestamp?
    package var issued: Int64
    package var remaining: Int64
    /// How many of the remaining ones are reserved.
    package var held: Int64

    package init(
        id: Int64, createdAt: Timestamp, availableAt: Timestamp? = nil,
        expiresAt: Timestamp? = nil, issued: Int64, remaining: Int64, held: Int64 = 0
    ) {
        self.id = id
        self.createdAt = createdAt
        self.availableAt = availableAt
        self.expiresAt = expiresAt
        self.issued = issued
        self.remaining = remaining
        self.held = held
    }
}

/// One operation's effect on one account: kept whole, or not at all.
package struct LedgerChange: Sendable, Equatable {
    /// As it is after the operation; its `entryCount` counts the new entries, and its `revision` the operation.
    package var account: LedgerAccount
    /// The account's lots before it.
    let lotsBefore: LedgerLots
    package var operation: LedgerOperation
    /// Each with the next sequence.
    package var entries: [LedgerEntry]
    /// What the log is to be told of it: frames of events.
    package var news: [[UInt8]]

    /// - Parameters:
    ///   - account: As it is afterwards, save its lots, which are as they were.
    ///   - lots: Those that are new or changed.
    package init(
        account: LedgerAccount, operation: LedgerOperation, entries: [LedgerEntry],
        lots: [LedgerLot], news: [[UInt8]] = []
    ) {
        self.account = account
        lotsBefore = account.lots
        for lot in lots { self.account.lots.put(lot) }
        self.operation = operation
        self.entries = entries
        self.news = news
    }
}

/// Something in the ledger that doesn't add up.
package struct LedgerProblem: Sendable, Equatable, CustomStringConvertible {
    package var account: Int64
    package var description: String

    package init(account: Int64, description: String) {
        self.account = account
        self.description = description
    }
}
