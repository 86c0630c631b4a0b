import Documents
import Kernel
import Segments

/// Comparisons as SQL: the twin of `Comparison.holds`.
struct ComparisonSQL {
    /// The comparison, or the one that it is the opposite of.
    let comparison: Comparison
    /// Whether it holds where `comparison` doesn't.
    let isNegated: Bool
    /// Whether it also holds where there is no plain value.
    let holdsWithout: Bool
    private let now: Int64

    init(_ comparison: Comparison, now: Int64) {
        self.now = now
        switch comparison {
        case .isNot(let literal): (self.comparison, isNegated) = (.is(literal), true)
        case .noneOf(let literals): (self.comparison, isNegated) = (.oneOf(literals), true)
        case .exists(false): (self.comparison, isNegated) = (.exists(true), true)
        case .missingOr(let literal): (self.comparison, isNegated) = (.is(literal), false)
        default: (self.comparison, isNegated) = (comparison, false)
        }
        if case .missingOr = comparison { holdsWithout = true } else { holdsWithout = false }
    }

    // MARK: Values in JSON

    /// Whether any value at the end of a path is as `comparison` says; never NULL.
    ///
    /// - Parameter end: One that was added to the rows (`PathEnd.adding`).
    func holds(_ end: PathEnd) -> SQLText {
        let all = Self.values(end.json, end.steps, ofValue: end.ofValue)
        if case .exists = comparison {
            return """
                CASE WHEN \(raw: end.written) IS NOT NULL AND left(\(raw: end.written), 1) <> '['
                THEN NOT regexp_matches(\(raw: end.written), \(raw: Self.nothing))
                ELSE len(list_filter(\(all), lambda x: \
                NOT regexp_matches(x::VARCHAR, \(raw: Self.nothing)))) > 0 END
                """
        }
        let plain = Self.plain(all)
        let one = holds(
            "\(raw: end.text)", isText: "starts_with(\(raw: end.written), '\"')")
        let any: SQLText = """
            len(list_filter(\(plain), lambda x: \
            \(holds("(x ->> '$')", isText: "starts_with(x::VARCHAR, '\"')")))) > 0
            """
        return """
            CASE WHEN \(end.isPlain) THEN coalesce(\(one), false)
            \(end.hasNone(holdsWithout ? "true" : "false"))
            ELSE \(holdsWithout ? "(\(any) OR len(\(plain)) = 0)" as SQLText : any) END
            """
    }

    /// The plain values at the end of a path, as a list of JSON.
    static func plain(_ values: SQLText) -> SQLText {
        "list_filter(\(values), lambda x: NOT regexp_matches(x::VARCHAR, \(raw: notPlain)))"
    }

    /// Null, blank texts, and lists within lists.
    private static let nothing = #"'^(\[|null$|" *"$)'"#
    /// As above, and objects.
    private static let notPlain = #"'^(\[|\{|null$|" *"$)'"#

    /// All values at the end of a path, as a list of JSON: each step as it is, and as a list's elements.
    static func values(_ json: SQLText, _ steps: [String], ofValue: Bool) -> SQLText {
        var paths = ofValue ? ["$", "$[*]"] : ["$"]
        for step in steps {
            paths = paths.flatMap { [path([step], from: $0), path([step], from: $0) + "[*]"] }
        }
        let lists = paths.map { path -> SQLText in
            path.contains("[*]")
                ? "json_extract(\(json), '\(raw: path)')"
                : "list_filter([json_extract(\(json), '\(raw: path)')], lambda x: x IS NOT NULL)"
        }
        return lists.count == 1 ? lists[0] : "flatten([\(lists.joined(", "))])"
    }

    /// The path to a member, fit for a text in single quotes. It can't be bound: DuckDB has to know it when a
    /// statement is prepared. Of what would end the name, `PropertyPath` lets nothing through but `'`.
    static func path(_ steps: [String], from start: String = "$") -> String {
        steps.reduce(start) { path, step in
            path + ".\"" + step.replacing("'", with: "''") + "\""
        }
    }

    // MARK: Single values

    /// Whether a text is as `comparison` says; NULL or false where it isn't.
    ///
    /// - Parameters:
    ///   - text: An expression of text.
    ///   - isText: Whether it was a text, and not a number, true or false.
    func holds(_ text: SQLText, isText: SQLText = "true") -> SQLText {
        switch comparison {
        case .is(let literal), .isNot(let literal), .missingOr(let literal):
            return Self.isSame(text, literal)
        case .oneOf(let literals), .noneOf(let literals):
            return "(\(literals.map { Self.isSame(text, $0) }.joined(" OR ")))"
        case .contains(let part): return "(\(isText) AND contains(\(text), \(part)))"
        case .startsWith(let part): return "(\(isText) AND starts_with(\(text), \(part)))"
        case .number(let order, let limit):
            return "\(Self.number(text, isText: isText)) \(raw: order.symbol) \(limit.value)"
        case .exists: return "true"
        case .before(let moment): return "\(Self.milliseconds(text)) < \(moment.milliseconds)"
        case .after(let moment): return "\(Self.milliseconds(text)) > \(moment.milliseconds)"
        case .withinLast(let span):
            let time = Self.milliseconds(text)
            return "(\(time) > \(now - span.milliseconds) AND \(time) <= \(now))"
        case .withinNext(let span):
            let time = Self.milliseconds(text)
            return "(\(time) > \(now) AND \(time) <= \(now + span.milliseconds))"
        case .anniversaryWithinNext(let span):
            let days = Anniversary.days(within: span, at: now).map { "\($0)" as SQLText }
            guard !days.isEmpty else { return "false" }
            return """
                (\(Self.milliseconds(text)) IS NOT NULL \
                AND substr(\(text), 6, 5) IN (\(days.joined(", "))))
                """
        }
    }

    private static func isSame(_ text: SQLText, _ literal: Literal) -> SQLText {
        guard let number = literal.number else { return "\(text) = \(literal.text)" }
        let same: SQLText = "\(Self.number(text)) = \(number)"
        return literal.isPlainInteger
            ? """
            (\(text) = \(literal.text) OR (\(same) \
            AND NOT regexp_full_match(\(text), '\(raw: integerPattern)')))
            """ : "(\(text) = \(literal.text) OR \(same))"
    }

    private static let integerPattern = "-?(0|[1-9][0-9]*)"
    private static let numberPattern = #"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"#

    /// A text as a number; NULL where it isn't one.
    ///
    /// - Parameter isText: Whether it was a text; what JSON has as a number is one, and isn't looked at again.
    static func number(_ text: SQLText, isText: SQLText = "true") -> SQLText {
        """
        CASE WHEN CASE WHEN \(isText) THEN regexp_full_match(\(text), '\(raw: numberPattern)') \
        ELSE true END AND isfinite(TRY_CAST(\(text) AS DOUBLE)) \
        THEN TRY_CAST(\(text) AS DOUBLE) END
        """
    }

    /// As `DateText.pattern`, with the hours and minutes that there are.
    private static let datePattern =
        "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?"
        + "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?"

    /// A text as an instant in milliseconds; NULL where it isn't a date.
    static func milliseconds(_ text: SQLText) -> SQLText {
        """
        CASE WHEN regexp_full_match(\(text), '\(raw: datePattern)') AND \(text) >= '0001' THEN
            epoch_ms(TRY_CAST(left(\(text), 10) || ' '
                || CASE WHEN length(\(text)) > 10 THEN substr(\(text), 12, 5) ELSE '00:00' END
                || CASE WHEN substr(\(text), 17, 1) = ':' THEN substr(\(text), 17, 3) ELSE ':00' END
                AS TIMESTAMP))
            + coalesce(TRY_CAST(rpad(regexp_extract(\(text), '\\.([0-9]{1,3})', 1), 3, '0')
                AS BIGINT), 0)
            - coalesce(TRY_CAST(regexp_extract(\(text), '[+-]([0-9]{2}):[0-9]{2}$', 1) AS BIGINT)
                * 3600000 + TRY_CAST(right(\(text), 2) AS BIGINT) * 60000, 0)
                * CASE WHEN substr(\(text), length(\(text)) - 5, 1) = '-' THEN -1 ELSE 1 END
        END
        """
    }
}

extension Comparison.Order {
    var symbol: String {
        switch self {
        case .greaterThan: ">"
        case .atLeast: ">="
        case .lessThan: "<"
        case .atMost: "<="
        }
    }
}

/// The end of a path in rows of JSON. What is there without lists on the way is read once for each row, and
/// for most it is all there is.
struct PathEnd {
    /// A column of JSON.
    let json: SQLText
    /// The names from there on.
    let steps: [String]
    /// Whether the column is a value that may itself be a list.
    let ofValue: Bool
    private let number: Int

    init(_ json: SQLText, _ steps: [String], ofValue: Bool, number: Int = 0) {
        self.json = json
        self.steps = steps
        self.ofValue = ofValue
        self.number = number
    }

    /// The columns that are added: the value as JSON text, and as text.
    var written: String { "written\(number)" }
    var text: String { "text\(number)" }

    /// Rows with those columns added for each of the ends.
    static func adding(_ ends: [PathEnd], to rows: SQLText) -> SQLText {
        guard !ends.isEmpty else { return rows }
        let direct = ends.map { end -> SQLText in
            "json_extract(\(end.json), '\(raw: ComparisonSQL.path(end.steps))') AS direct\(raw: String(end.number))"
        }
        let written = ends.map { end -> SQLText in
            "direct\(raw: String(end.number))::VARCHAR AS \(raw: end.written)"
        }
        // Only a text is written otherwise than it is.
        let texts = ends.map { end -> SQLText in
            """
            CASE WHEN starts_with(\(raw: end.written), '"') \
            THEN direct\(raw: String(end.number)) ->> '$' ELSE \(raw: end.written) END \
            AS \(raw: end.text)
            """
        }
        return """
            SELECT *, \(texts.joined(", ")) FROM (
                SELECT *, \(written.joined(", ")) FROM (
                    SELECT *, \(direct.joined(", ")) FROM (\(rows))))
            """
    }

    /// Whether there is a plain value without lists on the way: there is no other then.
    var isPlain: SQLText {
        """
        CASE left(\(raw: written), 1) WHEN '"' THEN NOT regexp_full_match(\(raw: written), '" *"') \
        WHEN '[' THEN false WHEN '{' THEN false WHEN 'n' THEN false \
        ELSE \(raw: written) IS NOT NULL END
        """
    }

    /// The branch of a CASE behind `isPlain`, for paths on which only the end may be a list: none there means
    /// no value.
    func hasNone(_ result: SQLText) -> SQLText {
        guard steps.count == (ofValue ? 0 : 1) else { return "" }
        return "WHEN \(raw: written) IS NULL OR left(\(raw: written), 1) <> '[' THEN \(result)"
    }
}
