import Documents
import Kernel
import Segments

/// A condition as SQL on `customer_summary AS s`: the twin of `Condition.standing`.
///
/// Orders are asked of the summary where that has the answer, else of `orders`; events by name. What a person
/// wrote is bound.
struct ConditionSQL {
    /// In milliseconds.
    let milliseconds: Int64
    private let quintiles: QuintileEdges?
    private let segments: [String: Condition]
    private let hasLinks: Bool
    /// What the expression selects from beside the summary, in order.
    private var tables: [SQLText] = []
    private var tableCount = 0
    /// Tables that are asked for more than once, by what they are of.
    private var attributeTables: [String: String] = [:]
    private var segmentTables: [String: String] = [:]

    init(
        now: Timestamp, quintiles: QuintileEdges?, segments: [String: Condition], hasLinks: Bool
    ) {
        milliseconds = now.milliseconds
        self.quintiles = quintiles
        self.segments = segments
        self.hasLinks = hasLinks
    }

    /// `WITH …`, for all expressions that were made; empty where none needs it.
    var with: SQLText {
        tables.isEmpty ? "" : "WITH \(tables.joined(",\n"))\n"
    }

    /// Whether the condition holds for a row; never NULL.
    mutating func expression(_ condition: Condition) -> SQLText {
        switch condition {
        case .all(let parts): return join(parts, " AND ", empty: "true")
        case .any(let parts): return join(parts, " OR ", empty: "false")
        case .none(let parts): return "NOT \(join(parts, " OR ", empty: "false"))"
        case .attribute(let path, let comparison): return attribute(path, comparison)
        case .did(let trace, let times, let window):
            let events = events(trace, window)
            return counted(times) { "SELECT customer FROM (\(events)) \($0)" }
        case .figure(let figure): return self.figure(figure)
        case .recency(.atLeast(let span)):
            return "coalesce(s.last_order_ms <= \(now - span.milliseconds), false)"
        case .recency(.lessThan(let span)):
            return "coalesce(s.last_order_ms > \(now - span.milliseconds), false)"
        case .frequency(let times, .ever): return Self.isIn("s.orders", times)
        case .frequency(let times, let window):
            let orders = orders("occurred_ms > \(window.start(at: now))")
            return counted(times) { "SELECT customer FROM \(orders) \($0)" }
        case .monetary(let test, let window): return monetary(test, window)
        case .quintile(let test): return quintile(test)
        case .lifecycle(let test): return lifecycle(test)
        case .prediction(let test): return prediction(test)
        case .consent(let test): return consent(test)
        case .engaged(let test):
            let names = test.channel.engagementEvents.map { "\($0)" as SQLText }
            guard !names.isEmpty else { return "false" }
            return isIn(
                """
                SELECT \(raw: owner) AS customer FROM \(raw: events)
                WHERE e.customer <> 0 AND e.kind = 2 AND e.name IN (\(names.joined(", ")))
                    AND e.occurred_ms > \(test.window.start(at: now))
                """)
        case .segment(let name): return isMember(name)
        case .notSegment(let name): return "NOT \(isMember(name))"
        }
    }

    private mutating func join(
        _ parts: [Condition], _ word: String, empty: SQLText
    ) -> SQLText {
        if parts.isEmpty { return empty }
        let pieces = parts.map { expression($0) }
        return "(\(pieces.joined(word)))"
    }

    private var now: Int64 { milliseconds }

    // MARK: Tables

    /// Whom an event counts for, and where events are.
    private var owner: String { hasLinks ? "coalesce(l.customer, e.customer)" : "e.customer" }

    private var events: String {
        hasLinks ? "events AS e LEFT JOIN links AS l ON l.member = e.customer" : "events AS e"
    }

    /// Adds a table of this statement and returns its name.
    mutating func table(_ rows: SQLText) -> String {
        tableCount += 1
        let name = "t\(tableCount)"
        tables.append("\(raw: name) AS MATERIALIZED (\(rows))")
        return name
    }

    /// Whether the row's customer is among a query's customers, of whom none is NULL.
    mutating func isIn(_ customers: SQLText) -> SQLText {
        let name = table(customers)
        return "s.customer IN (SELECT customer FROM \(raw: name))"
    }

    /// The events of a trace in a window: customer, properties, occurred_ms, position.
    func events(_ trace: EventTrace, _ window: EventWindow) -> SQLText {
        var conditions: [SQLText] = ["e.customer <> 0", trace.selector.sql]
        if window != .ever { conditions.append("e.occurred_ms > \(window.start(at: now))") }
        let ends = trace.tests.enumerated().map { place, test in
            PathEnd("properties", test.path.steps, ofValue: false, number: place)
        }
        // Empty properties aren't JSON.
        let rows = PathEnd.adding(
            ends,
            to: """
                SELECT \(raw: owner) AS customer, e.occurred_ms, e.position,
                    CASE WHEN e.properties = '' THEN '{}' ELSE e.properties END AS properties
                FROM \(raw: events) WHERE \(conditions.joined(" AND "))
                """)
        guard !ends.isEmpty else { return rows }
        let holds = zip(trace.tests, ends).map { test, end -> SQLText in
            let comparison = ComparisonSQL(test.comparison, now: now)
            return comparison.isNegated
                ? "NOT (\(comparison.holds(end)))" : "(\(comparison.holds(end)))"
        }
        return """
            SELECT customer, occurred_ms, position, properties FROM (\(rows))
            WHERE \(holds.joined(" AND "))
            """
    }

    /// Orders that count: customer, occurred_ms, currency, total_minor.
    private func orders(_ condition: SQLText) -> SQLText {
        """
        (SELECT customer, occurred_ms, currency, total_minor
        FROM \(raw: hasLinks ? "rooted_orders" : "orders")
        WHERE customer <> 0 AND NOT cancelled AND \(condition)) AS o
        """
    }

    // MARK: Counts

    /// Whether as many rows as wanted are a customer's.
    ///
    /// - Parameter query: Ends in what it is given.
    private mutating func counted(
        _ times: CountRange, _ query: (SQLText) -> SQLText
    ) -> SQLText {
        if times.least == 0 {
            guard let most = times.most else { return "true" }
            return "NOT \(isIn(query(Self.having("count(*) > \(Int64(most))", plain: most == 0))))"
        }
        let range = Self.isIn("count(*)", times)
        return isIn(query(Self.having(range, plain: times == .once)))
    }

    /// - Parameter plain: Whether any row will do, so that nothing need be counted.
    private static func having(_ condition: SQLText, plain: Bool) -> SQLText {
        plain ? "" : "GROUP BY customer HAVING \(condition)"
    }

    private static func isIn(_ count: SQLText, _ times: CountRange) -> SQLText {
        guard let most = times.most else { return "\(count) >= \(Int64(times.least))" }
        return "\(count) BETWEEN \(Int64(times.least)) AND \(Int64(most))"
    }

    // MARK: Attributes

    private mutating func attribute(_ path: PropertyPath, _ comparison: Comparison) -> SQLText {
        let table = attributes(path.steps[0])
        let sql = ComparisonSQL(comparison, now: now)
        let end = PathEnd("value", Array(path.steps.dropFirst()), ofValue: true)
        let rows = PathEnd.adding([end], to: "SELECT customer, value FROM \(raw: table)")
        let among = isIn("SELECT customer FROM (\(rows)) WHERE \(sql.holds(end))")
        if sql.holdsWithout {
            return "(\(among) OR s.customer NOT IN (SELECT customer FROM \(raw: table)))"
        }
        return sql.isNegated ? "NOT \(among)" : among
    }

    /// The newest value of a trait of each customer, as JSON: customer, value, occurred_ms, position.
    private mutating func attributes(_ name: String) -> String {
        if let known = attributeTables[name] { return known }
        let new = table(
            """
            SELECT customer, value, occurred_ms, position FROM (
                SELECT \(raw: owner) AS customer, e.occurred_ms, e.position,
                    json_extract(e.properties, '\(raw: ComparisonSQL.path([name]))') AS value
                FROM \(raw: events)
                WHERE e.customer <> 0 AND e.kind = 1 AND e.properties <> ''
            ) WHERE value IS NOT NULL AND NOT regexp_full_match(value::VARCHAR, '" *"')
            QUALIFY row_number() OVER (
                PARTITION BY customer ORDER BY occurred_ms DESC, position DESC) = 1
            """)
        attributeTables[name] = new
        return new
    }

    private mutating func consent(_ test: ConsentTest) -> SQLText {
        let trait = attributes(test.channel.consentTrait)
        func words(_ words: [String]) -> SQLText {
            words.map { "\($0)" as SQLText }.joined(", ")
        }
        let said = table(
            """
            SELECT customer, arg_max(given, (occurred_ms, position)) AS given FROM (
                SELECT customer, occurred_ms, position, true AS given
                FROM (\(events(test.given, .ever)))
                UNION ALL
                SELECT customer, occurred_ms, position, false FROM (\(events(test.withdrawn, .ever)))
                UNION ALL
                SELECT customer, occurred_ms, position,
                    lower(value ->> '$') IN (\(words(ConsentTest.givenWords)))
                FROM \(raw: trait) WHERE NOT starts_with(value::VARCHAR, '{')
                    AND NOT starts_with(value::VARCHAR, '[') AND lower(value ->> '$')
                    IN (\(words(ConsentTest.givenWords + ConsentTest.withdrawnWords)))
            ) GROUP BY customer
            """)
        switch test.state {
        case .given: return isIn("SELECT customer FROM \(raw: said) WHERE given")
        case .withdrawn: return isIn("SELECT customer FROM \(raw: said) WHERE NOT given")
        case .unknown: return "s.customer NOT IN (SELECT customer FROM \(raw: said))"
        }
    }

    // MARK: Orders

    private mutating func monetary(_ test: MoneyTest, _ window: EventWindow) -> SQLText {
        let currency = Int64(test.amount.currency.packed)
        let limit = test.amount.minor
        let symbol = test.order.symbol
        if window == .ever {
            let several = among(
                "SELECT customer FROM customer_revenue WHERE currency = \(currency) AND ",
                "revenue_minor \(raw: symbol) \(limit)", ofNone: test.order.holdsOfZero(limit))
            return """
                CASE WHEN s.currencies > 1 THEN \(several)
                WHEN s.currency = \(currency) THEN s.revenue_minor \(raw: symbol) \(limit)
                ELSE \(raw: test.order.holdsOfZero(limit) ? "true" : "false") END
                """
        }
        let orders = orders(
            "currency = \(currency) AND occurred_ms > \(window.start(at: now))")
        return among(
            "SELECT customer FROM \(orders) GROUP BY customer HAVING ",
            "sum(total_minor) \(raw: symbol) \(limit)",
            ofNone: test.order.holdsOfZero(limit))
    }

    /// Whether a row's customer is among those of a query on sums, where a sum of nothing has no row.
    ///
    /// - Parameter ofNone: Whether the condition holds for nothing.
    mutating func among(
        _ head: SQLText, _ condition: SQLText, ofNone: Bool
    ) -> SQLText {
        ofNone
            ? "NOT \(isIn("\(head)NOT (\(condition))"))" : isIn("\(head)\(condition)")
    }

    private func quintile(_ test: QuintileTest) -> SQLText {
        guard let edges = quintiles else { return "false" }
        func fifth(_ value: SQLText, _ edges: [Int64]) -> SQLText {
            let passed = edges.map { "(\(value) > \($0))::BIGINT" as SQLText }
            return "(1 + \(passed.joined(" + ")))"
        }
        func fifths(_ currency: SQLText, _ revenue: SQLText) -> SQLText {
            let known = edges.revenueMinor.sorted { $0.key < $1.key }
            guard !known.isEmpty else { return "NULL" }
            let cases = known.map {
                "WHEN \(Int64($0.key.packed)) THEN \(fifth(revenue, $0.value))" as SQLText
            }
            return "CASE \(currency) \(cases.joined(" ")) END"
        }
        let value: SQLText
        switch test.figure {
        case .recency: value = fifth("s.last_order_ms", edges.lastOrderAt.map(\.milliseconds))
        case .frequency: value = fifth("s.orders", edges.orders)
        case .monetary:
            value = """
                CASE WHEN s.currencies > 1 THEN (
                    SELECT max(\(fifths("r.currency", "r.revenue_minor")))
                    FROM customer_revenue AS r WHERE r.customer = s.customer)
                ELSE \(fifths("s.currency", "s.revenue_minor")) END
                """
        }
        return """
            (s.orders > 0 AND coalesce(\(value) BETWEEN \(Int64(test.fifths.lowerBound)) \
            AND \(Int64(test.fifths.upperBound)), false))
            """
    }

    private mutating func lifecycle(_ test: LifecycleTest) -> SQLText {
        let active = now - test.window.milliseconds
        let length = test.lapsed.milliseconds
        let lapsed = now - length
        var pieces: [SQLText] = []
        for state in test.states {
            switch state {
            case .never: pieces.append("s.orders = 0")
            case .new: pieces.append("(s.orders = 1 AND s.last_order_ms > \(active))")
            case .active: pieces.append("(s.orders > 1 AND s.last_order_ms > \(active))")
            case .atRisk:
                pieces.append("(s.last_order_ms <= \(active) AND s.last_order_ms > \(lapsed))")
            case .lapsed: pieces.append("s.last_order_ms <= \(lapsed)")
            case .wonBack:
                // The last order is the only one since two windows before it.
                let back = isIn(
                    """
                    SELECT o.customer FROM \(orders("occurred_ms > \(active - length)")) JOIN (
                        SELECT customer, last_order_ms FROM customer_summary
                        WHERE orders > 1 AND last_order_ms > \(active)
                    ) AS c ON c.customer = o.customer AND o.occurred_ms > c.last_order_ms - \(length)
                    GROUP BY o.customer HAVING count(*) = 1
                    """)
                pieces.append(back)
            }
        }
        return "coalesce(\(pieces.joined(" OR ")), false)"
    }

    // MARK: Others

    private func prediction(_ test: PredictionTest) -> SQLText {
        switch (test.field, test.test) {
        case (.churnBand, .oneOf(let bands)):
            let known = ["low", "middle", "high"].enumerated().filter { bands.contains($1) }
                .map { "\(Int64($0.offset))" as SQLText }
            guard !known.isEmpty else { return "false" }
            return "coalesce(s.churn_band IN (\(known.joined(", "))), false)"
        case (.daysToNextOrder, .number(let order, let limit)):
            let days = PredictionTest.milliseconds(days: limit.value)
            return """
                coalesce(CASE WHEN s.next_order_median_days IS NOT NULL THEN s.as_of_ms
                + trunc(least(s.next_order_median_days, 1000000.0) * 86400000.0)::BIGINT END \
                - \(now) \(raw: order.symbol) \(days), false)
                """
        case (let field, .number(let order, let limit)):
            return "coalesce(s.\(raw: field.column) \(raw: order.symbol) \(limit.value), false)"
        case (let field, .money(let money)):
            return """
                coalesce(s.spend_currency = \(Int64(money.amount.currency.packed)) \
                AND s.\(raw: field.column) \(raw: money.order.symbol) \
                \(Double(money.amount.minor)), false)
                """
        default: return "false"
        }
    }

    private mutating func isMember(_ name: String) -> SQLText {
        if segmentTables[name] == nil {
            guard let condition = segments[name] else { return "false" }
            let holds = expression(condition)
            segmentTables[name] = table(
                "SELECT s.customer FROM customer_summary AS s WHERE \(holds)")
        }
        return "s.customer IN (SELECT customer FROM \(raw: segmentTables[name] ?? ""))"
    }
}

extension PredictionTest.Field {
    /// The summary's.
    fileprivate var column: String {
        switch self {
        case .probabilityAlive: "probability_alive"
        case .churnProbability: "churn_probability"
        case .expectedOrders90: "expected_orders_90"
        case .expectedOrders365: "expected_orders_365"
        case .expectedSpend90: "expected_spend_90_minor"
        case .expectedSpend365: "expected_spend_365_minor"
        case .daysToNextOrder: "next_order_median_days"
        case .churnBand: "churn_band"
        }
    }
}

extension EventSelector {
    /// Whether a row of events is one of these.
    var sql: SQLText {
        switch self {
        case .track(let name): "e.kind = 2 AND e.name = \(name)"
        case .page(nil): "(e.kind = 3 OR e.kind = 2 AND e.name = \(Self.pageEvent))"
        case .page(let name?): "e.kind = 3 AND e.name = \(name)"
        case .screen(nil): "(e.kind = 4 OR e.kind = 2 AND e.name = \(Self.screenEvent))"
        case .screen(let name?): "e.kind = 4 AND e.name = \(name)"
        }
    }
}
