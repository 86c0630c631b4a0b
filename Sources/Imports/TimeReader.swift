package import Kernel

/// Reads the times of a file: ISO 8601 first, then numeric dates whose order is known or evident.
package struct TimeReader: Sendable {
    package enum Reading: Equatable, Sendable {
        case time(Timestamp)
        /// Day first or month first: both are dates, and nothing says which.
        case ambiguous
        case invalid
    }

    /// What one date tells about which of its parts comes first.
    package enum Evidence: Equatable, Sendable {
        /// It isn't a numeric date of which both orders are thinkable.
        case none
        case ambiguous
        case order(DateOrder)
    }

    package let zone: ZoneRules
    package var order: DateOrder?
    private let isUTC: Bool

    package init(zone: ZoneRules, order: DateOrder?) {
        self.zone = zone
        self.order = order
        isUTC = zone == .utc
    }

    /// Reads `2010-12-01 08:26`, RFC 3339, `20101201`, seconds or milliseconds since 1970 (10 or 13
    /// digits), and `1/12/2010`, `12-1-2010 8:26 PM`, `1.12.2010` (points: day first).
    package func read(_ text: Span<UInt8>) -> Reading {
        if text.count >= 10, text[4] == UInt8(ascii: "-") {
            if let time = iso(text) { return .time(time) }
        }
        if let time = digitsAlone(text) { return .time(time) }
        guard let parts = NumericDate(text) else { return .invalid }
        switch parts.evidence {
        case .none: return time(parts, .yearFirst, text)
        case .order(let evident):
            // A date that contradicts the file's order isn't bent to fit.
            if let order, order != evident { return .invalid }
            return time(parts, evident, text)
        case .ambiguous:
            if let order { return time(parts, order, text) }
            if parts.separator == UInt8(ascii: ".") || parts.isSameEitherWay {
                return time(parts, .dayFirst, text)
            }
            return .ambiguous
        }
    }

    package static func evidence(_ text: Span<UInt8>) -> Evidence {
        guard let date = NumericDate(text), date.separator != UInt8(ascii: ".") else {
            return .none
        }
        return date.evidence
    }

    private func iso(_ text: Span<UInt8>) -> Timestamp? {
        if isUTC { return Timestamp(parsing: text) }
        return Timestamp(parsing: text, assumedOffset: { zone.offsetSeconds(atLocal: $0) })
    }

    private func digitsAlone(_ text: Span<UInt8>) -> Timestamp? {
        guard text.count == 8 || text.count == 10 || text.count == 13 else { return nil }
        var value: Int64 = 0
        for index in text.indices {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        if text.count == 10 { return Timestamp(milliseconds: value * 1000) }
        if text.count == 13 { return Timestamp(milliseconds: value) }
        let day = CalendarDay(
            year: Int(value / 10_000), month: Int(value / 100 % 100), day: Int(value % 100))
        return day.map(zone.start(of:))
    }

    private func time(_ parts: NumericDate, _ order: DateOrder, _ text: Span<UInt8>) -> Reading {
        guard let day = parts.day(order) else { return .invalid }
        guard let clock = ClockText(text.extracting(parts.byteCount..<text.count)) else {
            return .invalid
        }
        // Written as ISO so that zones and fractions are read in one place only.
        let iso = Array((day.description + clock.iso).utf8)
        return self.iso(iso.span).map(Reading.time) ?? .invalid
    }
}

/// Three numbers with the same separator between them, at the start of a text.
private struct NumericDate {
    var first: Int
    var second: Int
    var third: Int
    var firstDigits: Int
    var thirdDigits: Int
    var separator: UInt8
    /// How much of the text the date takes.
    var byteCount: Int

    init?(_ text: Span<UInt8>) {
        var index = 0
        guard let first = Self.number(text, &index), index < text.count else { return nil }
        let separator = text[index]
        guard
            separator == UInt8(ascii: "/") || separator == UInt8(ascii: "-")
                || separator == UInt8(ascii: ".")
        else { return nil }
        index += 1
        guard let second = Self.number(text, &index), second.digits <= 2, index < text.count,
            text[index] == separator
        else { return nil }
        index += 1
        guard let third = Self.number(text, &index) else { return nil }
        guard first.digits == 4 && third.digits <= 2 || first.digits <= 2 && third.digits != 3
        else { return nil }
        self.first = first.value
        self.second = second.value
        self.third = third.value
        firstDigits = first.digits
        thirdDigits = third.digits
        self.separator = separator
        byteCount = index
    }

    private static func number(
        _ text: Span<UInt8>, _ index: inout Int
    ) -> (value: Int, digits: Int)? {
        var value = 0
        var digits = 0
        while index < text.count, text[index] &- 0x30 < 10, digits < 5 {
            value = value * 10 + Int(text[index] &- 0x30)
            digits += 1
            index += 1
        }
        return (1...4).contains(digits) ? (value, digits) : nil
    }

    /// `.none` where the year comes first for sure.
    var evidence: TimeReader.Evidence {
        if firstDigits == 4 { return .none }
        // Two digits of year may stand anywhere: nothing is evident.
        guard thirdDigits == 4 else { return .ambiguous }
        if first > 12, second <= 12 { return .order(.dayFirst) }
        if second > 12, first <= 12 { return .order(.monthFirst) }
        return .ambiguous
    }

    var isSameEitherWay: Bool { thirdDigits == 4 && first == second }

    func day(_ order: DateOrder) -> CalendarDay? {
        switch order {
        case .yearFirst:
            return CalendarDay(year: year(first, firstDigits), month: second, day: third)
        case .dayFirst:
            return CalendarDay(year: year(third, thirdDigits), month: second, day: first)
        case .monthFirst:
            return CalendarDay(year: year(third, thirdDigits), month: first, day: second)
        }
    }

    /// Years of two digits are 1970 to 2069.
    private func year(_ value: Int, _ digits: Int) -> Int {
        digits == 4 ? value : value < 70 ? 2000 + value : 1900 + value
    }
}

/// The time of day behind a numeric date, brought into ISO form.
private struct ClockText {
    /// `T08:26:00Z`; empty without a time.
    var iso = ""

    init?(_ text: Span<UInt8>) {
        let range = trimmedRange(text, text.indices)
        if range.isEmpty { return }
        var rest = String(copying: text.extracting(range)).uppercased()
        if rest.hasPrefix(",") || rest.hasPrefix("T") { rest.removeFirst() }
        while rest.hasPrefix(" ") { rest.removeFirst() }
        var hourShift = 0
        var isTwelveHours = false
        for (mark, shift) in [("AM", 0), ("PM", 12)] where rest.hasSuffix(mark) {
            rest.removeLast(2)
            while rest.hasSuffix(" ") { rest.removeLast() }
            hourShift = shift
            isTwelveHours = true
        }
        let hourText = rest.prefix { $0.isASCII && $0.isNumber }
        guard var hour = Int(hourText), hourText.utf8.count <= 2 else { return nil }
        if isTwelveHours {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + hourShift
        }
        rest.removeFirst(hourText.count)
        if rest.isEmpty, isTwelveHours { rest = ":00" }
        iso = "T" + (hour < 10 ? "0" : "") + String(hour) + rest
    }
}
