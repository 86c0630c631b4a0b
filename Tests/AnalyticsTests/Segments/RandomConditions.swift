import Documents
import Insights
import Kernel
import Segments

/// Conditions of every kind, on the events, attributes and amounts that `SegmentHistory` makes.
struct RandomConditions {
    var random: SeededRandom
    /// Segments that may be asked about.
    var segments: [String] = []

    static let properties = ["total", "products.category", "plan", "at", "o'clock", "products"]
    static let attributes = [
        "country", "birthday", "address.city", "points", "email_subscription_status",
    ]
    static let texts = [
        "Shoes", "GB", "5", "50", "5.0", "pro", "true", "2024-03-05", "", "a\"b", "é",
    ]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func one(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[.random(in: 0..<elements.count, using: &random)]
    }

    mutating func condition(depth: Int = 2) -> Condition {
        if depth > 0, one(0...2) == 0 {
            let parts = (0..<one(1...3)).map { _ in condition(depth: depth - 1) }
            return pick([.all(parts), .any(parts), .none(parts)])
        }
        switch one(0...15) {
        case 0, 1: return .attribute(path(Self.attributes), comparison())
        case 2, 3, 4: return .did(trace(.nothing), times(), window())
        case 5, 6: return .figure(figure())
        case 7: return .recency(pick([.atLeast(span()), .lessThan(span())]))
        case 8: return .frequency(times(), window())
        case 9: return .monetary(MoneyTest(order: order(), amount: money()), window())
        case 10:
            let low = one(1...5)
            return .quintile(
                QuintileTest(
                    figure: pick(QuintileTest.Figure.allCases), fifths: low...one(low...5)))
        case 11:
            let states = (0..<one(1...3)).map { _ in pick(LifecycleTest.State.allCases) }
            return .lifecycle(
                LifecycleTest(
                    states: Set(states), window: one(0...1) == 0 ? span() : .days(90)))
        case 12: return .prediction(prediction())
        case 13:
            return .consent(
                ConsentTest(
                    pick([.email, .sms]), topic: one(0...1) == 0 ? "offers" : nil,
                    is: pick(ConsentTest.State.allCases)))
        case 14: return .engaged(EngagementTest(.email, window: window()))
        default:
            guard !segments.isEmpty else { return .recency(.lessThan(span())) }
            let name = pick(segments)
            return pick([.segment(name), .notSegment(name)])
        }
    }

    private mutating func span() -> TimeSpan {
        TimeSpan(milliseconds: pick([1, 1000, 3_600_000, 86_400_000, 864_000_000, 2_592_000_000]))
    }

    private mutating func window() -> EventWindow {
        switch one(0...3) {
        case 0: .ever
        case 1: .since(SegmentHistory.start.adding(days: one(0...40)))
        default: .within(span())
        }
    }

    private mutating func times() -> CountRange {
        switch one(0...5) {
        case 0: return .never
        case 1: return CountRange(least: 0, most: one(0...2))
        case 2: return CountRange(least: 2)
        case 3:
            let least = one(1...3)
            return CountRange(least: least, most: least + one(0...2))
        default: return .once
        }
    }

    private mutating func path(_ names: [String]) -> PropertyPath {
        PropertyPath(pick(names)) ?? PropertyPath("total") ?? path(names)
    }

    private mutating func trace(_ kept: EventTrace.Kept) -> EventTrace {
        let name = pick(SegmentHistory.names)
        let view = one(0...1) == 0 ? nil : "Pricing"
        let tests = (0..<max(0, one(-2...2))).map { _ in
            var comparison = comparison()
            while comparison.dependsOnTime { comparison = self.comparison() }
            return PropertyTest(path: path(Self.properties), comparison: comparison)
        }
        return EventTrace(EventSelector(event: name, view: view), where: tests, kept: kept)
    }

    private mutating func figure() -> EventFigure {
        let kind = pick(EventFigure.Kind.allCases)
        let path = path(Self.properties)
        let kept: EventTrace.Kept = kind.isOfNumbers ? .number(path) : .text(path)
        return EventFigure(
            kind: kind, trace: trace(kept), window: window(),
            comparison: kind.isOfNumbers ? .number(order(), number()) : comparison())
    }

    private mutating func order() -> Comparison.Order { pick(Comparison.Order.allCases) }

    private mutating func number() -> NumberLiteral {
        NumberLiteral(pick(["0", "5", "-1.5", "50", "99.95", "1e2"])) ?? number()
    }

    private mutating func literal() -> Literal {
        one(0...2) == 0 ? Literal(number: one(0...60)) : Literal(pick(Self.texts))
    }

    private mutating func money() -> Money {
        Money(
            minor: Int64(pick([0, 1000, 5000, 9995])),
            currency: pick(SegmentHistory.currencies))
    }

    mutating func comparison() -> Comparison {
        let date = SegmentHistory.start.adding(days: one(-20...60))
        switch one(0...13) {
        case 0, 1: return .is(literal())
        case 2: return .isNot(literal())
        case 3: return .oneOf([literal(), literal()])
        case 4: return .noneOf([literal(), literal()])
        case 5: return .contains(pick(["o", "Sh", "5", "é"]))
        case 6: return .startsWith(pick(["S", "2024", "G"]))
        case 7: return .number(order(), number())
        case 8: return .exists(one(0...1) == 0)
        case 9: return pick([.before(date), .after(date)])
        case 10: return .withinLast(span())
        case 11: return .withinNext(span())
        case 12: return .anniversaryWithinNext(span())
        default: return .missingOr(literal())
        }
    }

    private mutating func prediction() -> PredictionTest {
        let field = pick(PredictionTest.Field.allCases)
        switch field {
        case .expectedSpend90, .expectedSpend365:
            return PredictionTest(
                field: field, test: .money(MoneyTest(order: order(), amount: money())))
        case .churnBand:
            return PredictionTest(field: field, test: .oneOf(pick([["low"], ["middle", "high"]])))
        default:
            let limit = NumberLiteral(pick(["0.3", "0.5", "2", "10.25", "-3"]))
            return PredictionTest(field: field, test: .number(order(), limit ?? number()))
        }
    }
}
