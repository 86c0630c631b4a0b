import Insights
import Kernel

/// Numbers as reports show them to people.
enum Figures {
    /// `1,234,567`.
    static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `49.5%`.
    static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        return fixed(share * 100, digits: 1) + "%"
    }

    /// `1,234.50 GBP`.
    static func money(_ money: Money) -> String {
        let text = DecimalText.format(minor: money.minor, digits: money.currency.minorDigits)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts[0].hasPrefix("-") ? parts[0].dropFirst() : parts[0]
        let sign = parts[0].hasPrefix("-") ? "-" : ""
        let grouped = Int(whole).map(Self.grouped) ?? String(whole)
        return sign + grouped + (parts.count > 1 ? "." + parts[1] : "") + " "
            + money.currency.description
    }

    static func money(_ amounts: Amounts) -> String {
        let texts = amounts.sorted.map(money)
        return texts.isEmpty ? "–" : texts.joined(separator: " + ")
    }

    /// Rounded half away from zero, with so many digits after the point.
    static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard let scaled = Int64(exactly: (value * scale).rounded()) else { return String(value) }
        return DecimalText.format(minor: scaled, digits: digits)
    }

    /// `200` or `0.003`: as short as it can be.
    static func plain(_ value: Double) -> String {
        Int(exactly: value).map { String($0) } ?? String(value)
    }

    /// `2010-12-09 20:01`, in the workspace's time zone.
    static func time(_ time: Timestamp?, _ zone: ZoneRules) -> String {
        guard let time else { return "–" }
        let local = CalendarDateTime(time, offsetSeconds: zone.offsetSeconds(at: time))
        let minutes = local.millisecondOfDay / 60_000
        let hour = minutes / 60
        let minute = minutes % 60
        return "\(local.day) \(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}
