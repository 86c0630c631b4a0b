import Documents
import Kernel

/// A time of day on a wall clock, in minutes after midnight.
package struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 0..<1440.
    package let minutes: Int

    package init(minutes: Int) {
        self.minutes = minutes
    }

    /// Reads `09:00`; nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5 || bytes.count == 4, bytes[bytes.count - 3] == UInt8(ascii: ":"),
            let hour = Int(text.prefix(bytes.count - 3)), let minute = Int(text.suffix(2)),
            (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        minutes = hour * 60 + minute
    }

    package var description: String {
        let hour = minutes / 60
        let minute = minutes % 60
        return (hour < 10 ? "0" : "") + "\(hour)" + (minute < 10 ? ":0" : ":") + "\(minute)"
    }

    package static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }

    var millisecondOfDay: Int { minutes * 60_000 }
}

extension DocumentReader {
    func timeOfDay() throws(DocumentProblem) -> TimeOfDay {
        guard case .text(let text) = node.value, let time = TimeOfDay(text) else {
            throw problem("must be a time of day such as 09:00, from 00:00 to 23:59")
        }
        return time
    }
}

/// The days of the week.
package enum Weekday: String, Sendable, CaseIterable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// 0 for Monday.
    var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension CalendarDay {
    /// 0 for Monday; 1970-01-01 was a Thursday.
    var weekdayIndex: Int {
        let rest = (daysSinceEpoch + 3) % 7
        return rest < 0 ? rest + 7 : rest
    }
}

/// By which clock a local time is meant.
package enum ZoneChoice: Hashable, Sendable {
    /// The customer's own; the workspace's where none is known.
    case customer
    case workspace
    /// An IANA name.
    case named(String)

    init(reading reader: DocumentReader?) throws(DocumentProblem) {
        guard let reader else {
            self = .customer
            return
        }
        switch try reader.text() {
        case "customer": self = .customer
        case "workspace": self = .workspace
        case let name: self = .named(name)
        }
    }
}

extension ZoneRules {
    /// What the wall clock shows.
    func local(_ time: Timestamp) -> CalendarDateTime {
        CalendarDateTime(time, offsetSeconds: offsetSeconds(at: time))
    }

    /// The instant of a local time, once each: a time that the clock skips is as much later as it skips
    /// (02:30 is 03:30, a day that doesn't exist is the next), of a time that comes twice it is the first.
    func instant(_ day: CalendarDay, _ time: TimeOfDay) -> Timestamp {
        let local = CalendarDateTime(day: day, millisecondOfDay: time.millisecondOfDay)
        return local.timestamp(offsetSeconds: offsetSeconds(atLocal: local))
    }

    /// The first instant at or after `now` that is this time of day, on this weekday if there is one.
    func next(_ time: TimeOfDay, on weekday: Weekday?, atOrAfter now: Timestamp) -> Timestamp {
        let today = local(now).day
        // The day before, for a local time that was moved into today.
        for ahead in -1...15 {
            let day = CalendarDay(daysSinceEpoch: today.daysSinceEpoch + ahead)
            if let weekday, day.weekdayIndex != weekday.index { continue }
            let moment = instant(day, time)
            if moment >= now { return moment }
        }
        return now
    }
}

/// The hours in which nothing is sent, by a clock of one's choice.
package struct QuietHours: Hashable, Sendable {
    package let from: TimeOfDay
    /// The first minute that is free again; before `from` where the night lies between.
    package let to: TimeOfDay
    package let zone: ZoneChoice

    package init(from: TimeOfDay, to: TimeOfDay, zone: ZoneChoice = .customer) {
        self.from = from
        self.to = to
        self.zone = zone
    }

    func holds(millisecondOfDay: Int) -> Bool {
        let start = from.millisecondOfDay
        let end = to.millisecondOfDay
        return start < end
            ? (start..<end).contains(millisecondOfDay)
            : millisecondOfDay >= start || millisecondOfDay < end
    }

    /// The instant at which a message may go: this one, or the end of the quiet hours it lies in.
    func end(at time: Timestamp, in zone: ZoneRules) -> Timestamp {
        var moment = time
        // More than once only where the clock is set back into the quiet hours.
        for _ in 0..<4 {
            let local = zone.local(moment)
            guard holds(millisecondOfDay: local.millisecondOfDay) else { return moment }
            let isToday = local.millisecondOfDay < to.millisecondOfDay
            let day = CalendarDay(
                daysSinceEpoch: local.day.daysSinceEpoch + (isToday ? 0 : 1))
            let end = zone.instant(day, to)
            // Set back: the end has been already, and comes again.
            moment =
                end > moment
                ? end
                : CalendarDateTime(day: day, millisecondOfDay: to.millisecondOfDay)
                    .timestamp(offsetSeconds: zone.offsetSeconds(at: moment))
        }
        return moment
    }
}
