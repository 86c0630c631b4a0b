/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
package struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var daysSinceEpoch: Int

    package init(daysSinceEpoch: Int) {
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// Nil where there is no such day; years 1 to 9999.
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), `days_from_civil`.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads `yyyy-mm-dd`; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let midnight = Timestamp(text) else { return nil }
        daysSinceEpoch = Int(midnight.milliseconds / 86_400_000)
        if midnight.milliseconds < 0, midnight.milliseconds % 86_400_000 != 0 { return nil }
    }

    /// Year, month (1–12) and day of the month (Hinnant 2013, `civil_from_days`).
    package var components: (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    package var month: CalendarMonth {
        let (year, month, _) = components
        return CalendarMonth(year: year, month: month)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    package var description: String {
        let (year, month, day) = components
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }
}

/// A calendar month, as months since January of year 0.
package struct CalendarMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// year × 12 + (month − 1); differences are numbers of months.
    package var index: Int

    package init(index: Int) {
        self.index = index
    }

    /// - Parameter month: 1–12.
    package init(year: Int, month: Int) {
        index = year * 12 + month - 1
    }

    package static func < (left: Self, right: Self) -> Bool { left.index < right.index }

    /// `1997-01`.
    package var description: String { padded(index / 12, 4) + "-" + padded(index % 12 + 1, 2) }
}

/// A day and a time of day, without a zone: what a wall clock shows.
package struct CalendarDateTime: Hashable, Sendable {
    package var day: CalendarDay
    /// 0..<86,400,000.
    package var millisecondOfDay: Int

    package init(day: CalendarDay, millisecondOfDay: Int) {
        self.day = day
        self.millisecondOfDay = millisecondOfDay
    }

    package init(_ time: Timestamp, offsetSeconds: Int) {
        let local = time.milliseconds + Int64(offsetSeconds) * 1000
        var days = local / 86_400_000
        var rest = local % 86_400_000
        if rest < 0 {
            rest += 86_400_000
            days -= 1
        }
        day = CalendarDay(daysSinceEpoch: Int(days))
        millisecondOfDay = Int(rest)
    }

    package func timestamp(offsetSeconds: Int) -> Timestamp {
        Timestamp(
            milliseconds: Int64(day.daysSinceEpoch) * 86_400_000 + Int64(millisecondOfDay)
                - Int64(offsetSeconds) * 1000)
    }
}
