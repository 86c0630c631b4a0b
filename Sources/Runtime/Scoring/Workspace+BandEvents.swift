import Analytics
import Events
import Insights
import JSONParsing
import Kernel
import Records

extension Workspace {
    /// What a customer's move to another churn band is called as an event, which segments and journeys go by.
    package static let riskRose = "Churn Risk Rose"
    package static let riskFell = "Churn Risk Fell"

    private static let announcedSetting = "announced-run"
    /// So many events go into the log at a time.
    private static let eventsPerBlock = 2_000

    /// Writes an event for each customer whom the shown run puts into another churn band than the run before
    /// did. Does nothing for a run that was announced; where writing stopped halfway, the next call goes on,
    /// and what was written is not written again.
    ///
    /// - Returns: How many customers' risk rose, and how many's fell.
    /// - Throws: `LogWriter.Refusal`, and what the archive throws.
    @discardableResult
    package func announceBandChanges() async throws -> (rose: Int, fell: Int) {
        guard let shown = try archive.newestRun() else { return (0, 0) }
        let name = shown.run.description
        guard try records.setting(Self.announcedSetting) != name else { return (0, 0) }
        var changes: [BandChange] = []
        if let before = try archive.run(before: shown) {
            changes = try archive.bandChanges(from: before.run, to: shown.run)
        }
        let day = zone.day(of: shown.asOf)
        for start in stride(from: 0, to: changes.count, by: Self.eventsPerBlock) {
            var block = EventBlockBuilder()
            for change in changes[start..<min(start + Self.eventsPerBlock, changes.count)] {
                block.append(draft(change, day: day))
            }
            _ = try await append(block.takeBytes().bytes)
        }
        try records.setSetting(Self.announcedSetting, to: name)
        let rose = changes.count { $0.after > $0.before }
        return (rose, changes.count - rose)
    }

    private func draft(_ change: BandChange, day: CalendarDay) -> EventDraft {
        let customer = ID<Customer>(rawValue: change.customer)
        let name = change.after > change.before ? Self.riskRose : Self.riskFell
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", customer.description)
        json.member("from", change.before.name)
        json.member("to", change.after.name)
        json.member("churnProbability", change.churnProbability)
        json.member("asOf", day.description)
        json.endObject()
        // One for each customer, day and band, whichever of several runs of that day says so.
        var draft = EventDraft(
            kind: .track, occurredAt: clock.now,
            messageID: "churn-band/\(day)/\(customer)/\(change.after.name)")
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        return draft
    }
}
