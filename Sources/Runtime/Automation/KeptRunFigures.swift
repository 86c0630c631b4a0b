import Kernel
import Records
import Synchronization

/// What is read from all runs of a journey: kept for a minute where they are many, so that a page which renews
/// itself doesn't read them each time.
final class KeptRunFigures: Sendable {
    struct Figures: Sendable {
        var counts: [RunCount]
        /// Of those whose time for the goal is over; empty for a journey without a goal.
        var arms: [ArmFigures]
    }

    private static let keptMs: Int64 = 60_000
    /// Runs from which on figures are kept.
    private static let many: Int64 = 20_000

    private let kept = Mutex<[Int64: (at: Timestamp, version: Int64, figures: Figures)]>([:])

    /// - Parameter version: The definition's: with another one, the goal may be another.
    func figures(
        ofJourney number: Int64, version: Int64, now: Timestamp, read: () throws -> Figures
    ) rethrows -> Figures {
        let held = kept.withLock { $0[number] }
        if let held, held.version == version, held.at <= now,
            now.milliseconds - held.at.milliseconds < Self.keptMs
        {
            return held.figures
        }
        let figures = try read()
        let count = figures.counts.reduce(0) { $0 + $1.count }
        kept.withLock { $0[number] = count < Self.many ? nil : (now, version, figures) }
        return figures
    }
}
