import Experiments
import Journeys
import Kernel
import Records
import Runtime

/// Journeys as text.
enum JourneyText {
    /// What a journey brought, in a few words.
    static func lift(_ result: JourneyResult) -> String {
        guard let lift = result.lift else { return "nothing to compare yet" }
        let verdict =
            switch lift.conversion.verdict {
            case .tooEarly(let more?):
                "too early to tell (about \(Figures.grouped(more)) more people)"
            case .tooEarly: "too early to tell"
            case .helps: "helps"
            case .harms: "harms"
            case .noDifference: "no difference"
            }
        let interval = lift.conversion.interval
        return "\(points(lift.conversion.difference)) points ("
            + "\(points(interval.lowerBound)) to \(points(interval.upperBound))): \(verdict)"
    }

    /// A difference of shares in percentage points, with its sign.
    private static func points(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return (tenths < 0 ? "−" : "+") + "\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    static func line(_ decision: Decision) -> String {
        let step = decision.step.map { " at \($0)" } ?? ""
        return "\(decision.kind.rawValue)\(step): \(decision.reason)"
    }

    /// A journey's page.
    static func lines(
        _ name: String, in workspace: Workspace, decisions limit: Int
    ) throws -> [String] {
        guard let standing = try workspace.journeyStandings().first(where: { $0.row.name == name })
        else { throw Workspace.StartFailure.unknownJourney(name) }
        let number = standing.row.subject
        var lines = [
            "\(standing.journey.title) (\(standing.journey.status.rawValue), version \(standing.row.version))",
            "\(Figures.grouped(Int(standing.entered))) entered, "
                + "\(Figures.grouped(Int(standing.inside))) inside, "
                + "\(Figures.grouped(Int(standing.heldOut))) held out",
            "lift: " + lift(standing.result), "",
        ]
        let counts = try workspace.records.stepCounts(ofJourney: number)
        let runs = try workspace.records.runCounts(ofJourney: number)
        func line(_ step: String, _ title: String) -> String {
            let there = runs.filter { $0.state == .active && $0.step == step }
                .reduce(0) { $0 + $1.count }
            let decided = counts.filter { $0.step == step }
                .map { "\($0.kind) \(Figures.grouped(Int($0.count)))" }.joined(separator: ", ")
            return "  \(title): \(Figures.grouped(Int(there))) there"
                + (decided.isEmpty ? "" : "; " + decided)
        }
        lines.append(line("", "journey"))
        for step in standing.journey.steps {
            lines.append(line(step.id, "\(step.id) (\(step.kind))"))
        }
        let newest = try workspace.records.decisions(
            ofJourney: number, step: nil, before: nil, limit: limit)
        if !newest.isEmpty { lines.append("") }
        for (_, decision) in newest {
            let step = decision.step.isEmpty ? "" : " at \(decision.step)"
            lines.append(
                "\(Figures.time(decision.at, workspace.zone))  \(ID<Customer>(rawValue: decision.customer))  "
                    + "\(decision.kind)\(step): \(decision.reason)")
        }
        return lines
    }
}
