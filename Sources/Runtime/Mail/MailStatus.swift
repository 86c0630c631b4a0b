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
        /// By channel.
        var troubles: [String: Trouble] = [:]
    }

    private let state = Mutex(State())
    /// How fast mail goes to whom.
    package let domains = DomainPacer()

    package init() {}

    /// Whether this process sends.
    package var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Why nothing can be sent just now; nil while all is well.
    package var trouble: Trouble? {
        state.withLock { state in
            state.troubles["email"] ?? state.troubles.min { $0.key < $1.key }?.value
        }
    }

    func begin() { state.withLock { $0.isRunning = true } }

    func end() { state.withLock { $0.isRunning = false } }

    func note(_ reason: String, channel: String, now: Timestamp, until: Timestamp?) {
        state.withLock { state in
            let since = state.troubles[channel]?.since ?? now
            state.troubles[channel] = Trouble(reason: reason, since: since, until: until)
        }
    }

    func clear(channel: String) { state.withLock { $0.troubles[channel] = nil } }
}
