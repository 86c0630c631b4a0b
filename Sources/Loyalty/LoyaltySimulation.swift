package import Kernel

/// A program over a stretch of the past, with every account in memory: what would have been issued, spent, expired
/// and owed. A value without any clock: time is that of the operations.
///
/// Customers did what they did; the one thing that is assumed is who spends points, and when. No customer's account
/// depends on another's but for budgets, which are used up in the order in which operations come.
package struct LoyaltySimulation: Sendable {
    /// Who spends points, and when: history can't say, for there was no such program.
    package struct Assumption: Sendable, Equatable {
        package static let redeemersMaxBp = 10_000

        /// Basis points (10,000 is all) of the customers who ever spend; the others never do.
        package var redeemersBp: Int
        /// They spend all that they can at an order, where it is at least so much.
        package var fromPoints: Int64
        /// Draws who does, by customer: the same people in every program.
        package var seed: UInt64

        package init(redeemersBp: Int, fromPoints: Int64, seed: UInt64 = 1) {
            self.redeemersBp = redeemersBp
            self.fromPoints = fromPoints
            self.seed = seed
        }

        package func isRedeemer(_ customer: Int64) -> Bool {
            var seeds = SeededRandom(seed: seed)
            var own = SeededRandom(seed: seeds.next() ^ UInt64(bitPattern: customer))
            return own.unit() * Double(Self.redeemersMaxBp) < Double(redeemersBp)
        }
    }

    let program: LoyaltyProgram
    let assumption: Assumption
    let from: Timestamp
    let to: Timestamp
    let zone: ZoneRules

    private var accounts: [Int64: LoyaltyAccount] = [:]
    private var flows: [CalendarMonth: LoyaltyFlow] = [:]
    private var redeemers: Set<Int64> = []
    private var spent: [LoyaltyBudget: Int64] = [:]
    private var operations = 0
    private var refused = 0

    /// - Parameters:
    ///   - from: The first moment that counts, whatever the program says of its start.
    ///   - to: The first that no longer does; later than `from`.
    package init(
        _ program: LoyaltyProgram, _ assumption: Assumption, from: Timestamp, to: Timestamp,
        zone: ZoneRules
    ) {
        precondition(from < to, "a simulation's stretch is empty")
        self.program = program
        self.assumption = assumption
        self.from = from
        self.to = to
        self.zone = zone
    }

    /// Carries out what happened; what is outside of the stretch is passed over.
    ///
    /// - Parameters:
    ///   - id: Another one for each operation of a customer.
    ///   - segments: In which the customer was then.
    package mutating func take(
        _ operation: LoyaltyOperation, id: String, at: Timestamp, customer: Int64,
        segments: Set<String> = []
    ) {
        guard at >= from, at < to else { return }
        operations += 1
        // Taken out, so that it is changed in place.
        var account = accounts.removeValue(forKey: customer) ?? LoyaltyAccount()
        if case .order(let order, _, _) = operation, !account.isPlaced(order),
            assumption.isRedeemer(customer)
        {
            spend(on: order, id: "spend:" + id, at: at, customer, &account)
        }
        if !apply(operation, id: id, at: at, in: segments, &account) { refused += 1 }
        accounts[customer] = account
    }

    private mutating func spend(
        on order: String, id: String, at: Timestamp, _ customer: Int64,
        _ account: inout LoyaltyAccount
    ) {
        apply(.tick, id: id, at: at, &account)
        let points = min(account.available(at: account.latest), LoyaltyProgram.pointsMax)
        guard points > 0, points >= assumption.fromPoints else { return }
        if apply(.spend(points: points, reference: order), id: id, at: at, &account) {
            redeemers.insert(customer)
        }
    }

    /// - Returns: Whether it was carried out.
    @discardableResult
    private mutating func apply(
        _ operation: LoyaltyOperation, id: String, at: Timestamp, in segments: Set<String> = [],
        _ account: inout LoyaltyAccount
    ) -> Bool {
        var facts = LoyaltyFacts()
        facts.segments = segments
        facts.spent = spent
        let outcome = account.applying(
            operation, id: id, at: at, now: at, program: program, zone: zone, facts: facts)
        account = outcome.account
        for (budget, points) in outcome.budgetChanges { spent[budget, default: 0] += points }
        for entry in outcome.entries {
            flows[zone.day(of: entry.at).month, default: LoyaltyFlow()].add(entry)
        }
        return outcome.refusal == nil
    }

    /// Lets time pass to the end of the stretch, and says what came of it.
    package consuming func end() -> LoyaltySimulationResult {
        let last = to.adding(milliseconds: -1)
        var result = LoyaltySimulationResult(program: program, operations: operations)
        result.refused = refused
        result.redeemers = redeemers.count
        result.members = accounts.count
        var sizes = [Int](repeating: 0, count: program.tiers?.levels.count ?? 0)
        for (_, known) in accounts {
            var account = known
            apply(.tick, id: "end", at: last, &account)
            result.outstanding += account.balance
            result.owed += account.debt
            if account.balance > 0 { result.membersWithPoints += 1 }
            if sizes.indices.contains(account.tier) { sizes[account.tier] += 1 }
            for place in account.orders.indices {
                let order = account.orders.note(place)
                if order.placedAt == nil || order.net <= 0 { continue }
                result.revenueMinor += order.net
                result.orders += 1
            }
        }
        for (level, size) in zip(program.tiers?.levels ?? [], sizes) {
            result.tiers.append(.init(name: level.name, title: level.title, members: size))
        }
        let (first, final) = (zone.day(of: from).month.index, zone.day(of: last).month.index)
        var outstanding: Int64 = 0
        for index in first...final {
            let month = CalendarMonth(index: index)
            let flow = flows[month] ?? LoyaltyFlow()
            outstanding += flow.net
            result.total.add(flow)
            result.months.append(.init(month: month, flow: flow, outstanding: outstanding))
        }
        return result
    }
}

extension LoyaltyAccount {
    fileprivate func isPlaced(_ id: String) -> Bool {
        orders.isPlaced(id)
    }
}
