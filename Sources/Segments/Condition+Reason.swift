import Customers
import Documents
import Insights
import JSONParsing
package import Kernel

extension Condition {
    package static let reasonBytesMax = 500

    /// Why the condition holds or doesn't, in plain words: of what doesn't hold, only what stands against it.
    package func reason(_ facts: CustomerFacts, now: Timestamp) -> String {
        let text = phrase(facts, now.milliseconds)
        guard text.utf8.count > Self.reasonBytesMax else { return text }
        var cut = text.prefix(Self.reasonBytesMax - 4)
        while cut.utf8.count > Self.reasonBytesMax - 4 { cut.removeLast() }
        return cut + " …"
    }

    private func phrase(_ facts: CustomerFacts, _ now: Int64) -> String {
        switch self {
        case .all(let parts): return Self.join(parts, facts, now, wanted: true, "; ")
        case .any(let parts):
            let held = parts.filter { $0.standing(facts, at: now).holds }
            if let first = held.first { return first.phrase(facts, now) }
            return parts.map { $0.phrase(facts, now) }.joined(separator: "; ")
        case .none(let parts): return Self.join(parts, facts, now, wanted: false, "; ")
        case .attribute(let path, let comparison):
            let value = facts.attributes[path.steps[0]]?.value ?? []
            let texts = path.values(ofFirst: value.span).plain.map { $0.text(in: value.span) }
            let said = texts.isEmpty ? "not known" : texts.prefix(3).joined(separator: ", ")
            return "\(path) is \(said) (\(comparison.words))"
        case .did(let trace, let times, let window):
            return Self.phrase(facts.behaviours[trace.id], trace, times, window, now)
        case .figure(let figure): return figure.phrase(facts.behaviours[figure.trace.id], now)
        case .recency(let test): return Self.lastOrder(facts, now) + " (\(test.words))"
        case .frequency(let times, let window):
            let orders = facts.behaviours.orders
            let count =
                window == .ever
                ? Int(clamping: orders.count)
                : orders.entries.count - orders.start(after: window.start(at: now))
            return "ordered \(Self.times(count))\(window.words) (\(times.words))"
        case .monetary(let test, let window): return test.phrase(facts, window, now)
        case .quintile(let test):
            let fifth = test.quintile(of: facts).map(String.init) ?? "not known"
            return "\(test.figure.rawValue) quintile is \(fifth) (asked for \(test.words))"
        case .lifecycle(let test):
            let states = LifecycleTest.states(
                of: facts.behaviours.orders, window: test.window, at: now)
            return states.map(\.words).joined(separator: " and ") + ": "
                + Self.lastOrder(facts, now)
        case .prediction(let test): return test.phrase(facts.prediction, now)
        case .consent(let test):
            let topic = test.topic.map { " about \($0)" } ?? ""
            return "consent to \(test.channel.rawValue)\(topic) is \(test.current(facts).rawValue)"
        case .engaged(let test):
            let last = test.traces.compactMap { facts.behaviours[$0.id]?.entries.last?.at }.max()
            let when = last.map { ", last " + Self.ago($0.milliseconds, now) } ?? ""
            let held = standing(facts, at: now).holds
            return (held ? "opened or clicked \(test.channel.rawValue)" : "no opening or click of")
                + (held ? "" : " \(test.channel.rawValue)") + test.window.words + when
        case .segment(let name), .notSegment(let name):
            return facts.memberships.contains(name) ? "is in \(name)" : "isn't in \(name)"
        }
    }

    private static func join(
        _ parts: [Condition], _ facts: CustomerFacts, _ now: Int64, wanted: Bool,
        _ separator: String
    ) -> String {
        let against = parts.filter { $0.standing(facts, at: now).holds != wanted }
        return (against.isEmpty ? parts : against).map { $0.phrase(facts, now) }
            .joined(separator: separator)
    }

    private static func phrase(
        _ trace: Behaviours.Trace?, _ asked: EventTrace, _ times: CountRange,
        _ window: EventWindow, _ now: Int64
    ) -> String {
        let entries = trace?.entries ?? []
        let start = trace?.start(after: window.start(at: now)) ?? 0
        let such = asked.tests.isEmpty ? "" : " (such as asked for)"
        let name = asked.selector.viewName.map { "\(asked.selector.event): \($0)" }
        var text = "\(name ?? asked.selector.event)\(such) "
        text += Self.times(entries.count - start) + window.words
        if let last = entries.last {
            text += ", last " + ago(last.at.milliseconds, now)
        }
        return times == .once || times == .never ? text : text + " (\(times.words))"
    }

    static func lastOrder(_ facts: CustomerFacts, _ now: Int64) -> String {
        let orders = facts.behaviours.orders
        guard let last = orders.last else { return "never ordered" }
        let count = Int(clamping: orders.count)
        let when = ago(last.orderedAt.milliseconds, now)
        return count == 1 ? "ordered once, \(when)" : "ordered \(times(count)), last \(when)"
    }

    static func times(_ count: Int) -> String {
        switch count {
        case 0: "not at all"
        case 1: "once"
        case 2: "twice"
        default: "\(count) times"
        }
    }

    /// `12 days ago`.
    static func ago(_ then: Int64, _ now: Int64) -> String {
        let passed = now - then
        if passed < 0 { return "in the future" }
        for (unit, length) in [("day", Int64(86_400_000)), ("hour", 3_600_000), ("minute", 60_000)]
        {
            let count = passed / length
            if count > 0 { return "\(count) \(unit)\(count == 1 ? "" : "s") ago" }
        }
        return "just now"
    }
}

extension EventWindow {
    fileprivate var words: String {
        switch self {
        case .ever: ""
        case .within(let span): " in \(span)"
        case .since(let moment): " since \(moment.shortest)"
        }
    }
}

extension CountRange {
    fileprivate var words: String {
        if let most, most == least { return "asked for \(most)" }
        guard let most else { return "asked for \(least) or more" }
        return least == 0 ? "asked for \(most) at most" : "asked for \(least) to \(most)"
    }
}

extension RecencyTest {
    fileprivate var words: String {
        switch self {
        case .atLeast(let span): "asked for none in \(span)"
        case .lessThan(let span): "asked for one in \(span)"
        }
    }
}

extension QuintileTest {
    fileprivate var words: String {
        fifths.count == 1 ? "\(fifths.lowerBound)" : "\(fifths.lowerBound) to \(fifths.upperBound)"
    }
}

extension LifecycleTest.State {
    fileprivate var words: String {
        switch self {
        case .new: "new"
        case .active: "active"
        case .atRisk: "at risk"
        case .lapsed: "lapsed"
        case .wonBack: "won back"
        case .never: "no customer yet"
        }
    }
}

extension Comparison {
    /// `asked for at least 50`.
    fileprivate var words: String {
        switch self {
        case .is(let literal): "asked for \(literal.text)"
        case .isNot(let literal): "asked for anything but \(literal.text)"
        case .missingOr(let literal): "asked for none or \(literal.text)"
        case .oneOf(let literals):
            "asked for " + literals.prefix(5).map(\.text).joined(separator: ", ")
        case .noneOf(let literals):
            "asked for none of " + literals.prefix(5).map(\.text).joined(separator: ", ")
        case .contains(let text): "asked for \(text) in it"
        case .startsWith(let text): "asked for \(text) at its beginning"
        case .number(let order, let number): "asked for \(order.words) \(number.text)"
        case .exists(let exists): exists ? "asked for any" : "asked for none"
        case .before(let moment): "asked for before \(moment.shortest)"
        case .after(let moment): "asked for after \(moment.shortest)"
        case .withinLast(let span): "asked for the last \(span)"
        case .withinNext(let span): "asked for the next \(span)"
        case .anniversaryWithinNext(let span): "asked for its day within \(span)"
        }
    }
}

extension EventFigure {
    fileprivate func phrase(_ trace: Behaviours.Trace?, _ now: Int64) -> String {
        let entries = trace?.entries ?? []
        let start = trace?.start(after: window.start(at: now)) ?? 0
        var state = Figuring()
        for entry in entries[start...].reversed() { state.add(entry.value) }
        let said: String? =
            switch kind {
            case .sum: Self.decimal(state.sum)
            case .average: state.count > 0 ? Self.decimal(state.sum / state.count) : nil
            case .smallest: state.count > 0 ? Self.decimal(Int128(state.smallest)) : nil
            case .largest: state.count > 0 ? Self.decimal(Int128(state.largest)) : nil
            case .first: state.first
            case .last: state.last
            }
        let name = path?.description ?? ""
        return "\(kind.rawValue) \(name) of \(eventName)\(window.words) is \(said ?? "not known") "
            + "(\(comparison.words))"
    }

    private var eventName: String { trace.selector.event }

    private static func decimal(_ micro: Int128) -> String {
        guard let minor = Int64(exactly: micro) else { return "a very large number" }
        var text = DecimalText.format(minor: minor, digits: 6)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}

extension MoneyTest {
    fileprivate func phrase(
        _ facts: CustomerFacts, _ window: EventWindow, _ now: Int64
    ) -> String {
        let orders = facts.behaviours.orders
        var sum: Int64 = 0
        if window == .ever {
            for total in orders.olderTotals where total.currency == amount.currency {
                sum &+= total.minor
            }
        }
        for entry in orders.entries[orders.start(after: window.start(at: now))...]
        where entry.total.currency == amount.currency {
            sum &+= entry.total.minor
        }
        return "ordered for \(Money(minor: sum, currency: amount.currency))\(window.words) "
            + "(asked for \(order.words) \(amount))"
    }
}

extension PredictionTest {
    fileprivate func phrase(_ facts: PredictionFacts?, _ now: Int64) -> String {
        guard let facts else { return "no prediction yet" }
        func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
        func orders(_ count: Double) -> String { "\((count * 100).rounded() / 100)" }
        func money(_ minor: Double?) -> String {
            guard let minor, let currency = facts.currency,
                let whole = Int64(exactly: minor.rounded())
            else { return "not known" }
            return Money(minor: whole, currency: currency).description
        }
        switch field {
        case .probabilityAlive: return "P(alive) is \(percent(facts.probabilityAlive))"
        case .churnProbability:
            return "probability of no order in 90 days is \(percent(facts.churnProbability))"
        case .expectedOrders90:
            return "expected orders in 90 days: \(orders(facts.expectedOrders90))"
        case .expectedOrders365:
            return "expected orders in 365 days: \(orders(facts.expectedOrders365))"
        case .expectedSpend90:
            return "expected spend in 90 days: \(money(facts.expectedSpend90Minor))"
        case .expectedSpend365:
            return "expected spend in 365 days: \(money(facts.expectedSpend365Minor))"
        case .daysToNextOrder:
            guard let next = facts.nextOrderAt else { return "unlikely to return" }
            return "next order expected by \(next.rfc3339.prefix(10))"
        case .churnBand: return "churn risk is \(facts.churnBand?.name ?? "not known")"
        }
    }
}
