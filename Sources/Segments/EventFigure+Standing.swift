import Documents
import Kernel

extension EventFigure {
    func standing(_ trace: Behaviours.Trace?, _ now: Int64) -> Condition.Standing {
        let entries = trace?.entries ?? []
        let start = trace?.start(after: window.start(at: now)) ?? 0
        let holds = holds(entries[start...], now)
        let steady =
            isNow(entries[start...]).map { comparison.steady(text: $0, after: now) } ?? .max
        guard case .within(let span) = window else {
            return Condition.Standing(holds: holds, until: steady)
        }
        if comparison.dependsOnTime, start < entries.count {
            // What the answer would be without the oldest changes with time as well.
            let leaves = entries[start].at.milliseconds + span.milliseconds
            return Condition.Standing(holds: holds, until: min(steady, leaves))
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
