import Dispatch
import Kernel
import Loyalty
import Records
import Synchronization

/// What one commit is asked for: what was asked before is told apart from what is to be decided, and that is put to the
/// accounts that it is about.
struct LedgerPlan {
    /// An account with what is asked of it, which nobody else has meanwhile: so it is changed in place.
    struct Share: Sendable {
        let owner: LedgerMemory.Owner
        var account: LedgerMemory.Account
        /// Places of the asks that are about it, ascending.
        var asks: [Int] = []
        var changes: [LedgerChange] = []

        /// - Returns: What it changes of budgets.
        mutating func carryOut(
            _ ask: LedgerWriter.Ask, _ spent: [LoyaltyBudget: Int64], at now: Timestamp,
            _ decide: LedgerWriter.Decide
        ) throws(LedgerWriter.Refusal) -> [LoyaltyBudget: Int64] {
            let decision = try decide(ask, &account, spent, min(ask.now ?? now, now))
            account.row.take(decision)
            account.rules = decision.account
            let change = LedgerChange(
                account: account.row,
                operation: LedgerOperation(
                    id: ask.id, account: account.row.id, at: now, content: ask.content,
                    answer: decision.answer),
                entries: decision.entries, lots: decision.lots, news: decision.news)
            account.row = change.account
            changes.append(change)
            return decision.budgetChanges
        }

        mutating func giveAccount() -> LedgerMemory.Account {
            var given = LedgerMemory.Account(
                row: LedgerAccount(id: 0, program: "", customer: owner.customer))
            swap(&given, &account)
            return given
        }

        /// Makes the account bytes, as its last change leaves it.
        mutating func encode() {
            guard !changes.isEmpty, let rules = account.rules else { return }
            changes[changes.count - 1].account.state = rules.encoded()
        }
    }

    private enum Fate {
        case decided(share: Int, change: Int)
        /// The same id is in this commit already, at that place.
        case again(Int)
        case said(Result<LedgerWriter.Answer, LedgerWriter.Refusal>)
    }

    private struct Key: Hashable {
        let program: String
        let id: String
    }

    /// Asks from which on accounts are decided on several threads.
    static let atOnceMin = 256

    private let asks: [LedgerWriter.Ask]
    private var shares: [Share] = []
    private var fates: [Fate] = []

    init(
        _ asks: [LedgerWriter.Ask], _ kept: inout LedgerMemory,
        in ledger: borrowing LedgerTransaction
    ) throws {
        self.asks = asks
        fates.reserveCapacity(asks.count)
        var owned: [LedgerMemory.Owner: Int] = [:]
        var first: [Key: Int] = [:]
        for (place, ask) in asks.enumerated() {
            let key = Key(program: ask.program, id: ask.id)
            if let first = first[key] {
                fates.append(.again(first))
                continue
            }
            let owner = LedgerMemory.Owner(program: ask.program, customer: ask.customer)
            var share = owned[owner]
            if share == nil, let known = try kept.take(owner, in: ledger) {
                share = shares.count
                owned[owner] = shares.count
                shares.append(Share(owner: owner, account: known))
            }
            if let before = try ledger.operation(program: ask.program, id: ask.id) {
                let isSame =
                    before.content == ask.content
                    && before.account == share.map { shares[$0].account.row.id }
                fates.append(
                    .said(
                        isSame
                            ? .success(LedgerWriter.Answer(bytes: before.answer, isRepeat: true))
                            : .failure(.reused)))
                continue
            }
            let own: Int
            if let share {
                own = share
            } else {
                own = shares.count
                owned[owner] = own
                shares.append(Share(owner: owner, account: try kept.open(owner, in: ledger)))
            }
            first[key] = place
            fates.append(.decided(share: own, change: shares[own].asks.count))
            shares[own].asks.append(place)
        }
    }

    /// Decides one after the other, as asked.
    mutating func decideInTurn(
        at now: Timestamp, _ kept: inout LedgerMemory, in ledger: borrowing LedgerTransaction,
        _ decide: LedgerWriter.Decide
    ) throws {
        for (place, ask) in asks.enumerated() {
            guard case .decided(let share, _) = fates[place] else { continue }
            let spent = try kept.spent(of: ask.program, in: ledger)
            let changed = try shares[share].carryOut(ask, spent, at: now, decide)
            kept.note(changed, of: ask.program)
        }
        for share in shares.indices { shares[share].encode() }
    }

    /// Decides account by account, on several threads. Only where no budget is shared, so that accounts don't know of
    /// one another.
    mutating func decideAtOnce(
        at now: Timestamp, _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) {
        let asks = asks
        let size = max(1, Self.atOnceMin / 4)
        let count = (shares.count + size - 1) / size
        let pieces = Mutex(
            (0..<count).map { Array(shares[$0 * size..<min(shares.count, ($0 + 1) * size)]) })
        let failure = Mutex<LedgerWriter.Refusal?>(nil)
        shares = []
        DispatchQueue.concurrentPerform(iterations: count) { piece in
            var own: [Share] = []
            pieces.withLock { swap(&own, &$0[piece]) }
            do throws(LedgerWriter.Refusal) {
                for share in own.indices {
                    for place in own[share].asks {
                        let changed = try own[share].carryOut(asks[place], [:], at: now, decide)
                        guard changed.isEmpty else {
                            throw .storage("a budget came into force meanwhile; it is tried again")
                        }
                    }
                    own[share].encode()
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
            pieces.withLock { swap(&own, &$0[piece]) }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        shares = pieces.withLock { $0.flatMap(\.self) }
    }

    /// What is to be kept, and what each is answered, in the asks' order.
    func results() -> (
        changes: [LedgerChange], answers: [Result<LedgerWriter.Answer, LedgerWriter.Refusal>]
    ) {
        var changes: [LedgerChange] = []
        var answers: [Result<LedgerWriter.Answer, LedgerWriter.Refusal>] = []
        changes.reserveCapacity(asks.count)
        answers.reserveCapacity(asks.count)
        for (place, fate) in fates.enumerated() {
            switch fate {
            case .decided(let share, let change):
                changes.append(shares[share].changes[change])
                answers.append(
                    .success(
                        LedgerWriter.Answer(
                            bytes: shares[share].changes[change].operation.answer, isRepeat: false)
                    ))
            case .again(let first):
                let (ask, before) = (asks[place], asks[first])
                let isSame = ask.content == before.content && ask.customer == before.customer
                answers.append(
                    isSame
                        ? answers[first].map {
                            LedgerWriter.Answer(bytes: $0.bytes, isRepeat: true)
                        } : .failure(.reused))
            case .said(let answer): answers.append(answer)
            }
        }
        return (changes, answers)
    }

    /// Gives the accounts back; none stays here, so that nobody else has it.
    mutating func keep(in kept: inout LedgerMemory) {
        for share in shares.indices {
            kept.keep(shares[share].giveAccount(), of: shares[share].owner)
        }
    }
}
