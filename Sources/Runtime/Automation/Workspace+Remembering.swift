import Analytics
import Customers
import Journeys
import Kernel
import Records
import Segments

/// What conditions need to know of the past, when they come into force.
extension Workspace {
    /// Fills in what is remembered of customers' doings for traces that are new.
    ///
    /// Within the transaction that puts them in force, at the position that archive and records have both
    /// reached: so no event is missed, and none counted twice.
    ///
    /// - Parameter known: What was remembered so far; nil for nothing.
    func remember(_ plan: TracePlan, known: TracePlan?, _ tables: FoldTables) throws {
        let before = Set((known?.traces ?? []).map(\.id))
        let added = TracePlan(plan.traces.filter { !before.contains($0.id) })
        if known == nil { try tables.removeBehaviours() }
        if known != nil, added.isEmpty { return }
        var writer = ByteWriter(reserving: 1024)
        try archive.readBehaviours(for: added, hasOrders: known == nil) { fragment, found in
            var behaviours = found
            if known != nil {
                let bytes = try tables.reads.behaviours(of: fragment)
                if !bytes.isEmpty {
                    behaviours = try Behaviours(decoding: bytes.span)
                    behaviours.fill(from: found)
                }
            }
            writer.removeAll()
            behaviours.encode(to: &writer, plan: plan)
            try tables.automation.setBehaviours(of: fragment, to: writer.span)
        }
    }

    /// What the newest run foretold; nil where nothing asks, or there is no run.
    func predictionTable(
        for conditions: [Condition], journeys: [Journey]
    ) throws -> PredictionTable? {
        guard
            conditions.contains(where: { $0.needs.contains(.predictions) })
                || journeys.contains(where: \.waitsForOrders)
        else { return nil }
        var table = PredictionTable()
        let count = try archive.readPredictionFacts { table.add($0, $1) }
        return count == nil ? nil : table
    }

    /// Where the fifths of buyers end; nil where no condition asks.
    func quintileEdges(for conditions: [Condition]) throws -> QuintileEdges? {
        guard conditions.contains(where: { $0.needs.contains(.quintiles) }) else { return nil }
        return try archive.quintileEdges(asOf: clock.now, version: 1)
    }
}
