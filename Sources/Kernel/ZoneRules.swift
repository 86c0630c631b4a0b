/// The offsets of one time zone from UTC, over all the time that is asked about.
package struct ZoneRules: Sendable, Equatable {
    /// One stretch of time with one offset.
    package struct Transition: Sendable, Equatable {
        package var at: Timestamp
        package var offsetSeconds: Int

        package init(at: Timestamp, offsetSeconds: Int) {
            self.at = at
            self.offsetSeconds = offsetSeconds
        }
    }

    /// The IANA name, such as `Europe/London`.
    package let name: String
    private let initialOffsetSeconds: Int
    private let transitions: [Transition]

    package static let utc = ZoneRules(name: "UTC", initialOffsetSeconds: 0, transitions: [])

    /// - Parameter transitions: In order of time.
    package init(name: String, initialOffsetSeconds: Int, transitions: [Transition]) {
        self.name = name
        self.initialOffsetSeconds = initialOffsetSeconds
        self.transitions = transitions
    }

    /// Seconds to add to UTC for the local time at this instant.
    package func offsetSeconds(at time: Timestamp) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initialOffsetSeconds : transitions[low - 1].offsetSeconds
    }

    /// The offset for a local time; in a gap or an overlap, the offset before the change
    /// (so 01:30 that happens twice is its first occurrence).
    package func offsetSeconds(atLocal time: CalendarDateTime) -> Int {
        let asUTC = time.timestamp(offsetSeconds: 0)
        let before = offsetSeconds(at: asUTC.adding(milliseconds: -86_400_000))
        if offsetSeconds(at: time.timestamp(offsetSeconds: before)) == before { return before }
        let after = offsetSeconds(at: asUTC.adding(milliseconds: 86_400_000))
        return offsetSeconds(at: time.timestamp(offsetSeconds: after)) == after ? after : before
    }

    package func day(of time: Timestamp) -> CalendarDay {
        CalendarDateTime(time, offsetSeconds: offsetSeconds(at: time)).day
    }

    /// The first instant of a local day.
    package func start(of day: CalendarDay) -> Timestamp {
        let midnight = CalendarDateTime(day: day, millisecondOfDay: 0)
        return midnight.timestamp(offsetSeconds: offsetSeconds(atLocal: midnight))
    }
}
