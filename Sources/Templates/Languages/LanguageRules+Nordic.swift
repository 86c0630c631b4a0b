/// More languages of Europe.
extension LanguageRules {
    private static func words(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init)
    }

    static let danish = LanguageRules(
        tag: "da", decimal: ",", group: ".", percent: noBreak + "%", symbol: .after,
        symbols: [
            "EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "DKK": "kr.", "CAD": "CA$",
            "AUD": "AU$", "BRL": "R$", "MXN": "MX$", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
        ],
        months: words(
            "januar februar marts april maj juni juli august september oktober november december"),
        monthsShort: words(
            "jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec."),
        weekdays: words("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
        patterns: [
            .short: "dd.MM.y", .medium: "d. MMM y", .long: "d. MMMM y",
            .full: "EEEE 'den' d. MMMM y", .day: "d. MMMM", .month: "LLLL y", .weekday: "EEEE",
            .time: "HH.mm", .datetime: "d. MMMM y 'kl'. HH.mm", .year: "y", .iso: "y-MM-dd",
        ])

    static let norwegian = LanguageRules(
        tag: "nb", decimal: ",", group: noBreak, minus: "\u{2212}", percent: noBreak + "%",
        symbol: .after, symbols: ["EUR": "€", "GBP": "£", "NOK": "kr"],
        months: words(
            "januar februar mars april mai juni juli august september oktober november desember"),
        monthsShort: words("jan. feb. mars apr. mai juni juli aug. sep. okt. nov. des."),
        weekdays: words("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
        patterns: [
            .short: "dd.MM.y", .medium: "d. MMM y", .long: "d. MMMM y", .full: "EEEE d. MMMM y",
            .day: "d. MMMM", .month: "LLLL y", .weekday: "EEEE", .time: "HH:mm",
            .datetime: "d. MMMM y 'kl'. HH:mm", .year: "y", .iso: "y-MM-dd",
        ])

    static let finnish = LanguageRules(
        tag: "fi", decimal: ",", group: noBreak, minus: "\u{2212}", percent: noBreak + "%",
        symbol: .after, symbols: ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"],
        months: words(
            """
            tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta \
            syyskuuta lokakuuta marraskuuta joulukuuta
            """),
        monthsAlone: words(
            """
            tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu \
            marraskuu joulukuu
            """), monthsShort: (1...12).map { "\($0)." },
        weekdays: words("maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai"),
        patterns: [
            .short: "d.M.y", .medium: "d.M.y", .long: "d. MMMM y", .full: "EEEE d. MMMM y",
            .day: "d. MMMM", .month: "LLLL y", .weekday: "EEEE", .time: "H.mm",
            .datetime: "d. MMMM y 'klo' H.mm", .year: "y", .iso: "y-MM-dd",
        ])

    static let czech = LanguageRules(
        tag: "cs", decimal: ",", group: noBreak, percent: noBreak + "%", symbol: .after,
        symbols: [
            "EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "CZK": "Kč", "CAD": "CA$",
            "AUD": "AU$", "BRL": "R$", "MXN": "MX$", "CNY": "CN¥", "KRW": "₩",
        ], plural: .czech,
        months: words(
            "ledna února března dubna května června července srpna září října listopadu prosince"),
        monthsAlone: words(
            "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec"),
        monthsShort: (1...12).map { "\($0)." },
        weekdays: words("pondělí úterý středa čtvrtek pátek sobota neděle"),
        patterns: [
            .short: "dd.MM.yy", .medium: "d. M. y", .long: "d. MMMM y", .full: "EEEE d. MMMM y",
            .day: "d. MMMM", .month: "LLLL y", .weekday: "EEEE", .time: "H:mm",
            .datetime: "d. MMMM y 'v' H:mm", .year: "y", .iso: "y-MM-dd",
        ])
}
