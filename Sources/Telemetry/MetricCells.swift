import CoreMetrics
import Synchronization

// What one series holds. Each is a class because swift-metrics' handlers are shared by identity.

/// A count that only grows.
final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        // A counter never falls: a negative amount is a mistake of the caller's and is left out.
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }
}

/// A sum of fractions that only grows.
final class FractionCell: FloatingPointCounterHandler {
    private let sum = AtomicDouble()

    var value: Double { sum.value }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { sum.add(amount) }
    }

    func reset() { sum.set(0) }
}

/// A value that rises and falls.
final class GaugeCell: MeterHandler, RecorderHandler {
    private let current = AtomicDouble()

    var value: Double { current.value }

    func set(_ value: Int64) { current.set(Double(value)) }
    func set(_ value: Double) { current.set(value) }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }
    func record(_ value: Int64) { current.set(Double(value)) }
    func record(_ value: Double) { current.set(value) }
}

/// How many values were recorded and what they add up to.
final class SummaryCell: RecorderHandler {
    private let state = Mutex((count: UInt64(0), sum: 0.0))

    var value: (count: UInt64, sum: Double) { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        state.withLock { state in
            state.count += 1
            state.sum += value
        }
    }
}

/// How long things took, counted in buckets.
final class HistogramCell: TimerHandler {
    /// The buckets' upper bounds in seconds: from half a millisecond to ten seconds.
    static let bounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    struct State {
        /// How many fell in each bucket alone; the last is above all bounds.
        var counts = [UInt64](repeating: 0, count: HistogramCell.bounds.count + 1)
        var sumNanoseconds: Double = 0
    }

    private let state = Mutex(State())

    var value: State { state.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) {
        let nanoseconds = Double(max(duration, 0))
        let seconds = nanoseconds / 1e9
        // A bound belongs to its bucket (`le` is less or equal).
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sumNanoseconds += nanoseconds
        }
    }
}

/// A `Double` that several threads change.
private final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(
                expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
