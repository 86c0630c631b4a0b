import Documents
import Events
import JSONParsing
import Kernel
import Loyalty
import Records

extension Workspace {
    private static let endingsAtOnce = 1000
    /// So far it is looked ahead at least, that few looks are needed.
    private static let strideMs: Int64 = 3_600_000

    /// Tells the log of points that end soon, each customer once for each moment at which some do.
    ///
    /// How far was looked ahead is kept. Stopped before that is noted, it is told again under the same message ids, which
    /// changes nothing.
    func remind(_ inForce: LoyaltyInForce) async throws -> Bool {
        guard let lead = inForce.program.remind else { return false }
        let name = inForce.program.name
        let now = loyalty.now
        // No program is called so.
        let key = "-ending " + name
        let through = now.adding(milliseconds: lead.milliseconds)
        var told = Timestamp(
            milliseconds: try loyalty.store.position(program: key) ?? now.milliseconds)
        // What ended meanwhile isn't about to end.
        told = max(told, now)
        guard through.milliseconds - told.milliseconds >= Self.strideMs else { return false }
        while told < through {
            let endings = try loyalty.store.endings(
                program: name, after: told, through: through, limit: Self.endingsAtOnce)
            var builder = EventBlockBuilder()
            for ending in endings { builder.append(Self.event(ending, inForce, now)) }
            if !endings.isEmpty { _ = try await append(builder.takeBytes().bytes) }
            told = endings.count < Self.endingsAtOnce ? through : endings.last?.at ?? through
            try await loyalty.writer.perform([], reached: (key, told.milliseconds))
        }
        return true
    }

    private static func event(
        _ ending: LedgerEnding, _ inForce: LoyaltyInForce, _ now: Timestamp
    ) -> EventDraft {
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", ending.customer.description)
        json.member("program", inForce.program.name)
        json.member("points", ending.points)
        json.member("expiresAt", ending.at.rfc3339)
        json.member("lastDay", inForce.zone.day(of: ending.at.adding(milliseconds: -1)).description)
        json.endObject()
        var draft = EventDraft(
            kind: .track, occurredAt: now,
            messageID: "loyalty/\(inForce.program.name)/\(ending.customer)/ending/"
                + "\(ending.at.milliseconds)")
        draft.flags = .system
        draft.name = "Points Expiring"
        draft.properties = json.bytes
        return draft
    }
}
