import Kernel

extension Archive {
    /// Brings `customer_summary` up to date, where it isn't.
    ///
    /// Those who changed since are done anew; everybody where that isn't known or they are many.
    func refreshSummary() throws(ArchiveError) {
        let isCurrent = try read { connection throws(ArchiveError) in
            try connection.integer(
                "SELECT (version = summary_version)::BIGINT FROM archive_state")
        }
        if isCurrent == 1 { return }
        try write { writer throws(ArchiveError) in
            let connection = writer.connection
            let dirty = writer.dirty
            try connection.transaction { () throws(ArchiveError) in
                if let dirty {
                    try connection.stage(try connection.roots(of: dirty))
                    try connection.fillSummary(onlyStaged: true)
                } else {
                    try connection.fillSummary(onlyStaged: false)
                }
                try connection.execute("DELETE FROM summary_changes")
                try connection.execute(
                    "UPDATE archive_state SET summary_version = version, summary_position = position"
                )
            }
            writer.dirty = []
        }
    }
}

extension Connection {
    /// Whom the summary may show wrongly, when the archive is opened; nil where that may be everybody, or very many.
    func changedSinceSummary() throws(ArchiveError) -> Set<Int64>? {
        let state = try rows(
            "SELECT summary_position, version = summary_version FROM archive_state")
        guard state.next() else { return nil }
        if state.bool(1) { return [] }
        let position = state.int64(0)
        if position < 0 { return nil }
        let limit = Int64(Archive.Writer.dirtyMax) + 1
        let changed = try rows(
            """
            SELECT DISTINCT customer FROM (
                SELECT customer FROM contacts WHERE position > ?
                UNION ALL SELECT customer FROM summary_changes)
            WHERE customer <> 0 LIMIT ?
            """, [.integer(position), .integer(limit)])
        var found: Set<Int64> = []
        while changed.next() { found.insert(changed.int64(0)) }
        return found.count < limit ? found : nil
    }

    /// Keeps, for the next start, who changed beside those with a newer contact.
    func noteChanged(_ customers: Set<Int64>) throws(ArchiveError) {
        guard !customers.isEmpty else { return }
        if customers.count > Archive.Writer.dirtyMax {
            return try execute("UPDATE archive_state SET summary_position = -1")
        }
        let customers = Array(customers)
        let appender = try appender(for: "summary_changes", [.bigint])
        try appender.append(customers.count) { slice in slice.bigints(0) { customers[$0] } }
    }

    /// The customers themselves, and those they count for now.
    fileprivate func roots(of customers: Set<Int64>) throws(ArchiveError) -> [Int64] {
        var roots = customers
        try stage(Array(customers))
        let rows = try rows(
            "SELECT customer FROM links WHERE member IN (SELECT number FROM staged)")
        while rows.next() { roots.insert(rows.int64(0)) }
        return Array(roots)
    }

    /// - Parameter onlyStaged: Does only the customers in the staged numbers.
    func fillSummary(onlyStaged: Bool) throws(ArchiveError) {
        let isWanted = onlyStaged ? "customer IN (SELECT number FROM staged)" : "true"
        try execute("DELETE FROM customer_summary WHERE \(isWanted)")
        try execute("DELETE FROM customer_revenue WHERE \(isWanted)")
        let orders = try ordersTable()
        let contacts = try contactsTable()
        try execute(
            """
            CREATE OR REPLACE TEMPORARY TABLE totals AS
            SELECT customer, currency, count(*) AS orders, sum(total_minor) AS revenue_minor,
                min(occurred_ms) AS first_order_ms, max(occurred_ms) AS last_order_ms,
                min(local_month) AS first_order_month
            FROM \(orders) WHERE customer <> 0 AND NOT cancelled AND \(isWanted)
            GROUP BY customer, currency;

            INSERT INTO customer_revenue
            SELECT customer, currency, revenue_minor FROM totals
            WHERE customer IN (SELECT customer FROM totals GROUP BY customer HAVING count(*) > 1);

            INSERT INTO customer_summary
            WITH bought AS (
                SELECT customer, sum(orders) AS orders,
                    -- Most orders, then the first by its letters.
                    arg_max(currency, orders * 16777216 - currency) AS currency,
                    arg_max(revenue_minor, orders * 16777216 - currency) AS revenue_minor,
                    count(*) AS currencies, min(first_order_ms) AS first_order_ms,
                    max(last_order_ms) AS last_order_ms,
                    min(first_order_month) AS first_order_month
                FROM totals GROUP BY customer
            ), known AS (
                SELECT customer, arg_max(label, position) AS label,
                    arg_max(email, position) AS email, arg_max(phone, position) AS phone,
                    arg_max(user_id, position) AS user_id, min(first_seen_ms) AS first_seen_ms,
                    max(last_seen_ms) AS last_seen_ms
                FROM \(contacts) WHERE \(isWanted)
                GROUP BY customer
            ), newest AS (
                SELECT run, customer, r.as_of_ms, p.probability_alive, p.churn_probability,
                    p.expected_orders_90, p.expected_orders_365, p.expected_spend_90_minor,
                    p.expected_spend_365_minor, p.currency, p.next_order_median_days,
                    p.next_order_low_days, p.next_order_high_days, p.churn_low, p.churn_high,
                    p.expected_orders_365_low, p.expected_orders_365_high,
                    p.expected_spend_365_low_minor, p.expected_spend_365_high_minor, p.churn_band
                FROM predictions AS p JOIN model_runs AS r USING (run)
                WHERE run = (
                    SELECT run FROM model_runs ORDER BY as_of_ms DESC, run DESC LIMIT 1
                ) AND \(isWanted)
            )
            SELECT customer, coalesce(b.orders, 0), coalesce(b.currency, 0),
                coalesce(b.currencies, 0), coalesce(b.revenue_minor, 0), b.first_order_ms,
                b.last_order_ms, b.first_order_month, coalesce(k.label, ''),
                coalesce(k.email, ''),
                coalesce(lower(concat_ws(chr(31), k.label, k.email, k.phone, k.user_id)), ''),
                coalesce(k.first_seen_ms, b.first_order_ms),
                coalesce(k.last_seen_ms, b.last_order_ms),
                n.run, n.as_of_ms, n.probability_alive, n.churn_probability, n.expected_orders_90,
                n.expected_orders_365, n.expected_spend_90_minor, n.expected_spend_365_minor,
                n.currency, n.next_order_median_days, n.next_order_low_days,
                n.next_order_high_days, n.churn_low, n.churn_high, n.expected_orders_365_low,
                n.expected_orders_365_high, n.expected_spend_365_low_minor,
                n.expected_spend_365_high_minor, n.churn_band
            FROM bought AS b FULL JOIN known AS k USING (customer)
                LEFT JOIN newest AS n USING (customer);

            DROP TABLE totals;
            """)
    }
}
