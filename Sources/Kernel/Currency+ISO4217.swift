extension Currency {
    /// Whether ISO 4217 lists the code for amounts of money: a currency or fund in use, or one withdrawn
    /// since 2010, which older orders name. Codes without a minor unit (gold, `XTS`) aren't amounts.
    ///
    /// Order: 8 comparisons.
    package var isListed: Bool {
        var low = 0
        var high = Self.listed.count
        while low < high {
            let middle = (low &+ high) / 2
            if Self.listed[middle] == packed { return true }
            if Self.listed[middle] < packed { low = middle &+ 1 } else { high = middle }
        }
        return false
    }

    /// ISO 4217:2015 with its amendments to number 180: table A.1 (currencies and funds in use), and of
    /// table A.3 (historic) what was withdrawn from 2010 on. Sorted.
    private static let listed: [UInt32] = [
        "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN",
        "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN",
        "BWP", "BYN", "BYR", "BZD",
        "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUC", "CUP",
        "CVE", "CZK",
        "DJF", "DKK", "DOP", "DZD",
        "EEK", "EGP", "ERN", "ETB", "EUR",
        "FJD", "FKP",
        "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
        "HKD", "HNL", "HRK", "HTG", "HUF",
        "IDR", "ILS", "INR", "IQD", "IRR", "ISK",
        "JMD", "JOD", "JPY",
        "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT",
        "LAK", "LBP", "LKR", "LRD", "LSL", "LTL", "LVL", "LYD",
        "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRO", "MRU", "MUR", "MVR", "MWK", "MXN",
        "MXV", "MYR", "MZN",
        "NAD", "NGN", "NIO", "NOK", "NPR", "NZD",
        "OMR",
        "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG",
        "QAR",
        "RON", "RSD", "RUB", "RWF",
        "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STD",
        "STN", "SVC", "SYP", "SZL",
        "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS",
        "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS",
        "VED", "VEF", "VES", "VND", "VUV",
        "WST",
        "XAD", "XAF", "XCD", "XCG", "XOF", "XPF",
        "YER",
        "ZAR", "ZMK", "ZMW", "ZWG", "ZWL",
    ].compactMap { Currency($0)?.packed }.sorted()
}
