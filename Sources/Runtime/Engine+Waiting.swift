import Dispatch
package import Kernel
import Records
import Synchronization

/// Waiting until the engine has come to a place.
extension Engine {
    /// Who waits for the log to be folded, and for the timers that are due.
    struct Waiting {
        let position: Int64
        let at: Timestamp
        /// Whether for definitions that are being filled in, too.
        let isForFilled: Bool
        let done: CheckedContinuation<String?, Never>
    }

    /// Returns once everything that is in the log now is folded, and what is due by now is decided.
    ///
    /// - Parameter filled: Whether to wait for definitions that are being filled in, too.
    /// - Returns: Nil, or why folding failed.
    package func settle(filled: Bool = true) async -> String? {
        let target = log.lastPosition
        let now = clock.now
        let failure = await withCheckedContinuation { done in
            let waiting = Waiting(position: target, at: now, isForFilled: filled, done: done)
            let isThere = state.withLock { state in
                if state.hasReached(waiting) || state.isClosed { return true }
                state.waiting.append(waiting)
                return false
            }
            if isThere {
                done.resume(returning: nil)
            } else {
                wake()
                // Where it rests, it goes on at once.
                queue.async { self.goOn() }
            }
        }
        return failure
    }

    func resumeReached() {
        let reached = state.withLock { $0.takeReached() }
        for done in reached { done.resume(returning: nil) }
    }
}

extension Engine.State {
    func hasReached(_ waiting: Engine.Waiting) -> Bool {
        if min(status.position, archived) < waiting.position { return false }
        guard let plan else { return true }
        let isLookedAt = !mustReview || !waiting.isForFilled && plan.filling != nil
        return isLookedAt && nextDue.map { $0 > waiting.at } ?? true
    }

    /// Those who wait for what is reached.
    mutating func takeReached() -> [CheckedContinuation<String?, Never>] {
        let all = waiting
        waiting = all.filter { !hasReached($0) }
        return all.filter { hasReached($0) }.map(\.done)
    }
}
