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
        var batches = [batch]
        return try ingest { () -> ArchiveBatch? in batches.popLast() }
    }

    /// Writes batches that follow one another as one, in one transaction.
    ///
    /// - Parameter next: The next batch; nil after the last. Called on this thread, while other writers wait.
    @discardableResult
    package func ingest(
        each next: () throws(ArchiveError) -> ArchiveBatch?
    ) throws(ArchiveError) -> Bool {
        try write { writer throws(ArchiveError) in
            let connection = writer.connection
            var changed: [Int64] = []
            // Contacts say by themselves when they changed.
            var others: [Int64] = []
            let isNew = try connection.transaction { () throws(ArchiveError) in
                let before = try connection.integer("SELECT position FROM archive_state")
                var position = before
                // Up to where a customer may have a contact.
                var told = before
                while let batch = try next() {
                    guard batch.throughPosition > before else { continue }
                    changed.append(contentsOf: batch.contacts.map(\.customer))
                    try connection.append(batch.blocks)
                    try connection.writeOrders(batch, &others)
                    try connection.writeContacts(batch.contacts, before: told)
                    if !batch.contacts.isEmpty { told = batch.throughPosition }
                    try connection.writeLinks(batch.links, &others)
                    position = batch.throughPosition
                }
                guard position > before else { return false }
                try connection.noteChanged(Set(others).subtracting(changed))
                _ = try connection.rows(
                    "UPDATE archive_state SET position = ?, version = version + 1",
                    [.integer(position)])
                return true
            }
            if isNew { writer.markDirty(changed + others) }
            return isNew
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
                    "links", "customer_summary", "customer_revenue", "summary_changes",
                ] { try connection.execute("DELETE FROM \(table)") }
                // The sample finds by the epoch that it is of something else.
                try connection.execute(
                    """
                    UPDATE archive_state SET position = 0, version = version + 1,
                        summary_position = -1, epoch = epoch + 1
                    """)
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

    fileprivate func append(_ blocks: [ArchivedBlock]) throws(ArchiveError) {
        guard !blocks.isEmpty else { return }
        let columns: [ColumnType] = [
            .bigint, .bigint, .utinyint, .utinyint, .varchar, .bigint, .bigint, .varchar, .varchar,
        ]
        let appender = try appender(for: "events", columns)
        for stored in blocks {
            let passed = stored.passedOver
            let frames = stored.block.frames
            let bytes = stored.block.bytes
            let first = stored.firstPosition + Int64(passed)
            let count = min(frames.count - passed, stored.customers.count)
            try appender.add(count) { slice in
                slice.bigints(0) { first + Int64($0) }
                slice.bigints(1) { stored.customers[$0] }
                slice.bytes(2) { frames[passed + $0].kind.rawValue }
                slice.bytes(3) { frames[passed + $0].flags.rawValue }
                slice.texts(4, in: bytes) { frames[passed + $0].name.bounds }
                slice.bigints(5) { frames[passed + $0].occurredAt.milliseconds }
                slice.bigints(6) { _ in stored.receivedAt.milliseconds }
                slice.texts(7, in: bytes) { frames[passed + $0].properties.bounds }
                slice.texts(8, in: bytes) { frames[passed + $0].context.bounds }
            }
        }
        try appender.close()
    }

    /// - Parameter before: The position before which contacts were written; whom later events made has no row yet.
    fileprivate func writeContacts(
        _ contacts: [ArchivedContact], before: Int64
    ) throws(ArchiveError) {
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
        let earlier = kept.lazy.map { contacts[$0].customer }.filter { $0 <= before }
        if !earlier.isEmpty {
            try stage(Array(earlier))
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
