import Console
import Journeys
import Kernel
import Records
import Runtime

/// Decisions as pages show them.
struct DecisionText {
    private struct Named {
        let name: String
        let title: String
        let steps: [String: String]
    }

    private var journeys: [Int64: Named] = [:]

    init(_ set: DefinitionSet) {
        for item in set.journeys { add(item.definition, number: item.row.subject) }
    }

    /// For a single journey that may not be in force.
    init(_ journey: Journey) {
        add(journey, number: 0)
    }

    private mutating func add(_ journey: Journey, number: Int64) {
        journeys[number] = Named(
            name: journey.name, title: journey.title,
            steps: Dictionary(
                journey.steps.map { ($0.id, $0.words) }, uniquingKeysWith: { first, _ in first }))
    }

    /// The journey's name and title; nil where it is no longer in force.
    func journey(_ number: Int64) -> (name: String, title: String)? {
        journeys[number].map { ($0.name, $0.title) }
    }

    /// What a step is called; its id where it is of another version.
    func step(_ id: String, ofJourney number: Int64) -> String {
        journeys[number]?.steps[id] ?? id
    }

    func row(_ row: Records.DecisionRow, label: String) -> Console.DecisionRow {
        let known = journeys[row.journey]
        return Console.DecisionRow(
            kind: Decision.Kind(rawValue: row.kind).map(Self.kind) ?? .acted,
            customer: ID(rawValue: row.customer), label: label, journey: known?.name ?? "",
            journeyTitle: known?.title ?? "", step: row.step,
            words: row.step.isEmpty ? "" : step(row.step, ofJourney: row.journey),
            reason: row.reason, at: row.at)
    }

    func row(_ decision: Decision, customer: Int64, label: String) -> Console.DecisionRow {
        row(
            Records.DecisionRow(
                at: decision.at, customer: customer, journey: 0, version: 0, run: "",
                step: decision.step ?? "", kind: decision.kind.rawValue, reason: decision.reason),
            label: label)
    }

    static func kind(_ kind: Decision.Kind) -> Console.DecisionRow.Kind {
        switch kind {
        case .entered: .entered
        case .notEntered: .notEntered
        case .waited: .waited
        case .branched: .branched
        case .sent: .sent
        case .capped: .capped
        case .deferred: .deferred
        case .displaced: .displaced
        case .suppressed: .suppressed
        case .withheld: .heldOut
        case .expired: .expired
        case .done: .acted
        case .failed: .failed
        case .exited: .exited
        case .converted: .reachedGoal
        case .completed: .completed
        case .merged: .merged
        case .moved: .moved
        }
    }

    static func kind(_ kind: Console.DecisionRow.Kind) -> Decision.Kind {
        Decision.Kind.allCases.first { Self.kind($0) == kind } ?? .done
    }
}
