import Dispatch
package import Kernel
package import Records
import Synchronization

/// Takes events into the log from many requests at once: those that wait while one commit is being synced
/// share the next (group commit).
package final class LogWriter: Sendable {
    /// Why events were not taken.
    package enum Refusal: Error, Equatable {
        /// Too much waits already; nothing was taken, try again in a moment.
        case queueFull
        /// The log could not store them; nothing was taken.
        case storage(StorageFailure)
        /// The server is stopping.
        case closing
    }

    package struct Limits: Sendable {
        /// Bytes that may wait for their commit.
        package var queueBytesMax = 64 << 20
        /// Bytes that one commit takes at most, save that a single larger request is taken whole.
        package var commitBytesMax = 4 << 20

        package init() {}
    }

    private struct Request {
        let block: PreparedBlock
        let done: CheckedContinuation<Result<LogStore.Appended, Refusal>, Never>
    }

    private struct State {
        var waiting: [Request] = []
        var waitingBytes = 0
        var isDraining = false
        var isClosed = false
    }

    private let store: LogStore
    private let clock: WallClock
    private let limits: Limits
    private let didCommit: @Sendable () -> Void
    private let queue = DispatchQueue(label: "perennial.log", qos: .userInitiated)
    private let state = Mutex(State())

    /// - Parameter didCommit: Called after each commit that added events, on the writing thread.
    package init(
        store: LogStore, clock: WallClock, limits: Limits = Limits(),
        didCommit: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.clock = clock
        self.limits = limits
        self.didCommit = didCommit
    }

    /// Bytes that wait for their commit.
    package var waitingBytes: Int { state.withLock { $0.waitingBytes } }

    /// Appends the block's new events and returns once they are durable.
    package func append(_ block: PreparedBlock) async throws(Refusal) -> LogStore.Appended {
        let result = await withCheckedContinuation { continuation in
            enqueue(Request(block: block, done: continuation))
        }
        return try result.get()
    }

    private func enqueue(_ request: Request) {
        enum Next { case refuse(Refusal), drain, wait }
        let next: Next = state.withLock { state in
            if state.isClosed { return .refuse(.closing) }
            let size = request.block.bytes.count
            if state.waitingBytes > 0, state.waitingBytes + size > limits.queueBytesMax {
                return .refuse(.queueFull)
            }
            state.waiting.append(request)
            state.waitingBytes += size
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

    /// Commits what waits, group by group, until nothing does.
    private func drain() {
        while let group = nextGroup() {
            let results: [Result<LogStore.Appended, Refusal>]
            do {
                results = try store.append(group.map(\.block), receivedAt: clock.now)
                    .map { .success($0) }
            } catch {
                let failure = (error as? StorageFailure) ?? .disk(String(describing: error))
                results = group.map { _ in .failure(.storage(failure)) }
            }
            // Before they are told, so that who was told finds the room that they took free.
            state.withLock { state in
                state.waitingBytes -= group.reduce(0) { $0 + $1.block.bytes.count }
            }
            for (request, result) in zip(group, results) { request.done.resume(returning: result) }
            if case .success? = results.first { didCommit() }
        }
    }

    private func nextGroup() -> [Request]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            var count = 0
            var byteCount = 0
            while count < state.waiting.count {
                byteCount += state.waiting[count].block.bytes.count
                if count > 0, byteCount > limits.commitBytesMax { break }
                count += 1
            }
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }

    /// Refuses what comes from now on; what waits is still committed.
    package func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }
}
