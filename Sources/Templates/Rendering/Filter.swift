/// What can be done to a value on its way out. Names are Liquid's where it has one.
enum Filter: String, Sendable, CaseIterable {
    case fallback = "default"
    case required
    case money, number, percent, date, plural
    case upper, lower, capitalize, truncate, truncatewords, strip, append, prepend, replace, remove
    case split, join, first, last, size, slice, limit, reverse, sort, map, compact, uniq
    case whereEqual = "where"
    case plus, minus, times, modulo, round, ceil, floor, abs
    case dividedBy = "divided_by"
    case atLeast = "at_least"
    case atMost = "at_most"
    case escape
    case urlEncode = "url_encode"
    case stripHTML = "strip_html"
    case lineBreaks = "newline_to_br"
    case raw

    private static let otherNames: [String: Filter] = [
        "upcase": .upper, "downcase": .lower, "capitalise": .capitalize, "escape_once": .escape,
        "h": .escape, "cgi_escape": .urlEncode, "length": .size, "fallback": .fallback,
    ]

    static func named(_ name: String) -> Filter? { Filter(rawValue: name) ?? otherNames[name] }

    static var allNames: [String] { allCases.map(\.rawValue) + otherNames.keys.sorted() }

    /// How many values it takes behind its name.
    var arguments: ClosedRange<Int> {
        switch self {
        case .fallback, .append, .prepend, .remove, .split, .limit, .map, .plus, .minus, .times,
            .modulo, .dividedBy, .atLeast, .atMost:
            1...1
        case .money, .number, .percent, .date, .join, .sort, .round: 0...1
        case .plural: 0...4
        case .truncate, .truncatewords: 0...2
        case .replace: 2...2
        case .slice, .whereEqual: 1...2
        case .required, .upper, .lower, .capitalize, .strip, .first, .last, .size, .reverse,
            .compact, .uniq, .ceil, .floor, .abs, .escape, .urlEncode, .stripHTML, .lineBreaks,
            .raw:
            0...0
        }
    }

    var namedArguments: [String] {
        switch self {
        case .money: ["unit", "decimals"]
        case .date: ["zone"]
        case .plural: ["one", "few", "many", "other"]
        default: []
        }
    }

    /// How it is used, for messages.
    var example: String {
        switch self {
        case .fallback: "{{ customer.firstName | default: \"there\" }}"
        case .required: "{{ coupon.code | required }}"
        case .money: "{{ cart.totalMinor | money: cart.currency }}"
        case .number: "{{ points | number }} or {{ rating | number: 1 }}"
        case .percent: "{{ discount | percent }}, where 0.15 is 15%"
        case .date: "{{ coupon.expiresAt | date: \"long\" }}"
        case .plural: "{{ points }} {{ points | plural: \"point\", \"points\" }}"
        case .truncate: "{{ item.name | truncate: 40 }}"
        case .truncatewords: "{{ item.text | truncatewords: 12 }}"
        case .append: "{{ item.name | append: \"!\" }}"
        case .prepend: "{{ item.name | prepend: \"Your \" }}"
        case .replace: "{{ name | replace: \"-\", \" \" }}"
        case .remove: "{{ name | remove: \"-\" }}"
        case .split: "{{ tags | split: \",\" }}"
        case .join: "{{ names | join: \", \" }}"
        case .slice: "{{ code | slice: 0, 4 }}"
        case .limit: "{{ cart.items | limit: 3 }}"
        case .sort: "{{ cart.items | sort: \"price\" }}"
        case .map: "{{ cart.items | map: \"name\" | join: \", \" }}"
        case .whereEqual: "{% assign gifts = cart.items | where: \"kind\", \"gift\" %}"
        case .plus, .minus, .times, .modulo, .dividedBy, .atLeast, .atMost:
            "{{ points | \(rawValue): 10 }}"
        case .round: "{{ rating | round: 1 }}"
        case .upper, .lower, .capitalize, .strip, .first, .last, .size, .reverse, .compact, .uniq,
            .ceil, .floor, .abs, .escape, .urlEncode, .stripHTML, .lineBreaks, .raw:
            "{{ value | \(rawValue) }}"
        }
    }
}
