import Kernel

/// What an amount's own text says of its currency.
enum CurrencySign: Equatable, Sendable {
    case none
    case currency(Currency)
    /// The sign of several currencies: an index of `shared`.
    case shared(Int)

    /// Reads a sign or a code of three letters.
    ///
    /// - Returns: nil for what is neither.
    init?(_ text: Span<UInt8>) {
        if text.isEmpty {
            self = .none
            return
        }
        for (sign, currency) in Self.ofOne where equals(text, sign) {
            self = .currency(currency)
            return
        }
        for index in Self.shared.indices
        where Self.shared[index].signs.contains(where: { equals(text, $0) }) {
            self = .shared(index)
            return
        }
        guard let code = Currency(utf8: text) else { return nil }
        self = .currency(code)
    }

    /// Whether the currency may be written so.
    func fits(_ currency: Currency) -> Bool {
        switch self {
        case .none: true
        case .currency(let own): own == currency
        case .shared(let index): Self.shared[index].currencies.contains(currency)
        }
    }

    /// What both say together; nil where they contradict each other.
    func joined(with other: CurrencySign) -> CurrencySign? {
        switch (self, other) {
        case (.none, _): other
        case (_, .none): self
        case (.currency(let own), _): other.fits(own) ? self : nil
        case (_, .currency(let own)): fits(own) ? other : nil
        case (.shared(let own), .shared(let others)): own == others ? self : nil
        }
    }

    /// For people: a few of the currencies that a shared sign can mean.
    var examples: String {
        guard case .shared(let index) = self else { return "" }
        return Self.shared[index].currencies.prefix(4).map(\.description).joined(separator: ", ")
    }

    private struct Shared {
        let signs: [StaticString]
        let currencies: [Currency]

        init(_ signs: [StaticString], _ codes: String) {
            self.signs = signs
            currencies = codes.split(separator: " ").compactMap { Currency($0) }
        }
    }

    /// Signs that more than one currency in use is written with; the most used first.
    private static let shared = [
        Shared(
            ["$"],
            "USD CAD AUD MXN NZD SGD HKD TWD ARS CLP COP BRL UYU DOP BBD BMD BND BSD BZD CUP CVE FJD"
                + " GYD JMD KYD LRD NAD NIO SBD SRD TOP TTD WST XCD XCG"),
        Shared(["¥", "￥"], "JPY CNY"),
        Shared(["kr", "kr.", "Kr", "Kr.", "KR"], "SEK NOK DKK ISK"),
        Shared(["Rs", "Rs.", "₨"], "INR PKR LKR NPR MUR SCR"),
        Shared(["лв", "лв."], "BGN KGS UZS"),
    ]

    /// Signs that one currency is written with. Where an older or smaller currency shares one (£ of Egypt
    /// or Gibraltar), the sign alone means the one that it is known for.
    private static let ofOne: [(StaticString, Currency)] = [
        ("€", "EUR"), ("£", "GBP"), ("zł", "PLN"), ("zl", "PLN"), ("Kč", "CZK"), ("Ft", "HUF"),
        ("lei", "RON"), ("₹", "INR"), ("₽", "RUB"), ("руб", "RUB"), ("руб.", "RUB"), ("₺", "TRY"),
        ("TL", "TRY"), ("₴", "UAH"), ("грн", "UAH"), ("₩", "KRW"), ("₫", "VND"), ("₪", "ILS"),
        ("₦", "NGN"), ("₱", "PHP"), ("฿", "THB"), ("₸", "KZT"), ("₼", "AZN"), ("₾", "GEL"),
        ("₡", "CRC"), ("₲", "PYG"), ("₵", "GHS"), ("₭", "LAK"), ("₮", "MNT"), ("৳", "BDT"),
        ("R$", "BRL"), ("R", "ZAR"), ("RM", "MYR"), ("Rp", "IDR"), ("Fr.", "CHF"), ("SFr.", "CHF"),
        ("US$", "USD"), ("CA$", "CAD"), ("C$", "CAD"), ("AU$", "AUD"), ("A$", "AUD"),
        ("NZ$", "NZD"), ("HK$", "HKD"), ("S$", "SGD"), ("NT$", "TWD"), ("MX$", "MXN"),
        ("CN¥", "CNY"), ("JP¥", "JPY"), ("元", "CNY"), ("円", "JPY"),
    ].compactMap { sign, code in Currency(code).map { (sign, $0) } }
}
