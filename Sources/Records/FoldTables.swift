package import Customers
import GRDB
package import Kernel

/// The tables that are folded from the log, within the one transaction of a fold batch.
///
/// Made once for the writing connection (its statements stay prepared) and only used inside
/// `RecordsStore.fold`.
package final class FoldTables {
    let db: Database
    /// What is decided about customers.
    package let automation: AutomationStatements
    /// The tables as this transaction has them so far.
    package let reads: FoldReads
    /// The tables as they were before this transaction, through a connection of its own: so that one thread reads
    /// while another writes.
    package let before: FoldReads
    private let getState: HotStatement
    private let putState: HotStatement
    private let putProfile: HotStatement
    private let orderPages: OrderPages
    private let orderIndex: OrderIndex
    let outbox: OutboxTables
    private var writtenRun: KeyRuns.Written?
    /// Whether a transaction failed, so that what is in memory may not be what the tables say.
    private var mustReload = false
    private let putCustomer: HotStatement
    private let putRoot: HotStatement
    private let putIdentifier: HotStatement
    let putBacklog: HotStatement
    let cutBacklog: HotStatement

    /// - Parameter reader: A connection that nobody else uses.
    init(_ db: Database, reader: Database) throws {
        self.db = db
        reads = try FoldReads(db)
        before = try FoldReads(reader)
        automation = try AutomationStatements(db)
        orderPages = try OrderPages(db)
        orderIndex = try OrderIndex(db, orderPages)
        outbox = try OutboxTables(db)
        getState = try HotStatement(db, "SELECT value FROM fold_state WHERE name = ?1")
        putState = try HotStatement(
            db,
            """
            INSERT INTO fold_state (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
        putProfile = try HotStatement(
            db,
            """
            INSERT INTO profiles (customer, profile) VALUES (?1, ?2)
            ON CONFLICT (customer) DO UPDATE SET profile = excluded.profile
            """)
        putCustomer = try HotStatement(
            db, "INSERT INTO customers (id, root, created_at) VALUES (?1, ?1, ?2)")
        putRoot = try HotStatement(db, "UPDATE customers SET root = ?2 WHERE id = ?1")
        putIdentifier = try HotStatement(
            db,
            """
            INSERT INTO identifiers (
                key_high, key_low, kind, value, customer, first_position, first_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        putBacklog = try HotStatement(
            db,
            """
            INSERT INTO archive_backlog (through_position, after_position, bytes)
            VALUES (?1, ?2, ?3)
            """)
        cutBacklog = try HotStatement(
            db, "DELETE FROM archive_backlog WHERE through_position <= ?1")
    }

    // MARK: Position

    /// What the fold remembers of itself.
    package enum StateName: String, Sendable {
        /// The last log position that is folded.
        case position
        /// The newest merge that was told on the log.
        case toldMerge = "told_merge"
    }

    /// 0 before it is first set.
    package func state(_ name: StateName) throws -> Int64 {
        getState.bind(1, text: name.rawValue)
        guard try getState.step() else { return 0 }
        defer { getState.reset() }
        return getState.integer(0)
    }

    package func setState(_ name: StateName, to value: Int64) throws {
        putState.bind(1, text: name.rawValue)
        putState.bind(2, value)
        try putState.run()
    }

    // MARK: Profiles

    package func setProfile(of customer: Int64, to bytes: Span<UInt8>) throws {
        putProfile.bind(1, customer)
        putProfile.bind(2, blob: bytes)
        try putProfile.run()
    }

    // MARK: Orders

    package func order(key: Int64) throws -> KnownOrder? {
        guard let place = try orderIndex.place(of: key) else { return nil }
        return try orderPages.order(at: place)
    }

    /// Adds orders that weren't stored before, in the order of their places.
    package func addOrders(_ orders: [KnownOrder]) throws {
        try orderPages.add(orders)
        for order in orders { orderIndex.insert(order.key, at: order.place) }
    }

    /// Writes a stored order anew.
    package func replaceOrder(_ order: KnownOrder) throws { try orderPages.replace(order) }

    /// Reads anew what is kept in memory of the tables.
    func reload() throws {
        try orderIndex.load()
        mustReload = false
    }

    /// Ends a batch: notes its position, and moves the newest orders' keys into a run where that is due.
    package func end(at position: Int64) throws {
        try setState(.position, to: position)
        writtenRun = try orderIndex.storeRunWhereDue(through: position)
    }

    // MARK: Effects

    /// The number of an outbox item by its key; nil where there is none.
    package func outboxItem(key: String) throws -> ID<OutboxItem>? {
        try Int64.fetchOne(db, sql: "SELECT id FROM outbox WHERE key = ?", arguments: [key])
            .map { ID(rawValue: $0) }
    }

    /// Puts effects into the outbox, and tasks and codes beside it; each key once, whatever comes again.
    package func add(_ drafts: [OutboxDraft]) throws {
        for draft in drafts { try outbox.add(draft) }
        try outbox.writeCounts()
    }

    /// Whether any code was issued, so that orders are worth looking at.
    package func hasCoupons() throws -> Bool { try outbox.hasCoupons() }

    /// Notes that an order came with a code, and has it told where the code is ours.
    @discardableResult
    package func redeem(_ use: CouponUse) throws -> CouponRedemption { try outbox.redeem(use) }

    // MARK: Identity

    /// Writes what a stretch of the log changed about who is who.
    package func write(_ changes: IdentityChanges) throws {
        for customer in changes.customers {
            putCustomer.bind(1, customer.customer)
            putCustomer.bind(2, customer.at.milliseconds)
            try putCustomer.run()
        }
        for identifier in changes.identifiers {
            putIdentifier.bind(1, Int64(bitPattern: identifier.key.digest.first))
            putIdentifier.bind(2, Int64(bitPattern: identifier.key.digest.second))
            putIdentifier.bind(3, Int64(identifier.identifier.kind.rawValue))
            putIdentifier.bind(4, text: identifier.identifier.value)
            putIdentifier.bind(5, identifier.customer)
            putIdentifier.bind(6, identifier.position)
            putIdentifier.bind(7, identifier.at.milliseconds)
            try putIdentifier.run()
        }
        for membership in changes.memberships {
            putRoot.bind(1, membership.member)
            putRoot.bind(2, membership.customer)
            try putRoot.run()
        }
        try writeMerges(changes)
        for drop in changes.drops {
            try db.execute(
                sql: """
                    INSERT INTO identifier_drops (position, kind, value, reason)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    drop.position, Int64(drop.kind.rawValue), drop.value, drop.reason.code,
                ])
        }
    }

    private func writeMerges(_ changes: IdentityChanges) throws {
        for merge in changes.merges {
            let (strong, weak) = merge.reason.identifierTexts
            try db.execute(
                sql: """
                    INSERT INTO merges (
                        id, first_fragment, second_fragment, winner, loser, reason, strong, weak,
                        position, merged_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    merge.id.rawValue, merge.first, merge.second, merge.winner, merge.loser,
                    merge.reason.code, strong, weak, merge.position, merge.at.milliseconds,
                ])
        }
        for undo in changes.undone {
            try db.execute(
                sql: "UPDATE merges SET undone_position = ?, undone_at = ? WHERE id = ?",
                arguments: [undo.position, undo.at.milliseconds, undo.merge.rawValue])
        }
        for pair in changes.keptApart {
            try db.execute(
                sql: """
                    INSERT INTO kept_apart (low, high) VALUES (?, ?)
                    ON CONFLICT (low, high) DO NOTHING
                    """, arguments: [pair.first, pair.second])
        }
        for pair in changes.joinedAgain {
            try db.execute(
                sql: "DELETE FROM kept_apart WHERE low = ? AND high = ?",
                arguments: [pair.first, pair.second])
        }
    }

    // MARK: Transaction

    /// Runs a batch's reads and writes as one transaction; all of it or nothing.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        if mustReload { try reload() }
        try db.execute(sql: "BEGIN IMMEDIATE")
        do {
            writtenRun = nil
            outbox.didAdd = false
            outbox.forgetCounts()
            let value = try reading(body)
            try db.execute(sql: "COMMIT")
            if let writtenRun { orderIndex.didCommit(writtenRun) }
            return value
        } catch {
            if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
            mustReload = true
            throw error
        }
    }

    /// Runs a batch beside a view of what was before it, which ends first: a view that outlasted the batch would
    /// keep the file's journal from being taken in.
    private func reading<Value>(_ body: () throws -> Value) throws -> Value {
        try before.begin()
        let result = Result(catching: body)
        try before.end()
        return try result.get()
    }
}

extension MergeReason {
    /// The two identifiers as `kind value`; empty for a merge by hand.
    fileprivate var identifierTexts: (String, String) {
        switch self {
        case .identifiers(let strong, let weak), .alias(let strong, let weak):
            ("\(strong.kind.name) \(strong.value)", "\(weak.kind.name) \(weak.value)")
        case .manual: ("", "")
        }
    }
}
