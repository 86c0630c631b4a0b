import Documents
package import Kernel

/// Something that is to be done several times in a period before a rule gives its points: three visits in a month.
package struct EarnChallenge: Hashable, Sendable {
    package enum Within: Hashable, Sendable {
        /// Counted anew in each.
        case each(EarnRule.Period)
        /// Any stretch of that length.
        case stretch(ExpiryRule.Length)
    }

    package static let timesMax = 1000

    /// How often; at least 2.
    package let times: Int
    package let within: Within

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        times = try members.required("times").integer(2...Self.timesMax)
        let span = try members.required("within")
        if let period = EarnRule.Period(rawValue: try span.text()) {
            within = .each(period)
        } else {
            do throws(DocumentProblem) {
                within = .stretch(try ExpiryRule.Length(reading: span))
            } catch {
                throw span.problem(
                    "must be day, week, month, year, ever, or a length such as 30 days")
            }
        }
        try members.end()
    }

    /// A number for the period in which a day is; 0 where it is counted over stretches.
    func period(of day: CalendarDay) -> Int64 {
        switch within {
        case .each(let period): period.number(of: day)
        case .stretch: 0
        }
    }

    /// How often it is done: each time counts once, the earliest first.
    ///
    /// - Parameter times: Of one period, in their order.
    func completions(of times: [Timestamp], in zone: ZoneRules) -> Int {
        guard case .stretch(let length) = within else { return times.count / self.times }
        var (found, open) = (0, [Timestamp]())
        for time in times {
            open.append(time)
            open.removeAll { length.after($0, in: zone) <= time }
            if open.count == self.times {
                found += 1
                open = []
            }
        }
        return found
    }

    /// `in a month`, `in 30 days`.
    package var withinPhrase: String {
        switch within {
        case .each(.ever): "altogether"
        case .each(let period): "in a \(period.rawValue)"
        case .stretch(let length): "in \(length)"
        }
    }
}
