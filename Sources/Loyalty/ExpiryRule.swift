import Documents
package import Kernel

/// When points end. `now < expiresAt` is spendable.
package enum ExpiryRule: Hashable, Sendable {
    /// To the end of what an expiry is put off, in the program's zone.
    package enum Rounding: String, Sendable, CaseIterable {
        case none, day
        case month = "month end"
        case year = "year end"
    }

    case never
    /// So long after they were earned.
    case rolling(Length, Rounding)
    /// At the end of the next such day of a year.
    case calendar(month: Int, day: Int)
    /// So long after the customer last earned or spent; each time all points are put off.
    case inactivity(Length, Rounding)

    /// A length in days, or in calendar months.
    package enum Length: Hashable, Sendable, CustomStringConvertible {
        case days(Int)
        case months(Int)

        package var description: String {
            switch self {
            case .days(let count): count == 1 ? "1 day" : "\(count) days"
            case .months(let count): count == 1 ? "1 month" : "\(count) months"
            }
        }

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            let text = try reader.text()
            let parts = text.split(separator: " ")
            let count = parts.first.flatMap { Int($0) } ?? 0
            guard parts.count == 2, (1...36_500).contains(count) else {
                throw reader.problem("must be a length such as 12 months or 90 days; not \(text)")
            }
            switch parts[1] {
            case "day", "days": self = .days(count)
            case "week", "weeks": self = .days(count * 7)
            case _ where ["month", "months"].contains(parts[1]) && count <= 1200:
                self = .months(count)
            case _ where ["year", "years"].contains(parts[1]) && count <= 100:
                self = .months(count * 12)
            default:
                throw reader.problem("must be a length such as 12 months or 90 days; not \(text)")
            }
        }

        /// So long after a time, at the same time of day. 29 February and a month after 31 January are the last day of
        /// a shorter month.
        package func after(_ time: Timestamp, in zone: ZoneRules) -> Timestamp {
            var local = CalendarDateTime(time, offsetSeconds: zone.offsetSeconds(at: time))
            local.day = moved(local.day, forward: true)
            return local.timestamp(offsetSeconds: zone.offsetSeconds(atLocal: local))
        }

        func before(_ time: Timestamp, in zone: ZoneRules) -> Timestamp {
            var local = CalendarDateTime(time, offsetSeconds: zone.offsetSeconds(at: time))
            local.day = moved(local.day, forward: false)
            return local.timestamp(offsetSeconds: zone.offsetSeconds(atLocal: local))
        }

        private func moved(_ day: CalendarDay, forward: Bool) -> CalendarDay {
            switch self {
            case .days(let count):
                return CalendarDay(daysSinceEpoch: day.daysSinceEpoch + (forward ? count : -count))
            case .months(let count):
                let parts = day.components
                let index = parts.year * 12 + parts.month - 1 + (forward ? count : -count)
                for last in stride(from: parts.day, through: 28, by: -1) {
                    if let moved = CalendarDay(year: index / 12, month: index % 12 + 1, day: last) {
                        return moved
                    }
                }
                return CalendarDay(year: index / 12, month: index % 12 + 1, day: parts.day) ?? day
            }
        }
    }

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        if case .text("never") = reader.node.value {
            self = .never
            return
        }
        var members = try reader.members()
        let rounding =
            try members.optional("round").map { reader throws(DocumentProblem) in
                try reader.choice(Rounding.self)
            } ?? .none
        if let after = members.optional("after") {
            self = .rolling(try Length(reading: after), rounding)
        } else if let inactive = members.optional("inactive") {
            self = .inactivity(try Length(reading: inactive), rounding)
        } else {
            let on = try members.required("on")
            let parts = try on.text().split(separator: "-").map { Int($0) ?? 0 }
            // In a leap year, so that 29 February is a day; other years end it on the 28th.
            guard parts.count == 2, CalendarDay(year: 2024, month: parts[0], day: parts[1]) != nil
            else { throw on.problem("must be a month and a day such as 12-31") }
            self = .calendar(month: parts[0], day: parts[1])
        }
        try members.end()
    }

    /// The first moment at which points can't be spent; nil for never.
    ///
    /// - Parameters:
    ///   - earned: When they were earned.
    ///   - active: When the customer last earned or spent.
    package func expires(earned: Timestamp, active: Timestamp, in zone: ZoneRules) -> Timestamp? {
        switch self {
        case .never: return nil
        case .rolling(let length, let rounding):
            return rounding.apply(length.after(earned, in: zone), in: zone)
        case .inactivity(let length, let rounding):
            return rounding.apply(length.after(active, in: zone), in: zone)
        case .calendar(let month, let day):
            let today = zone.day(of: earned)
            let year = today.components.year
            for candidate in [year, year + 1] {
                let last =
                    CalendarDay(year: candidate, month: month, day: day)
                    ?? CalendarDay(year: candidate, month: month, day: 28)
                if let last, last >= today {
                    return zone.start(of: CalendarDay(daysSinceEpoch: last.daysSinceEpoch + 1))
                }
            }
            return nil
        }
    }
}

extension ExpiryRule.Rounding {
    /// The end of the day, month or year that a time is in; a time that is an end already stays.
    func apply(_ time: Timestamp, in zone: ZoneRules) -> Timestamp {
        if self == .none { return time }
        let day = zone.day(of: time.adding(milliseconds: -1))
        let parts = day.components
        let next: CalendarDay? =
            switch self {
            case .none: nil
            case .day: CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
            case .month:
                CalendarDay(
                    year: parts.month == 12 ? parts.year + 1 : parts.year,
                    month: parts.month % 12 + 1, day: 1)
            case .year: CalendarDay(year: parts.year + 1, month: 1, day: 1)
            }
        return next.map { zone.start(of: $0) } ?? time
    }
}
