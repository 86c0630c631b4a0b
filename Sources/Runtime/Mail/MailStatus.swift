package import Kernel
import Synchronization

/// How sending is doing, for who asks from outside.
package final class MailStatus: Sendable {
    package struct Trouble: Sendable, Equatable {
        /// In the server's words, or those of the connection to it.
        package var reason: String
        package var since: Timestamp
        /// Nothing is tried before; nil where it is now.
        package var until: Timestamp?
    }

    private struct State {
        var isRunning = false
        var trouble: Trouble?
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether this process sends.
    package var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Why nothing can be sent just now; nil while all is well.
    package var trouble: Trouble? { state.withLock { $0.trouble } }

    func begin() { state.withLock { $0.isRunning = true } }

    func end() { state.withLock { $0.isRunning = false } }

    func note(_ reason: String, now: Timestamp, until: Timestamp?) {
        state.withLock { state in
            let since = state.trouble?.since ?? now
            state.trouble = Trouble(reason: reason, since: since, until: until)
        }
    }

    func clear() { state.withLock { $0.trouble = nil } }
}
