import Customers
package import Documents
import Insights
import Kernel

extension RecencyTest {
    func standing(_ orders: OrderLedger, _ now: Int64) -> Condition.Standing {
        guard let last = orders.last?.orderedAt.milliseconds else { return .constant(false) }
        let (span, isWantedBefore) =
            switch self {
            case .atLeast(let span): (span, false)
            case .lessThan(let span): (span, true)
            }
        let leaves = last + span.milliseconds
        return Condition.Standing(
            holds: (now < leaves) == isWantedBefore, until: now < leaves ? leaves : .max)
    }
}

extension MoneyTest {
    func standing(
        _ orders: OrderLedger, _ window: EventWindow, _ now: Int64
    ) -> Condition.Standing {
        let entries = orders.entries
        let start = orders.start(after: window.start(at: now))
        var sum: Int128 = 0
        if window == .ever {
            for total in orders.olderTotals where total.currency == amount.currency {
                sum += Int128(total.minor)
            }
        }
        let limit = Int128(amount.minor)
        /// By how many of the newest orders are left.
        var until = Int64.max
        var answers: [Bool] = [order.holds(sum, limit)]
        for entry in entries[start...].reversed() {
            if entry.total.currency == amount.currency { sum += Int128(entry.total.minor) }
            answers.append(order.holds(sum, limit))
        }
        let holds = order.holds(sum, limit)
        if case .within(let span) = window {
            for place in entries.indices[start...] where answers[entries.count - place - 1] != holds
            {
                until = entries[place].orderedAt.milliseconds + span.milliseconds
                break
            }
        }
        return Condition.Standing(holds: holds, until: until)
    }
}

extension LifecycleTest {
    func standing(_ orders: OrderLedger, _ now: Int64) -> Condition.Standing {
        guard let last = orders.last else { return .constant(states.contains(.never)) }
        let holds = Self.states(of: orders, window: window, at: now).contains {
            states.contains($0)
        }
        let ends = [window, lapsed].map { last.orderedAt.milliseconds + $0.milliseconds }
        return Condition.Standing(holds: holds, until: ends.first { $0 > now } ?? .max)
    }

    /// The states that a customer with these orders is in.
    package static func states(
        of orders: OrderLedger, window: TimeSpan = windowDefault, at now: Int64
    ) -> [State] {
        guard let last = orders.last?.orderedAt.milliseconds else { return [.never] }
        if last <= now - 2 * window.milliseconds { return [.lapsed] }
        if last <= now - window.milliseconds { return [.atRisk] }
        if orders.count == 1 { return [.new] }
        let before = orders.entries.dropLast().last?.orderedAt.milliseconds
        if let before, last - before >= 2 * window.milliseconds { return [.active, .wonBack] }
        return [.active]
    }
}

extension PredictionTest {
    func standing(_ facts: PredictionFacts?, _ now: Int64) -> Condition.Standing {
        guard let facts else { return .constant(false) }
        switch (field, test) {
        case (.churnBand, .oneOf(let bands)):
            return .constant(facts.churnBand.map { bands.contains($0.name) } ?? false)
        case (.daysToNextOrder, .number(let order, let limit)):
            guard let next = facts.nextOrderAt?.milliseconds else { return .constant(false) }
            // next − now against the limit is now against next − limit, the other way round.
            let turn = next - Self.milliseconds(days: limit.value)
            switch order {
            case .atMost, .greaterThan:
                return Condition.Standing(
                    holds: (now >= turn) == (order == .atMost), until: now < turn ? turn : .max)
            case .lessThan, .atLeast:
                return Condition.Standing(
                    holds: (now > turn) == (order == .lessThan),
                    until: now <= turn ? turn + 1 : .max)
            }
        case (_, .number(let order, let limit)):
            return .constant(value(of: facts).map { order.holds($0, limit.value) } ?? false)
        case (_, .money(let test)):
            guard facts.currency == test.amount.currency, let value = value(of: facts) else {
                return .constant(false)
            }
            return .constant(test.order.holds(value, Double(test.amount.minor)))
        default: return .constant(false)
        }
    }

    /// Cut off at a million days.
    package static func milliseconds(days: Double) -> Int64 {
        Int64(min(max(days, -1_000_000), 1_000_000) * 86_400_000)
    }

    private func value(of facts: PredictionFacts) -> Double? {
        switch field {
        case .probabilityAlive: facts.probabilityAlive
        case .churnProbability: facts.churnProbability
        case .expectedOrders90: facts.expectedOrders90
        case .expectedOrders365: facts.expectedOrders365
        case .expectedSpend90: facts.expectedSpend90Minor
        case .expectedSpend365: facts.expectedSpend365Minor
        case .daysToNextOrder, .churnBand: nil
        }
    }
}

extension QuintileTest {
    func holds(_ facts: CustomerFacts) -> Bool {
        quintile(of: facts).map(fifths.contains) ?? false
    }

    /// Nil where there are no edges, and of those who didn't order.
    package func quintile(of facts: CustomerFacts) -> Int? {
        let orders = facts.behaviours.orders
        guard let edges = facts.quintiles, let last = orders.last else { return nil }
        switch figure {
        case .recency: return QuintileEdges.quintile(of: last.orderedAt, edges.lastOrderAt)
        case .frequency: return QuintileEdges.quintile(of: orders.count, edges.orders)
        case .monetary:
            var sums: [Currency: Int64] = [:]
            for total in orders.olderTotals { sums[total.currency, default: 0] &+= total.minor }
            for entry in orders.entries {
                sums[entry.total.currency, default: 0] &+= entry.total.minor
            }
            return sums.compactMap { currency, sum in
                edges.revenueMinor[currency].map { QuintileEdges.quintile(of: sum, $0) }
            }.max()
        }
    }
}

extension ConsentTest {
    /// What the newest word says.
    package func current(_ facts: CustomerFacts) -> State {
        var newest: (at: Timestamp, position: Int64, state: State)?
        func hear(_ at: Timestamp, _ position: Int64, _ state: State) {
            if let newest, (newest.at, newest.position) > (at, position) { return }
            newest = (at, position, state)
        }
        if let last = facts.behaviours[given.id]?.entries.last {
            hear(last.at, last.position, .given)
        }
        if let last = facts.behaviours[withdrawn.id]?.entries.last {
            hear(last.at, last.position, .withdrawn)
        }
        if let trait = facts.attributes[channel.consentTrait], let text = trait.text,
            let state = Self.state(text)
        {
            hear(trait.at, trait.position, state)
        }
        return newest?.state ?? .unknown
    }
}
