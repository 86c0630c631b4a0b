package import Kernel
import Synchronization

/// A clock that only moves when a test moves it.
package final class VirtualClock: Sendable {
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp) {
        time = Mutex(start)
    }

    /// The clock as the shell takes it.
    package var clock: WallClock { WallClock { self.now } }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(milliseconds: Int64) {
        time.withLock { $0 = $0.adding(milliseconds: milliseconds) }
    }
}
