import Dispatch
import Kernel
import Records
import Synchronization

/// Much that was asked of the ledger at once, and is done in one commit.
package final class LedgerBulk: Sendable {
    typealias Result = Swift.Result<Void, LedgerWriter.Refusal>

    /// How far a program has followed the log when it is done.
    package struct Reach: Sendable {
        package var program: String
        package var position: Int64
        /// How far it must have before; nil for anywhere.
        package var after: Int64?

        package init(program: String, position: Int64, after: Int64? = nil) {
            self.program = program
            self.position = position
            self.after = after
        }
    }

    /// What is decided while what came before it is still being written.
    struct Prepared: Sendable {
        let plan: LedgerPlan
        let deciding: LedgerDeciding
        let now: Timestamp
    }

    let asks: [LedgerWriter.Ask]
    let reach: Reach?
    /// How often what the writer knew of accounts had been dropped when this came.
    let epoch: UInt64
    private let prepared = Mutex<Swift.Result<Prepared, LedgerWriter.Refusal>?>(nil)
    private let isPrepared = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    private struct State {
        var result: Result?
        /// What it was decided after, before that was kept.
        var before: LedgerBulk?
        var waiting: [CheckedContinuation<Result, Never>] = []
    }

    init(_ asks: [LedgerWriter.Ask], _ reach: Reach?, epoch: UInt64) {
        self.asks = asks
        self.reach = reach
        self.epoch = epoch
    }

    /// Returns once it is durable.
    ///
    /// - Throws: `Refusal`; nothing of it was done then.
    package func done() async throws(LedgerWriter.Refusal) {
        let result = await withCheckedContinuation { continuation in
            let known: Result? = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
        try result.get()
    }

    func follow(_ before: LedgerBulk?) { state.withLock { $0.before = before } }

    /// Whether what it was decided after is kept.
    var standsAlone: Bool {
        guard let before = state.withLock({ $0.before }) else { return true }
        return switch before.state.withLock({ $0.result }) {
        case .success: true
        case .failure, nil: false
        }
    }

    func finish(_ result: Result) {
        let waiting = state.withLock { state in
            state.result = result
            state.before = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    func prepare(_ result: Swift.Result<Prepared, LedgerWriter.Refusal>) {
        prepared.withLock { $0 = result }
        isPrepared.signal()
    }

    /// What was prepared, once it is; to be asked once.
    func awaitPrepared() throws(LedgerWriter.Refusal) -> Prepared {
        isPrepared.wait()
        switch prepared.withLock({ $0 }) {
        case .success(let prepared): return prepared
        case .failure(let refusal): throw refusal
        case nil: throw .storage("it was not prepared")
        }
    }
}
