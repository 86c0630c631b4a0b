import Dispatch
import Synchronization

extension Engine {
    /// Says on an engine's queue whose it is.
    static let ownQueue = DispatchSpecificKey<ObjectIdentifier>()

    /// Finishes the batch at hand and takes no other.
    ///
    /// May be called on the engine's own queue: who asked it to do something may be let go as soon as that is done, and
    /// the last one to hold the workspace is then what was asked.
    package func close() {
        state.withLock { $0.isClosed = true }
        if DispatchQueue.getSpecific(key: Self.ownQueue) == ObjectIdentifier(self) {
            stopFilling("the workspace is closing")
        } else {
            queue.sync { stopFilling("the workspace is closing") }
        }
        // Whoever opens the archive next must not meet this one.
        archivingQueue.sync {}
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.done.resume(returning: "the workspace is closing") }
    }
}
