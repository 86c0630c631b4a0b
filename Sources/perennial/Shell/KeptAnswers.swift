import Kernel
import Synchronization

/// Answers that cost something to work out: each kept for a while, so that a page that many look at, or one looks at
/// again and again, is worked out once.
final class KeptAnswers<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Kept {
        let value: Value
        let at: Timestamp
    }

    private let clock: WallClock
    private let keptMs: Int64
    private let countMax: Int
    private let kept = Mutex<[Key: Kept]>([:])

    /// - Parameters:
    ///   - seconds: How old an answer may be.
    ///   - countMax: How many are kept; beyond that all are forgotten.
    init(clock: WallClock, seconds: Int64, countMax: Int = 100) {
        self.clock = clock
        keptMs = seconds * 1000
        self.countMax = countMax
    }

    func value(_ key: Key, _ work: () throws -> Value) throws -> Value {
        let now = clock.now
        if let held = kept.withLock({ $0[key] }) {
            let age = now.milliseconds - held.at.milliseconds
            if age >= 0, age < keptMs { return held.value }
        }
        let value = try work()
        kept.withLock { kept in
            if kept.count >= countMax { kept.removeAll() }
            kept[key] = Kept(value: value, at: now)
        }
        return value
    }
}
