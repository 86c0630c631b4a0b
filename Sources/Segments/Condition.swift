package import Documents
package import Kernel

/// What must hold for a customer to be a member of a segment, or to take a branch of a journey.
///
/// One tree, whether it was written in YAML, in JSON or in the console (docs/segments.md).
package indirect enum Condition: Hashable, Sendable {
    /// Each of them holds; true of none.
    case all([Condition])
    /// At least one of them holds.
    case any([Condition])
    /// None of them holds.
    case none([Condition])
    /// What is known of the customer: a trait.
    case attribute(PropertyPath, Comparison)
    /// Did an event so many times.
    case did(EventTrace, CountRange, EventWindow)
    /// A sum, an average and the like of a property of events.
    case figure(EventFigure)
    /// Time since the last order that counts; only of those who ordered.
    case recency(RecencyTest)
    /// How many orders count.
    case frequency(CountRange, EventWindow)
    /// What those came to in one currency, before refunds.
    case monetary(MoneyTest, EventWindow)
    case quintile(QuintileTest)
    case lifecycle(LifecycleTest)
    case prediction(PredictionTest)
    case consent(ConsentTest)
    case engaged(EngagementTest)
    /// Is a member of another segment, by its name.
    case segment(String)
    case notSegment(String)

    /// Levels of `all`, `any` and `none` within one another.
    package static let depthMax = 12
    /// Conditions in one tree.
    package static let countMax = 200
}

/// How many times something is to have happened.
package struct CountRange: Hashable, Sendable {
    package let least: Int
    /// Nil for any number.
    package let most: Int?

    /// Higher counts can't be asked for: only so many events are held one by one.
    package static let countMax = Behaviours.entriesMax - 1

    package init(least: Int, most: Int? = nil) {
        precondition(least >= 0 && least <= most ?? .max, "a range has an order")
        self.least = least
        self.most = most
    }

    package static let once = CountRange(least: 1)
    package static let never = CountRange(least: 0, most: 0)

    package func contains(_ count: Int) -> Bool { count >= least && count <= most ?? .max }
}

/// Which events count, by when they happened.
package enum EventWindow: Hashable, Sendable {
    case ever
    /// Those at t > now − span; an event leaves exactly at t + span.
    case within(TimeSpan)
    /// Those at this moment or later.
    case since(Timestamp)

    /// Events later than this count.
    package func start(at now: Int64) -> Int64 {
        switch self {
        case .ever: .min
        case .within(let span): now - span.milliseconds
        case .since(let moment): moment.milliseconds - 1
        }
    }
}

/// One number or value made of a property of a trace's events.
package struct EventFigure: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case sum
        case average
        case smallest
        case largest
        /// Of the oldest event in the window, of those that are held.
        case first
        /// Of the newest event in the window.
        case last

        /// Whether it is made of numbers; else it is one event's value.
        package var isOfNumbers: Bool { self != .first && self != .last }
    }

    package let kind: Kind
    /// Keeps the property's numbers or texts.
    package let trace: EventTrace
    package let window: EventWindow
    package let comparison: Comparison

    package init(kind: Kind, trace: EventTrace, window: EventWindow, comparison: Comparison) {
        self.kind = kind
        self.trace = trace
        self.window = window
        self.comparison = comparison
    }
}

/// Time since the last order.
package enum RecencyTest: Hashable, Sendable {
    case atLeast(TimeSpan)
    case lessThan(TimeSpan)
}

/// An amount in one currency.
package struct MoneyTest: Hashable, Sendable {
    package let order: Comparison.Order
    package let amount: Money

    package init(order: Comparison.Order, amount: Money) {
        self.order = order
        self.amount = amount
    }
}

/// The fifth of the buyers that a customer is in; 5 is the best.
package struct QuintileTest: Hashable, Sendable {
    package enum Figure: String, Hashable, Sendable, CaseIterable {
        case recency
        case frequency
        /// The highest of the customer's currencies.
        case monetary
    }

    package let figure: Figure
    package let fifths: ClosedRange<Int>

    package init(figure: Figure, fifths: ClosedRange<Int>) {
        self.figure = figure
        self.fifths = fifths
    }
}

/// Where a customer stands, by the orders that count.
package struct LifecycleTest: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// One order, within the active window.
        case new
        /// Two orders or more, the last within the active window.
        case active
        /// The last order is one to two windows ago.
        case atRisk
        /// The last order is two windows ago, or longer.
        case lapsed
        /// Active, and between the last order and the one before lay two windows or more.
        case wonBack
        /// No order.
        case never
    }

    /// The states that hold, in their order, each once.
    package let states: [State]
    /// The active window.
    package let window: TimeSpan

    /// As in docs/metrics.md.
    package static let windowDefault = TimeSpan.days(90)

    package init(states: Set<State>, window: TimeSpan = windowDefault) {
        self.states = State.allCases.filter { states.contains($0) }
        self.window = window
    }

    /// When the window began in which a lapsed customer's last order isn't.
    package var lapsed: TimeSpan { TimeSpan(milliseconds: window.milliseconds * 2) }
}

/// A figure of a customer's prediction. Doesn't hold for those who have none.
package struct PredictionTest: Hashable, Sendable {
    package enum Field: String, Hashable, Sendable, CaseIterable {
        case probabilityAlive
        case churnProbability
        case expectedOrders90
        case expectedOrders365
        case expectedSpend90
        case expectedSpend365
        /// From now until the moment by which the next order comes with a probability of one half; negative
        /// after it.
        case daysToNextOrder
        case churnBand

        package var isMoney: Bool { self == .expectedSpend90 || self == .expectedSpend365 }
    }

    package enum Test: Hashable, Sendable {
        case number(Comparison.Order, NumberLiteral)
        /// Of expected spend, in the prediction's own currency.
        case money(MoneyTest)
        /// Of the churn band: low, middle, high.
        case oneOf([String])
    }

    package let field: Field
    package let test: Test

    package init(field: Field, test: Test) {
        self.field = field
        self.test = test
    }
}

extension Condition {
    /// The conditions that this one is made of, itself included, depth first.
    package var flattened: [Condition] {
        switch self {
        case .all(let parts), .any(let parts), .none(let parts):
            [self] + parts.flatMap(\.flattened)
        default: [self]
        }
    }

    /// What must be remembered of customers for it.
    package var traces: [EventTrace] {
        flattened.flatMap { part -> [EventTrace] in
            switch part {
            case .did(let trace, _, _): [trace]
            case .figure(let figure): [figure.trace]
            case .consent(let consent): [consent.given, consent.withdrawn]
            case .engaged(let engagement): engagement.traces
            default: []
            }
        }
    }

    /// The names of the segments that it asks about, each once, in order of the name.
    package var segments: [String] {
        Set(
            flattened.compactMap { part -> String? in
                switch part {
                case .segment(let name), .notSegment(let name): name
                default: nil
                }
            }
        ).sorted()
    }
}
