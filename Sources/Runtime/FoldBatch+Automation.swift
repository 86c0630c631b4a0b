import Customers
import Events
import Journeys
import Kernel
import Records
import Segments

/// What of a batch concerns decisions: it keeps behaviours beside profiles, and gives both to `AutomationFold`.
extension FoldBatch {
    /// What an event changed that conditions may be evaluated on.
    struct Stirred {
        var stir = CustomerStir()
        /// What it adds to orders, by the fragment whose they are.
        var orders: [(fragment: Int64, amount: Money)] = []

        mutating func add(_ deltas: [(customer: Int64, delta: OrderDelta)]) {
            for (customer, delta) in deltas where delta.orders != 0 || delta.revenueMinor != 0 {
                stir.orders = true
                let amount = Money(minor: delta.revenueMinor, currency: delta.currency)
                if let place = orders.firstIndex(where: {
                    $0.fragment == customer && $0.amount.currency == amount.currency
                }) {
                    orders[place].amount.minor &+= amount.minor
                } else {
                    orders.append((customer, amount))
                }
            }
        }
    }

    /// Keeps the order ledgers of those whose order it was and is.
    mutating func foldLedger(
        _ known: KnownOrder?, _ record: KnownOrder?, position: Int64
    ) throws {
        guard let record else { return }
        if let known, known.status == .completed, known.customer != 0,
            let currency = Currency(packed: known.currency)
        {
            try touch(known.customer, isNew: false, position: position)
                .behaviours.removeOrder(
                    key: known.key, total: Money(minor: known.totalMinor, currency: currency))
        }
        if record.status == .completed, record.customer != 0,
            let currency = Currency(packed: record.currency)
        {
            try touch(record.customer, isNew: false, position: position)
                .behaviours.setOrder(
                    OrderLedger.Entry(
                        key: record.key, orderedAt: record.orderedAt,
                        total: Money(minor: record.totalMinor, currency: currency)))
        }
    }

    /// Decides what an event means for whose it is, and for whose orders it changed besides.
    mutating func decide(
        _ frame: EventFrame, in block: EventBlock, position: Int64, _ resolution: Resolution,
        _ stirred: Stirred, _ automation: AutomationFold, _ identities: IdentityState
    ) throws {
        let name: String
        switch frame.kind {
        case .page: name = EventSelector.pageEvent
        case .screen: name = EventSelector.screenEvent
        default: name = block.text(frame.name)
        }
        try automation.event(
            named: name, stir: stirred.stir, isNew: resolution.isNew,
            flags: frame.flags, customer: resolution.customer, position: position,
            view: { try view(of: $0, identities) },
            makeEvent: {
                JourneyEvent(
                    name: name, kind: frame.kind, occurredAt: frame.occurredAt,
                    position: position,
                    properties: Array(block.bytes[frame.properties.bounds]), flags: frame.flags,
                    order: stirred.orders.first { $0.fragment == resolution.fragment }?.amount)
            })
        for (fragment, _) in stirred.orders
        where fragment != resolution.fragment && position > automation.decidedPosition {
            guard let customer = try root(of: fragment, identities),
                customer != resolution.customer
            else { continue }
            try automation.review(customer, .live) { try view(of: $0, identities) }
        }
    }

    /// Follows merges and undone merges that an event brought.
    mutating func follow(
        _ identities: IdentityState, _ automation: AutomationFold, _ position: Int64
    ) throws {
        let changes = identities.changes
        // In their order: who takes somebody in may be taken in by the same event.
        for merge in changes.merges.reversed().prefix(while: { $0.position == position }).reversed()
        {
            // Where the log is folded anew, who counts for whom is known already.
            guard position > automation.decidedPosition else { continue }
            try automation.merge(merge.loser, into: merge.winner) {
                try view(of: $0, identities)
            }
        }
        guard let undo = changes.undone.last, undo.position == position,
            position > automation.decidedPosition
        else { return }
        // What they come into by that isn't news of them: nobody begins a journey by it.
        for customer in Set(changes.memberships.map(\.customer)).sorted()
        // Whom others counted for a moment ago may count for somebody else by now.
        where try root(of: customer, identities) == customer {
            try automation.review(customer, .late) { try view(of: $0, identities) }
        }
    }

    mutating func endImports(_ identities: IdentityState) throws {
        try automation?.endImports { try view(of: $0, identities) }
    }

    /// Fires timers that are due by a moment.
    ///
    /// - Returns: How many.
    mutating func fireTimers(
        dueBy moment: Timestamp, clock: Timestamp, limit: Int, _ identities: IdentityState
    ) throws -> Int {
        guard let automation else { return 0 }
        return try automation.fire(
            dueBy: moment, clock: clock, limit: limit,
            root: { try root(of: $0, identities) }, view: { try view(of: $0, identities) })
    }

    /// Brings a customer up to date with the definitions in force.
    mutating func review(
        _ customer: Int64, now: Timestamp, _ identities: IdentityState
    ) throws {
        automation?.now = now
        try automation?.review(customer, .live) { try view(of: $0, identities) }
    }

    /// Gives a customer a stimulus that is no event.
    mutating func decide(
        _ stimulus: Stimulus, for customer: Int64, now: Timestamp, _ identities: IdentityState
    ) throws -> [Decision] {
        guard let automation, let root = try root(of: customer, identities) else { return [] }
        automation.now = now
        return try automation.decide(stimulus, for: root) { try view(of: $0, identities) }
    }

    /// A customer's profile and behaviours, all fragments merged.
    private mutating func view(
        of customer: Int64, _ identities: IdentityState
    ) throws -> CustomerView {
        let members = try identities.members(of: customer, lookup)
        let first = try held(members.first ?? customer)
        if members.count <= 1 {
            return CustomerView(first.profile, first.behaviours, members: members)
        }
        var profile = first.profile
        var behaviours = first.behaviours
        for member in members.dropFirst() {
            let fragment = try held(member)
            profile.merge(fragment.profile)
            behaviours.merge(fragment.behaviours)
        }
        return CustomerView(profile, behaviours, members: members)
    }

    private func root(of fragment: Int64, _ identities: IdentityState) throws -> Int64? {
        if let root = identities.customer(of: fragment) { return root }
        return try lookup.root(fragment)
    }
}
