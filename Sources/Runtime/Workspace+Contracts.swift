import Analytics
import JSONParsing
package import Kernel
package import Predictions

extension Workspace {
    /// How long subscriptions last, by plan, and which are likely to end; beside that what their
    /// customers did, to learn from.
    ///
    /// Blocks while it computes; not for an event loop.
    ///
    /// - Parameter asOf: The last day that counts, in the workspace's time zone; nil for today, or
    ///   where the newest event is more than a week old, for that one's day.
    /// - Returns: Nil where no subscription was ever started.
    package func contracts(
        asOf: CalendarDay?
    ) throws -> (report: ContractsReport, activity: ContractActivity)? {
        let day: CalendarDay
        let end: Timestamp
        if let asOf {
            day = asOf
            end = zone.start(of: CalendarDay(daysSinceEpoch: asOf.daysSinceEpoch + 1))
        } else {
            let now = clock.now
            // An event that claims to come from the future doesn't move the day.
            let last = min(try archive.lastEventAt() ?? now, now)
            let isHistory = now.milliseconds - last.milliseconds > 7 * 86_400_000
            end = (isHistory ? last : now).adding(milliseconds: 1)
            day = zone.day(of: isHistory ? last : now)
        }
        var fold = SubscriptionFold()
        for event in try archive.subscriptionEvents(before: end) {
            let bytes = Array(event.properties.utf8)
            fold.add(
                SubscriptionChange(
                    customer: event.customer,
                    subscription: Self.text(["subscription_id", "subscriptionId"], in: bytes),
                    plan: Self.text(["plan", "plan_name", "planName", "plan_id"], in: bytes),
                    atMs: event.occurredAt.milliseconds, isStart: event.isStart))
        }
        guard !fold.contracts.isEmpty else { return nil }
        let events = try archive.subscriberEvents(before: end)
        return (
            ContractsReport(fold, asOf: day.description, asOfMs: end.milliseconds - 1),
            ContractActivity(
                contracts: fold.contracts, customers: events.customers, timesMs: events.timesMs,
                kinds: events.places, kindNames: events.names, endMs: end.milliseconds - 1)
        )
    }

    /// The first of these properties that is a text or a number; empty where none is.
    private static func text(_ names: [String], in properties: [UInt8]) -> String {
        for name in names {
            guard let value = try? JSONLookup.member(named: name, in: properties.span) else {
                continue
            }
            if value.kind == .string || value.kind == .number {
                return value.text(in: properties.span)
            }
        }
        return ""
    }
}
