import Documents
package import Kernel

/// One line of a condition in plain words.
package struct ConditionLine: Hashable, Sendable {
    package let text: String
    /// How many groups (all, any, none) it stands in; 0 for the outermost.
    package let depth: Int

    package init(_ text: String, depth: Int = 0) {
        self.text = text
        self.depth = depth
    }
}

extension Condition {
    /// What it asks for, in plain words, one part a line.
    package var lines: [ConditionLine] {
        if case .all(let parts) = self {
            return parts.isEmpty
                ? [ConditionLine("Everybody")] : parts.flatMap { $0.lines(depth: 0) }
        }
        return lines(depth: 0)
    }

    private func lines(depth: Int) -> [ConditionLine] {
        let (head, parts): (String, [Condition]) =
            switch self {
            case .none(let parts) where parts.count == 1: ("", parts)
            case .all(let parts): ("All of these:", parts)
            case .any(let parts): ("At least one of these:", parts)
            case .none(let parts): ("None of these:", parts)
            default: ("", [])
            }
        if head.isEmpty { return [ConditionLine(sentence, depth: depth)] }
        return [ConditionLine(head, depth: depth)] + parts.flatMap { $0.lines(depth: depth + 1) }
    }

    /// The words with a capital, unless they begin with a name that somebody gave.
    private var sentence: String {
        if case .attribute = self { return words }
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// What it asks for, in one line.
    package var words: String {
        switch self {
        case .all(let parts): parts.isEmpty ? "everybody" : Self.join(parts, " and ")
        case .any(let parts): parts.isEmpty ? "nobody" : Self.join(parts, " or ")
        case .none(let parts):
            parts.count == 1
                ? parts[0].opposite : "none of: " + parts.map(\.words).joined(separator: "; ")
        case .attribute(let path, let comparison): "\(path) \(comparison.verb)"
        case .did(let trace, let times, let window):
            times == .never
                ? "no \(trace.words)\(window.phrase)"
                : "did \(trace.words)\(times.phrase)\(window.phrase)"
        case .figure(let figure): figure.words
        case .recency(.atLeast(let span)): "last order \(span) ago or longer"
        case .recency(.lessThan(let span)): "last order less than \(span) ago"
        case .frequency(let range, let window): range.orders + window.phrase
        case .monetary(let test, let window):
            "ordered for \(test.order.words) \(test.amount)\(window.phrase)"
        case .quintile(let test): test.words
        case .lifecycle(let test): test.words
        case .prediction(let test): test.words
        case .consent(let test):
            "consent to \(test.channel.name)\(test.topic.map { " about \($0)" } ?? "") "
                + "is \(test.state.rawValue)"
        case .engaged(let test): "opened or clicked \(test.channel.name)\(test.window.phrase)"
        case .segment(let name): "is in \(name)"
        case .notSegment(let name): "isn't in \(name)"
        }
    }

    /// What it asks for if it must not hold.
    private var opposite: String {
        switch self {
        case .did(let trace, .once, let window): "no \(trace.words)\(window.phrase)"
        case .did(let trace, .never, let window): "did \(trace.words)\(window.phrase)"
        case .segment(let name): "isn't in \(name)"
        case .notSegment(let name): "is in \(name)"
        default: "not: " + words
        }
    }

    private static func join(_ parts: [Condition], _ word: String) -> String {
        parts.map { part in
            switch part {
            case .all(let inner) where inner.count > 1: "(\(part.words))"
            case .any(let inner) where inner.count > 1: "(\(part.words))"
            default: part.words
            }
        }.joined(separator: word)
    }
}

extension MessageChannel {
    fileprivate var name: String { rawValue == "email" ? "e-mail" : rawValue }
}

extension EventTrace {
    /// The event, and what its properties must say.
    fileprivate var words: String {
        let name = selector.viewName.map { "\(selector.event) (\($0))" } ?? selector.event
        return tests.isEmpty ? name : name + " where " + PropertyTest.words(tests)
    }
}

extension PropertyTest {
    package static func words(_ tests: [PropertyTest]) -> String {
        tests.map { "\($0.path) \($0.comparison.verb)" }.joined(separator: " and ")
    }
}

extension EventWindow {
    fileprivate var phrase: String {
        switch self {
        case .ever: ""
        case .within(let span): " in the last \(span)"
        case .since(let moment): " since \(moment.shortest)"
        }
    }
}

extension CountRange {
    /// `, at least 2 times`; empty where once is enough.
    fileprivate var phrase: String {
        if self == .once { return "" }
        func times(_ count: Int) -> String {
            count == 1 ? "once" : count == 2 ? "twice" : "\(count) times"
        }
        if let most, most == least { return " exactly \(times(least))" }
        guard let most else { return " at least \(times(least))" }
        return least == 0 ? " at most \(times(most))" : " \(least) to \(times(most))"
    }

    /// `2 orders or more`.
    fileprivate var orders: String {
        func orders(_ count: Int) -> String { count == 1 ? "1 order" : "\(count) orders" }
        if self == .never { return "no order" }
        if let most, most == least { return "exactly \(orders(least))" }
        guard let most else { return "\(orders(least)) or more" }
        return least == 0 ? "at most \(orders(most))" : "\(least) to \(orders(most))"
    }
}

extension Comparison {
    private static let valuesShown = 8

    /// What it says of a value: `is at least 50`.
    package var verb: String {
        switch self {
        case .is(let literal): "is \(literal.text)"
        case .isNot(let literal): "isn't \(literal.text)"
        case .missingOr(let literal): "is \(literal.text) or not known"
        case .oneOf(let literals): "is one of \(Self.list(literals))"
        case .noneOf(let literals): "is none of \(Self.list(literals))"
        case .contains(let text): "contains \(text)"
        case .startsWith(let text): "begins with \(text)"
        case .number(let order, let number): "is \(order.words) \(number.text)"
        case .exists(let exists): exists ? "is known" : "isn't known"
        case .before(let moment): "is before \(moment.shortest)"
        case .after(let moment): "is after \(moment.shortest)"
        case .withinLast(let span): "was in the last \(span)"
        case .withinNext(let span): "is in the next \(span)"
        case .anniversaryWithinNext(let span): "comes round within \(span)"
        }
    }

    private static func list(_ literals: [Literal]) -> String {
        let shown = literals.prefix(valuesShown).map(\.text).joined(separator: ", ")
        let left = literals.count - valuesShown
        return left > 0 ? "\(shown) and \(left) more" : shown
    }
}

extension EventFigure {
    fileprivate var words: String {
        let name =
            switch kind {
            case .sum, .average, .smallest, .largest, .first, .last: kind.rawValue
            }
        return "\(name) \(path?.description ?? "") of \(trace.words)\(window.phrase) "
            + comparison.verb
    }
}

extension QuintileTest {
    fileprivate var words: String {
        let (low, high) = (fifths.lowerBound, fifths.upperBound)
        let which =
            switch (low, high) {
            case (1, 5): "any fifth"
            case (_, 5) where low == 5: "the best fifth"
            case (_, 5): "the best \(6 - low) fifths"
            case (1, 1): "the lowest fifth"
            case (1, _): "the lowest \(high) fifths"
            case _ where low == high: "fifth \(low) of 5"
            default: "fifths \(low) to \(high) of 5"
            }
        let what =
            switch figure {
            case .recency: "how lately they ordered"
            case .frequency: "how often they ordered"
            case .monetary: "how much they ordered for"
            }
        return "in \(which) of buyers by \(what)"
    }
}

extension LifecycleTest {
    fileprivate var words: String {
        let names = states.map { state in
            switch state {
            case .new: "new"
            case .active: "active"
            case .atRisk: "at risk"
            case .lapsed: "lapsed"
            case .wonBack: "won back"
            case .never: "without an order"
            }
        }.joined(separator: " or ")
        return "is \(names)"
            + (window == Self.windowDefault ? "" : ", active meaning an order in \(window)")
    }
}

extension PredictionTest {
    fileprivate var words: String {
        let name =
            switch field {
            case .probabilityAlive: "probability that they are still a customer"
            case .churnProbability: "probability of no order in 90 days"
            case .expectedOrders90: "expected orders in 90 days"
            case .expectedOrders365: "expected orders in 365 days"
            case .expectedSpend90: "expected spend in 90 days"
            case .expectedSpend365: "expected spend in 365 days"
            case .daysToNextOrder: "days to the next order"
            case .churnBand: "churn risk"
            }
        switch test {
        case .number(let order, let number): return "\(name) is \(order.words) \(number.text)"
        case .money(let test): return "\(name) is \(test.order.words) \(test.amount)"
        case .oneOf(let bands): return "\(name) is \(bands.joined(separator: " or "))"
        }
    }
}
