import Documents
package import Kernel

extension Promotion {
    /// What must hold for an order to get it; everything that is said must hold.
    package struct Conditions: Hashable, Sendable {
        package static let namesMax = 100

        /// The customer is in one of these segments; empty for anybody.
        package var segments: [String] = []
        /// The customer has one of these tiers; empty for anybody.
        package var tiers: [String] = []
        /// What the order's lines come to before discounts, at least.
        package var minimum: Money?
        /// One of these products is in the cart; empty for any cart.
        package var products: [String] = []
        /// A product of one of these categories is in the cart; empty for any cart.
        package var categories: [String] = []
        /// The customer has never ordered.
        package var isFirstOrderOnly = false
        /// The first moment; a day from its beginning.
        package var starts: Moment?
        /// A day to its end; an instant is the first that is too late.
        package var ends: Moment?
        /// On these days of the week, in the program's zone; empty for any day.
        package var weekdays: Set<Weekday> = []
        package var hours: Hours?

        package init() {}

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            segments = try Self.names(members.optional("segments"))
            tiers = try Self.names(members.optional("tiers"))
            minimum = try members.optional("minimum")?.money()
            products = try Self.texts(members.optional("products"))
            categories = try Self.texts(members.optional("categories"))
            isFirstOrderOnly = try members.optional("firstOrder")?.boolean() ?? false
            starts = try members.optional("starts")?.moment()
            let endsReader = members.optional("ends")
            ends = try endsReader?.moment()
            if let starts, let ends, let endsReader, Self.isBefore(ends, starts) {
                throw endsReader.problem("must not be before starts (\(starts)); it is \(ends)")
            }
            if let list = members.optional("weekdays") {
                for element in try list.elementsOrSelf() {
                    let day = try element.choice(Weekday.self)
                    guard weekdays.insert(day).inserted else {
                        throw element.problem("\(day.rawValue) is there twice")
                    }
                }
                guard !weekdays.isEmpty else { throw list.problem("must name at least one day") }
            }
            hours = try members.optional("hours").map(Hours.init(reading:))
            try members.end()
        }

        /// Whether one must know the customer to tell.
        var needsCustomer: Bool { !segments.isEmpty || !tiers.isEmpty || isFirstOrderOnly }

        private static func names(_ reader: DocumentReader?) throws(DocumentProblem) -> [String] {
            guard let reader else { return [] }
            return try reader.texts(countMax: namesMax) { name throws(DocumentProblem) in
                try name.definitionName()
            }
        }

        private static func texts(_ reader: DocumentReader?) throws(DocumentProblem) -> [String] {
            guard let reader else { return [] }
            return try reader.texts(countMax: Scope.countMax) { text throws(DocumentProblem) in
                try text.shortText()
            }
        }

        /// Whether it is never on; a day and an instant aren't compared, as the zone isn't known here.
        private static func isBefore(_ end: Moment, _ start: Moment) -> Bool {
            switch (end, start) {
            case (.day(let end), .day(let start)): end < start
            case (.instant(let end), .instant(let start)): end <= start
            default: false
            }
        }
    }

    /// A day of the program's calendar or an instant.
    package enum Moment: Hashable, Sendable, CustomStringConvertible {
        case day(CalendarDay)
        case instant(Timestamp)

        /// The first instant of it.
        package func start(in zone: ZoneRules) -> Timestamp {
            switch self {
            case .day(let day): zone.start(of: day)
            case .instant(let time): time
            }
        }

        /// The first instant after it; an instant itself is after it.
        package func end(in zone: ZoneRules) -> Timestamp {
            switch self {
            case .day(let day):
                zone.start(of: CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1))
            case .instant(let time): time
            }
        }

        package var description: String {
            switch self {
            case .day(let day): day.description
            case .instant(let time): time.description
            }
        }
    }

    /// The days of the week.
    package enum Weekday: String, Sendable, CaseIterable {
        case monday, tuesday, wednesday, thursday, friday, saturday, sunday

        /// The weekday of a day; 1970-01-01 was a Thursday.
        package init(of day: CalendarDay) {
            let rest = (day.daysSinceEpoch + 3) % 7
            self = Self.allCases[rest < 0 ? rest + 7 : rest]
        }
    }

    /// A time of day on the program's clock.
    package struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// After midnight, 0..<1440.
        package let minutes: Int

        /// Reads `09:00`; nil for anything else.
        package init?(_ text: String) {
            let bytes = Array(text.utf8)
            let digits = bytes.map { Int($0) - 0x30 }
            guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
                [0, 1, 3, 4].allSatisfy({ (0...9).contains(digits[$0]) })
            else { return nil }
            let hour = digits[0] * 10 + digits[1]
            let minute = digits[3] * 10 + digits[4]
            guard hour < 24, minute < 60 else { return nil }
            minutes = hour * 60 + minute
        }

        package init(_ time: CalendarDateTime) { minutes = time.millisecondOfDay / 60_000 }

        package static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }

        package var description: String {
            let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
            return (hour < 10 ? "0" : "") + "\(hour)" + (minute < 10 ? ":0" : ":") + "\(minute)"
        }
    }

    /// A part of each day; over midnight where `to` is before `from`.
    package struct Hours: Hashable, Sendable, CustomStringConvertible {
        package let from: TimeOfDay
        /// The first minute that is too late.
        package let to: TimeOfDay

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            from = try members.required("from").timeOfDay()
            to = try members.required("to").timeOfDay()
            try members.end()
            guard from != to else {
                throw reader.problem("must not begin and end at the same time")
            }
        }

        package func contains(_ time: TimeOfDay) -> Bool {
            from < to ? from <= time && time < to : from <= time || time < to
        }

        package var description: String { "\(from) to \(to)" }
    }
}
