package import Kernel

extension Language {
    /// A number in this language: `1.234,5`.
    ///
    /// - Parameter decimals: How many decimals; nil writes those there are, at most three.
    package func format(_ number: TemplateNumber, decimals: Int? = nil) -> String {
        let rounded = number.rounded(to: decimals ?? 3)
        let digits = grouped(rounded, decimals: decimals ?? rounded.scale, by: rules.group)
        return (rounded.mantissa < 0 ? rules.minus : "") + digits
    }

    /// A share in percent: 0.125 is `12.5%`; at most one decimal.
    package func percent(_ share: TemplateNumber, decimals: Int? = nil) -> String {
        guard let hundredfold = share.times(TemplateNumber(100)) else { return "" }
        return format(hundredfold.rounded(to: decimals ?? 1), decimals: decimals) + rules.percent
    }

    /// An amount in this language: `1.234,56 €`.
    ///
    /// - Parameter decimals: How many decimals; nil as many as the currency has.
    package func format(_ money: Money, decimals: Int? = nil) -> String {
        let digits = money.currency.minorDigits
        guard let number = TemplateNumber(mantissa: Int128(money.minor), scale: digits) else {
            return money.description
        }
        let rounded = number.rounded(to: decimals ?? digits)
        let amount = grouped(
            rounded, decimals: decimals ?? digits, by: rules.moneyGroup ?? rules.group)
        let minus = rounded.mantissa < 0 ? rules.minus : ""
        let code = money.currency.description
        let symbol = rules.symbols[code] ?? code
        let space = LanguageRules.noBreak
        switch rules.symbol {
        case .before:
            // A code isn't put right before the figures.
            let gap = symbol.last?.isLetter == true ? space : ""
            return minus + symbol + (symbol == "元" ? space : gap) + amount
        case .beforeSpaced: return minus + symbol + space + amount
        case .beforeSpacedSignAfter: return symbol + space + minus + amount
        case .beforeSignAsSpace: return symbol + (minus.isEmpty ? space : minus) + amount
        case .after: return minus + amount + space + symbol
        }
    }

    /// The magnitude, grouped in threes.
    private func grouped(_ number: TemplateNumber, decimals: Int, by group: String) -> String {
        let rules = rules
        let power = UInt64(TemplateNumber.power(number.scale).magnitude)
        let whole = String(number.mantissa.magnitude / power)
        var text = ""
        let count = whole.utf8.count
        let isGrouped = count >= 3 + rules.groupDigitsMin
        for (index, digit) in whole.enumerated() {
            if isGrouped, index > 0, (count - index) % 3 == 0 { text += group }
            text.append(digit)
        }
        guard decimals > 0 else { return text }
        var fraction = String(number.mantissa.magnitude % power)
        fraction =
            String(repeating: "0", count: max(0, number.scale - fraction.utf8.count)) + fraction
        if number.scale == 0 { fraction = "" }
        let missing = max(0, min(decimals, 12) - fraction.utf8.count)
        return text + rules.decimal + fraction + String(repeating: "0", count: missing)
    }

    /// Which of a word's forms goes with a number: `one`, `few`, `many` or `other` (CLDR's cardinal rules, without
    /// those for millions).
    package func plural(_ number: TemplateNumber) -> PluralForm {
        let isWhole = number.isInteger
        let whole = number.mantissa.magnitude
        switch rules.plural {
        case .none: return .other
        case .one: return isWhole && whole == 1 ? .one : .other
        case .zeroToOne:
            return number.absolute < TemplateNumber(2) ? .one : .other
        case .polish:
            guard isWhole else { return .other }
            if whole == 1 { return .one }
            let last = whole % 10
            return (2...4).contains(last) && !(12...14).contains(whole % 100) ? .few : .many
        case .czech:
            guard isWhole else { return .many }
            if whole == 1 { return .one }
            return (2...4).contains(whole) ? .few : .other
        }
    }
}

/// A word's form beside a number.
package enum PluralForm: String, Sendable, CaseIterable { case one, few, many, other }

extension Language {
    /// A date or time in a named style (`short`, `medium`, `long`, `full`, `day`, `month`, `weekday`, `time`,
    /// `datetime`, `year`, `iso`), or by a strftime pattern such as `%d.%m.%Y`; nil for any other style.
    package func format(_ time: CalendarDateTime, style: String) -> String? {
        if style.contains("%") { return strftime(time, style) }
        guard let known = LanguageRules.Style(rawValue: style) else { return nil }
        return format(time, pattern: rules.patterns[known] ?? "y-MM-dd")
    }

    static var dateStyles: [String] { LanguageRules.Style.allCases.map(\.rawValue) }

    private func format(_ time: CalendarDateTime, pattern: String) -> String {
        var output = ""
        var rest = Substring(pattern)
        var isQuoted = false
        while let first = rest.first {
            if first == "'" {
                isQuoted.toggle()
                rest = rest.dropFirst()
                continue
            }
            let run = rest.prefix { $0 == first }
            if isQuoted || !first.isASCII || !first.isLetter {
                output.append(first)
                rest = rest.dropFirst()
            } else {
                output += field(first, run.count, time)
                rest = rest.dropFirst(run.count)
            }
        }
        return output
    }

    private func field(_ letter: Character, _ count: Int, _ time: CalendarDateTime) -> String {
        let (year, month, day) = time.day.components
        let minutes = time.millisecondOfDay / 60_000
        switch letter {
        case "d": return two(day, if: count == 2)
        case "M":
            switch count {
            case 4: return rules.months[month - 1]
            case 3: return rules.monthsShort[month - 1]
            default: return two(month, if: count == 2)
            }
        case "L": return (rules.monthsAlone ?? rules.months)[month - 1]
        case "y": return count == 2 ? two(year % 100, if: true) : String(year)
        case "E": return rules.weekdays[weekday(time.day)]
        case "H": return two(minutes / 60, if: count == 2)
        case "h": return String((minutes / 60 + 11) % 12 + 1)
        case "m": return two(minutes % 60, if: true)
        case "a": return minutes < 720 ? "AM" : "PM"
        default: return ""
        }
    }

    /// Monday is 0: 1970-01-01 was a Thursday.
    private func weekday(_ day: CalendarDay) -> Int { ((day.daysSinceEpoch + 3) % 7 + 7) % 7 }

    private func two(_ number: Int, if isPadded: Bool) -> String {
        isPadded && number < 10 ? "0\(number)" : "\(number)"
    }

    private func strftime(_ time: CalendarDateTime, _ pattern: String) -> String {
        var output = ""
        var rest = Substring(pattern.prefix(128))
        while let first = rest.popFirst() {
            guard first == "%", var letter = rest.popFirst() else {
                output.append(first)
                continue
            }
            var isPadded = true
            if letter == "-", let next = rest.popFirst() {
                isPadded = false
                letter = next
            }
            output += strftimeField(letter, isPadded, time)
        }
        return output
    }

    private func strftimeField(
        _ letter: Character, _ isPadded: Bool, _ time: CalendarDateTime
    ) -> String {
        let (year, month, day) = time.day.components
        let seconds = time.millisecondOfDay / 1000
        switch letter {
        case "Y": return String(year)
        case "y": return two(year % 100, if: true)
        case "m": return two(month, if: isPadded)
        case "d": return two(day, if: isPadded)
        case "e": return String(day)
        case "B": return rules.months[month - 1]
        case "b", "h": return rules.monthsShort[month - 1]
        case "A": return rules.weekdays[weekday(time.day)]
        case "a": return String(rules.weekdays[weekday(time.day)].prefix(3))
        case "H": return two(seconds / 3600, if: isPadded)
        case "I", "l": return two((seconds / 3600 + 11) % 12 + 1, if: isPadded && letter == "I")
        case "M": return two(seconds / 60 % 60, if: isPadded)
        case "S": return two(seconds % 60, if: isPadded)
        case "p": return seconds < 43_200 ? "AM" : "PM"
        case "F": return strftime(time, "%Y-%m-%d")
        case "j":
            let first = CalendarDay(year: year, month: 1, day: 1) ?? time.day
            return String(time.day.daysSinceEpoch - first.daysSinceEpoch + 1)
        case "%": return "%"
        default: return ""
        }
    }
}
