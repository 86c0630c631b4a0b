/// A length of time as definitions write it: `30 days`, `12 hours`, `90 seconds`.
///
/// A day is 24 hours and a week seven days: a window of 30 days is 2,592,000,000 ms, also across a change of
/// the clocks. Months and years aren't lengths, and are refused with that reason.
package struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    /// A hundred years.
    package static let millisecondsMax: Int64 = 3_155_760_000_000

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func days(_ count: Int) -> Self {
        Self(milliseconds: Int64(count) * 86_400_000)
    }

    private static let units: [(names: [String], milliseconds: Int64)] = [
        (["week", "weeks", "w"], 604_800_000),
        (["day", "days", "d"], 86_400_000),
        (["hour", "hours", "h"], 3_600_000),
        (["minute", "minutes", "min", "m"], 60_000),
        (["second", "seconds", "s"], 1000),
        (["millisecond", "milliseconds", "ms"], 1),
    ]

    /// Reads a whole number and a unit; nil for anything else, and beyond a hundred years.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard !digits.isEmpty, let count = Int64(digits),
            let known = Self.units.first(where: { $0.names.contains(String(unit)) })
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: known.milliseconds)
        guard !overflow, product <= Self.millisecondsMax else { return nil }
        milliseconds = product
    }

    /// In the largest unit that divides it: `30 days`, `1 hour`.
    package var description: String {
        if milliseconds == 0 { return "0 days" }
        for unit in Self.units where milliseconds % unit.milliseconds == 0 {
            // Weeks are read but not written: 14 days say more than 2 weeks beside 30 days.
            if unit.milliseconds == 604_800_000 { continue }
            let count = milliseconds / unit.milliseconds
            return "\(count) \(unit.names[count == 1 ? 0 : 1])"
        }
        return "\(milliseconds) milliseconds"
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension DocumentReader {
    /// A length of time above zero.
    package func timeSpan() throws(DocumentProblem) -> TimeSpan {
        guard case .text(let text) = node.value else {
            throw problem("must be a length of time such as 30 days, not \(node.phrase)")
        }
        guard let span = TimeSpan(text), span.milliseconds > 0 else {
            throw problem(
                "must be a length of time such as 30 days or 12 hours, not \(text) "
                    + "(months and years have no fixed length: say 30 days, 365 days)")
        }
        return span
    }
}
