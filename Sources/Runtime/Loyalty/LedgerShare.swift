import Kernel
import Loyalty
import Records

/// An account with what a commit asks of it. Nobody else has the account meanwhile: so it is changed in place.
struct LedgerShare: Sendable {
    let held: LedgerMemory.Held
    /// Places of the first and the last ask that is about it; those between are found by `LedgerPlan`.
    var firstAsk = -1
    var lastAsk = -1
    var askCount = 0
    var part: LedgerPart
    /// Where what is kept as the account's state is among the bytes of its piece's steps.
    var state = 0..<0

    /// The account as its last operation here leaves it; its state is among the steps' bytes.
    private(set) var row: LedgerAccount

    /// The account's number.
    var account: Int64 { row.id }

    init(_ held: LedgerMemory.Held) {
        self.held = held
        let before = held.account.row
        // Its bytes are changed in place meanwhile, and there is no copy of them.
        row = LedgerAccount(id: before.id, program: before.program, customer: before.customer)
        part = LedgerPart(before: before)
    }

    /// Makes the account bytes, as its last operation leaves it; after that it may be others'.
    mutating func encode(to steps: inout LedgerSteps) {
        if askCount == 0 { return }
        let held = held
        state = steps.write { Self.encode(&held.account, to: &$0) }
        held.measure()
        row = held.account.row
        row.state = []
    }

    private static func encode(
        _ account: inout LedgerMemory.Account, to writer: inout ByteWriter
    ) {
        if account.rules == nil {
            writer.writeRaw(account.row.state.span)
        } else {
            account.rules?.encode(to: &writer)
        }
    }
}

/// Some accounts of a commit, which one thread takes at once.
///
/// `@unchecked Sendable`: only one thread at a time has it.
final class LedgerPiece: @unchecked Sendable {
    static let size = 64
    /// About what an account takes of the steps' bytes.
    private static let accountBytes = 512

    var shares: [LedgerShare] = []
    /// What is decided, in the order in which it was.
    private(set) var steps = LedgerSteps()
    /// Of each share, which of them is its first, where they were decided account by account.
    private(set) var firstSteps: [Int] = []

    init() { shares.reserveCapacity(Self.size) }

    /// Decides one thing that is asked.
    ///
    /// - Returns: What it changes of budgets, and which step it is.
    func carryOut(
        _ ask: LedgerWriter.Ask, of share: Int, _ spent: [LoyaltyBudget: Int64],
        at now: Timestamp, _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) -> (changes: [LoyaltyBudget: Int64], step: Int) {
        let changes = try Self.carryOut(
            ask, &shares[share].held.account, &shares[share].part, &steps, spent, at: now, decide)
        return (changes, steps.count - 1)
    }

    /// Decides all that is asked of them, account by account. Only where no budget is shared, so that accounts don't know
    /// of one another.
    ///
    /// - Parameter following: Of each ask, the place of the next about the same account; below 0 where there is none.
    func carryOut(
        _ asks: [LedgerWriter.Ask], following: [Int32], at now: Timestamp,
        _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) {
        let count = shares.reduce(0) { $0 + $1.askCount }
        steps = LedgerSteps(
            reserving: count,
            bytes: shares.count * Self.accountBytes + count * Self.accountBytes / 2)
        firstSteps.reserveCapacity(shares.count)
        for share in shares.indices {
            firstSteps.append(steps.count)
            try Self.carryOut(
                asks, from: shares[share].firstAsk, following, &shares[share].held.account,
                &shares[share].part, &steps, at: now, decide)
            encode(share)
        }
    }

    /// Takes over which were the accounts' last operations.
    func learnLast() {
        for share in shares.indices { shares[share].part.last = shares[share].held.last }
    }

    /// Notes which are their last ones now.
    func noteLast() {
        for share in shares.indices where shares[share].askCount > 0 {
            shares[share].held.last = shares[share].part.last
        }
    }

    /// Which step one is that is a share's how-manyth, or that in turn was decided as that.
    func step(_ place: Int, of share: Int) -> Int {
        firstSteps.isEmpty ? place : firstSteps[share] + place
    }

    /// Makes an account bytes, as its last operation leaves it.
    func encode(_ share: Int) { shares[share].encode(to: &steps) }

    private static func carryOut(
        _ asks: [LedgerWriter.Ask], from first: Int, _ following: [Int32],
        _ account: inout LedgerMemory.Account, _ part: inout LedgerPart,
        _ steps: inout LedgerSteps, at now: Timestamp, _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) {
        var place = first
        // Lent, not copied.
        let all = asks.span
        while place >= 0 {
            let changes = try carryOut(
                all[place], &account, &part, &steps, [:], at: now, decide)
            guard changes.isEmpty else {
                throw .storage("a budget came into force meanwhile; it is tried again")
            }
            place = Int(following[place])
        }
    }

    private static func carryOut(
        _ ask: LedgerWriter.Ask, _ account: inout LedgerMemory.Account, _ part: inout LedgerPart,
        _ steps: inout LedgerSteps, _ spent: [LoyaltyBudget: Int64], at now: Timestamp,
        _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) -> [LoyaltyBudget: Int64] {
        var decision = try decide(ask, &account, spent, min(ask.now ?? now, now))
        steps.add(to: &part, decision.entries, answer: decision.answer, news: decision.news)
        for lot in decision.lots { account.row.lots.put(lot) }
        account.row.take(decision)
        // Given, not copied.
        swap(&account.rules, &decision.account)
        return decision.budgetChanges
    }
}
