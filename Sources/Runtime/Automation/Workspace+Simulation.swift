import Analytics
import Documents
import Journeys
package import Kernel
import Records
import Segments

extension Workspace {
    package enum SimulationFailure: Error, Equatable, CustomStringConvertible {
        case noJourney
        case emptyStretch

        package var description: String {
            switch self {
            case .noJourney: "there is no journey among the definitions"
            case .emptyStretch: "--to must be later than --from"
            }
        }
    }

    /// Says what journeys would have done over a stretch of the past; nothing leaves, nothing is changed. Blocks.
    ///
    /// - Parameters:
    ///   - drafts: The journeys, and what they need beside what is in force. Journeys in force aren't taken along.
    ///   - from: The first moment that counts.
    ///   - to: The first that no longer does.
    package func simulate(
        _ drafts: [DefinitionDraft], from: Timestamp, to: Timestamp
    ) throws -> SimulationResult {
        guard from < to else { throw SimulationFailure.emptyStretch }
        let names = try Set(
            drafts.map { try $0.heading() }.filter { $0.kind == .journey }.map(\.name))
        guard !names.isEmpty else { throw SimulationFailure.noJourney }
        let set = try DefinitionStep(
            drafts, prunes: false, in: try records.definitionsInForce(), now: clock.now
        ).set
        let journeys = set.journeys.filter { names.contains($0.row.name) }.map(\.definition)
        let conditions =
            set.segments.map(\.definition.condition) + journeys.flatMap(\.conditions)
        var notes: [String] = []
        var predictions: PredictionTable?
        if conditions.contains(where: { $0.needs.contains(.predictions) }) {
            notes.append(
                "conditions on predictions hold for nobody: the models' past runs aren't replayed")
            predictions = PredictionTable()
        }
        let entries = try journeys.map { journey in
            // A draft is simulated as if it were live.
            let live = try Journey(reading: DocumentReader(journey.document(with: .live)))
            return JourneyPlan.Entry(live, version: 1)
        }
        let plan = AutomationPlan(
            generation: 0, segments: try set.segmentSet(), traces: set.traces(),
            journeys: JourneyPlan(
                entries, rules: set.sending?.definition ?? SendingRules(), revision: 1,
                hash: hash, workspaceZone: zone, zone: ZoneShelf.shared.zone),
            segmentRows: [:], journeyRows: [:], predictions: predictions,
            quintiles: try engine.quintileEdges(for: conditions))
        if plan.quintiles != nil {
            notes.append("fifths of buyers are those of today")
        }
        var simulation = Simulation(
            plan, from: from, to: to, zone: zone, currency: currency, hash: hash)
        try archive.readEvents(before: to) { stretch in
            simulation.take(
                stretch.block, customers: stretch.customers, positions: stretch.positions)
        }
        var result = simulation.end()
        result.notes = notes
        return result
    }
}
