import Dispatch
import Synchronization

/// Carries out what many ask at once, one group after the other on a thread of its own: those that wait while one commit
/// is being synced share the next.
package final class GroupCommit<Ask: Sendable, Answer: Sendable>: Sendable {
    /// Why nothing was done.
    package enum Refusal: Error, Equatable {
        /// Too much waits already; try again in a moment.
        case queueFull
        /// The server is stopping.
        case closing
    }

    /// Does a group in one commit, and says what came of each, in order.
    package typealias CarryOut = @Sendable (_ group: [Ask]) throws -> [Result<Answer, any Error>]

    private struct Waiting {
        let ask: Ask
        let done: CheckedContinuation<Result<Answer, any Error>, Never>
    }

    private enum Next { case refuse(Refusal), drain, wait }

    private struct State {
        var waiting: [Waiting] = []
        var isDraining = false
        var isClosed = false
    }

    private let waitingMax: Int
    private let groupMax: Int
    private let queue: DispatchQueue
    private let carryOut: CarryOut
    private let state = Mutex(State())

    package init(
        label: String, waitingMax: Int = 10_000, groupMax: Int = 500,
        carryOut: @escaping CarryOut
    ) {
        self.waitingMax = waitingMax
        self.groupMax = groupMax
        self.carryOut = carryOut
        queue = DispatchQueue(label: label, qos: .userInitiated)
    }

    /// Returns once what is asked is durable.
    package func perform(_ ask: Ask) async throws -> Answer {
        try await withCheckedContinuation { done in
            enqueue(Waiting(ask: ask, done: done))
        }.get()
    }

    /// Refuses what comes from now on; what waits is still done.
    package func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }

    private func enqueue(_ one: Waiting) {
        let next: Next = state.withLock { state in
            if state.isClosed { return .refuse(.closing) }
            if state.waiting.count >= waitingMax { return .refuse(.queueFull) }
            state.waiting.append(one)
            if state.isDraining { return .wait }
            state.isDraining = true
            return .drain
        }
        switch next {
        case .refuse(let refusal): one.done.resume(returning: .failure(refusal))
        case .drain: queue.async { self.drain() }
        case .wait: break
        }
    }

    private func drain() {
        while let group = nextGroup() {
            for (one, result) in zip(group, results(of: group.map(\.ask))) {
                one.done.resume(returning: result)
            }
        }
    }

    private func nextGroup() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let count = min(state.waiting.count, groupMax)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }

    /// Where a group fails, each is done alone, so that one takes no other with it.
    private func results(of group: [Ask]) -> [Result<Answer, any Error>] {
        do {
            return try carryOut(group)
        } catch {
            guard group.count > 1 else { return [.failure(error)] }
            return group.flatMap { results(of: [$0]) }
        }
    }
}
