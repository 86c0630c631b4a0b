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
        package var state: [UInt8]
        package var entries: [LedgerEntry] = []
        package var lots: [LedgerLot] = []
        /// When time itself changes something next; nil for never.
        package var nextAt: Timestamp?
        /// The tier's place among the program's.
        package var tier = 0
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

    /// Decides by the account as it is; throws where it can't be read. Pure.
    package typealias Decide =
        @Sendable (_ ask: Ask, _ account: LedgerAccount, _ now: Timestamp) throws(Refusal) ->
        Decision

    /// Decides what it is to move all of one account into another. Pure.
    package typealias Move =
        @Sendable (_ from: LedgerAccount, _ into: LedgerAccount, _ id: String) throws(Refusal) -> (
            from: Decision, into: Decision
        )

    /// Asks that may wait.
    static let queueMax = 10_000
    /// Asks that one commit takes.
    static let groupMax = 500
    /// Accounts that are kept in memory.
    static let accountsMax = 20_000

    private struct Request {
        let ask: Ask
        let done: CheckedContinuation<Result<Answer, Refusal>, Never>
    }

    private struct State {
        var waiting: [Request] = []
        var isDraining = false
        var isClosed = false
    }

    private struct Owner: Hashable {
        let program: String
        let customer: ID<Customer>
    }

    private struct Key: Hashable {
        let program: String
        let id: String
    }

    /// What only the writing queue touches.
    private struct Kept {
        var accounts: [Owner: LedgerAccount] = [:]
        var nextAccount: Int64?
    }

    private let store: LedgerStore
    private let clock: WallClock
    private let decide: Decide
    private let move: Move?
    private let queue = DispatchQueue(label: "perennial.ledger", qos: .userInitiated)
    private let state = Mutex(State())
    private let kept = Mutex(Kept())

    /// - Parameter move: Nil where accounts aren't moved.
    package init(
        store: LedgerStore, clock: WallClock, move: Move? = nil, decide: @escaping Decide
    ) {
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
        kept.withLock { kept in
            var results: [Result<Answer, Refusal>]
            do {
                results = try commit(group.map(\.ask), &kept)
            } catch {
                // What is remembered may be what was wrong.
                kept = Kept()
                results = group.map { request in
                    do {
                        return try commit([request.ask], &kept)[0]
                    } catch let refusal as Refusal {
                        return .failure(refusal)
                    } catch {
                        return .failure(.storage("\(error)"))
                    }
                }
            }
            for (request, result) in zip(group, results) { request.done.resume(returning: result) }
        }
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
                    do {
                        _ = try self.commit(asks, &kept, reached: reached)
                        return .success(())
                    } catch {
                        kept = Kept()
                        return .failure((error as? Refusal) ?? .storage("\(error)"))
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
                    defer { kept = Kept() }
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
            account.state = decision.state
            account.nextAt = decision.nextAt
            account.tier = decision.tier
            account.entryCount += Int64(decision.entries.count)
            account.revision += 1
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
        return try decide(ask, account, clock.now).answer
    }

    private func commit(
        _ asks: [Ask], _ kept: inout Kept, reached: (program: String, position: Int64)? = nil
    ) throws -> [Result<Answer, Refusal>] {
        let now = clock.now
        var changed: [Owner: LedgerAccount] = [:]
        var nextAccount = kept.nextAccount
        var decided: [Key: LedgerOperation] = [:]
        var changes: [LedgerChange] = []
        var results: [Result<Answer, Refusal>] = []
        for ask in asks {
            let key = Key(program: ask.program, id: ask.id)
            let owner = Owner(program: ask.program, customer: ask.customer)
            let known =
                try changed[owner] ?? kept.accounts[owner]
                ?? store.account(program: ask.program, customer: ask.customer)
            let before = try decided[key] ?? store.operation(program: ask.program, id: ask.id)
            if let before {
                let isSame = before.content == ask.content && before.account == known?.id
                results.append(
                    isSame
                        ? .success(Answer(bytes: before.answer, isRepeat: true)) : .failure(.reused)
                )
                continue
            }
            var account: LedgerAccount
            if let known {
                account = known
            } else {
                let id = try nextAccount ?? store.nextAccount()
                nextAccount = id + 1
                account = LedgerAccount(id: id, program: ask.program, customer: ask.customer)
            }
            let decision = try decide(ask, account, min(ask.now ?? now, now))
            account.state = decision.state
            account.nextAt = decision.nextAt
            account.tier = decision.tier
            account.entryCount += Int64(decision.entries.count)
            account.revision += 1
            changed[owner] = account
            let operation = LedgerOperation(
                id: ask.id, account: account.id, at: now, content: ask.content,
                answer: decision.answer)
            decided[key] = operation
            changes.append(
                LedgerChange(
                    account: account, operation: operation, entries: decision.entries,
                    lots: decision.lots, news: decision.news))
            results.append(.success(Answer(bytes: decision.answer, isRepeat: false)))
        }
        if !changes.isEmpty || reached != nil { try store.commit(changes, reached: reached) }
        kept.nextAccount = nextAccount
        if kept.accounts.count + changed.count > Self.accountsMax { kept.accounts = [:] }
        kept.accounts.merge(changed) { _, new in new }
        return results
    }
}
