package import Insights
package import Kernel

extension Archive {
    /// A page of the customers that a query asks for.
    ///
    /// Pages follow one another by place in the order, not by number: while nothing changes, the
    /// pages together are the whole list, each customer once. Those without a value to sort by come
    /// last in either direction; revenue sorts by the customer's main currency's minor units.
    ///
    /// - Parameters:
    ///   - asOf: When the lifecycle states are told.
    ///   - activeDays: The length of the active window in days.
    package func customers(
        _ query: CustomerQuery, asOf: Timestamp, activeDays: Int = 90
    ) throws(ArchiveError) -> CustomerPage {
        try refreshSummary()
        let states = StateSQL(asOf: asOf, activeDays: activeDays)
        return try read { connection throws(ArchiveError) in
            let list = CustomerListSQL(query, states, orders: try connection.ordersTable())
            let total = try connection.integer(list.count.sql, list.count.arguments)
            let rows = try connection.rows(list.page.sql, list.page.arguments)
            var page = CustomerPage(rows: [], total: Int(total), next: nil)
            var last: CustomerCursor?
            var several: [Int64] = []
            while rows.next() {
                if page.rows.count == list.limit {
                    page.next = last?.text
                    break
                }
                page.rows.append(try rows.customerRow(&several))
                last = list.cursor(rows, sortColumn: CustomerColumns.count)
            }
            try connection.addCurrencies(of: several, to: &page.rows)
            return page
        }
    }

    /// Whether a query's `after` is a place in its order. `customers(_:asOf:activeDays:)` begins at the
    /// beginning where it isn't, which a program that pages would never notice.
    package static func isPlaced(_ query: CustomerQuery) -> Bool {
        CustomerListSQL.isPlaced(query)
    }

    /// One customer's row; nil where there is no such customer, or it counts for another now.
    package func customer(
        _ id: ID<Customer>, asOf: Timestamp, activeDays: Int = 90
    ) throws(ArchiveError) -> CustomerRow? {
        try refreshSummary()
        let states = StateSQL(asOf: asOf, activeDays: activeDays)
        return try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT \(CustomerColumns.sql(states)) FROM customer_summary WHERE customer = ?",
                [.integer(id.rawValue)])
            guard rows.next() else { return nil }
            var several: [Int64] = []
            var found = [try rows.customerRow(&several)]
            try connection.addCurrencies(of: several, to: &found)
            return found.first
        }
    }

    /// Customers by lifecycle state, every state once, with what they are expected to spend.
    package func lifecycle(
        asOf: Timestamp, activeDays: Int = 90
    ) throws(ArchiveError) -> [LifecycleFigures] {
        try refreshSummary()
        let states = StateSQL(asOf: asOf, activeDays: activeDays)
        return try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT \(states.expression) AS state, coalesce(spend_currency, 0), count(*),
                    coalesce(sum(expected_spend_365_minor), 0.0)
                FROM customer_summary GROUP BY ALL
                """)
            var customers: [LifecycleState: Int] = [:]
            var spend: [LifecycleState: Amounts] = [:]
            while rows.next() {
                let state = try rows.lifecycleState(0)
                customers[state, default: 0] += rows.int(2)
                guard rows.int64(1) != 0 else { continue }
                guard let minor = Int64(exactly: rows.double(3).rounded()) else {
                    throw ArchiveError.amountOutOfRange
                }
                try spend[state, default: Amounts()].add(minor, try rows.currency(1))
            }
            return LifecycleState.allCases.map {
                LifecycleFigures(
                    state: $0, customers: customers[$0] ?? 0, expectedSpend: spend[$0] ?? Amounts())
            }
        }
    }
}

/// Tells a customer's lifecycle state in SQL (definitions: `LifecycleState`).
struct StateSQL {
    private let windowStart: Int64
    private let doubleStart: Int64

    init(asOf: Timestamp, activeDays: Int) {
        precondition(activeDays > 0, "a window has a length")
        windowStart = asOf.adding(days: -activeDays).milliseconds
        doubleStart = asOf.adding(days: -2 * activeDays).milliseconds
    }

    /// The state's index in `LifecycleState.allCases`.
    var expression: String {
        func index(_ state: LifecycleState) -> Int {
            LifecycleState.allCases.firstIndex(of: state) ?? 0
        }
        return """
            CASE WHEN orders = 0 THEN \(index(.prospect))
                WHEN last_order_ms > \(windowStart) AND orders = 1 THEN \(index(.new))
                WHEN last_order_ms > \(windowStart) THEN \(index(.active))
                WHEN last_order_ms > \(doubleStart) THEN \(index(.atRisk))
                ELSE \(index(.lapsed)) END
            """
    }

    func isOneOf(_ states: Set<LifecycleState>) -> String {
        let indices = LifecycleState.allCases.indices.filter {
            states.contains(LifecycleState.allCases[$0])
        }
        return "(\(expression)) IN (\(indices.map(String.init).joined(separator: ", ")))"
    }
}

/// The columns that a `CustomerRow` is read from.
enum CustomerColumns {
    static let count = 31

    static func sql(_ states: StateSQL) -> String {
        """
        customer, label, email, \(states.expression), orders, currency, currencies,
            revenue_minor, first_order_ms, last_order_ms, first_seen_ms, last_seen_ms,
            run, as_of_ms, probability_alive, churn_probability, expected_orders_90,
            expected_orders_365, expected_spend_90_minor, expected_spend_365_minor,
            next_order_median_days, next_order_low_days, next_order_high_days, spend_currency,
            churn_low, churn_high, expected_orders_365_low, expected_orders_365_high,
            expected_spend_365_low_minor, expected_spend_365_high_minor, churn_band
        """
    }
}

extension Rows {
    fileprivate func lifecycleState(_ column: Int) throws(ArchiveError) -> LifecycleState {
        let index = int(column)
        guard LifecycleState.allCases.indices.contains(index) else {
            throw .damaged(reason: "\(index) is no lifecycle state")
        }
        return LifecycleState.allCases[index]
    }

    /// - Parameter several: Gets the customer where there is revenue in several currencies.
    fileprivate func customerRow(_ several: inout [Int64]) throws(ArchiveError) -> CustomerRow {
        let customer = int64(0)
        var revenue = Amounts()
        if int64(5) != 0 { revenue[try currency(5)] = int64(7) }
        if int64(6) > 1 { several.append(customer) }
        return CustomerRow(
            customer: ID(rawValue: customer), label: string(1), email: string(2),
            state: try lifecycleState(3), orders: int(4), revenue: revenue,
            firstOrderAt: optionalTimestamp(8), lastOrderAt: optionalTimestamp(9),
            firstSeenAt: timestamp(10), lastSeenAt: timestamp(11),
            prediction: try customerPrediction())
    }

    private func customerPrediction() throws(ArchiveError) -> CustomerPrediction? {
        guard let run = optionalInt64(12) else { return nil }
        var prediction = CustomerPrediction(
            run: ID(rawValue: run), asOf: timestamp(13), probabilityAlive: double(14),
            churnProbability: double(15), expectedOrders90: double(16),
            expectedOrders365: double(17))
        prediction.expectedSpend90Minor = optionalDouble(18)
        prediction.expectedSpend365Minor = optionalDouble(19)
        prediction.nextOrderMedianDays = optionalDouble(20)
        prediction.nextOrderLowDays = optionalDouble(21)
        prediction.nextOrderHighDays = optionalDouble(22)
        prediction.churnRange = range(24)
        prediction.orders365Range = range(26)
        prediction.spend365RangeMinor = range(28)
        prediction.churnBand = churnBand(30)
        if int64(23) != 0 { prediction.currency = try currency(23) }
        return prediction
    }

    /// Two columns, from this one on; nil where there is none.
    private func range(_ column: Int) -> ClosedRange<Double>? {
        guard let low = optionalDouble(column), let high = optionalDouble(column + 1), low <= high
        else { return nil }
        return low...high
    }
}

extension Connection {
    /// Sets the revenue of those who ordered in several currencies.
    fileprivate func addCurrencies(
        of customers: [Int64], to page: inout [CustomerRow]
    ) throws(ArchiveError) {
        guard !customers.isEmpty else { return }
        let places = customers.map { _ in "?" }.joined(separator: ", ")
        let rows = try rows(
            """
            SELECT customer, currency, revenue_minor FROM customer_revenue
            WHERE customer IN (\(places))
            """, customers.map { .integer($0) })
        var revenue: [Int64: Amounts] = [:]
        while rows.next() {
            let currency = try rows.currency(1)
            revenue[rows.int64(0), default: Amounts()][currency] = rows.int64(2)
        }
        for index in page.indices {
            guard let amounts = revenue[page[index].customer.rawValue] else { continue }
            page[index].revenue = amounts
        }
    }
}
