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

    /// Accounts of a piece, which one thread takes at once.
    private static let pieceSize = 64

    private let asks: [LedgerWriter.Ask]
    /// In the order in which they are first asked about.
    private var pieces: [[Share]] = []
    private var shareCount = 0
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
                let new = add(Share(owner: owner, account: known))
                share = new
                owned[owner] = new
            }
            if let before = try ledger.operation(program: ask.program, id: ask.id) {
                let isSame =
                    before.content == ask.content
                    && before.account == share.map { self[$0].account.row.id }
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
                own = add(Share(owner: owner, account: try kept.open(owner, in: ledger)))
                owned[owner] = own
            }
            first[key] = place
            fates.append(.decided(share: own, change: self[own].asks.count))
            self[own].asks.append(place)
        }
    }

    private subscript(share: Int) -> Share {
        get { pieces[share / Self.pieceSize][share % Self.pieceSize] }
        _modify { yield &pieces[share / Self.pieceSize][share % Self.pieceSize] }
    }

    private mutating func add(_ share: Share) -> Int {
        if shareCount % Self.pieceSize == 0 { pieces.append([]) }
        pieces[pieces.count - 1].append(share)
        shareCount += 1
        return shareCount - 1
    }

    /// Decides one after the other, as asked.
    mutating func decideInTurn(
        at now: Timestamp, _ kept: inout LedgerMemory, in ledger: borrowing LedgerTransaction,
        _ decide: LedgerWriter.Decide
    ) throws {
        for (place, ask) in asks.enumerated() {
            guard case .decided(let share, _) = fates[place] else { continue }
            let spent = try kept.spent(of: ask.program, in: ledger)
            let changed = try self[share].carryOut(ask, spent, at: now, decide)
            kept.note(changed, of: ask.program)
        }
        for share in 0..<shareCount { self[share].encode() }
    }

    /// Decides account by account, on several threads. Only where no budget is shared, so that accounts don't know of
    /// one another.
    mutating func decideAtOnce(
        at now: Timestamp, _ decide: LedgerWriter.Decide
    ) throws(LedgerWriter.Refusal) {
        let asks = asks
        var own: [[Share]] = []
        swap(&own, &pieces)
        let count = own.count
        let pieces = Mutex(own)
        own = []
        let failure = Mutex<LedgerWriter.Refusal?>(nil)
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
        pieces.withLock { swap(&own, &$0) }
        self.pieces = own
    }

    /// What is to be kept, and what each is answered, in the asks' order. It is given away, once.
    mutating func results() -> (
        changes: [LedgerChange], answers: [Result<LedgerWriter.Answer, LedgerWriter.Refusal>]
    ) {
        var changes: [LedgerChange] = []
        var answers: [Result<LedgerWriter.Answer, LedgerWriter.Refusal>] = []
        changes.reserveCapacity(asks.count)
        answers.reserveCapacity(asks.count)
        for (place, fate) in fates.enumerated() {
            switch fate {
            case .decided(let share, let change):
                var given = Self.given
                swap(&given, &self[share].changes[change])
                answers.append(
                    .success(
                        LedgerWriter.Answer(bytes: given.operation.answer, isRepeat: false)))
                changes.append(given)
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

    /// In the place of what was given away.
    private static let given = LedgerChange(
        account: LedgerAccount(id: 0, program: "", customer: ID(rawValue: 0)),
        operation: LedgerOperation(
            id: "", account: 0, at: Timestamp(milliseconds: 0), content: [], answer: []),
        entries: [], lots: [])

    /// Gives the accounts back; none stays here, so that nobody else has it.
    mutating func keep(in kept: inout LedgerMemory) {
        for share in 0..<shareCount {
            kept.keep(self[share].giveAccount(), of: self[share].owner)
        }
    }
}
