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

    /// Writes an event for each customer whom the shown run puts into another churn band than the run that was
    /// announced last did, or where none was, the one that was shown on the day before. Does nothing for a run
    /// that was announced or has no forecasts; where writing stopped halfway, the next call goes on, and what
    /// was written is not written again.
    ///
    /// - Returns: For how many customers an event was written that their risk rose, and that it fell.
    /// - Throws: `LogWriter.Refusal`, and what the archive throws.
    @discardableResult
    package func announceBandChanges() async throws -> (rose: Int, fell: Int) {
        guard let shown = try archive.newestRun() else { return (0, 0) }
        let name = shown.run.description
        let announced = try announcedRun()
        guard announced != shown.run, try !archive.churnBands(in: shown.run).customers.isEmpty
        else { return (0, 0) }
        var (rose, fell) = (0, 0)
        if let before = try announced ?? archive.run(before: shown)?.run {
            let changes = try archive.bandChanges(from: before, to: shown.run)
            let step = "\(before)/\(name)"
            let day = zone.day(of: shown.asOf)
            rose = try await write(changes.filter { $0.after > $0.before }, step, day)
            fell = try await write(changes.filter { $0.after < $0.before }, step, day)
        }
        try records.setSetting(Self.announcedSetting, to: name)
        return (rose, fell)
    }

    /// The run whose bands customers are known to be in; nil before the first.
    func announcedRun() throws -> ID<ModelRun>? {
        try records.setting(Self.announcedSetting).flatMap { ID<ModelRun>($0) }
    }

    /// - Returns: How many of the events are new.
    private func write(
        _ changes: [BandChange], _ step: String, _ day: CalendarDay
    ) async throws -> Int {
        var written = 0
        for start in stride(from: 0, to: changes.count, by: Self.eventsPerBlock) {
            var block = EventBlockBuilder()
            for change in changes[start..<min(start + Self.eventsPerBlock, changes.count)] {
                block.append(draft(change, step, day))
            }
            written += try await append(block.takeBytes().bytes).accepted
        }
        return written
    }

    private func draft(
        _ change: BandChange, _ step: String, _ day: CalendarDay
    ) -> EventDraft {
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
        // One for each customer and step from one run to another.
        var draft = EventDraft(
            kind: .track, occurredAt: clock.now, messageID: "churn-band/\(step)/\(customer)")
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        return draft
    }
}
