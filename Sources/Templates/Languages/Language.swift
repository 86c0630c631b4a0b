/// How a language and region write numbers, money, dates and plurals (Unicode CLDR 44 and later).
///
/// What isn't known falls back from region to language to English.
package struct Language: Hashable, Sendable {
    /// The tag of the rules that are used: `de-AT`.
    package let tag: String
    private let index: Int

    var rules: LanguageRules { LanguageRules.all[index] }

    package static let english = Language("en")

    /// The tags whose rules are known.
    package static var known: [String] { LanguageRules.all.map(\.tag) }

    /// - Parameter tag: BCP 47, also with `_` as in `de_AT`, in any case.
    package init(_ tag: String) {
        let parts = tag.split { $0 == "-" || $0 == "_" }.map { $0.lowercased() }
        var language = parts.first ?? "en"
        if language == "no" || language == "nn" { language = "nb" }
        // A script may stand before the region.
        let region = parts.dropFirst().first { $0.utf8.count == 2 || $0.utf8.count == 3 }
        var wanted = language + (region.map { "-" + $0 } ?? "")
        // English outside of North America is written as in Britain.
        if language == "en", let region, !["us", "ca", "ph", "pr"].contains(region) {
            wanted = "en-gb"
        }
        if language == "pt", let region, region != "br" { wanted = "pt-pt" }
        let found = LanguageRules.index(of: wanted) ?? LanguageRules.index(of: language) ?? 0
        index = found
        self.tag = LanguageRules.all[found].tag
    }

    package static func == (left: Self, right: Self) -> Bool { left.index == right.index }
    package func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

/// One language's rules.
struct LanguageRules: Sendable {
    enum Symbol: Sendable {
        /// `€9.50`; with a code, a space: `CHF 9.50`.
        case before
        /// `€ 9,50`, the sign first.
        case beforeSpaced
        /// `€ -9,50`
        case beforeSpacedSignAfter
        /// `CHF-9.50`: a negative sign takes the space's place.
        case beforeSignAsSpace
        /// `9,50 €`
        case after
    }

    enum Plural: Sendable { case one, zeroToOne, polish, czech, none }

    enum Style: String, CaseIterable, Sendable {
        case short, medium, long, full
        /// `5 March`
        case day
        /// `March 2026`
        case month
        case weekday, time, datetime, year, iso
    }

    var tag: String
    var decimal: String
    var group: String
    /// How many digits must stand before the first separator: 2 leaves 1234 as it is.
    var groupDigitsMin = 1
    var minus = "-"
    var percent: String
    var symbol: Symbol
    /// Where amounts are grouped otherwise than numbers.
    var moneyGroup: String?
    /// What currencies are called; others by their code.
    var symbols: [String: String]
    var plural: Plural = .one
    var months: [String]
    /// Months without a day, where they are another word.
    var monthsAlone: [String]?
    var monthsShort: [String]
    /// Monday first.
    var weekdays: [String]
    /// CLDR's patterns: d, dd, M, MM, MMM, MMMM, LLLL, y, yy, EEEE, H, HH, h, mm, a; texts in '…'.
    var patterns: [Style: String]

    static func index(of tag: String) -> Int? { all.firstIndex { $0.tag.lowercased() == tag } }

    static let noBreak = "\u{A0}"
    static let narrowNoBreak = "\u{202F}"
}
