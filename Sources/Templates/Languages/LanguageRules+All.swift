extension LanguageRules {
    /// English first: what others fall back to.
    static let all: [LanguageRules] = [
        english, british, german, austrian, swissGerman, french, spanish, italian, dutch, polish,
        portuguese, europeanPortuguese, swedish, japanese, danish, norwegian, finnish, czech,
    ]

    private static func words(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init)
    }

    private static func patterns(
        short: String, medium: String, long: String, full: String, day: String, month: String,
        time: String = "HH:mm", joint: String
    ) -> [Style: String] {
        [
            .short: short, .medium: medium, .long: long, .full: full, .day: day, .month: month,
            .weekday: "EEEE", .time: time, .datetime: long + joint + time, .year: "y",
            .iso: "y-MM-dd",
        ]
    }

    private static let symbolsEverywhere = [
        "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "AU$", "BRL": "R$",
        "MXN": "MX$", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
    ]

    private static func symbols(_ others: [String: String]) -> [String: String] {
        symbolsEverywhere.merging(others) { $1 }
    }

    private static let english = LanguageRules(
        tag: "en", decimal: ".", group: ",", percent: "%", symbol: .before,
        symbols: symbols(["AUD": "A$"]),
        months: words(
            "January February March April May June July August September October November December"),
        monthsShort: words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        weekdays: words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        patterns: patterns(
            short: "M/d/yy", medium: "MMM d, y", long: "MMMM d, y", full: "EEEE, MMMM d, y",
            day: "MMMM d", month: "LLLL y", time: "h:mm a", joint: " 'at' "))

    private static let british: LanguageRules = {
        var rules = english
        rules.tag = "en-GB"
        rules.symbols = symbols(["AUD": "A$", "USD": "US$", "JPY": "JP¥"])
        rules.monthsShort[8] = "Sept"
        rules.patterns = patterns(
            short: "dd/MM/y", medium: "d MMM y", long: "d MMMM y", full: "EEEE, d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " 'at' ")
        return rules
    }()

    private static let german = LanguageRules(
        tag: "de", decimal: ",", group: ".", percent: noBreak + "%", symbol: .after,
        symbols: symbols([:]),
        months: words(
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        monthsShort: words("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."),
        weekdays: words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        patterns: patterns(
            short: "dd.MM.yy", medium: "dd.MM.y", long: "d. MMMM y", full: "EEEE, d. MMMM y",
            day: "d. MMMM", month: "LLLL y", joint: " 'um' "))

    private static let austrian: LanguageRules = {
        var rules = german
        rules.tag = "de-AT"
        rules.group = noBreak
        rules.moneyGroup = "."
        rules.symbol = .beforeSpaced
        rules.months[0] = "Jänner"
        rules.monthsShort[0] = "Jän."
        return rules
    }()

    private static let swissGerman: LanguageRules = {
        var rules = german
        rules.tag = "de-CH"
        rules.decimal = "."
        // CLDR has had ’ and ' by turns; the apostrophe of the keyboard is in every font.
        rules.group = "'"
        rules.percent = "%"
        rules.symbol = .beforeSignAsSpace
        rules.symbols = symbols(["EUR": "EUR"])
        return rules
    }()

    private static let french = LanguageRules(
        tag: "fr", decimal: ",", group: narrowNoBreak, percent: noBreak + "%", symbol: .after,
        symbols: symbols([
            "USD": "$US", "GBP": "£GB", "JPY": "JPY", "CAD": "$CA", "AUD": "$AU", "MXN": "$MX",
            "CNY": "CNY",
        ]), plural: .zeroToOne,
        months: words(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        monthsShort: words(
            "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
        weekdays: words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        patterns: patterns(
            short: "dd/MM/y", medium: "d MMM y", long: "d MMMM y", full: "EEEE d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " 'à' "))

    private static let spanish = LanguageRules(
        tag: "es", decimal: ",", group: ".", groupDigitsMin: 2, percent: noBreak + "%",
        symbol: .after, symbols: ["EUR": "€", "USD": "US$"],
        months: words(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        ),
        monthsShort: words("ene feb mar abr may jun jul ago sept oct nov dic"),
        weekdays: words("lunes martes miércoles jueves viernes sábado domingo"),
        patterns: patterns(
            short: "d/M/yy", medium: "d MMM y", long: "d 'de' MMMM 'de' y",
            full: "EEEE, d 'de' MMMM 'de' y", day: "d 'de' MMMM", month: "LLLL 'de' y",
            joint: " 'a las' "))

    private static let italian = LanguageRules(
        tag: "it", decimal: ",", group: ".", groupDigitsMin: 2, percent: "%", symbol: .after,
        symbols: ["EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$", "CNY": "CN¥"],
        months: words(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
        ),
        monthsShort: words("gen feb mar apr mag giu lug ago set ott nov dic"),
        weekdays: words("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        patterns: patterns(
            short: "dd/MM/yy", medium: "d MMM y", long: "d MMMM y", full: "EEEE d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " 'alle ore' "))

    private static let dutch = LanguageRules(
        tag: "nl", decimal: ",", group: ".", percent: "%", symbol: .beforeSpacedSignAfter,
        symbols: symbols(["USD": "US$", "JPY": "JP¥", "CAD": "C$"]),
        months: words(
            "januari februari maart april mei juni juli augustus september oktober november december"
        ),
        monthsShort: words("jan feb mrt apr mei jun jul aug sep okt nov dec"),
        weekdays: words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
        patterns: patterns(
            short: "dd-MM-y", medium: "d MMM y", long: "d MMMM y", full: "EEEE d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " 'om' "))

    private static let polish = LanguageRules(
        tag: "pl", decimal: ",", group: noBreak, groupDigitsMin: 2, percent: "%", symbol: .after,
        symbols: ["EUR": "€", "PLN": "zł", "BRL": "R$"], plural: .polish,
        months: words(
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
        ),
        monthsAlone: words(
            "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień"
        ),
        monthsShort: words("sty lut mar kwi maj cze lip sie wrz paź lis gru"),
        weekdays: words("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
        patterns: patterns(
            short: "d.MM.y", medium: "d MMM y", long: "d MMMM y", full: "EEEE, d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " "))

    private static let portuguese = LanguageRules(
        tag: "pt", decimal: ",", group: ".", percent: "%", symbol: .beforeSpaced,
        symbols: symbols(["USD": "US$", "JPY": "JP¥"]), plural: .zeroToOne,
        months: words(
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
        ),
        monthsShort: words("jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez."),
        weekdays: words(
            "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
        patterns: patterns(
            short: "dd/MM/y", medium: "d 'de' MMM 'de' y", long: "d 'de' MMMM 'de' y",
            full: "EEEE, d 'de' MMMM 'de' y", day: "d 'de' MMMM", month: "LLLL 'de' y",
            joint: " 'às' "))

    private static let europeanPortuguese: LanguageRules = {
        var rules = portuguese
        rules.tag = "pt-PT"
        rules.group = noBreak
        rules.groupDigitsMin = 2
        rules.symbol = .after
        rules.plural = .one
        rules.patterns[.short] = "dd/MM/yy"
        rules.patterns[.medium] = "dd/MM/y"
        return rules
    }()

    private static let swedish = LanguageRules(
        tag: "sv", decimal: ",", group: noBreak, minus: "\u{2212}", percent: noBreak + "%",
        symbol: .after,
        symbols: [
            "EUR": "€", "USD": "US$", "SEK": "kr", "DKK": "Dkr", "NOK": "Nkr", "CAD": "CA$",
            "BRL": "BR$", "MXN": "MX$",
        ],
        months: words(
            "januari februari mars april maj juni juli augusti september oktober november december"),
        monthsShort: words(
            "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec."),
        weekdays: words("måndag tisdag onsdag torsdag fredag lördag söndag"),
        patterns: patterns(
            short: "y-MM-dd", medium: "d MMM y", long: "d MMMM y", full: "EEEE d MMMM y",
            day: "d MMMM", month: "LLLL y", joint: " 'kl'. "))

    private static let japanese = LanguageRules(
        tag: "ja", decimal: ".", group: ",", percent: "%", symbol: .before,
        symbols: symbols(["JPY": "￥", "AUD": "A$", "CNY": "元"]), plural: .none,
        months: (1...12).map { "\($0)月" }, monthsShort: (1...12).map { "\($0)月" },
        weekdays: words("月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日"),
        patterns: patterns(
            short: "y/MM/dd", medium: "y/MM/dd", long: "y年M月d日", full: "y年M月d日EEEE",
            day: "M月d日", month: "y年M月", joint: " "))
}
