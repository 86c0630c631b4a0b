import Kernel
import Synchronization

/// How many tests a member may send: so that nobody's mailbox is filled from here.
final class TestTurns: Sendable {
    static let most = 10
    static let windowMs: Int64 = 600_000

    private let clock: WallClock
    private let taken = Mutex<[ID<Member>: [Timestamp]]>([:])

    init(clock: WallClock) {
        self.clock = clock
    }

    /// - Returns: False where a member sent as many lately.
    func take(_ member: ID<Member>) -> Bool {
        let now = clock.now
        return taken.withLock { taken in
            let lately = (taken[member] ?? []).filter {
                now.milliseconds - $0.milliseconds < Self.windowMs
            }
            guard lately.count < Self.most else { return false }
            taken[member] = lately + [now]
            return true
        }
    }
}
