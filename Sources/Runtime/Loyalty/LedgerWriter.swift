import Dispatch
package import Kernel
package import Loyalty
package import Records
import Synchronization

/// Carries operations out on loyalty accounts, from many who ask at once: those that wait while one commit is being
/// synced share the next (group commit). What was asked under an id before is answered as then, and has no other effect.
package final class LedgerWriter: Sendable {
    /// Something asked of a customer's account.
    package struct Ask: Sendable, Equatable {
        package var program: String
        package var customer: ID<Customer>
        /// As who asks calls it; one of the program.
        package var id: String
        /// What is asked, in one form only: JSON.
        package var content: [UInt8]
        /// The same, read.
        package var request: LoyaltyRequest
        /// Up to when time has passed; nil for now.
        package var now: Timestamp?
        /// Segments of which the customer is a member, of those that the program asks about. What is asked stays the
        /// same when they change.
        package var segments: Set<String> = []
        /// Whether the log isn't told: it happened before the program began to act.
        package var isQuiet = false

        package init(
            program: String, customer: ID<Customer>, id: String, content: [UInt8],
            request: LoyaltyRequest = LoyaltyRequest(.tick)
        ) {
            self.request = request
            self.program = program
            self.customer = customer
            self.id = id
            self.content = content
        }
    }

    /// What an operation does, also where it is refused: the refusal is the answer then, and nothing moves.
    package struct Decision: Sendable, Equatable {
        package var answer: [UInt8]
        /// The account's bytes, where `account` is nil.
        package var state: [UInt8]
        /// The account as the rules know it. It is made bytes once in a commit, however often it changes there.
        package var account: LoyaltyAccount?
        package var entries: [LedgerEntry] = []
        package var lots: [LedgerLot] = []
        /// When time itself changes something next; nil for never.
        package var nextAt: Timestamp?
        /// The tier's place among the program's.
        package var tier = 0
        /// What it takes of the program's budgets, or gives back.
        package var budgetChanges: [LoyaltyBudget: Int64] = [:]
        /// What the log is to be told: frames of events.
        package var news: [[UInt8]] = []

        package init(
            answer: [UInt8], state: [UInt8], entries: [LedgerEntry] = [], lots: [LedgerLot] = []
        ) {
            self.answer = answer
            self.state = state
            self.entries = entries
            self.lots = lots
        }

        /// What the ledger keeps of the account.
        package var bytes: [UInt8] { account?.encoded() ?? state }
    }

    package struct Answer: Sendable, Equatable {
        package var bytes: [UInt8]
        /// Whether it was asked before.
        package var isRepeat: Bool
    }

    /// Why nothing was done.
    package enum Refusal: Error, Equatable {
        /// Too much waits already; try again in a moment.
        case queueFull
        /// The id was used for something else, or somebody else.
        case reused
        /// The ledger could not keep it.
        case storage(String)
        /// The server is stopping.
        case closing
    }

    /// Decides by the account as it is; throws where it can't be read. Pure. What the rules know of the account may be
    /// taken out of it, so that it is changed in place.
    package typealias Decide =
        @Sendable (
            _ ask: Ask, _ account: inout LedgerMemory.Account, _ spent: [LoyaltyBudget: Int64],
            _ now: Timestamp
        ) throws(Refusal) -> Decision

    /// Decides what it is to move all of one account into another. Pure.
    package typealias Move =
        @Sendable (_ from: LedgerAccount, _ into: LedgerAccount, _ id: String) throws(Refusal) -> (
            from: Decision, into: Decision
        )

    /// Asks that may wait.
    static let queueMax = 10_000
    /// Asks that one commit takes.
    static let groupMax = 500

    private struct Request {
        let ask: Ask
        let done: CheckedContinuation<Result<Answer, Refusal>, Never>
    }

    private struct State {
        var waiting: [Request] = []
        var isDraining = false
        var isClosed = false
    }

    private let store: LedgerStore
    private let clock: WallClock
    private let decide: Decide
    private let isApart: @Sendable (_ program: String) -> Bool
    private let move: Move?
    private let queue = DispatchQueue(label: "perennial.ledger", qos: .userInitiated)
    /// Frees what isn't needed any more.
    private let freeing = DispatchQueue(label: "perennial.ledger.freeing")
    private let state = Mutex(State())
    private let kept = Mutex(LedgerMemory())

    /// - Parameters:
    ///   - move: Nil where accounts aren't moved.
    ///   - isApart: Whether a program's accounts are decided without knowing of one another, so that many can be at once.
    package init(
        store: LedgerStore, clock: WallClock, move: Move? = nil,
        isApart: @escaping @Sendable (_ program: String) -> Bool = { _ in false },
        decide: @escaping Decide
    ) {
        self.isApart = isApart
        self.store = store
        self.clock = clock
        self.move = move
        self.decide = decide
    }

    /// Does what is asked, and returns once it is durable.
    package func perform(_ ask: Ask) async throws(Refusal) -> Answer {
        let result = await withCheckedContinuation { continuation in
            enqueue(Request(ask: ask, done: continuation))
        }
        return try result.get()
    }

    /// Refuses what comes from now on; what waits is still done.
    package func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }

    private func enqueue(_ request: Request) {
        enum Next { case refuse(Refusal), drain, wait }
        let next: Next = state.withLock { state in
            if state.isClosed { return .refuse(.closing) }
            if state.waiting.count >= Self.queueMax { return .refuse(.queueFull) }
            state.waiting.append(request)
            if state.isDraining { return .wait }
            state.isDraining = true
            return .drain
        }
        switch next {
        case .refuse(let refusal): request.done.resume(returning: .failure(refusal))
        case .drain: queue.async { self.drain() }
        case .wait: break
        }
    }

    private func drain() {
        while let group = nextGroup() { carryOut(group) }
    }

    private func nextGroup() -> [Request]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let count = min(state.waiting.count, Self.groupMax)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }

    /// Does a group in one commit; where that fails, each alone, so that one takes no other with it.
    private func carryOut(_ group: [Request]) {
        let results: [Result<Answer, Refusal>] = kept.withLock { kept in
            do throws(Refusal) {
                return try commit(group.map(\.ask), &kept)
            } catch {
                return group.map { request in
                    do throws(Refusal) {
                        return try commit([request.ask], &kept)[0]
                    } catch {
                        return .failure(error)
                    }
                }
            }
        }
        for (request, result) in zip(group, results) { request.done.resume(returning: result) }
    }

    /// Does much at once, as following the log does: all of it in one commit, with how far that is.
    ///
    /// - Throws: `Refusal`; nothing of it was done then.
    package func perform(
        _ asks: [Ask], reached: (program: String, position: Int64)? = nil
    ) async throws(Refusal) {
        let result: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            queue.async {
                if self.state.withLock({ $0.isClosed }) {
                    return continuation.resume(returning: .failure(.closing))
                }
                let result: Result<Void, Refusal> = self.kept.withLock { kept in
                    do throws(Refusal) {
                        _ = try self.commit(asks, &kept, areAnswered: false, reached: reached)
                        return .success(())
                    } catch {
                        return .failure(error)
                    }
                }
                continuation.resume(returning: result)
            }
        }
        try result.get()
    }

    /// Moves all of a customer's account into another's, once; nothing where there is no account.
    package func move(
        _ program: String, from: ID<Customer>, into: ID<Customer>, id: String
    ) async throws(Refusal) {
        let result: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            queue.async {
                let result: Result<Void, Refusal> = self.kept.withLock { kept in
                    // They are read anew next time.
                    defer { kept = LedgerMemory() }
                    do {
                        try self.commitMove(program, from, into, id)
                        return .success(())
                    } catch {
                        return .failure((error as? Refusal) ?? .storage("\(error)"))
                    }
                }
                continuation.resume(returning: result)
            }
        }
        try result.get()
    }

    private func commitMove(
        _ program: String, _ from: ID<Customer>, _ into: ID<Customer>, _ id: String
    ) throws {
        guard let move, let source = try store.account(program: program, customer: from),
            try store.operation(program: program, id: id + "/out") == nil
        else { return }
        let target =
            try store.account(program: program, customer: into)
            ?? LedgerAccount(id: try store.nextAccount(), program: program, customer: into)
        let decided = try move(source, target, id)
        let now = clock.now
        func change(
            _ account: LedgerAccount, _ decision: Decision, _ operation: String
        ) -> LedgerChange {
            var account = account
            account.take(decision)
            account.state = decision.bytes
            return LedgerChange(
                account: account,
                operation: LedgerOperation(
                    id: operation, account: account.id, at: now, content: [],
                    answer: decision.answer),
                entries: decision.entries, lots: decision.lots, news: decision.news)
        }
        try store.commit([
            change(source, decided.from, id + "/out"), change(target, decided.into, id + "/in"),
        ])
    }

    /// What an operation would answer; nothing is done.
    package func preview(_ ask: Ask) throws -> [UInt8] {
        let account =
            try store.account(program: ask.program, customer: ask.customer)
            ?? LedgerAccount(id: 0, program: ask.program, customer: ask.customer)
        let spent = try store.budgets(program: ask.program)
        var kept = LedgerMemory.Account(row: account)
        return try decide(ask, &kept, LedgerMemory.spent(spent), clock.now).answer
    }

    /// Does what is asked in one commit. Where that fails, what is remembered may be what was wrong: it is dropped.
    private func commit(
        _ asks: [Ask], _ kept: inout LedgerMemory, areAnswered: Bool = true,
        reached: (program: String, position: Int64)? = nil
    ) throws(Refusal) -> [Result<Answer, Refusal>] {
        // The clock may read other files, and nobody is to wait for those.
        let now = clock.now
        do {
            return try store.transaction { ledger in
                try carryOut(
                    asks, &kept, at: now, in: ledger, areAnswered: areAnswered, reached)
            }
        } catch {
            kept = LedgerMemory()
            throw (error as? Refusal) ?? .storage("\(error)")
        }
    }

    private func carryOut(
        _ asks: [Ask], _ kept: inout LedgerMemory, at now: Timestamp,
        in ledger: borrowing LedgerTransaction, areAnswered: Bool,
        _ reached: (program: String, position: Int64)?
    ) throws -> [Result<Answer, Refusal>] {
        var plan = try LedgerPlan(asks, &kept, in: ledger)
        if asks.count >= LedgerPlan.atOnceMin, Set(asks.map(\.program)).allSatisfy(isApart) {
            try plan.carryOutAtOnce(at: now, in: ledger, decide)
        } else {
            try plan.carryOutInTurn(at: now, &kept, in: ledger, decide)
        }
        plan.keep(in: &kept)
        if let reached { try ledger.keep(reached: reached) }
        for row in kept.takeChangedBudgets() { try ledger.keep(row) }
        let forgotten = kept.trim()
        if asks.count >= LedgerPlan.atOnceMin || !forgotten.isEmpty {
            // No more than one commit's waits.
            freeing.sync {}
            freeing.async { [plan] in withExtendedLifetime((plan, forgotten)) {} }
        }
        return areAnswered ? plan.answers() : []
    }
}

extension LedgerAccount {
    /// As it is after what was decided.
    mutating func take(_ decision: LedgerWriter.Decision) {
        state = decision.state
        nextAt = decision.nextAt
        tier = decision.tier
        entryCount += Int64(decision.entries.count)
        revision += 1
    }
}
