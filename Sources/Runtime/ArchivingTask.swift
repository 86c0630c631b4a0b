import Analytics
import Dispatch
import Synchronization

/// The archive's part of a batch: written on a thread of its own, piece by piece, while the fold goes on.
///
/// The archive takes the pieces in one transaction, which ends with `end()`, or with `abandon()`, which
/// takes it back.
final class ArchivingTask: Sendable {
    /// Pieces that may wait; the fold waits for the archive then.
    private static let waitingMax = 3

    private struct State {
        var pieces: [ArchiveBatch] = []
        var isEnded = false
        var isAbandoned = false
        var outcome: Result<Void, any Error>?
    }

    private let state = Mutex(State())
    /// Signalled for each piece, and for the end.
    private let filled = DispatchSemaphore(value: 0)
    // A semaphore must not go away with less than it began with, so it begins with nothing.
    private let room = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    init(_ archive: Archive, on queue: DispatchQueue) {
        for _ in 0..<Self.waitingMax { room.signal() }
        queue.async { [self] in
            let outcome = Result { () throws in
                _ = try archive.ingest(each: { () throws(ArchiveError) in try self.next() })
            }
            state.withLock { $0.outcome = outcome }
            // Whoever waits for room no longer needs to.
            room.signal()
            done.signal()
        }
    }

    /// Hands over the next piece; waits while the archive is far behind. After a failure nothing is taken.
    func add(_ piece: ArchiveBatch) {
        room.wait()
        let isOver = state.withLock { state in
            if state.outcome != nil { return true }
            state.pieces.append(piece)
            return false
        }
        if isOver { room.signal() } else { filled.signal() }
    }

    /// Says that there are no more pieces, so that the archive commits.
    func end() {
        state.withLock { $0.isEnded = true }
        filled.signal()
    }

    /// Takes back what wasn't ended; nothing where it was.
    func abandon() {
        let isOpen = state.withLock { state in
            if state.isEnded { return false }
            state.isAbandoned = true
            state.isEnded = true
            return true
        }
        if isOpen {
            filled.signal()
            done.wait()
        }
    }

    /// Waits for the archive's commit; once, after `end()`.
    func wait() -> Result<Void, any Error> {
        done.wait()
        return state.withLock { $0.outcome } ?? .success(())
    }

    private func next() throws(ArchiveError) -> ArchiveBatch? {
        filled.wait()
        let (piece, isAbandoned): (ArchiveBatch?, Bool) = state.withLock { state in
            let isOver = state.isAbandoned || state.pieces.isEmpty
            return (isOver ? nil : state.pieces.removeFirst(), state.isAbandoned)
        }
        if isAbandoned { throw .statementFailed(reason: "the fold stopped") }
        if piece != nil { room.signal() }
        return piece
    }
}
