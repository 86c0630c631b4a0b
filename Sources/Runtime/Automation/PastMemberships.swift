import Analytics
import Journeys
package import Kernel
import Records
import Segments

/// Who was in some segments over a stretch of the past, and when.
package struct PastMemberships: Sendable {
    private struct Change: Sendable {
        var at: Timestamp
        var segment: String
        var entered: Bool
    }

    private let names: Set<String>
    /// By customer, in order of time.
    private var changes: [Int64: [Change]] = [:]

    /// - Parameter names: Of the segments that are noted.
    init(of names: Set<String>) { self.names = names }

    mutating func note(_ change: SegmentChange, of customer: Int64) {
        guard names.contains(change.segment) else { return }
        changes[customer, default: []].append(
            Change(at: change.at, segment: change.segment, entered: change.entered))
    }

    /// The segments in which a customer was at a moment; what happened at that moment counts.
    package func segments(of customer: Int64, at moment: Timestamp) -> Set<String> {
        var found: Set<String> = []
        for change in changes[customer] ?? [] {
            if change.at > moment { break }
            if change.entered { found.insert(change.segment) } else { found.remove(change.segment) }
        }
        return found
    }
}

extension Workspace {
    /// Goes through the past with the segments as they are defined now, and notes who was in which. Blocks: it reads
    /// all events up to the end.
    ///
    /// Customers are merged as they are now, what came late counts when it happened, and fifths of buyers are those of
    /// today.
    ///
    /// - Parameters:
    ///   - names: Of segments; those that aren't defined have no members.
    ///   - from: The first moment that is asked about.
    ///   - to: The first that no longer is; later.
    package func pastMemberships(
        of names: Set<String>, from: Timestamp, to: Timestamp
    ) throws -> PastMemberships {
        let set = try definitions().reduced(toSegments: names)
        guard !set.segments.isEmpty, from < to else { return PastMemberships(of: []) }
        let conditions = set.segments.map(\.definition.condition)
        let forecasts =
            conditions.contains { $0.needs.contains(.predictions) }
            ? try pastForecasts(from: from, to: to) : PastForecasts()
        let plan = AutomationPlan(
            generation: 0, segments: try set.segmentSet(), traces: set.traces(),
            journeys: JourneyPlan(
                [], rules: SendingRules(), revision: 1, hash: hash, workspaceZone: zone,
                serviceTemplates: [], zone: ZoneShelf.shared.zone),
            segmentRows: [:], journeyRows: [:], predictions: PredictionTable(),
            quintiles: try engine.quintileEdges(for: conditions))
        var simulation = Simulation(
            plan, from: from, to: to, zone: zone, currency: currency, hash: hash,
            forecasts: forecasts, watching: names)
        try archive.readEvents(before: to) { stretch in
            try simulation.take(
                stretch.block, customers: stretch.customers, positions: stretch.positions)
        }
        _ = try simulation.end()
        return simulation.memberships
    }
}
