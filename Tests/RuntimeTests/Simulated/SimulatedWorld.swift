import Analytics
import Customers
import Events
import Insights
import Kernel
import Records
import Runtime

@testable import Runtime

/// What a workspace came to, as lines that can be compared: what was decided, who is where, which effects there are.
///
/// Left out is what a crash may change: how often something was tried, and when it got through.
struct SimulatedWorld: Equatable {
    private(set) var lines: [String] = []

    init(_ workspace: Workspace) throws {
        let (records, archive) = (workspace.records, workspace.archive)
        lines.append("position \(workspace.log.lastPosition) \(try records.foldedPosition())")
        let events = try workspace.log.blocks(after: 0, byteCountMax: .max).flatMap { stored in
            stored.block.frames.map { (stored.receivedAt, stored.block.draft($0)) }
        }
        lines += events.map { received, draft in
            // What a change is told by ends in the place of what caused it, and places of what the outbox writes in
            // one go are by chance.
            let isChange = draft.messageID.hasPrefix("segment/")
            let id = isChange ? String(draft.messageID.prefix { $0 != "-" }) : draft.messageID
            return "event \(id) \(draft.name) \(received) \(draft.occurredAt) "
                + String(decoding: draft.properties, as: UTF8.self)
        }.sorted()
        lines.append("overview \(try archive.overview(asOf: workspace.clock.now))")
        lines.append("merges \(try records.merges(limit: 1000))")
        for id in 1...max(1, try records.newestCustomer()) {
            let root = try records.root(of: ID(rawValue: id))
            guard root?.rawValue == id else { continue }
            lines += try Self.lines(ofCustomer: id, records)
        }
        try addJourneys(workspace)
        try addOutbox(records)
    }

    private static func lines(ofCustomer id: Int64, _ records: RecordsStore) throws -> [String] {
        var lines: [String] = []
        let state = try records.automation(of: id)
        lines.append("customer \(id) due \(String(describing: state?.due)) \(state?.state ?? [])")
        let members = try records.members(of: ID(rawValue: id))
        lines.append("behaviours \(id) \(try records.behaviours(of: members))")
        lines += try records.decisions(aboutCustomer: id, limit: 10_000).reversed()
            .map { "decision \($0.decision)" }
        lines += try records.runs(ofCustomer: id, limit: 10_000).map { "\($0)" }.sorted()
        lines += try records.coupons(of: members, limit: 1000).map { coupon in
            "coupon \(coupon.code) \(coupon.customer) \(coupon.issuedAt) \(coupon.expiresAt) "
                + "\(String(describing: coupon.redeemedAt)) \(coupon.orderID)"
        }.sorted()
        return lines
    }

    private mutating func addJourneys(_ workspace: Workspace) throws {
        guard let plan = workspace.engine.plan else { return }
        for (name, row) in plan.segmentRows.sorted(by: { $0.key < $1.key }) {
            let members = try workspace.records.members(of: row.number, after: 0, limit: 1000)
            lines.append("segment \(name) \(members)")
            let history = try workspace.records.sizeHistory(of: row.number, since: 0)
            lines.append("sizes \(name) \(history)")
        }
        for (name, row) in plan.journeyRows.sorted(by: { $0.key < $1.key }) {
            lines.append("journey \(name) \(row.version)")
            lines += try workspace.records.stepCounts(ofJourney: row.number).map {
                "count \(name) \($0)"
            }
        }
    }

    private mutating func addOutbox(_ records: RecordsStore) throws {
        lines += try records.outbox(OutboxFilter(limit: 100_000)).map { item in
            "effect \(item.key) \(item.kind) \(item.customer) \(item.origin) \(item.receiver) "
                + "\(item.state) \(item.createdAt) "
                + String(decoding: item.payload, as: UTF8.self)
        }.sorted()
        lines += try records.tasks(TaskFilter(limit: 10_000)).map { task in
            "task \(task.customer) \(task.title) \(task.dueAt) \(task.origin) \(task.createdAt)"
        }.sorted()
    }

    /// The same without what messages came to, which is up to their receivers, too.
    var withoutMessages: SimulatedWorld {
        var world = self
        world.lines.removeAll { $0.hasPrefix("effect ") }
        return world
    }

    /// What is in one and not in the other, for a message that can be read; nil where they are the same.
    func difference(from other: SimulatedWorld) -> String? {
        if self == other { return nil }
        let (mine, others) = (Set(lines), Set(other.lines))
        let more = lines.filter { !others.contains($0) }.prefix(4)
        let less = other.lines.filter { !mine.contains($0) }.prefix(4)
        if more.isEmpty && less.isEmpty { return "the same lines in another order or number" }
        return "found \(more.joined(separator: "\n  "))\nexpected \(less.joined(separator: "\n  "))"
    }
}
