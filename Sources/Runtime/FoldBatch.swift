import Analytics
import Customers
import Events
import JSONParsing
import Kernel
import Records
import Segments

/// Folds a stretch of the log: whose each event is, what it changes about them, and what the archive is
/// to keep of it. Reads through the batch's transaction; writes nothing until `write`.
struct FoldBatch {
    private struct BatchOrder {
        var order: KnownOrder
        /// Whether it was stored before the batch.
        let isStored: Bool
    }

    /// What stays the same from batch to batch.
    struct Rules {
        let zone: ZoneRules
        let currency: Currency
        let hash: SipHash
        var sentChannels: Set<String> = []
    }

    /// Keeps hashes of order ids apart from the workspace's other hashes (identifier kinds are 1 to 15).
    private static let orderDomain: UInt8 = 16

    /// Minor units: what claims to be more is a mistake, and sums of such would leave 64 bits.
    private static let orderTotalMax: UInt64 = 10_000_000_000_000

    let rules: Rules
    let tables: FoldTables
    let lookup: IdentityLookup
    private let archivedPosition: Int64
    /// Decides about customers; nil where nothing is defined.
    let automation: AutomationFold?
    private(set) var fragments: Fragments
    private var touched: [Fragment] = []
    private var orders: [BatchOrder] = []
    /// Whether any code was issued before the batch; nil before it was asked.
    private var knowsCoupons: Bool?
    private var couponUses: [CouponUse] = []
    /// Places in `orders`, by key.
    private var orderPlaces = NumberPlaces()
    private var archive: ArchiveBatch
    /// Events that are about orders and can't be understood as such.
    private(set) var orderProblems = 0
    private var offsetDay: (day: Int64, offsetSeconds: Int)?

    /// - Parameters:
    ///   - fragments: What an earlier batch held; none of it changed since.
    ///   - archivedPosition: Events up to here are in the archive already.
    ///   - plan: What is decided by; nil where nothing is defined.
    ///   - states: What earlier batches decided by; for another plan, none of it.
    init(
        rules: Rules, plan: AutomationPlan? = nil, tables: FoldTables, fragments: Fragments,
        states: CustomerStates = CustomerStates(), archivedPosition: Int64
    ) throws {
        self.rules = rules
        automation = try plan.map { plan in
            try AutomationFold(
                plan, tables: tables, zone: rules.zone, states: states,
                sentChannels: rules.sentChannels)
        }
        self.tables = tables
        self.fragments = fragments
        self.archivedPosition = archivedPosition
        lookup = tables.before.identityLookup
        archive = Self.emptyArchive(through: archivedPosition)
    }

    private static func emptyArchive(through position: Int64) -> ArchiveBatch {
        var batch = ArchiveBatch(throughPosition: position)
        batch.repeatedKeys = []
        return batch
    }

    /// What the archive is to be told of the blocks since the last call.
    mutating func takeArchive() -> ArchiveBatch {
        let taken = archive
        archive = Self.emptyArchive(through: taken.throughPosition)
        return taken
    }

    // MARK: Folding

    /// Folds one block in, and returns what it changed about who is who, in order.
    mutating func fold(
        _ stored: LogStore.StoredBlock, identities: inout IdentityState
    ) throws -> [IdentityChanges] {
        var changes: [IdentityChanges] = []
        var position = stored.firstPosition
        automation?.now = stored.receivedAt
        var archived = ArchivedBlock(
            stored.block, firstPosition: position, receivedAt: stored.receivedAt,
            passedOver: Int(min(max(archivedPosition - position + 1, 0), Int64(stored.block.count)))
        )
        archived.customers.reserveCapacity(stored.block.count - archived.passedOver)
        for frame in stored.block.frames {
            let resolution = try identities.resolve(
                frame, in: stored.block, position: position, lookup: lookup)
            if let automation { try follow(identities, automation, position) }
            // What a later event may take back is taken apart, so that the two are written in order.
            if !identities.changes.keptApart.isEmpty || !identities.changes.joinedAgain.isEmpty {
                changes.append(identities.takeChanges())
            }
            let local = CalendarDateTime(
                frame.occurredAt, offsetSeconds: rules.zone.offsetSeconds(at: frame.occurredAt))
            var stirred = Stirred()
            if resolution.fragment != 0 {
                let fragment = try touch(
                    resolution.fragment, isNew: resolution.isNew, position: position)
                // An import that only knows the day says midnight, which is no hour to write at; and what
                // it knows of customers was changed by somebody else, at an hour of theirs.
                let knowsHour =
                    !frame.flags.contains(.imported)
                    || local.millisecondOfDay != 0 && frame.kind != .identify
                fragment.profile.apply(
                    frame, in: stored.block, position: position,
                    localHour: knowsHour ? local.millisecondOfDay / 3_600_000 : nil)
                if let plan = automation?.plan {
                    stirred.stir.traces = fragment.behaviours.apply(
                        frame, in: stored.block, position: position, plan: plan.traces)
                    stirred.stir.attributes = frame.kind == .identify
                }
            }
            try foldOrder(
                frame, in: stored.block, customer: resolution.fragment, position: position,
                day: local.day, &stirred)
            if let automation, resolution.customer != 0 {
                try decide(
                    frame, in: stored.block, position: position, resolution, stirred, automation,
                    identities)
            }
            try noteCoupon(
                frame, in: stored.block, customer: resolution.fragment, at: stored.receivedAt)
            if position > archivedPosition { archived.customers.append(resolution.fragment) }
            position += 1
        }
        if !archived.customers.isEmpty { archive.blocks.append(archived) }
        archive.throughPosition = max(archive.throughPosition, position - 1)
        if !identities.changes.isEmpty { changes.append(identities.takeChanges()) }
        return changes
    }

    @discardableResult
    mutating func touch(
        _ id: Int64, isNew: Bool, position: Int64
    ) throws -> Fragment {
        let fragment = try held(id, isNew: isNew)
        if fragment.position == 0 { touched.append(fragment) }
        if !fragment.hasNames {
            if !isNew {
                for (kind, value) in try tables.before.identifiers(of: id) {
                    fragment.note(kind, value)
                }
            }
            fragment.hasNames = true
        }
        fragment.position = max(fragment.position, position)
        return fragment
    }

    /// A fragment as it is now, to be read or changed.
    mutating func held(_ id: Int64, isNew: Bool = false) throws -> Fragment {
        if let held = fragments[id] { return held }
        let fragment = isNew ? Fragment(id, profile: Profile()) : try load(id)
        fragments.add(fragment)
        return fragment
    }

    private func load(_ id: Int64) throws -> Fragment {
        let bytes = try tables.before.profile(of: id)
        let fragment = Fragment(
            id, profile: bytes.isEmpty ? Profile() : try Profile(decoding: bytes.span))
        if automation != nil {
            let bytes = try tables.before.behaviours(of: id)
            if !bytes.isEmpty {
                fragment.behaviours = try Behaviours(decoding: bytes.span)
                fragment.hasBehaviours = true
            }
        }
        return fragment
    }

    private mutating func foldOrder(
        _ frame: EventFrame, in block: EventBlock, customer: Int64, position: Int64,
        day: CalendarDay, _ stirred: inout Stirred
    ) throws {
        let order: CommerceOrder
        do throws(CommerceProblem) {
            guard
                let read = try CommerceOrder.read(
                    frame, in: block, defaultCurrency: rules.currency)
            else { return }
            order = read
        } catch {
            orderProblems += 1
            return
        }
        guard (order.totalMinor ?? 0).magnitude <= Self.orderTotalMax else {
            orderProblems += 1
            return
        }
        let (key, known) = try place(of: order.orderID)
        if known != nil { archive.repeatedKeys?.insert(key) }
        let result = OrderFold(
            order, known: known, key: key, customer: customer, at: frame.occurredAt,
            position: position)
        if let record = result.record { keep(record, isStored: known != nil) }
        for (owner, delta) in result.deltas {
            try touch(owner, isNew: false, position: position)
                .profile.apply(delta, at: result.record?.orderedAt ?? frame.occurredAt)
        }
        if automation != nil {
            try foldLedger(known, result.record, position: position)
            stirred.add(result.deltas)
        }
        guard let archived = result.archived, position > archivedPosition else { return }
        let orderDay = archived.at == frame.occurredAt ? day : rules.zone.day(of: archived.at)
        archive.orders.append(
            ArchivedOrder(
                position: position, key: key, kind: archived.kind, customer: archived.customer,
                orderID: order.orderID, occurredAt: archived.at,
                localDay: Int32(orderDay.daysSinceEpoch), localMonth: Int32(orderDay.month.index),
                currency: order.currency, totalMinor: archived.totalMinor))
        if archived.kind != .cancelled {
            appendLines(of: order, in: block.span(frame.properties), position: position)
        }
    }

    /// Keeps an order's code, for it to be redeemed where it is one of ours.
    private mutating func noteCoupon(
        _ frame: EventFrame, in block: EventBlock, customer: Int64, at receivedAt: Timestamp
    ) throws {
        if knowsCoupons == nil { knowsCoupons = try tables.hasCoupons() }
        guard knowsCoupons == true,
            let use = CouponUse(
                frame, in: block, customer: customer, receivedAt: receivedAt,
                defaultCurrency: rules.currency)
        else { return }
        couponUses.append(use)
    }

    /// The key under which an order id is stored or will be, and what is stored there. Two ids that
    /// hash alike take neighbouring keys.
    private func place(of orderID: String) throws -> (key: Int64, known: KnownOrder?) {
        let digest = rules.hash.digest(orderID, domain: Self.orderDomain)
        var key = Int64(bitPattern: digest.first >> 1)
        while let known = try order(key) {
            if known.orderID == orderID { return (key, known) }
            key = (key &+ 1) & .max
        }
        return (key, nil)
    }

    private func order(_ key: Int64) throws -> KnownOrder? {
        if let place = orderPlaces[key] { return orders[place].order }
        return try tables.order(key: key)
    }

    /// - Parameter isStored: Whether the order was known before this event; what the batch holds of it goes before.
    private mutating func keep(_ order: KnownOrder, isStored: Bool) {
        if let place = orderPlaces[order.key] {
            orders[place].order = order
        } else {
            orderPlaces.set(order.key, orders.count)
            orders.append(BatchOrder(order: order, isStored: isStored))
        }
    }

    private mutating func appendLines(
        of order: CommerceOrder, in properties: Span<UInt8>, position: Int64
    ) {
        guard order.lineCount > 0 else { return }
        var lines = order.lines(in: properties)
        var index: Int32 = 0
        while true {
            // The order's total was read from the same lines, so that none of them throws here.
            guard let line = try? lines.next() else { return }
            archive.lines.append(
                ArchivedOrderLine(
                    position: position, index: index,
                    productID: line.productID?.text(in: properties) ?? "",
                    name: line.name?.text(in: properties) ?? "",
                    category: line.category?.text(in: properties) ?? "",
                    quantityMilli: line.quantityMilli, unitPriceMinor: line.unitPriceMinor ?? 0))
            index += 1
        }
    }

    // MARK: Closing

    /// Completes what the archive is told, once all events are folded.
    mutating func close(_ changes: [IdentityChanges]) {
        for change in changes { note(change.identifiers) }
        archive.contacts.reserveCapacity(touched.count)
        for fragment in touched { archive.contacts.append(fragment.contact) }
        for membership in changes.lazy.flatMap(\.memberships) {
            archive.links.append(
                CustomerLink(member: membership.member, customer: membership.customer))
        }
    }

    /// Keeps new identifiers to call customers by. Of one event's identifiers of one kind the first by its
    /// bytes counts, as in `FoldReads.identifiers(of:)`.
    private mutating func note(_ identifiers: [NewIdentifier]) {
        var index = 0
        while index < identifiers.count {
            var new = identifiers[index]
            index += 1
            while index < identifiers.count, identifiers[index].position == new.position,
                identifiers[index].identifier.kind == new.identifier.kind
            {
                let value = identifiers[index].identifier.value.utf8
                if value.lexicographicallyPrecedes(new.identifier.value.utf8) {
                    new = identifiers[index]
                }
                index += 1
            }
            guard let fragment = fragments[new.customer], fragment.hasNames else { continue }
            fragment.note(new.identifier.kind, new.identifier.value)
        }
    }

    /// Writes what changed; the transaction is the caller's.
    mutating func write(_ changes: [IdentityChanges]) throws {
        for change in changes { try tables.write(change) }
        var writer = ByteWriter(reserving: 1024)
        touched.sort { $0.id < $1.id }
        for fragment in touched {
            writer.removeAll()
            fragment.profile.encode(to: &writer)
            try tables.setProfile(of: fragment.id, to: writer.span)
            if let plan = automation?.plan,
                !fragment.behaviours.isEmpty || fragment.hasBehaviours
            {
                fragment.hasBehaviours = true
                writer.removeAll()
                fragment.behaviours.encode(to: &writer, plan: plan.traces)
                try tables.automation.setBehaviours(of: fragment.id, to: writer.span)
            }
            fragment.position = 0
        }
        try automation?.flush()
        for item in orders where item.isStored { try tables.replaceOrder(item.order) }
        try tables.addOrders(orders.lazy.filter { !$0.isStored }.map(\.order))
        for use in couponUses { try tables.redeem(use) }
    }
}
