package import Events
package import Kernel

/// Events of the archive in order of when they happened, as a block.
package struct ArchivedStretch: Sendable {
    package var block: EventBlock
    /// Whose each is, merged as customers are now; 0 for nobody's.
    package var customers: [Int64]
    package var positions: [Int64]
}

extension Archive {
    /// Reads all events that happened before a moment, in that order.
    ///
    /// - Parameter body: Gets some thousand events at a time.
    package func readEvents(
        before end: Timestamp, _ body: (ArchivedStretch) throws -> Void
    ) throws {
        var failure: (any Error)?
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT e.position, coalesce(l.customer, e.customer), e.kind, e.flags, e.name,
                    e.occurred_ms, e.properties
                FROM events AS e LEFT JOIN links AS l ON l.member = e.customer
                WHERE e.occurred_ms < ? ORDER BY e.occurred_ms, e.position
                """, [.integer(end.milliseconds)])
            var builder = EventBlockBuilder()
            var customers: [Int64] = []
            var positions: [Int64] = []
            func hand() throws(ArchiveError) {
                guard !customers.isEmpty else { return }
                let bytes = builder.takeBytes().bytes
                let block: EventBlock
                do {
                    block = try EventBlock(decoding: bytes)
                } catch {
                    throw .damaged(reason: "an event can't be framed again")
                }
                do {
                    try body(
                        ArchivedStretch(block: block, customers: customers, positions: positions))
                } catch {
                    failure = error
                }
                customers = []
                positions = []
            }
            while failure == nil, rows.next() {
                guard let kind = EventKind(rawValue: UInt8(truncatingIfNeeded: rows.int64(2)))
                else { throw .damaged(reason: "\(rows.int64(2)) is no kind of event") }
                var draft = EventDraft(kind: kind, occurredAt: rows.timestamp(5), messageID: "")
                draft.flags = EventFlags(rawValue: UInt8(truncatingIfNeeded: rows.int64(3)))
                draft.name = rows.string(4)
                draft.properties = Array(rows.string(6).utf8)
                builder.append(draft)
                positions.append(rows.int64(0))
                customers.append(rows.int64(1))
                if customers.count == 5000 { try hand() }
            }
            if failure == nil { try hand() }
        }
        if let failure { throw failure }
    }
}
