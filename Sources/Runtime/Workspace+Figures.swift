import Analytics
import Insights
package import Kernel

extension Workspace {
    /// So long after the newest order, figures still count from now.
    private static let liveForMs: Int64 = 7 * 86_400_000

    /// The end of the trailing windows that figures are counted in: now, or where the newest order is more
    /// than a week old (a shop's history, looked at later), the time of that order.
    package func figuresAsOf() throws -> Timestamp {
        let now = clock.now
        guard let last = try archive.lastOrderAt() else { return now }
        return now.milliseconds - last.milliseconds > Self.liveForMs ? last : now
    }
}
