/// An instant: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    @inlinable
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    @inlinable
    package static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// 0001-01-01T00:00:00Z, the earliest instant that is accepted from outside.
    package static let earliest = Timestamp(milliseconds: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z, the latest instant that is accepted from outside.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    package func adding(milliseconds delta: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + delta)
    }

    package func adding(days: Int) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int64(days) * 86_400_000)
    }
}

extension Timestamp {
    /// Reads RFC 3339 (`2010-12-01T08:26:00.123Z`, `+01:00`), also with a space for the `T`, without
    /// seconds, without a zone (taken as UTC unless `assumedOffsetSeconds` says otherwise), and a date
    /// alone (its midnight). Digits after the milliseconds are cut off.
    ///
    /// - Returns: nil where the text isn't such a time or a field is out of range.
    package init?(
        parsing text: Span<UInt8>, assumedOffset: (CalendarDateTime) -> Int = { _ in 0 }
    ) {
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.take(UInt8(ascii: "-")),
            let month = reader.number(digits: 2), reader.take(UInt8(ascii: "-")),
            let day = reader.number(digits: 2),
            let date = CalendarDay(year: year, month: month, day: day)
        else { return nil }
        var time = CalendarDateTime(day: date, millisecondOfDay: 0)
        if reader.isAtEnd {
            self = time.timestamp(offsetSeconds: assumedOffset(time))
            return
        }
        guard
            reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: " "))
                || reader.take(UInt8(ascii: "t")),
            let hour = reader.number(digits: 2), hour < 24, reader.take(UInt8(ascii: ":")),
            let minute = reader.number(digits: 2), minute < 60
        else { return nil }
        var second = 0
        var millisecond = 0
        if reader.take(UInt8(ascii: ":")) {
            guard let value = reader.number(digits: 2), value <= 60 else { return nil }
            second = min(value, 59)  // A leap second is folded into the second before it.
            if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
                guard let value = reader.fraction() else { return nil }
                millisecond = value
            }
        }
        time.millisecondOfDay = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
        guard let offset = reader.offsetSeconds() else { return nil }
        guard reader.isAtEnd else { return nil }
        self = time.timestamp(offsetSeconds: offset.isGiven ? offset.seconds : assumedOffset(time))
    }

    /// Reads as `init(parsing:)` does.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(parsing: bytes.span)
    }

    /// `2010-12-01T08:26:00.000Z`, as 24 bytes (for years 1 to 9999).
    package var rfc3339: String {
        let time = CalendarDateTime(self, offsetSeconds: 0)
        let ms = time.millisecondOfDay
        return time.day.description + "T" + padded(ms / 3_600_000, 2) + ":"
            + padded(ms / 60_000 % 60, 2) + ":" + padded(ms / 1000 % 60, 2) + "."
            + padded(ms % 1000, 3) + "Z"
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }
}

func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Reads fixed-width digits from a span, left to right.
private struct DigitReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var index = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func number(digits: Int) -> Int? {
        guard index + digits <= bytes.count else { return nil }
        var value = 0
        for _ in 0..<digits {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
            index += 1
        }
        return value
    }

    /// The digits after the decimal point as milliseconds; nil without a digit.
    mutating func fraction() -> Int? {
        var value = 0
        var digits = 0
        while index < bytes.count, bytes[index] &- 0x30 < 10 {
            if digits < 3 { value = value * 10 + Int(bytes[index] &- 0x30) }
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        while digits < 3 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// The zone at the end: `Z`, ` UTC`, `±hh:mm`, `±hhmm`, or none.
    mutating func offsetSeconds() -> (isGiven: Bool, seconds: Int)? {
        if isAtEnd { return (false, 0) }
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return (true, 0) }
        if take(UInt8(ascii: " ")) {
            guard take(UInt8(ascii: "U")), take(UInt8(ascii: "T")), take(UInt8(ascii: "C")) else {
                return nil
            }
            return (true, 0)
        }
        let sign: Int
        if take(UInt8(ascii: "+")) {
            sign = 1
        } else if take(UInt8(ascii: "-")) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(digits: 2), hours < 24 else { return nil }
        _ = take(UInt8(ascii: ":"))
        guard let minutes = isAtEnd ? 0 : number(digits: 2), minutes < 60 else { return nil }
        return (true, sign * (hours * 3600 + minutes * 60))
    }
}
