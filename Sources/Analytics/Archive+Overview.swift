package import Insights
package import Kernel

extension Archive {
    /// The headline figures.
    ///
    /// - Parameters:
    ///   - asOf: The end of the trailing windows that activity and churn are counted in.
    ///   - activeDays: The length of a window in days of 24 hours; 1 or more.
    package func overview(
        asOf: Timestamp, activeDays: Int = 90
    ) throws(ArchiveError) -> OverviewFigures {
        precondition(activeDays > 0, "a window has a length")
        return try read { connection throws(ArchiveError) in
            var figures = OverviewFigures()
            figures.asOf = asOf
            figures.activeDays = activeDays
            try connection.readTotals(&figures)
            try connection.readRefunds(&figures)
            try connection.readCustomers(&figures, asOf: asOf, activeDays: activeDays)
            return figures
        }
    }
}

extension Connection {
    fileprivate func readTotals(_ figures: inout OverviewFigures) throws(ArchiveError) {
        let rows = try rows(
            """
            SELECT currency, customer = 0, count(*), sum(total_minor),
                min(occurred_ms), max(occurred_ms)
            FROM orders WHERE NOT cancelled
            GROUP BY ALL
            """)
        var orders: [Currency: Int] = [:]
        while rows.next() {
            let currency = try rows.currency(0)
            let count = rows.int(2)
            let revenue = try rows.sum(3)
            figures.orders += count
            orders[currency, default: 0] += count
            try figures.revenue.add(revenue, currency)
            if rows.bool(1) {
                figures.ordersWithoutCustomer += count
                try figures.revenueWithoutCustomer.add(revenue, currency)
            }
            let first = rows.timestamp(4)
            let last = rows.timestamp(5)
            figures.firstOrderAt = min(figures.firstOrderAt ?? first, first)
            figures.lastOrderAt = max(figures.lastOrderAt ?? last, last)
        }
        for (currency, count) in orders {
            figures.averageOrderValueMinor[currency] =
                Double(figures.revenue[currency]) / Double(count)
        }
    }

    fileprivate func readRefunds(_ figures: inout OverviewFigures) throws(ArchiveError) {
        let rows = try rows(
            "SELECT currency, count(*), sum(amount_minor) FROM refunds GROUP BY currency")
        while rows.next() {
            figures.refunds += rows.int(1)
            try figures.refunded.add(try rows.sum(2), try rows.currency(0))
        }
    }

    fileprivate func readCustomers(
        _ figures: inout OverviewFigures, asOf: Timestamp, activeDays: Int
    ) throws(ArchiveError) {
        let orders = try ordersTable()
        // A window is open at its start and closed at its end: (asOf - days, asOf].
        let ends = (0...3).map {
            Argument.integer(asOf.adding(days: -$0 * activeDays).milliseconds)
        }
        let rows = try rows(
            """
            SELECT count(*), count(*) FILTER (orders >= 2), sum(orders),
                count(*) FILTER (is_active), count(*) FILTER (was_active),
                count(*) FILTER (was_active AND NOT is_active),
                count(*) FILTER (was_active_before),
                count(*) FILTER (was_active_before AND NOT was_active)
            FROM (
                SELECT customer, count(*) AS orders,
                    bool_or(occurred_ms <= $1 AND occurred_ms > $2) AS is_active,
                    bool_or(occurred_ms <= $2 AND occurred_ms > $3) AS was_active,
                    bool_or(occurred_ms <= $3 AND occurred_ms > $4) AS was_active_before
                FROM \(orders) WHERE customer <> 0 AND NOT cancelled
                GROUP BY customer
            )
            """, ends)
        guard rows.next() else { throw .damaged(reason: "a row is missing") }
        figures.customers = rows.int(0)
        if figures.customers > 0 {
            let customers = Double(figures.customers)
            figures.repeatPurchaseRate = Double(rows.int(1)) / customers
            figures.ordersPerCustomer = Double(try rows.sum(2)) / customers
        }
        figures.activeCustomers = rows.int(3)
        figures.churnRate = rate(rows.int(5), of: rows.int(4))
        figures.churnRateBefore = rate(rows.int(7), of: rows.int(6))
        figures.people = Int(
            try integer(
                """
                SELECT count(*) FROM (
                    SELECT customer FROM \(try contactsTable())
                    UNION
                    SELECT customer FROM \(orders) WHERE customer <> 0 AND NOT cancelled
                )
                """))
    }
}

private func rate(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}

extension Amounts {
    /// - Throws: `.amountOutOfRange` where the sum doesn't fit.
    mutating func add(_ minor: Int64, _ currency: Currency) throws(ArchiveError) {
        let (sum, overflow) = self[currency].addingReportingOverflow(minor)
        guard !overflow else { throw .amountOutOfRange }
        self[currency] = sum
    }
}

extension Archive {
    /// When the newest order that stands was made; nil without orders.
    package func lastOrderAt() throws(ArchiveError) -> Timestamp? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT max(occurred_ms) FROM orders WHERE NOT cancelled")
            guard rows.next() else { return nil }
            return rows.optionalTimestamp(0)
        }
    }
}
