import Documents
package import Kernel

/// By what a rule's points are multiplied: all that fit multiply one another.
package struct EarnMultipliers: Hashable, Sendable {
    /// Some days, or some days of the week, on which it is multiplied.
    package struct Period: Hashable, Sendable {
        /// The first and the last day; nil for any.
        package let from: CalendarDay?
        package let until: CalendarDay?
        /// Monday is 1 (ISO 8601); empty for all.
        package let weekdays: Set<Int>
        /// Hundredths.
        package let times: Int64

        func holds(on day: CalendarDay) -> Bool {
            (from.map { $0 <= day } ?? true) && (until.map { day <= $0 } ?? true)
                && (weekdays.isEmpty || weekdays.contains(day.isoWeekday))
        }
    }

    /// Hundredths of a single one: a hundredfold.
    static let oneMax: Int64 = 10_000
    /// Hundred-millionths of all together: ten-thousandfold, so that no sum of it overflows.
    static let factorMax: Int64 = 1_000_000_000_000
    private static let countMax = 100
    private static let weekdayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Hundredths, by the tier in which the customer is when it is earned.
    package internal(set) var tiers: [String: Int64] = [:]
    /// Hundredths, by segments of which the customer is a member when it is earned.
    package internal(set) var segments: [String: Int64] = [:]
    package internal(set) var periods: [Period] = []
    /// Hundredths, for a customer's first order; nil for as any other.
    package internal(set) var firstOrder: Int64?

    init() {}

    init(reading reader: DocumentReader) throws(DocumentProblem) {
        var parts = try reader.members()
        tiers = try parts.optional("tier").map(Self.byName) ?? [:]
        segments = try parts.optional("segment").map(Self.byName) ?? [:]
        firstOrder = try parts.optional("first order").map(Self.times)
        if let list = parts.optional("periods") {
            for element in try list.elements() { periods.append(try Self.period(element)) }
            guard (1...Self.countMax).contains(periods.count) else {
                throw list.problem("must have 1 to \(Self.countMax) periods")
            }
        }
        try parts.end()
    }

    private static func times(_ reader: DocumentReader) throws(DocumentProblem) -> Int64 {
        try reader.decimal(digits: 2, upTo: oneMax)
    }

    private static func byName(
        _ reader: DocumentReader
    ) throws(DocumentProblem) -> [String: Int64] {
        var found: [String: Int64] = [:]
        var members = try reader.members()
        for name in members.names { found[name] = try times(try members.required(name)) }
        try members.end()
        guard (1...countMax).contains(found.count) else {
            throw reader.problem("must have 1 to \(countMax) names, each with its factor")
        }
        return found
    }

    private static func period(_ reader: DocumentReader) throws(DocumentProblem) -> Period {
        var parts = try reader.members()
        let from = try parts.optional("from").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        let until = try parts.optional("until").map { reader throws(DocumentProblem) in
            try reader.day()
        }
        if let from, let until, until < from {
            throw parts.problem("until \(until) is before from \(from)")
        }
        var weekdays: Set<Int> = []
        if let days = parts.optional("days") {
            for element in try days.elementsOrSelf() {
                let name = try element.text()
                guard let place = weekdayNames.firstIndex(of: name) else {
                    throw element.problem(
                        "must be one of \(weekdayNames.joined(separator: ", ")), not \(name)")
                }
                weekdays.insert(place + 1)
            }
        }
        guard from != nil || until != nil || !weekdays.isEmpty else {
            throw parts.problem("must have from, until or days")
        }
        let times = try times(try parts.required("times"))
        try parts.end()
        return Period(from: from, until: until, weekdays: weekdays, times: times)
    }

    /// Days of the week as definitions write them, Monday first.
    static func names(of weekdays: Set<Int>) -> [String] {
        weekdays.sorted().map { weekdayNames[$0 - 1] }
    }

    /// All that fit, multiplied: hundred-millionths.
    func factor(
        tier: String?, segments own: some Collection<String>, on day: CalendarDay,
        isFirstOrder: Bool
    ) -> Int64 {
        var factor: Int64 = 100_000_000
        func multiply(by hundredths: Int64) {
            let whole = Int128(factor) * Int128(hundredths) / 100
            factor = Int64(clamping: min(whole, Int128(Self.factorMax)))
        }
        if let tier, let own = tiers[tier] { multiply(by: own) }
        if !segments.isEmpty {
            // In one order, so that the same comes out each time.
            for name in own.sorted() { if let times = segments[name] { multiply(by: times) } }
        }
        for period in periods where period.holds(on: day) { multiply(by: period.times) }
        if isFirstOrder, let firstOrder { multiply(by: firstOrder) }
        return factor
    }
}

extension CalendarDay {
    /// Monday is 1, Sunday 7 (ISO 8601).
    package var isoWeekday: Int {
        // 1970-01-01 was a Thursday.
        let shifted = (daysSinceEpoch + 3) % 7
        return (shifted >= 0 ? shifted : shifted + 7) + 1
    }
}
