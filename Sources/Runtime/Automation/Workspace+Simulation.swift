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
        /// A program asks about it.
        case unknownSegment(String)

        package var description: String {
            switch self {
            case .noJourney: "there is no journey among the definitions"
            case .emptyStretch: "--to must be later than --from"
            case .unknownSegment(let name):
                "the program asks about segment \(name), which isn't defined; apply it first"
            }
        }
    }

    /// Says what journeys would have done over a stretch of the past; nothing leaves, nothing is changed. Blocks.
    ///
    /// - Parameters:
    ///   - drafts: The journeys, and what they need beside what is in force. Journeys in force aren't taken along.
    ///   - from: The first moment that counts.
    ///   - to: The first that no longer does.
    ///   - seed: What draws who is held out, and who falls into which part of a split; nil for the workspace's own
    ///     draw, which is another in each workspace.
    package func simulate(
        _ drafts: [DefinitionDraft], from: Timestamp, to: Timestamp, seed: UInt64? = nil
    ) throws -> SimulationResult {
        guard from < to else { throw SimulationFailure.emptyStretch }
        let names = try Set(
            drafts.map { try $0.heading() }.filter { $0.kind == .journey }.map(\.name))
        guard !names.isEmpty else { throw SimulationFailure.noJourney }
        let set = try DefinitionStep(
            drafts, prunes: false, in: try records.definitionsInForce(), now: clock.now
        ).set.reduced(toJourneys: names)
        let journeys = set.journeys.map(\.definition)
        let conditions =
            set.segments.map(\.definition.condition) + journeys.flatMap(\.conditions)
        var notes: [String] = []
        var forecasts = PastForecasts()
        if conditions.contains(where: { $0.needs.contains(.predictions) })
            || journeys.contains(where: \.waitsForOrders)
        {
            forecasts = try pastForecasts(from: from, to: to)
            notes.append(forecasts.note(zone: zone))
        }
        let hash = seed.map { SipHash(key: SipHash.Key(low: $0, high: ~$0)) } ?? hash
        let entries = try journeys.map { journey in
            // A draft is simulated as if it were live.
            let live = try Journey(reading: DocumentReader(journey.document(with: .live)))
            return JourneyPlan.Entry(live, version: 1)
        }
        let plan = AutomationPlan(
            generation: 0, segments: try set.segmentSet(), traces: set.traces(),
            journeys: JourneyPlan(
                entries, rules: set.sending?.definition ?? SendingRules(), revision: 1,
                hash: hash, workspaceZone: zone, serviceTemplates: set.serviceTemplates,
                zone: ZoneShelf.shared.zone),
            segmentRows: [:], journeyRows: [:], predictions: PredictionTable(),
            quintiles: try engine.quintileEdges(for: conditions))
        if plan.quintiles != nil {
            notes.append("fifths of buyers are those of today")
        }
        var simulation = Simulation(
            plan, from: from, to: to, zone: zone, currency: currency, hash: hash,
            forecasts: forecasts)
        try archive.readEvents(before: to) { stretch in
            try simulation.take(
                stretch.block, customers: stretch.customers, positions: stretch.positions)
        }
        var result = try simulation.end()
        result.notes = notes
        return result
    }

    /// What the models foretold before and during a stretch of the past.
    func pastForecasts(from: Timestamp, to: Timestamp) throws -> PastForecasts {
        let runs = try archive.foretellingRuns(seenUntil: to.adding(milliseconds: -1))
        let first = runs.lastIndex { $0.asOf < from } ?? 0
        return PastForecasts(runs: Array(runs[first...])) { [archive] run, asOf in
            var table = PredictionTable()
            try archive.readPredictionFacts(of: run, asOf: asOf) { table.add($0, $1) }
            return table
        }
    }
}
