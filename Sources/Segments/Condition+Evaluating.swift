import Customers
package import Documents
import Insights
package import Kernel

extension Condition {
    /// What can change the answer beside events and time.
    package struct Needs: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let orders = Needs(rawValue: 1)
        package static let attributes = Needs(rawValue: 2)
        package static let predictions = Needs(rawValue: 4)
        package static let quintiles = Needs(rawValue: 8)
        package static let segments = Needs(rawValue: 16)
    }

    package var needs: Needs {
        var needs: Needs = []
        for part in flattened {
            switch part {
            case .all, .any, .none, .did, .figure, .engaged: break
            case .attribute, .consent: needs.insert(.attributes)
            case .recency, .frequency, .monetary, .lifecycle: needs.insert(.orders)
            case .quintile: needs.formUnion([.orders, .quintiles])
            case .prediction: needs.insert(.predictions)
            case .segment, .notSegment: needs.insert(.segments)
            }
        }
        return needs
    }

    /// Whether the condition holds for a customer at a moment, until when, and why.
    ///
    /// What other segments a customer is in is taken as it is: `SegmentSet` looks again when that changes.
    package func evaluate(_ facts: CustomerFacts, now: Timestamp) -> Verdict {
        let (holds, nextChange) = outlook(facts, now: now)
        return Verdict(holds: holds, nextChange: nextChange, reason: reason(facts, now: now))
    }

    /// Whether the condition holds, and the first moment at which that is another if nothing happens; nil for
    /// never. As `evaluate`, without the words, which cost more than the rest.
    ///
    /// After `stepsMax` moments at which a part changed and the whole didn't, the moment is only one at which
    /// to look again.
    package func outlook(
        _ facts: CustomerFacts, now: Timestamp
    ) -> (holds: Bool, nextChange: Timestamp?) {
        let first = standing(facts, at: now.milliseconds)
        var next = first.until
        var steps = 0
        while next < Self.never, steps < Self.stepsMax {
            let then = standing(facts, at: next)
            if then.holds != first.holds { break }
            next = then.until
            steps += 1
        }
        return (first.holds, next < Self.never ? Timestamp(milliseconds: next) : nil)
    }

    package static let stepsMax = 256
    /// Moments from here on don't come.
    private static let never = Timestamp.latest.milliseconds

    /// A condition's answer at a moment, and a later moment before which time alone doesn't change it.
    struct Standing {
        var holds: Bool
        /// After the moment, and never behind the first change; `.max` for never.
        var until: Int64

        static func constant(_ holds: Bool) -> Self { Standing(holds: holds, until: .max) }

        var negated: Self { Standing(holds: !holds, until: until) }
    }

    /// - Parameter now: In milliseconds.
    func standing(_ facts: CustomerFacts, at now: Int64) -> Standing {
        switch self {
        case .all(let parts): return Self.all(parts, facts, now, wanted: true)
        case .any(let parts): return Self.all(parts, facts, now, wanted: false).negated
        case .none(let parts): return Self.all(parts, facts, now, wanted: false)
        case .attribute(let path, let comparison):
            return Self.standing(path, comparison, facts.attributes, now)
        case .did(let trace, let times, let window):
            return Self.standing(facts.behaviours[trace.id], times, window, now)
        case .figure(let figure):
            return figure.standing(facts.behaviours[figure.trace.id], now)
        case .recency(let test): return test.standing(facts.behaviours.orders, now)
        case .frequency(let times, let window):
            return Self.standing(facts.behaviours.orders, times, window, now)
        case .monetary(let test, let window):
            return test.standing(facts.behaviours.orders, window, now)
        case .quintile(let test): return .constant(test.holds(facts))
        case .lifecycle(let test): return test.standing(facts.behaviours.orders, now)
        case .prediction(let test): return test.standing(facts.prediction, now)
        case .consent(let test): return .constant(test.current(facts) == test.state)
        case .engaged(let test):
            var any = Standing.constant(false)
            for trace in test.traces {
                let one = Self.standing(facts.behaviours[trace.id], .once, test.window, now)
                any = Standing(
                    holds: any.holds || one.holds, until: min(any.until, one.until))
            }
            return any
        case .segment(let name): return .constant(facts.memberships.contains(name))
        case .notSegment(let name): return .constant(!facts.memberships.contains(name))
        }
    }

    /// Whether each part's answer is the wanted one.
    ///
    /// While it is, any part may end that; while it isn't, each part that stands against it must change first.
    private static func all(
        _ parts: [Condition], _ facts: CustomerFacts, _ now: Int64, wanted: Bool
    ) -> Standing {
        var holds = true
        var until = Int64.max
        for part in parts {
            let one = part.standing(facts, at: now)
            if one.holds == wanted {
                if holds { until = min(until, one.until) }
            } else {
                until = holds ? one.until : max(until, one.until)
                holds = false
                if until == .max { break }
            }
        }
        return Standing(holds: holds, until: until)
    }

    private static func standing(
        _ path: PropertyPath, _ comparison: Comparison, _ attributes: Attributes, _ now: Int64
    ) -> Standing {
        let value = attributes[path.steps[0]]?.value ?? []
        let values = path.values(ofFirst: value.span)
        return Standing(
            holds: comparison.holds(values, in: value.span, at: now),
            until: comparison.steady(values, in: value.span, after: now))
    }

    private static func standing(
        _ trace: Behaviours.Trace?, _ times: CountRange, _ window: EventWindow, _ now: Int64
    ) -> Standing {
        guard let trace else { return .constant(times.contains(0)) }
        let entries = trace.entries
        let count = entries.count - trace.start(after: window.start(at: now))
        return standing(count, times, window) { entries[entries.count - $0].at.milliseconds }
    }

    private static func standing(
        _ orders: OrderLedger, _ times: CountRange, _ window: EventWindow, _ now: Int64
    ) -> Standing {
        if window == .ever { return .constant(times.contains(Int(clamping: orders.count))) }
        let entries = orders.entries
        let count = entries.count - orders.start(after: window.start(at: now))
        return standing(count, times, window) {
            entries[entries.count - $0].orderedAt.milliseconds
        }
    }

    /// - Parameters:
    ///   - count: How many are in the window now: as time passes, the oldest leave it.
    ///   - time: When the newest, the second newest, … was; 1 for the newest.
    private static func standing(
        _ count: Int, _ times: CountRange, _ window: EventWindow, _ time: (Int) -> Int64
    ) -> Standing {
        let holds = times.contains(count)
        guard case .within(let span) = window else { return .constant(holds) }
        // Fewer than the least, or no more than the most, once this one has left.
        let leaving = holds ? times.least : count < times.least ? 0 : (times.most ?? 0) + 1
        guard leaving > 0, leaving <= count else { return .constant(holds) }
        return Standing(holds: holds, until: time(leaving) + span.milliseconds)
    }
}

extension EventFigure {
    fileprivate func standing(_ trace: Behaviours.Trace?, _ now: Int64) -> Condition.Standing {
        let entries = trace?.entries ?? []
        let start = trace?.start(after: window.start(at: now)) ?? 0
        let holds = holds(entries[start...], now)
        let steady =
            isNow(entries[start...]).map { comparison.steady(text: $0, after: now) } ?? .max
        guard case .within(let span) = window else {
            return Condition.Standing(holds: holds, until: steady)
        }
        // The moment at which the oldest have left with whose leaving the answer is another.
        var state = Figuring()
        var until = Int64.max
        var place = entries.count
        while place >= start {
            if place < entries.count { state.add(entries[place].value) }
            let answer = place == start ? holds : self.answer(state, now)
            if answer != holds {
                until =
                    place > start ? entries[place - 1].at.milliseconds + span.milliseconds : until
            }
            place -= 1
        }
        return Condition.Standing(holds: holds, until: min(until, steady))
    }

    /// The value of the one event that a `first` or `last` is of.
    private func isNow(_ entries: ArraySlice<Behaviours.Entry>) -> String? {
        guard case .text(let text) = (kind == .first ? entries.first : entries.last)?.value else {
            return nil
        }
        return kind.isOfNumbers ? nil : text
    }

    private func holds(_ entries: ArraySlice<Behaviours.Entry>, _ now: Int64) -> Bool {
        var state = Figuring()
        for entry in entries.reversed() { state.add(entry.value) }
        return answer(state, now)
    }

    private func answer(_ state: Figuring, _ now: Int64) -> Bool {
        guard kind.isOfNumbers else {
            return comparison.holds(text: kind == .first ? state.first : state.last, at: now)
        }
        guard case .number(let order, let limit) = comparison,
            let limit = TraceValue.micro(limit.value)
        else { return false }
        return state.holds(kind, order, Int128(limit))
    }
}

/// Figures of the newest events, as earlier ones are added.
struct Figuring {
    private(set) var count: Int128 = 0
    /// In millionths.
    private(set) var sum: Int128 = 0
    private(set) var smallest = Int64.max
    private(set) var largest = Int64.min
    private(set) var first: String?
    private(set) var last: String?

    mutating func add(_ value: TraceValue) {
        switch value {
        case .none: return
        case .number(let micro):
            sum += Int128(micro)
            smallest = min(smallest, micro)
            largest = max(largest, micro)
        case .text(let text):
            first = text
            last = last ?? text
        }
        count += 1
    }

    /// Whether a figure compares so with a limit in millionths; a figure of nothing only where it is a sum.
    func holds(_ kind: EventFigure.Kind, _ order: Comparison.Order, _ limit: Int128) -> Bool {
        if kind == .sum { return order.holds(sum, limit) }
        guard count > 0 else { return false }
        switch kind {
        case .average: return order.holds(sum, limit * count)
        case .smallest: return order.holds(Int128(smallest), limit)
        case .largest: return order.holds(Int128(largest), limit)
        case .sum, .first, .last: return false
        }
    }
}

extension RecencyTest {
    fileprivate func standing(_ orders: OrderLedger, _ now: Int64) -> Condition.Standing {
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
    fileprivate func standing(
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
    fileprivate func standing(_ orders: OrderLedger, _ now: Int64) -> Condition.Standing {
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
    fileprivate func standing(_ facts: PredictionFacts?, _ now: Int64) -> Condition.Standing {
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
    fileprivate func holds(_ facts: CustomerFacts) -> Bool {
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
