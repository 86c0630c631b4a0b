import Documents
import Kernel
import Segments

extension ConditionSQL {
    mutating func figure(_ figure: EventFigure) -> SQLText {
        guard let path = figure.path else { return "false" }
        // Those who have more events than are held are few; ranking everybody's would take longest.
        let end = PathEnd("properties", path.steps, ofValue: false)
        var rows = PathEnd.adding([end], to: events(figure.trace, figure.window))
        if figure.kind.isOfNumbers {
            // A column, since it is asked for more than once.
            let number = ComparisonSQL.number(
                "\(raw: end.text)", isText: "starts_with(\(raw: end.written), '\"')")
            rows = "SELECT *, \(number) AS number FROM (\(rows))"
        }
        let all = table(
            """
            SELECT customer, occurred_ms, position, value FROM (
                SELECT customer, occurred_ms, position, \(Self.value(figure.kind, end)) AS value
                FROM (\(rows))
            ) WHERE value IS NOT NULL
            """)
        let many = table(
            """
            SELECT customer FROM \(raw: all) GROUP BY customer
            HAVING count(*) > \(Int64(Behaviours.entriesMax))
            """)
        let held = table(
            """
            SELECT customer, occurred_ms, position, value FROM \(raw: all)
            WHERE customer NOT IN (SELECT customer FROM \(raw: many))
            UNION ALL
            SELECT customer, occurred_ms, position, value FROM \(raw: all)
            WHERE customer IN (SELECT customer FROM \(raw: many))
            QUALIFY row_number() OVER (
                PARTITION BY customer ORDER BY occurred_ms DESC, position DESC)
                <= \(Int64(Behaviours.entriesMax))
            """)
        if figure.kind.isOfNumbers { return numbers(figure, held) }
        let comparison = ComparisonSQL(figure.comparison, now: milliseconds)
        let one = figure.kind == .first ? "arg_min" : "arg_max"
        let customers = isIn(
            """
            SELECT customer FROM (
                SELECT customer, \(raw: one)(value, (occurred_ms, position)) AS value
                FROM \(raw: held) GROUP BY customer)
            WHERE \(comparison.holds("value"))
            """)
        if comparison.holdsWithout {
            return "(\(customers) OR s.customer NOT IN (SELECT customer FROM \(raw: held)))"
        }
        return comparison.isNegated ? "NOT \(customers)" : customers
    }

    /// What a trace keeps of an event; NULL for nothing.
    private static func value(_ kind: EventFigure.Kind, _ end: PathEnd) -> SQLText {
        let values = ComparisonSQL.plain(
            ComparisonSQL.values(end.json, end.steps, ofValue: false))
        let texts: SQLText = "list_transform(\(values), lambda x: x ->> '$')"
        let one: SQLText
        let several: SQLText
        if kind.isOfNumbers {
            one = "CASE WHEN abs(number) <= \(TraceValue.numberMax) THEN number END"
            several = """
                list_filter(list_transform(\(texts), lambda x: \(ComparisonSQL.number("x"))), \
                lambda x: abs(x) <= \(TraceValue.numberMax))[1]
                """
        } else {
            let most = Int64(TraceValue.textBytesMax)
            one = "CASE WHEN strlen(\(raw: end.text)) <= \(most) THEN \(raw: end.text) END"
            several = "CASE WHEN strlen(\(texts)[1]) <= \(most) THEN \(texts)[1] END"
        }
        return """
            CASE WHEN \(end.isPlain) THEN \(one)
            \(end.hasNone("NULL")) ELSE \(several) END
            """
    }

    private mutating func numbers(_ figure: EventFigure, _ held: String) -> SQLText {
        guard case .number(let order, let limit) = figure.comparison,
            let micro = TraceValue.micro(limit.value)
        else { return "false" }
        let figureSQL: SQLText
        var limitSQL: SQLText = "\(micro)"
        switch figure.kind {
        case .sum: figureSQL = "sum(micro)"
        case .average:
            figureSQL = "sum(micro)"
            limitSQL = "\(micro)::HUGEINT * count(*)"
        case .smallest: figureSQL = "min(micro)"
        case .largest: figureSQL = "max(micro)"
        case .first, .last: return "false"
        }
        func customers(_ condition: SQLText) -> SQLText {
            """
            SELECT customer FROM (
                SELECT customer, round(value * 1000000)::BIGINT AS micro FROM \(raw: held))
            GROUP BY customer HAVING \(condition)
            """
        }
        let holds: SQLText = "\(figureSQL) \(raw: order.symbol) \(limitSQL)"
        // The sum of nothing is nothing.
        if figure.kind == .sum, order.holdsOfZero(micro) {
            return "NOT \(isIn(customers("NOT (\(holds))")))"
        }
        return isIn(customers(holds))
    }
}

extension Comparison.Order {
    func holdsOfZero(_ limit: Int64) -> Bool {
        switch self {
        case .greaterThan: 0 > limit
        case .atLeast: 0 >= limit
        case .lessThan: 0 < limit
        case .atMost: 0 <= limit
        }
    }
}
