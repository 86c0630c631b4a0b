import Insights
import Kernel

/// Writes figures, money and times as the viewer reads them.
struct Formats: Sendable {
    let numbers: NumberStyle
    let zone: ZoneRules
    let words: Words

    func integer(_ number: Int) -> String { numbers.integer(number) }

    /// Points with their unit; money where the unit is a currency, of which a point is the smallest part.
    func points(_ count: Int, _ unit: String) -> String {
        if let currency = Currency(unit) {
            return money(Money(minor: Int64(count), currency: currency))
        }
        return "\(integer(count)) \(unit)"
    }
    func percent(_ share: Double, digits: Int = 1) -> String {
        numbers.percent(share, digits: digits)
    }

    /// A probability as whole per cent, never rounded to certainty: `<1%`, `>99%`.
    func chance(_ probability: Double) -> String {
        if probability > 0, probability < 0.005 { return "<" + percent(0.01, digits: 0) }
        if probability < 1, probability >= 0.995 { return ">" + percent(0.99, digits: 0) }
        return percent(probability, digits: 0)
    }

    func money(_ money: Money, whole: Bool = false) -> String {
        numbers.money(money, wholeFrom: whole ? 10_000 : nil)
    }

    /// The largest currency's amount; a dash where there is none.
    func leading(_ amounts: Amounts, whole: Bool = false) -> String {
        amounts.sorted.first.map { money($0, whole: whole) } ?? "–"
    }

    /// The other currencies' amounts, side by side, never added; empty with one currency.
    func others(_ amounts: Amounts, whole: Bool = false) -> String {
        amounts.sorted.dropFirst().map { money($0, whole: whole) }.joined(separator: " · ")
    }

    /// All currencies side by side.
    func all(_ amounts: Amounts, whole: Bool = false) -> String {
        let shown = amounts.sorted.map { money($0, whole: whole) }.joined(separator: " · ")
        return shown.isEmpty ? "–" : shown
    }

    /// An estimate in minor units, rounded to whole ones of the currency.
    func estimate(minor: Double, _ currency: Currency, whole: Bool = true) -> String {
        guard minor.isFinite, minor.magnitude < 9e17 else { return "–" }
        return money(Money(minor: Int64(minor.rounded()), currency: currency), whole: whole)
    }

    /// A prediction in minor units: from 100 on in whole ones, as it isn't known to the penny.
    func prediction(minor: Double, _ currency: Currency) -> String {
        let unit = (0..<currency.minorDigits).reduce(1.0) { unit, _ in unit * 10 }
        guard minor.isFinite, minor.magnitude >= 100 * unit, minor.magnitude < 9e17 else {
            return estimate(minor: minor, currency)
        }
        let rounded = Money(minor: Int64((minor / unit).rounded() * unit), currency: currency)
        return numbers.money(rounded, wholeFrom: 100)
    }

    /// `9 Dec 2010` in the workspace's zone.
    func day(_ time: Timestamp) -> String { day(zone.day(of: time)) }

    func day(_ day: CalendarDay) -> String {
        let (year, month, number) = day.components
        let name = monthName(month)
        return numbers.monthFirst ? "\(name) \(number), \(year)" : "\(number) \(name) \(year)"
    }

    /// `9 Dec 2010, 12:31` in the workspace's zone; pages say which zone that is.
    func moment(_ time: Timestamp) -> String {
        let local = CalendarDateTime(time, offsetSeconds: zone.offsetSeconds(at: time))
        let minutes = local.millisecondOfDay / 60_000
        return "\(day(local.day)), \(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }

    /// `Dec 2010`.
    func month(_ month: CalendarMonth) -> String {
        "\(monthName(month.index % 12 + 1)) \(month.index / 12)"
    }

    /// `Dec`, with the year under January: for narrow axes.
    func shortMonth(_ month: CalendarMonth) -> String {
        let number = month.index % 12 + 1
        return number == 1 ? "\(monthName(number))\n\(month.index / 12)" : monthName(number)
    }

    private func monthName(_ month: Int) -> String { words("month\(month)") }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
