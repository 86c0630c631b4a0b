import Events
import Kernel

extension Archive {
    /// Writes a batch and its position in one transaction.
    ///
    /// Idempotent: a batch whose `throughPosition` is in the archive already changes nothing.
    ///
    /// Of completed orders with one key, the last by position stands, with its lines. A
    /// cancellation takes back the order of its key whichever of the two came first, and for good.
    /// Of contacts of one customer, the last by position stands.
    ///
    /// - Returns: Whether the batch was written.
    @discardableResult
    package func ingest(_ batch: ArchiveBatch) throws(ArchiveError) -> Bool {
        try write { writer throws(ArchiveError) in
            let connection = writer.connection
            let written = try connection.transaction { () throws(ArchiveError) -> [Int64]? in
                let position = try connection.integer("SELECT position FROM archive_state")
                guard batch.throughPosition > position else { return nil }
                var changed = batch.contacts.map(\.customer)
                try connection.appendEvents(batch.events)
                try connection.writeOrders(batch, &changed)
                try connection.writeContacts(batch.contacts)
                try connection.writeLinks(batch.links, &changed)
                _ = try connection.rows(
                    "UPDATE archive_state SET position = ?, version = version + 1",
                    [.integer(batch.throughPosition)])
                return changed
            }
            if let written { writer.markDirty(written) }
            return written != nil
        }
    }
}

extension Archive {
    /// Deletes all that is folded from the log, so that it can be folded anew. Model runs are kept.
    package func forgetFolded() throws(ArchiveError) {
        try write { writer throws(ArchiveError) in
            let connection = writer.connection
            try connection.transaction { () throws(ArchiveError) in
                for table in [
                    "events", "orders", "refunds", "cancellations", "order_lines", "contacts",
                    "links", "customer_summary", "customer_revenue",
                ] { try connection.execute("DELETE FROM \(table)") }
                try connection.execute(
                    "UPDATE archive_state SET position = 0, version = version + 1")
            }
            writer.dirty = nil
        }
    }
}

extension Connection {
    /// Puts numbers into a table of this connection's own, for joins.
    func stage(_ numbers: [Int64]) throws(ArchiveError) {
        try execute("CREATE OR REPLACE TEMPORARY TABLE staged (number BIGINT)")
        try appender(for: "staged", [.bigint]).append(numbers.count) { slice in
            slice.bigints(0) { numbers[$0] }
        }
    }

    fileprivate func appendEvents(_ events: [ArchivedEvent]) throws(ArchiveError) {
        guard !events.isEmpty else { return }
        let columns: [ColumnType] = [
            .bigint, .bigint, .utinyint, .utinyint, .varchar, .bigint, .bigint, .varchar, .varchar,
        ]
        try appender(for: "events", columns).append(events.count) { slice in
            slice.bigints(0) { events[$0].position }
            slice.bigints(1) { events[$0].customer }
            slice.bytes(2) { events[$0].kind.rawValue }
            slice.bytes(3) { events[$0].flags.rawValue }
            slice.texts(4) { events[$0].name }
            slice.bigints(5) { events[$0].occurredAt.milliseconds }
            slice.bigints(6) { events[$0].receivedAt.milliseconds }
            slice.texts(7) { events[$0].properties }
            slice.texts(8) { events[$0].context }
        }
    }

    fileprivate func writeContacts(_ contacts: [ArchivedContact]) throws(ArchiveError) {
        guard !contacts.isEmpty else { return }
        var newest: [Int64: Int] = [:]
        newest.reserveCapacity(contacts.count)
        for (index, contact) in contacts.enumerated() {
            if let other = newest[contact.customer], contacts[other].position > contact.position {
                continue
            }
            newest[contact.customer] = index
        }
        let kept = newest.values.sorted()
        if try integer("SELECT count(*) FROM contacts") > 0 {
            try stage(kept.map { contacts[$0].customer })
            try execute("DELETE FROM contacts WHERE customer IN (SELECT number FROM staged)")
        }
        let columns: [ColumnType] = [
            .bigint, .bigint, .varchar, .varchar, .varchar, .varchar, .bigint, .bigint,
        ]
        try appender(for: "contacts", columns).append(kept.count) { slice in
            slice.bigints(0) { contacts[kept[$0]].position }
            slice.bigints(1) { contacts[kept[$0]].customer }
            slice.texts(2) { contacts[kept[$0]].label }
            slice.texts(3) { contacts[kept[$0]].email }
            slice.texts(4) { contacts[kept[$0]].phone }
            slice.texts(5) { contacts[kept[$0]].userID }
            slice.bigints(6) { contacts[kept[$0]].firstSeenAt.milliseconds }
            slice.bigints(7) { contacts[kept[$0]].lastSeenAt.milliseconds }
        }
    }

    /// - Parameter changed: Gets those whose figures a new link changes.
    fileprivate func writeLinks(
        _ links: [CustomerLink], _ changed: inout [Int64]
    ) throws(ArchiveError) {
        guard !links.isEmpty else { return }
        var newest: [Int64: Int64] = [:]
        for link in links { newest[link.member] = link.customer }
        try stage(Array(newest.keys))
        let before = try rows(
            "SELECT customer FROM links WHERE member IN (SELECT number FROM staged)")
        while before.next() { changed.append(before.int64(0)) }
        changed.append(contentsOf: newest.keys)
        changed.append(contentsOf: newest.values)
        try execute("DELETE FROM links WHERE member IN (SELECT number FROM staged)")
        let kept = newest.filter { $0.key != $0.value }.sorted { $0.key < $1.key }
        try appender(for: "links", [.bigint, .bigint]).append(kept.count) { slice in
            slice.bigints(0) { kept[$0].key }
            slice.bigints(1) { kept[$0].value }
        }
    }
}
