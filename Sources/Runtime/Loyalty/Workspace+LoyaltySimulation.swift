import Analytics
package import Kernel
package import Loyalty

extension Workspace {
    /// Says what a program would have come to over a stretch of the past; nothing is written. Blocks.
    ///
    /// Customers are merged as they are now. Orders count for revenue and for spending also where no rule is about
    /// them.
    ///
    /// - Parameters:
    ///   - from: The first moment that counts, whatever the program says of its start.
    ///   - to: The first that no longer does.
    /// - Throws: `SimulationFailure.emptyStretch` and `.unknownSegment`, and what the archive can't read.
    package func simulateLoyalty(
        _ program: LoyaltyProgram, _ assumption: LoyaltySimulation.Assumption, from: Timestamp,
        to: Timestamp
    ) throws -> LoyaltySimulationResult {
        guard from < to else { throw SimulationFailure.emptyStretch }
        let inForce = LoyaltyInForce(program: program, version: 0, since: from, zone: zone)
        let names = Set(inForce.eventNames).union(LoyaltyInForce.orderEvents).sorted()
        var simulation = LoyaltySimulation(program, assumption, from: from, to: to, zone: zone)
        let segments = Set(program.segmentNames)
        let defined = Set(try definitions().segments.map(\.row.name))
        if let unknown = segments.subtracting(defined).min() {
            throw SimulationFailure.unknownSegment(unknown)
        }
        let past = try pastMemberships(of: segments, from: from, to: to)
        let last = engine.status.archivedPosition
        var position: Int64 = 0
        while position < last {
            let rows = try archive.loyaltyEvents(
                after: position, through: last, names: names, limit: Self.eventsAtOnce)
            for row in rows where row.occurredAt >= from && row.occurredAt < to {
                guard
                    let request = LoyaltyEventReading.request(
                        row, currency: currency, program: program)
                else { continue }
                simulation.take(
                    request.operation, id: "event:\(row.position)", at: row.occurredAt,
                    customer: row.customer,
                    segments: past.segments(of: row.customer, at: row.occurredAt))
            }
            position = rows.count < Self.eventsAtOnce ? last : rows.last?.position ?? last
        }
        return simulation.end()
    }
}
