import JSONParsing
import Journeys
import Kernel
import Runtime

/// A simulation's result as text.
enum SimulationText {
    private static let barMax = 50

    /// - Parameter labels: What the customers of the listed decisions are called; for the table.
    static func text(
        _ result: SimulationResult, _ format: ReportFormat, zone: ZoneRules, limit: Int,
        labels: [String]
    ) -> String {
        switch format {
        case .json: json(result, limit: limit)
        case .csv: csv(result)
        case .table: table(result, zone: zone, limit: limit, labels: labels)
        }
    }

    private static func table(
        _ result: SimulationResult, zone: ZoneRules, limit: Int, labels: [String]
    ) -> String {
        var lines = [
            "\(Figures.grouped(result.customers)) customers, \(Figures.grouped(result.events)) events, "
                + "\(Figures.grouped(result.timers)) timers"
        ]
        for journey in result.journeys {
            lines += [
                "",
                "\(journey.journey): \(Figures.grouped(journey.entered)) entered, "
                    + "\(Figures.grouped(journey.heldOut)) held out, "
                    + "\(Figures.grouped(journey.inside)) inside at the end",
            ]
            for (step, kinds) in journey.decisions.sorted(by: { $0.key < $1.key }) {
                let counts = kinds.sorted { $0.key < $1.key }
                    .map { "\($0.key) \(Figures.grouped($0.value))" }.joined(separator: ", ")
                lines.append("  \(step.isEmpty ? "journey" : step): \(counts)")
            }
            let reasons = journey.reasons
                .map { (reason: $0.key, count: $0.value.values.reduce(0, +)) }
                .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }.prefix(8)
            for (reason, count) in reasons {
                lines.append("    \(Figures.grouped(count)) × \(reason)")
            }
        }
        lines += chart(result)
        let shown = result.lines.prefix(limit)
        if !shown.isEmpty { lines.append("") }
        for (line, label) in zip(shown, labels) {
            let step = line.decision.step.map { " at \($0)" } ?? ""
            lines.append(
                "\(Figures.time(line.decision.at, zone))  \(label)  "
                    + "\(line.decision.journey)\(step): \(line.decision.kind.rawValue), "
                    + line.decision.reason)
        }
        if result.lineCount > shown.count {
            lines.append(
                "… \(Figures.grouped(result.lineCount - shown.count)) more decisions; "
                    + "--limit shows more, --format json all")
        }
        lines += result.notes.map { "note: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// What would have left, by week, as bars.
    private static func chart(_ result: SimulationResult) -> [String] {
        guard !result.effectsByDay.isEmpty else { return [] }
        // Weeks begin on Mondays; day 0 was a Thursday.
        let weeks = Dictionary(
            result.effectsByDay.map { (($0.key + 3) / 7, $0.value) }, uniquingKeysWith: +)
        guard let first = weeks.keys.min(), let last = weeks.keys.max(),
            let most = weeks.values.max()
        else { return [] }
        var lines = ["", "messages, codes and tasks by week"]
        for week in first...last {
            let count = weeks[week] ?? 0
            let bar = String(repeating: "█", count: (count * barMax + most - 1) / max(most, 1))
            let day = CalendarDay(daysSinceEpoch: week * 7 - 3)
            lines.append("  \(day)  \(bar) \(Figures.grouped(count))")
        }
        return lines
    }

    private static func csv(_ result: SimulationResult) -> String {
        var table = TextTable(headings: [
            "at", "customer", "journey", "step", "decision", "reason",
        ])
        table.rows = result.lines.map { line in
            [
                line.decision.at.description, ID<Customer>(rawValue: line.customer).description,
                line.decision.journey, line.decision.step ?? "", line.decision.kind.rawValue,
                line.decision.reason,
            ]
        }
        return table.csv()
    }

    private static func json(_ result: SimulationResult, limit: Int) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("from", result.from.description)
        json.member("to", result.to.description)
        json.member("customers", result.customers)
        json.member("events", result.events)
        json.member("timers", result.timers)
        json.key("journeys")
        json.beginArray()
        for journey in result.journeys {
            json.beginObject()
            json.member("journey", journey.journey)
            json.member("entered", journey.entered)
            json.member("heldOut", journey.heldOut)
            json.member("inside", journey.inside)
            json.key("steps")
            json.beginObject()
            for (step, kinds) in journey.decisions.sorted(by: { $0.key < $1.key }) {
                json.key(step)
                json.beginObject()
                for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) {
                    json.member(kind, count)
                }
                json.endObject()
            }
            json.endObject()
            json.endObject()
        }
        json.endArray()
        json.member("decisionCount", result.lineCount)
        json.key("decisions")
        json.beginArray()
        for line in result.lines {
            json.beginObject()
            json.member("at", line.decision.at.description)
            json.member("customerId", ID<Customer>(rawValue: line.customer).description)
            json.member("journey", line.decision.journey)
            if let step = line.decision.step { json.member("step", step) }
            json.member("kind", line.decision.kind.rawValue)
            json.member("reason", line.decision.reason)
            json.endObject()
        }
        json.endArray()
        json.key("notes")
        json.beginArray()
        for note in result.notes { json.string(note) }
        json.endArray()
        json.endObject()
        return json.text
    }
}
