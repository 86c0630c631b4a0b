package import Documents
import JSONParsing
import Kernel

extension Comparison {
    /// Whether any of the values is as this says.
    ///
    /// - Parameter now: In milliseconds; matters only where `dependsOnTime`.
    func holds(_ values: PropertyValues, in bytes: Span<UInt8>, at now: Int64) -> Bool {
        switch self {
        case .exists(let wanted): return values.exists == wanted
        case .missingOr where values.plain.isEmpty: return true
        case .isNot, .noneOf:
            for value in values.plain where isUnwanted(value, bytes) { return false }
            return true
        default:
            for value in values.plain where holds(value, bytes, now) { return true }
            return false
        }
    }

    /// Whether the one value is as this says.
    ///
    /// - Parameter text: Nil for no value.
    func holds(text: String?, at now: Int64) -> Bool {
        guard let text else {
            switch self {
            case .isNot, .noneOf, .missingOr: return true
            case .exists(let wanted): return !wanted
            default: return false
            }
        }
        return holds(text.utf8.span, isText: true, now)
    }

    private func holds(_ value: JSONSlice, _ bytes: Span<UInt8>, _ now: Int64) -> Bool {
        if value.hasEscapes {
            return holds(value.text(in: bytes).utf8.span, isText: true, now)
        }
        return holds(bytes.extracting(value.content), isText: value.kind.isString, now)
    }

    private func isUnwanted(_ value: JSONSlice, _ bytes: Span<UInt8>) -> Bool {
        let unwanted: Comparison
        switch self {
        case .isNot(let literal): unwanted = .is(literal)
        case .noneOf(let literals): unwanted = .oneOf(literals)
        default: return false
        }
        return unwanted.holds(value, bytes, 0)
    }

    private func holds(_ text: Span<UInt8>, isText: Bool, _ now: Int64) -> Bool {
        switch self {
        case .is(let literal), .missingOr(let literal): return literal.isSame(as: text)
        case .isNot(let literal): return !literal.isSame(as: text)
        case .oneOf(let literals):
            for literal in literals where literal.isSame(as: text) { return true }
            return false
        case .noneOf(let literals):
            for literal in literals where literal.isSame(as: text) { return false }
            return true
        case .contains(let part): return isText && text.contains(part.utf8.span)
        case .startsWith(let start):
            let count = start.utf8.count
            return isText && text.count >= count
                && JSONText.areEqual(text.extracting(first: count), start.utf8.span)
        case .number(let order, let limit):
            guard let number = NumberText.double(text) else { return false }
            return order.holds(number, limit.value)
        case .exists(let wanted): return wanted
        case .before(let limit): return DateText.timestamp(text).map { $0 < limit } ?? false
        case .after(let limit): return DateText.timestamp(text).map { $0 > limit } ?? false
        case .withinLast(let span):
            guard let time = DateText.timestamp(text)?.milliseconds else { return false }
            return now - span.milliseconds < time && time <= now
        case .withinNext(let span):
            guard let time = DateText.timestamp(text)?.milliseconds else { return false }
            return now < time && time <= now + span.milliseconds
        case .anniversaryWithinNext(let span):
            guard let (month, day) = DateText.monthAndDay(text) else { return false }
            return Anniversary(month: month, day: day).isWithinNext(span, at: now)
        }
    }

    /// A moment after now before which time alone doesn't change the answer for the values; `.max` for never.
    func steady(_ values: PropertyValues, in bytes: Span<UInt8>, after now: Int64) -> Int64 {
        guard dependsOnTime else { return .max }
        var first = Int64.max
        for value in values.plain {
            first = min(first, steady(text: value.text(in: bytes), after: now))
        }
        return first
    }

    /// As above, for one value.
    func steady(text: String?, after now: Int64) -> Int64 {
        guard dependsOnTime, let text else { return .max }
        let bytes = text.utf8.span
        switch self {
        case .withinLast(let span):
            guard let time = DateText.timestamp(bytes)?.milliseconds else { return .max }
            return Self.first(of: time, time + span.milliseconds, after: now)
        case .withinNext(let span):
            guard let time = DateText.timestamp(bytes)?.milliseconds else { return .max }
            return Self.first(of: time - span.milliseconds, time, after: now)
        case .anniversaryWithinNext(let span):
            guard let (month, day) = DateText.monthAndDay(bytes) else { return .max }
            return Anniversary(month: month, day: day).change(span, after: now)
        default: return .max
        }
    }

    private static func first(of one: Int64, _ other: Int64, after now: Int64) -> Int64 {
        one > now ? one : other > now ? other : .max
    }
}

/// A day that comes back each year.
package struct Anniversary {
    let month: Int
    let day: Int

    func isWithinNext(_ span: TimeSpan, at now: Int64) -> Bool {
        years(around: now).contains { year in
            let start = begin(year)
            return start - span.milliseconds <= now && now < start + 86_400_000
        }
    }

    /// The first moment after now at which the span begins or the day is over.
    func change(_ span: TimeSpan, after now: Int64) -> Int64 {
        years(around: now).flatMap { year in
            [begin(year) - span.milliseconds, begin(year) + 86_400_000]
        }.filter { $0 > now }.min() ?? .max
    }

    /// The days of the year, `MM-DD`, whose anniversaries are within the span at a moment: for queries.
    package static func days(within span: TimeSpan, at now: Int64) -> [String] {
        var days: [String] = []
        for month in 1...12 {
            for day in 1...31 where CalendarDay(year: 2000, month: month, day: day) != nil {
                guard Anniversary(month: month, day: day).isWithinNext(span, at: now) else {
                    continue
                }
                days.append(
                    (month < 10 ? "0" : "") + "\(month)" + (day < 10 ? "-0" : "-") + "\(day)")
            }
        }
        return days
    }

    private func years(around now: Int64) -> ClosedRange<Int> {
        let year = CalendarDateTime(Timestamp(milliseconds: now), offsetSeconds: 0)
            .day.components.year
        return year - 1...year + 2
    }

    /// Its midnight in a year.
    private func begin(_ year: Int) -> Int64 {
        let there = CalendarDay(year: year, month: month, day: day)
        let kept = there ?? CalendarDay(year: year, month: month, day: day - 1)
        return Int64(kept?.daysSinceEpoch ?? 0) * 86_400_000
    }
}

extension Span<UInt8> {
    /// Whether the other bytes are somewhere in these.
    fileprivate func contains(_ part: Span<UInt8>) -> Bool {
        guard part.count > 0 else { return true }
        var start = 0
        while start + part.count <= count {
            if self[start] == part[0],
                JSONText.areEqual(extracting(start..<start + part.count), part)
            {
                return true
            }
            start += 1
        }
        return false
    }
}
