import Kernel
import Loyalty
import Records

/// What one commit is asked for: what was asked before is told apart from what is to be decided, and that is put to the
/// accounts that it is about.
struct LedgerPlan {
    private enum Fate {
        /// The how-manyth it is about its account.
        case decided(share: Int, step: Int)
        /// The same id is in this commit already, at that place.
        case again(Int)
        case said(Result<LedgerWriter.Answer, LedgerWriter.Refusal>)
    }

    /// Asks from which on accounts are decided on several threads.
    static let atOnceMin = 256

    private let asks: [LedgerWriter.Ask]
    /// What the asks' ids are found by.
    private var keys: [SipHash.Digest] = []
    /// Of each ask, the place of the next about the same account; below 0 where there is none.
    private var following: [Int32]
    /// In the order in which they are first asked about.
    private var pieces: [LedgerPiece] = []
    private var shareCount = 0
    private var fates: [Fate] = []

    init(
        _ asks: [LedgerWriter.Ask], _ kept: inout LedgerMemory,
        in ledger: borrowing LedgerTransaction
    ) throws {
        self.asks = asks
        following = Array(repeating: -1, count: asks.count)
        keys.reserveCapacity(asks.count)
        fates.reserveCapacity(asks.count)
        let plan = kept.nextPlan()
        var first = DigestPlaces(reserving: asks.count)
        let all = asks.span
        for place in all.indices {
            let (program, id) = (all[place].program, all[place].id)
            let key = ledger.key(program: program, id: id)
            keys.append(key)
            if let first = first[key] {
                fates.append(.again(first))
                continue
            }
            let owner = LedgerMemory.Owner(program: program, customer: all[place].customer)
            let share = try kept.take(owner, in: ledger).map { add($0, to: plan) }
            if let before = try ledger.operation(program: program, id: id, key: key) {
                let isSame =
                    before.content == all[place].content
                    && before.account == share.map { self[$0].account }
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
                own = add(try kept.open(owner, in: ledger), to: plan)
            }
            first.set(key, place)
            fates.append(.decided(share: own, step: put(place, to: own)))
        }
    }

    private subscript(share: Int) -> LedgerShare {
        _read { yield pieces[share / LedgerPiece.size].shares[share % LedgerPiece.size] }
        nonmutating _modify {
            yield &pieces[share / LedgerPiece.size].shares[share % LedgerPiece.size]
        }
    }

    /// - Returns: The account's share, which it may have already.
    private mutating func add(_ held: LedgerMemory.Held, to plan: UInt64) -> Int {
        if held.plan == plan { return held.share }
        held.plan = plan
        held.share = shareCount
        if shareCount % LedgerPiece.size == 0 { pieces.append(LedgerPiece()) }
        pieces[pieces.count - 1].shares.append(LedgerShare(held))
        shareCount += 1
        return shareCount - 1
    }

    /// - Returns: Which one of those about its account it is.
    private mutating func put(_ place: Int, to share: Int) -> Int {
        let last = self[share].lastAsk
        if last < 0 { self[share].firstAsk = place } else { following[last] = Int32(place) }
        self[share].lastAsk = place
        self[share].askCount += 1
        return self[share].askCount - 1
    }

    /// Decides one after the other, as asked, and writes that.
    mutating func carryOutInTurn(
        at now: Timestamp, _ kept: inout LedgerMemory, in ledger: borrowing LedgerTransaction,
        _ decide: LedgerWriter.Decide
    ) throws {
        for (place, ask) in asks.enumerated() {
            guard case .decided(let share, _) = fates[place] else { continue }
            let spent = try kept.spent(of: ask.program, in: ledger)
            let (changes, step) = try pieces[share / LedgerPiece.size].carryOut(
                ask, of: share % LedgerPiece.size, spent, at: now, decide)
            fates[place] = .decided(share: share, step: step)
            kept.note(changes, of: ask.program)
        }
        for share in 0..<shareCount {
            pieces[share / LedgerPiece.size].encode(share % LedgerPiece.size)
        }
        for place in asks.indices { try write(place, at: now, in: ledger) }
        try writeAccounts(in: ledger)
    }

    /// Decides account by account, on several threads, and writes beside that what is decided. Only where no budget is
    /// shared, so that accounts don't know of one another.
    func carryOutAtOnce(
        at now: Timestamp, in ledger: borrowing LedgerTransaction,
        _ decide: @escaping LedgerWriter.Decide
    ) throws {
        let deciding = LedgerDeciding(pieces, asks, following: following, at: now, decide)
        deciding.begin()
        defer { deciding.end() }
        for place in asks.indices {
            if case .decided(let share, _) = fates[place] {
                try deciding.await(share / LedgerPiece.size)
            }
            try write(place, at: now, in: ledger)
        }
        try writeAccounts(in: ledger)
    }

    private func write(
        _ place: Int, at now: Timestamp, in ledger: borrowing LedgerTransaction
    ) throws {
        guard case .decided(let share, let step) = fates[place] else { return }
        let (piece, own) = (pieces[share / LedgerPiece.size], share % LedgerPiece.size)
        try ledger.keep(
            piece.step(step, of: own), of: piece.steps, &piece.shares[own].part, key: keys[place],
            id: asks[place].id, at: now, content: asks[place].content)
    }

    /// Rows that stand beside one another are written one after another.
    private func writeAccounts(in ledger: borrowing LedgerTransaction) throws {
        var order: [(share: Int, account: Int64)] = []
        order.reserveCapacity(shareCount)
        for share in 0..<shareCount where self[share].askCount > 0 {
            order.append((share, self[share].account))
        }
        order.sort { $0.account < $1.account }
        for (share, _) in order {
            let (piece, own) = (pieces[share / LedgerPiece.size], share % LedgerPiece.size)
            try Self.write(
                &piece.shares[own].held.account.row, after: piece.shares[own].part, piece.steps,
                state: piece.shares[own].state, in: ledger)
        }
    }

    /// - Parameter account: It is where it is, so that it isn't copied, and stays as it is.
    private static func write(
        _ account: inout LedgerAccount, after part: LedgerPart, _ steps: LedgerSteps,
        state: Range<Int>, in ledger: borrowing LedgerTransaction
    ) throws {
        try ledger.keep(account, after: part, state: steps.bytes.extracting(state))
    }

    /// What each is answered, in the asks' order.
    func answers() -> [Result<LedgerWriter.Answer, LedgerWriter.Refusal>] {
        var answers: [Result<LedgerWriter.Answer, LedgerWriter.Refusal>] = []
        answers.reserveCapacity(asks.count)
        for (place, fate) in fates.enumerated() {
            switch fate {
            case .decided(let share, let step):
                let piece = pieces[share / LedgerPiece.size]
                let bytes = piece.steps.answer(piece.step(step, of: share % LedgerPiece.size))
                answers.append(.success(LedgerWriter.Answer(bytes: bytes, isRepeat: false)))
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
        return answers
    }

    /// Gives the accounts back.
    func keep(in kept: inout LedgerMemory) {
        for piece in pieces {
            for share in piece.shares.indices {
                let held = piece.shares[share].held
                held.last = piece.shares[share].part.last
                kept.keep(held)
            }
        }
    }
}
