import Events
import JSONParsing
import Journeys
import Kernel
import Records
import Segments

/// What was decided, as rows.
extension AutomationFold {
    /// Keeps a journey's outcome: decisions, runs, and effects in the outbox.
    func keep(_ outcome: JourneyOutcome, of customer: Int64) throws {
        for decision in outcome.decisions {
            guard let row = plan.journeyRows[decision.journey] else { continue }
            let kind = decision.kind.rawValue
            try tables.automation.add(
                DecisionRow(
                    at: decision.at, customer: customer, journey: row.number,
                    version: Int64(decision.version), run: decision.run?.description ?? "",
                    step: decision.step ?? "", kind: kind, reason: decision.reason))
            counts[
                CountKey(journey: row.number, step: decision.step ?? "", kind: kind), default: 0
            ] += 1
            guard let tally = decision.tally else { continue }
            counts[
                CountKey(journey: row.number, step: decision.step ?? "", kind: tally), default: 0
            ] += 1
        }
        for run in outcome.runs {
            guard let row = plan.journeyRows[run.journey] else { continue }
            var kept = runRow(run, of: customer, journey: row.number)
            if kept.leftAt != nil, let last = outcome.decisions.last(where: { $0.run == run.id }) {
                kept.leftReason = last.reason
            }
            try tables.automation.put(kept)
        }
        if !outcome.effects.isEmpty {
            try tables.add(
                outcome.effects.map { OutboxDraft($0, customer: customer, at: now) })
        }
    }

    private func runRow(_ run: JourneyRun, of customer: Int64, journey: Int64) -> RunRow {
        var row = RunRow(
            run: run.id.description, journey: journey, version: Int64(run.version),
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

    // MARK: Sums

    /// Writes how many came and went, and how often what was decided.
    func writeSums() throws {
        let day = zone.day(of: now).daysSinceEpoch
        for (segment, change) in sizes.sorted(by: { $0.key < $1.key }) where change != 0 {
            let size = try tables.automation.size(of: segment) + change
            try tables.automation.setSize(of: segment, to: size, day: day)
        }
        sizes = [:]
        for (key, count) in counts {
            try tables.automation.count(
                key.journey, step: key.step, kind: key.kind, by: count)
        }
        counts = [:]
        if !told.isEmpty {
            let frames = told.takeBytes().bytes
            try tables.automation.tell(frames.span)
        }
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
