import Kernel

/// How a viewer's locale writes numbers and money.
struct NumberStyle: Sendable, Equatable {
    /// The BCP 47 tag that was asked for and is known.
    let tag: String
    let decimal: String
    let group: String
    /// Whether the currency's sign follows the amount, after a no-break space.
    let signLast: Bool
    /// Whether the month comes before the day.
    let monthFirst: Bool

    static let british = NumberStyle(
        tag: "en-GB", decimal: ".", group: ",", signLast: false, monthFirst: false)

    private static let known: [NumberStyle] = [
        british,
        NumberStyle(tag: "en-US", decimal: ".", group: ",", signLast: false, monthFirst: true),
        NumberStyle(tag: "de", decimal: ",", group: ".", signLast: true, monthFirst: false),
        NumberStyle(
            tag: "fr", decimal: ",", group: "\u{202F}", signLast: true, monthFirst: false),
        NumberStyle(tag: "es", decimal: ",", group: ".", signLast: true, monthFirst: false),
        NumberStyle(tag: "it", decimal: ",", group: ".", signLast: true, monthFirst: false),
        NumberStyle(tag: "nl", decimal: ",", group: ".", signLast: false, monthFirst: false),
        NumberStyle(
            tag: "sv", decimal: ",", group: "\u{00A0}", signLast: true, monthFirst: false),
        NumberStyle(tag: "pl", decimal: ",", group: "\u{00A0}", signLast: true, monthFirst: false),
    ]

    /// The first language of an `Accept-Language` header that is known; British where none is.
    static func preferred(acceptLanguage header: String?) -> NumberStyle {
        for part in (header ?? "").split(separator: ",") {
            let tag = trimmed(part.split(separator: ";").first ?? "").lowercased()
            if let exact = known.first(where: { $0.tag.lowercased() == tag }) { return exact }
            let language = tag.split(separator: "-").first.map(String.init) ?? tag
            if let near = known.first(where: {
                $0.tag.lowercased().split(separator: "-").first.map(String.init) == language
            }) {
                return near
            }
        }
        return british
    }

    func integer(_ number: Int) -> String {
        (number < 0 ? "−" : "") + grouped(String(number.magnitude))
    }

    /// `digits` decimals, halves away from zero; `–` for what isn't finite.
    func decimal(_ number: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (number * scale).rounded()
        guard scaled.isFinite, scaled.magnitude < 9e18 else { return "–" }
        return fixed(Int64(scaled), digits: digits)
    }

    /// A share (0...1) as per cent.
    func percent(_ share: Double, digits: Int = 1) -> String {
        decimal(share * 100, digits: digits) + (signLast ? "\u{00A0}%" : "%")
    }

    /// Money with its sign.
    ///
    /// - Parameter wholeFrom: From so many whole units on, the minor unit is rounded away; nil for
    ///   never.
    func money(_ money: Money, wholeFrom: UInt64? = nil) -> String {
        let digits = money.currency.minorDigits
        var minor = money.minor
        var shownDigits = digits
        if let wholeFrom, digits > 0 {
            var unit: Int64 = 1
            for _ in 0..<digits { unit *= 10 }
            if minor.magnitude / UInt64(unit) >= wholeFrom {
                minor = Int64((Double(minor) / Double(unit)).rounded())
                shownDigits = 0
            }
        }
        let amount = fixed(minor == .min ? .max : abs(minor), digits: shownDigits)
        let sign = minor < 0 ? "−" : ""
        let symbol = Self.symbols[money.currency.description] ?? "\(money.currency)\u{00A0}"
        if signLast {
            let code = Self.symbols[money.currency.description] ?? money.currency.description
            return "\(sign)\(amount)\u{00A0}\(code)"
        }
        return "\(sign)\(symbol)\(amount)"
    }

    /// An integer of `10^-digits` units.
    private func fixed(_ value: Int64, digits: Int) -> String {
        var text = String(value.magnitude)
        while text.count <= digits { text = "0" + text }
        let whole = grouped(String(text.dropLast(digits)))
        let sign = value < 0 ? "−" : ""
        return digits == 0 ? sign + whole : sign + whole + decimal + String(text.suffix(digits))
    }

    private func grouped(_ digits: String) -> String {
        guard digits.utf8.count > 3 else { return digits }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { result += group }
            result.append(digit)
        }
        return result
    }

    /// Signs of the currencies that have one of their own; the others show their code.
    private static let symbols = [
        "GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹", "KRW": "₩", "PLN": "zł",
        "CHF": "CHF\u{00A0}", "AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "BRL": "R$", "ILS": "₪",
    ]
}
