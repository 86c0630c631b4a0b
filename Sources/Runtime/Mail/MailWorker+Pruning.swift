import Kernel
import Records

extension MailWorker {
    /// Messages that are let go in one transaction.
    static let prunedAtOnce = 200
    private static let pruneEveryMs: Int64 = 3_600_000
    /// So long after they lost what they said, messages go, and with them the way out that their links are.
    private static let removedLaterMonths = 12

    /// Lets go of a piece of what is old, where there is nothing to send.
    ///
    /// - Parameter nextAt: When there is something to do; nil where nothing is known.
    /// - Returns: When to go on; nil for some time later.
    func prune(
        _ pruneAt: inout Timestamp?, isIdle: Bool, nextAt: Timestamp?
    ) async throws -> Timestamp? {
        let now = workspace.clock.now
        let months = preparation.maker.settings.keepMonths
        guard isIdle, months > 0, pruneAt.map({ $0 <= now }) ?? true,
            nextAt.map({ $0 > now }) ?? true
        else { return nil }
        let records = workspace.records
        let hasMore = try await StoreThread.mail.run {
            try records.pruneMessages(
                emptied: Self.months(months, before: now),
                removed: Self.months(months + Self.removedLaterMonths, before: now),
                limit: Self.prunedAtOnce)
        }
        pruneAt = hasMore ? now : now.adding(milliseconds: Self.pruneEveryMs)
        return hasMore ? now : nil
    }

    /// Months of 365.25 days by twelve.
    private static func months(_ count: Int, before now: Timestamp) -> Timestamp {
        now.adding(milliseconds: -Int64(count) * 2_629_800_000)
    }
}
