import Kernel
import Synchronization

/// Figures that are worked out from all orders: kept while nothing new is folded, and for a moment after, so that
/// a page that many look at is worked out once.
final class KeptFigures<Value: Sendable>: Sendable {
    /// How old figures may be where something new was folded since.
    private static var keptMs: Int64 { 15_000 }
    /// How old they may be at all: other things (a scoring run, the time) tell in them too.
    private static var keptAtMostMs: Int64 { 60_000 }

    private struct Kept {
        let value: Value
        let position: Int64
        let at: Timestamp
    }

    private let clock: WallClock
    private let kept = Mutex<Kept?>(nil)

    init(clock: WallClock) {
        self.clock = clock
    }

    /// The figures as of this position, or those of a moment ago.
    func value(position: Int64, _ work: () throws -> Value) throws -> Value {
        let now = clock.now
        let held = kept.withLock { $0 }
        if let held {
            let age = now.milliseconds - held.at.milliseconds
            if age >= 0, age < (held.position == position ? Self.keptAtMostMs : Self.keptMs) {
                return held.value
            }
        }
        let value = try work()
        kept.withLock { $0 = Kept(value: value, position: position, at: now) }
        return value
    }
}
