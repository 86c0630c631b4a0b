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
    /// Of each ask, how many before it are to be decided.
    private var ranks: [Int32] = []
    /// In the order in which they are first asked about.
    private var pieces: [LedgerPiece] = []
    private var shareCount = 0
    /// The accounts; the pieces may be somebody else's when these are given back.
    private var held: [LedgerMemory.Held] = []
    private var fates: [Fate] = []

    /// Thinks that nothing of it was asked before, which shows when it is written.
    init(
        ahead asks: [LedgerWriter.Ask], _ kept: inout LedgerMemory,
        in ledger: borrowing LedgerGlance
    ) throws {
        self.asks = asks
        following = Array(repeating: -1, count: asks.count)
        keys.reserveCapacity(asks.count)
        fates.reserveCapacity(asks.count)
        ranks = Array(0..<Int32(asks.count))
        let plan = kept.nextPlan()
        var known = LedgerOperationKeys()
        let all = asks.span
        for place in all.indices {
            keys.append(known.key(all[place].program, all[place].id))
            let owner = LedgerMemory.Owner(
                program: all[place].program, customer: all[place].customer)
            let held = try kept.take(owner, in: ledger) ?? kept.open(owner, in: ledger)
            let own = add(held, to: plan)
            fates.append(.decided(share: own, step: put(place, to: own)))
        }
    }

    init(
        _ asks: [LedgerWriter.Ask], _ kept: inout LedgerMemory,
        in ledger: borrowing LedgerTransaction
    ) throws {
        self.asks = asks
        following = Array(repeating: -1, count: asks.count)
        keys.reserveCapacity(asks.count)
        fates.reserveCapacity(asks.count)
        ranks.reserveCapacity(asks.count)
        var rank: Int32 = 0
        let plan = kept.nextPlan()
        var first = DigestPlaces(reserving: asks.count)
        let all = asks.span
        for place in all.indices {
            let (program, id) = (all[place].program, all[place].id)
            let key = ledger.key(program: program, id: id)
            keys.append(key)
            ranks.append(rank)
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
            rank += 1
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
        self.held.append(held)
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
        for piece in pieces { piece.learnLast() }
        let first = ledger.nextOperation
        for place in asks.indices { try write(place, at: now, in: ledger) }
        for piece in pieces { try writeAccounts(of: piece, from: first, in: ledger) }
        for piece in pieces { piece.noteLast() }
    }

    /// Decides account by account, on several threads, and writes beside that what is decided. Only where no budget is
    /// shared, so that accounts don't know of one another.
    func carryOutAtOnce(
        at now: Timestamp, in ledger: borrowing LedgerTransaction,
        _ decide: @escaping LedgerWriter.Decide
    ) throws {
        let deciding = deciding(at: now, decide)
        deciding.begin()
        defer { deciding.end() }
        try write(as: deciding, at: now, in: ledger)
    }

    /// What decides account by account.
    func deciding(
        at now: Timestamp, _ decide: @escaping LedgerWriter.Decide
    ) -> LedgerDeciding {
        LedgerDeciding(pieces, asks, following: following, at: now, decide)
    }

    /// Writes what is decided, as it comes.
    ///
    /// - Parameter isAhead: Whether it wasn't looked yet for what was asked before.
    /// - Throws: Also `LedgerStore.Refusal.repeated`, where something was.
    func write(
        as deciding: LedgerDeciding, at now: Timestamp, isAhead: Bool = false,
        in ledger: borrowing LedgerTransaction
    ) throws {
        let first = ledger.nextOperation
        // Of a piece, whether it is decided, and its accounts' last operations are known.
        var isReady = Array(repeating: false, count: pieces.count)
        var written = 0
        for place in asks.indices {
            guard case .decided(let share, _) = fates[place] else { continue }
            let piece = share / LedgerPiece.size
            while !isReady[piece] {
                if deciding.isDone(piece) {
                    pieces[piece].learnLast()
                    isReady[piece] = true
                } else if written < piece, isReady[written] {
                    // Rather than waiting.
                    try writeAccounts(of: pieces[written], from: first, in: ledger)
                    written += 1
                } else {
                    try deciding.await(piece)
                }
            }
            if isAhead, try isKept(place, in: ledger) {
                throw LedgerStore.Refusal.repeated(operation: asks[place].id)
            }
            try write(place, at: now, in: ledger)
        }
        while written < pieces.count {
            try deciding.await(written)
            try writeAccounts(of: pieces[written], from: first, in: ledger)
            written += 1
        }
        for piece in pieces { piece.noteLast() }
    }

    private func isKept(_ place: Int, in ledger: borrowing LedgerTransaction) throws -> Bool {
        let all = asks.span
        return try ledger.holds(program: all[place].program, id: all[place].id, key: keys[place])
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
    ///
    /// - Parameter first: The number of this commit's first operation.
    private func writeAccounts(
        of piece: LedgerPiece, from first: Int64, in ledger: borrowing LedgerTransaction
    ) throws {
        let order = piece.shares.indices.filter { piece.shares[$0].askCount > 0 }
            .sorted { piece.shares[$0].account < piece.shares[$1].account }
        for share in order {
            try Self.write(
                piece.shares[share].row, after: &piece.shares[share].part,
                last: last(of: share, in: piece).map { first + Int64(ranks[$0]) }, piece.steps,
                state: piece.shares[share].state, in: ledger)
        }
    }

    private static func write(
        _ account: LedgerAccount, after part: inout LedgerPart, last: Int64?,
        _ steps: LedgerSteps, state: Range<Int>, in ledger: borrowing LedgerTransaction
    ) throws {
        try ledger.keep(account, after: &part, last: last, state: steps.bytes.extracting(state))
    }

    /// The place of the last ask about an account that moved anything.
    private func last(of share: Int, in piece: LedgerPiece) -> Int? {
        var place = piece.shares[share].firstAsk
        var last: Int?
        while place >= 0 {
            if case .decided(_, let step) = fates[place],
                piece.steps.moves(piece.step(step, of: share))
            {
                last = place
            }
            place = Int(following[place])
        }
        return last
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
        for held in held { kept.keep(held) }
    }
}
