package import Kernel

/// The header `Retry-After` (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// Whole seconds from now; nil where the text is neither a count of seconds nor a date. A date that has
    /// passed is 0 seconds away.
    ///
    /// - Parameter text: Seconds, or a date in the form that servers must send (IMF-fixdate).
    package static func seconds(_ text: String, now: Timestamp) -> Int64? {
        let text = text.drop { $0.isWhitespace }
        if let first = text.utf8.first, (0x30...0x39).contains(first) {
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            guard text.dropFirst(digits.count).allSatisfy(\.isWhitespace) else { return nil }
            // More digits than a number has are simply long.
            return Int64(digits) ?? .max
        }
        guard let time = date(text) else { return nil }
        return max(0, (time.milliseconds - now.milliseconds + 999) / 1000)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: Substring) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]),
            let date = CalendarDay(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]),
            (0...60).contains(clock[2])
        else { return nil }
        let second = Int64(clock[0] * 3600 + clock[1] * 60 + clock[2])
        return Timestamp(milliseconds: Int64(date.daysSinceEpoch) * 86_400_000 + second * 1000)
    }
}
