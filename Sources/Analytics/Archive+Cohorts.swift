package import Insights
import Kernel

extension Archive {
    /// Customers by the month of their first order, and how many of them ordered in each month
    /// after.
    package func cohorts() throws(ArchiveError) -> CohortTable {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                WITH months AS (
                    SELECT DISTINCT customer, local_month
                    FROM \(try connection.ordersTable())
                    WHERE customer <> 0 AND NOT cancelled
                ), firsts AS (
                    SELECT customer, min(local_month) AS cohort FROM months GROUP BY customer
                )
                SELECT cohort, local_month, count(*)
                FROM months JOIN firsts USING (customer)
                GROUP BY ALL ORDER BY ALL
                """)
            var cells: [(cohort: Int, month: Int, customers: Int)] = []
            while rows.next() { cells.append((rows.int(0), rows.int(1), rows.int(2))) }
            return CohortTable(cells)
        }
    }

    /// The trend: every month from the first order or refund to the last, also those without any.
    package func months() throws(ArchiveError) -> [MonthFigures] {
        try read { connection throws(ArchiveError) in
            var months: [Int: MonthFigures] = [:]
            try connection.readMonthTotals(&months)
            try connection.readMonthCustomers(&months)
            guard let first = months.keys.min(), let last = months.keys.max() else { return [] }
            return (first...last).map { months[$0] ?? .empty($0) }
        }
    }
}

extension CohortTable {
    /// - Parameter cells: In order of cohort; only those with customers.
    fileprivate init(_ cells: [(cohort: Int, month: Int, customers: Int)]) {
        self.init(rows: [])
        let lastMonth = cells.map(\.month).max() ?? 0
        for cell in cells {
            if rows.last?.cohort.index != cell.cohort {
                rows.append(
                    Row(
                        cohort: CalendarMonth(index: cell.cohort), size: 0,
                        retained: Array(repeating: 0, count: lastMonth - cell.cohort + 1)))
            }
            let row = rows.count - 1
            rows[row].retained[cell.month - cell.cohort] = cell.customers
            if cell.month == cell.cohort { rows[row].size = cell.customers }
        }
    }
}

extension MonthFigures {
    fileprivate static func empty(_ month: Int) -> MonthFigures {
        MonthFigures(
            month: CalendarMonth(index: month), orders: 0, customers: 0, newCustomers: 0,
            revenue: Amounts(), refunded: Amounts(), returningShare: nil)
    }
}

extension Connection {
    fileprivate func readMonthTotals(_ months: inout [Int: MonthFigures]) throws(ArchiveError) {
        let orders = try rows(
            """
            SELECT local_month, currency, count(*), sum(total_minor)
            FROM orders WHERE NOT cancelled
            GROUP BY ALL
            """)
        while orders.next() {
            let month = orders.int(0)
            let currency = try orders.currency(1)
            let revenue = try orders.sum(3)
            months[month, default: .empty(month)].orders += orders.int(2)
            try months[month, default: .empty(month)].revenue.add(revenue, currency)
        }
        let refunds = try rows(
            "SELECT local_month, currency, sum(amount_minor) FROM refunds GROUP BY ALL")
        while refunds.next() {
            let month = refunds.int(0)
            let currency = try refunds.currency(1)
            let refunded = try refunds.sum(2)
            try months[month, default: .empty(month)].refunded.add(refunded, currency)
        }
    }

    fileprivate func readMonthCustomers(
        _ months: inout [Int: MonthFigures]
    ) throws(ArchiveError) {
        let rows = try rows(
            """
            WITH months AS (
                SELECT DISTINCT customer, local_month
                FROM \(try ordersTable())
                WHERE customer <> 0 AND NOT cancelled
            ), firsts AS (
                SELECT customer, min(local_month) AS first FROM months GROUP BY customer
            )
            SELECT local_month, count(*), count(*) FILTER (local_month = first)
            FROM months JOIN firsts USING (customer)
            GROUP BY local_month
            """)
        while rows.next() {
            let month = rows.int(0)
            let customers = rows.int(1)
            let newCustomers = rows.int(2)
            months[month, default: .empty(month)].customers = customers
            months[month, default: .empty(month)].newCustomers = newCustomers
            months[month, default: .empty(month)].returningShare =
                Double(customers - newCustomers) / Double(customers)
        }
    }
}
