import Customers
import Documents
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
