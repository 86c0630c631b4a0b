import Events
import JSONParsing
import Journeys
import Kernel
import Records
import Segments

/// What was decided, as rows.
extension AutomationFold {
    /// Keeps a journey's outcome: decisions, runs, and effects in the outbox.
    func keep(_ outcome: JourneyOutcome, of customer: Int64) {
        var texts = RunTexts()
        for decision in outcome.decisions {
            guard let row = plan.journeyRows[decision.journey] else { continue }
            rows.add(
                DecisionRow(
                    at: decision.at, customer: customer, journey: row.number,
                    version: Int64(decision.version),
                    run: decision.run.map { texts[$0] } ?? "", step: decision.step ?? "",
                    kind: decision.kind.rawValue, reason: decision.reason),
                tally: decision.tally)
        }
        for run in outcome.runs {
            guard let row = plan.journeyRows[run.journey] else { continue }
            var kept = runRow(run, texts[run.id], of: customer, journey: row.number)
            if kept.leftAt != nil, let last = outcome.decisions.last(where: { $0.run == run.id }) {
                kept.leftReason = last.reason
            }
            rows.put(kept, of: run.id)
        }
        for effect in outcome.effects {
            rows.add(
                OutboxDraft(
                    effect, run: texts[effect.run], customer: customer, at: now,
                    sentChannels: sentChannels))
        }
    }

    /// The texts of runs, of which the same is asked for again and again.
    private struct RunTexts {
        private var newest: (run: RunID, text: String)?

        subscript(run: RunID) -> String {
            mutating get {
                if let newest, newest.run == run { return newest.text }
                let text = run.description
                newest = (run, text)
                return text
            }
        }
    }

    private func runRow(
        _ run: JourneyRun, _ text: String, of customer: Int64, journey: Int64
    ) -> RunRow {
        var row = RunRow(
            run: text, journey: journey, version: Int64(run.version),
            customer: customer, key: run.key,
            step: stepID(of: run), state: .active, isHeldOut: run.holdout != .none,
            enteredAt: run.enteredAt)
        row.due = run.wakeAt
        if case .ended(let end, let at) = run.state {
            row.state = end == .completed ? .completed : .exited
            row.leftAt = at
            row.leftReason = end.phrase
        }
        row.convertedAt = run.convertedAt
        if let revenue = run.revenue.first {
            row.currency = revenue.currency.packed
            row.revenueMinor = revenue.minor
        }
        return row
    }

    /// The step that a run is at; empty at the end.
    private func stepID(of run: JourneyRun) -> String {
        guard let entry = plan.journeys[journey: run.journey],
            let journey = entry.version == run.version ? entry.journey : entry.older[run.version],
            run.step < journey.steps.count
        else { return "" }
        return journey.steps[run.step].id
    }

    // MARK: Telling

    /// Puts a change of membership among the events that go onto the log.
    func tell(_ change: SegmentChange, of customer: Int64, version: Int64) {
        let id = ID<Customer>(rawValue: customer)
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", id.description)
        json.member("segment", change.segment)
        json.member("version", version)
        json.member("reason", change.reason)
        json.endObject()
        // Where something changes twice within a millisecond, each is told.
        let place = "\(position)"
        let verb = change.entered ? "entered" : "exited"
        var draft = EventDraft(
            kind: .track, occurredAt: now,
            messageID: "segment/\(change.segment)/\(id)/\(now.milliseconds)-\(place)/\(verb)")
        draft.flags = .system
        draft.name = change.entered ? "Segment Entered" : "Segment Exited"
        draft.properties = json.bytes
        told.append(draft)
    }
}
