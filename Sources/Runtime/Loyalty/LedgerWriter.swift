import Dispatch
package import Kernel
package import Loyalty
package import Records
import Synchronization

/// Carries operations out on loyalty accounts, from many who ask at once: those that wait while one commit is being
/// synced share the next (group commit). What was asked under an id before is answered as then, and has no other effect.
package final class LedgerWriter: Sendable {
    /// Decides by the account as it is; throws where it can't be read. Pure. What the rules know of the account may be
    /// taken out of it, so that it is changed in place.
    package typealias Decide =
        @Sendable (
            _ ask: Ask, _ account: inout LedgerMemory.Account, _ spent: [LoyaltyBudget: Int64],
            _ now: Timestamp
        ) throws(Refusal) -> Decision

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
        /// What is on the queue, or being done.
        var queued = 0
        /// Of that, what isn't decided ahead.
        var queuedInTurn = 0
        /// How often what is known of accounts was dropped.
        var epoch: UInt64 = 0
        /// What was decided ahead last, as long as it isn't done.
        var ahead: LedgerBulk?
    }

    private let store: LedgerStore
    private let clock: WallClock
    private let decide: Decide
    private let isApart: @Sendable (_ program: String) -> Bool
    private let move: LedgerMove.Decide?
    private let queue = DispatchQueue(label: "perennial.ledger", qos: .userInitiated)
    /// Decides what comes next while the queue writes what came before.
    private let preparing = DispatchQueue(label: "perennial.ledger.ahead", qos: .userInitiated)
    /// Frees what isn't needed any more.
    private let freeing = DispatchQueue(label: "perennial.ledger.freeing")
    private let state = Mutex(State())
    /// Accounts as the ledger has them, or will have once what was decided ahead is written, of this epoch.
    private let kept = Mutex(LedgerMemory())

    /// - Parameters:
    ///   - move: Nil where accounts aren't moved.
    ///   - isApart: Whether a program's accounts are decided without knowing of one another, so that many can be at once.
    package init(
        store: LedgerStore, clock: WallClock, move: LedgerMove.Decide? = nil,
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
        let refusal: Refusal? = state.withLock { state in
            if state.isClosed { return .closing }
            if state.waiting.count >= Self.queueMax { return .queueFull }
            state.waiting.append(request)
            if !state.isDraining { drain(&state) }
            return nil
        }
        if let refusal { request.done.resume(returning: .failure(refusal)) }
    }

    /// Has the next group of those that wait carried out, in its turn.
    private func drain(_ state: inout State) {
        state.isDraining = true
        enqueue(&state) {
            let answer = self.carryOut(self.nextGroup())
            self.state.withLock { state in
                state.isDraining = false
                if !state.waiting.isEmpty { self.drain(&state) }
            }
            return answer
        }
    }

    private func nextGroup() -> [Request] {
        state.withLock { state in
            let count = min(state.waiting.count, Self.groupMax)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }

    /// Has something done after all that came before it.
    ///
    /// - Parameter work: It returns what tells who asked.
    private func enqueue(
        _ state: inout State, ahead bulk: LedgerBulk? = nil,
        _ work: @escaping @Sendable () -> () -> Void
    ) {
        state.queued += 1
        if bulk == nil { state.queuedInTurn += 1 }
        queue.async {
            let answer = work()
            self.state.withLock { state in
                state.queued -= 1
                if bulk == nil { state.queuedInTurn -= 1 }
                if state.ahead === bulk { state.ahead = nil }
            }
            answer()
        }
    }

    /// Does a group in one commit; where that fails, each alone, so that one takes no other with it.
    private func carryOut(_ group: [Request]) -> () -> Void {
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
        return {
            for (request, result) in zip(group, results) { request.done.resume(returning: result) }
        }
    }

    /// Does much at once, as following the log does: all of it in one commit, with how far that is.
    ///
    /// - Throws: `Refusal`; nothing of it was done then.
    package func perform(
        _ asks: [Ask], reached: (program: String, position: Int64)? = nil
    ) async throws(Refusal) {
        let reach = reached.map {
            LedgerBulk.Reach(program: $0.program, position: $0.position)
        }
        try await begin(asks, reach).done()
    }

    /// Begins with much at once; it is done when its `done()` returns. What is begun while one before it is written is
    /// decided meanwhile, and is refused where that one fails.
    package func begin(_ asks: [Ask], _ reach: LedgerBulk.Reach? = nil) -> LedgerBulk {
        let isApart =
            asks.count >= LedgerPlan.atOnceMin && Set(asks.map(\.program)).allSatisfy(isApart)
        return state.withLock { state in
            let bulk = LedgerBulk(asks, reach, epoch: state.epoch)
            if state.isClosed {
                bulk.finish(.failure(.closing))
                return bulk
            }
            // Only one is decided ahead: accounts that are forgotten after the next are durable then.
            let isAhead = isApart && state.queuedInTurn == 0 && state.queued <= 1
            if isAhead {
                bulk.follow(state.ahead)
                state.ahead = bulk
                preparing.async { self.prepare(bulk) }
            }
            enqueue(&state, ahead: isAhead ? bulk : nil) {
                let result = isAhead ? self.write(bulk) : self.carryOut(bulk)
                return { bulk.finish(result) }
            }
            return bulk
        }
    }

    private func carryOut(_ bulk: LedgerBulk) -> LedgerBulk.Result {
        kept.withLock { kept in self.carryOut(bulk, &kept) }
    }

    private func carryOut(_ bulk: LedgerBulk, _ kept: inout LedgerMemory) -> LedgerBulk.Result {
        do throws(Refusal) {
            _ = try commit(bulk.asks, &kept, areAnswered: false, reach: bulk.reach)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    // MARK: Ahead

    /// Decides a bulk that is next to be written.
    private func prepare(_ bulk: LedgerBulk) {
        let now = clock.now
        kept.withLock { kept in
            // Otherwise what it stands on is gone.
            guard isCurrent(bulk) else { return bulk.prepare(.failure(Self.fallen)) }
            let plan: LedgerPlan
            do {
                plan = try store.glance { try LedgerPlan(ahead: bulk.asks, &kept, in: $0) }
            } catch {
                return bulk.prepare(.failure((error as? Refusal) ?? .storage("\(error)")))
            }
            let deciding = plan.deciding(at: now, decide)
            bulk.prepare(
                .success(LedgerBulk.Prepared(plan: plan, deciding: deciding, now: now)))
            deciding.help()
            deciding.end()
            plan.keep(in: &kept)
            let forgotten = kept.trim()
            if !forgotten.isEmpty { freeing.async { withExtendedLifetime(forgotten) {} } }
        }
    }

    private static let fallen = Refusal.storage("what came before it could not be kept")

    private func isCurrent(_ bulk: LedgerBulk) -> Bool {
        state.withLock { $0.epoch } == bulk.epoch
    }

    /// Writes a bulk as it is decided.
    private func write(_ bulk: LedgerBulk) -> LedgerBulk.Result {
        guard isCurrent(bulk) else {
            return bulk.standsAlone ? carryOut(bulk) : .failure(Self.fallen)
        }
        do {
            let prepared = try bulk.awaitPrepared()
            try store.transaction { ledger in
                try prepared.plan.write(
                    as: prepared.deciding, at: prepared.now, isAhead: true, in: ledger)
                if let reach = bulk.reach { try ledger.keep(reach) }
            }
            // No more than one commit's waits.
            freeing.sync {}
            freeing.async { withExtendedLifetime(prepared) {} }
            return .success(())
        } catch {
            return kept.withLock { kept in
                // What is known of accounts isn't so, and what was decided by it falls.
                kept = LedgerMemory()
                state.withLock { $0.epoch += 1 }
                // What was asked before, or is otherwise by now, shows where it is looked at first.
                if error is LedgerStore.Refusal { return carryOut(bulk, &kept) }
                return .failure((error as? Refusal) ?? .storage("\(error)"))
            }
        }
    }

    // MARK: Moving

    /// Moves all of a customer's account into another's, once; nothing where there is no account.
    package func move(
        _ program: String, from: ID<Customer>, into: ID<Customer>, id: String
    ) async throws(Refusal) {
        guard let decide = self.move else { return }
        let move = LedgerMove(program: program, from: from, into: into, id: id)
        let result: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            state.withLock { state in
                enqueue(&state) {
                    let result: Result<Void, Refusal> = self.kept.withLock { kept in
                        // They are read anew next time.
                        defer { kept = LedgerMemory() }
                        do {
                            try move.commit(to: self.store, at: self.clock.now, decide)
                            return .success(())
                        } catch {
                            return .failure((error as? Refusal) ?? .storage("\(error)"))
                        }
                    }
                    return { continuation.resume(returning: result) }
                }
            }
        }
        try result.get()
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
        reach: LedgerBulk.Reach? = nil
    ) throws(Refusal) -> [Result<Answer, Refusal>] {
        // The clock may read other files, and nobody is to wait for those.
        let now = clock.now
        do {
            return try store.transaction { ledger in
                try carryOut(
                    asks, &kept, at: now, in: ledger, areAnswered: areAnswered, reach)
            }
        } catch {
            kept = LedgerMemory()
            throw (error as? Refusal) ?? .storage("\(error)")
        }
    }

    private func carryOut(
        _ asks: [Ask], _ kept: inout LedgerMemory, at now: Timestamp,
        in ledger: borrowing LedgerTransaction, areAnswered: Bool, _ reach: LedgerBulk.Reach?
    ) throws -> [Result<Answer, Refusal>] {
        var plan = try LedgerPlan(asks, &kept, in: ledger)
        if asks.count >= LedgerPlan.atOnceMin, Set(asks.map(\.program)).allSatisfy(isApart) {
            try plan.carryOutAtOnce(at: now, in: ledger, decide)
        } else {
            try plan.carryOutInTurn(at: now, &kept, in: ledger, decide)
        }
        plan.keep(in: &kept)
        if let reach { try ledger.keep(reach) }
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

extension LedgerTransaction {
    /// Keeps how far a program has followed the log.
    fileprivate func keep(_ reach: LedgerBulk.Reach) throws {
        let reached = (reach.program, reach.position)
        if let after = reach.after {
            try keep(reached: reached, after: after)
        } else {
            try keep(reached: reached)
        }
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
