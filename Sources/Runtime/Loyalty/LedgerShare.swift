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
    /// Of each operation, its answer.
    var answers: [[UInt8]] = []
    /// What is kept as the account's state.
    var state: [UInt8] = []

    init(_ held: LedgerMemory.Held) {
        self.held = held
        part = LedgerPart(before: held.account.row)
    }

    /// - Returns: What it changes of budgets.
    mutating func carryOut(
        _ ask: LedgerWriter.Ask, _ spent: [LoyaltyBudget: Int64], at now: Timestamp,
        _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) -> [LoyaltyBudget: Int64] {
        if answers.isEmpty {
            part.reserve(askCount)
            answers.reserveCapacity(askCount)
        }
        let decision = try decide(ask, &held.account, spent, min(ask.now ?? now, now))
        part.add(decision.entries, news: decision.news)
        answers.append(decision.answer)
        for lot in decision.lots { held.account.row.lots.put(lot) }
        held.account.row.take(decision)
        held.account.rules = decision.account
        return decision.budgetChanges
    }

    /// Makes the account bytes, as its last operation leaves it.
    mutating func encode() {
        if askCount > 0 { state = held.account.rules?.encoded() ?? held.account.row.state }
    }
}

/// Some accounts of a commit, which one thread takes at once.
///
/// `@unchecked Sendable`: only one thread at a time has it.
final class LedgerPiece: @unchecked Sendable {
    static let size = 64

    var shares: [LedgerShare] = []

    init() { shares.reserveCapacity(Self.size) }

    /// Decides all that is asked of them. Only where no budget is shared, so that accounts don't know of one another.
    ///
    /// - Parameter following: Of each ask, the place of the next about the same account; below 0 where there is none.
    func carryOut(
        _ asks: [LedgerWriter.Ask], following: [Int32], at now: Timestamp,
        _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) {
        for share in shares.indices {
            var place = shares[share].firstAsk
            while place >= 0 {
                let changed = try shares[share].carryOut(asks[place], [:], at: now, decide)
                guard changed.isEmpty else {
                    throw .storage("a budget came into force meanwhile; it is tried again")
                }
                place = Int(following[place])
            }
            shares[share].encode()
        }
    }
}
