package import Kernel

/// Something that is sold, as its newest order line calls it.
package struct ProductRow: Sendable, Equatable {
    /// The shop's id of it; its name where lines carry no id.
    package var id: String
    /// Empty where no line has one.
    package var name: String
    package var category: String
}

/// Order lines in columns: each order's products, once each.
package struct OrderLineColumns: Sendable, Equatable {
    /// Whom the order counts for now; 0 without a customer. [line]
    package var customers: [Int64] = []
    /// Places in `catalogue`. [line]
    package var products: [Int] = []
    /// The order's position. [line]
    package var orders: [Int64] = []
    /// Days since 1970 in the workspace's zone. [line]
    package var days: [Int] = []
    /// Thousandths of a unit, above 0. [line]
    package var quantitiesMilli: [Int64] = []
    /// In order of id; only what these lines are of.
    package var catalogue: [ProductRow] = []
    /// Where there were more lines than asked for, the first day whose lines are here; nil where all
    /// are.
    package var cutBefore: CalendarDay?

    package var count: Int { products.count }
}

/// One customer's purchase of a product.
package struct ProductPurchase: Sendable, Equatable {
    /// As `ProductRow.id`.
    package var product: String
    package var day: CalendarDay
}

extension Archive {
    /// So many lines are read at most: beyond, the oldest days are left out.
    package static let orderLinesMax = 3_000_000

    /// The products of each order that counts, up to and including a day.
    ///
    /// Cancelled orders don't count, and of an order that was sent again only the newest form does.
    /// A product is known by its id, else by its name; lines without either, or of nothing or less,
    /// are left out. Lines are in order of position.
    ///
    /// - Parameter linesMax: Beyond, whole days are left out, the oldest first; the newest day is
    ///   always whole.
    package func orderLines(
        asOf day: CalendarDay, linesMax: Int = Archive.orderLinesMax
    ) throws(ArchiveError) -> OrderLineColumns {
        try read { connection throws(ArchiveError) in
            let orders = try connection.ordersTable()
            let last = Argument.integer(Int64(day.daysSinceEpoch))
            let cut = try connection.firstDay(of: linesMax, orders, last)
            let first = Argument.integer(Int64(cut ?? Int(Int32.min)))
            var columns = OrderLineColumns()
            columns.cutBefore = cut.map { CalendarDay(daysSinceEpoch: $0) }
            let names = try connection.rows(
                """
                WITH lines AS (\(countedLines(orders)))
                SELECT product,
                    coalesce(arg_max(name, (occurred_ms, position, line))
                        FILTER (name <> ''), ''),
                    coalesce(arg_max(category, (occurred_ms, position, line))
                        FILTER (category <> ''), '')
                FROM lines GROUP BY product ORDER BY product
                """, [first, last])
            while names.next() {
                columns.catalogue.append(
                    ProductRow(
                        id: names.string(0), name: names.string(1), category: names.string(2)))
            }
            let rows = try connection.rows(
                """
                WITH lines AS (\(countedLines(orders))
                ), numbers AS (
                    SELECT product, row_number() OVER (ORDER BY product) - 1 AS number
                    FROM (SELECT DISTINCT product FROM lines)
                )
                SELECT any_value(l.customer), n.number, l.position, any_value(l.local_day),
                    sum(l.quantity_milli)
                FROM lines AS l JOIN numbers AS n USING (product)
                GROUP BY l.position, n.number ORDER BY l.position, n.number
                """, [first, last])
            while rows.next() {
                columns.customers.append(rows.int64(0))
                columns.products.append(rows.int(1))
                columns.orders.append(rows.int64(2))
                columns.days.append(rows.int(3))
                columns.quantitiesMilli.append(try rows.sum(4))
            }
            return columns
        }
    }

    /// How many lines there are up to and including a day, of orders that count.
    package func orderLineCount(asOf day: CalendarDay) throws(ArchiveError) -> Int {
        try read { connection throws(ArchiveError) in
            let count = try connection.integer(
                "SELECT count(*) FROM (\(countedLines("orders")))",
                [.integer(Int64(Int32.min)), .integer(Int64(day.daysSinceEpoch))])
            return Int(count)
        }
    }

    /// What a customer bought up to and including a day, each product once for each order, in order
    /// of position; as `orderLines` counts it.
    package func productPurchases(
        of customer: ID<Customer>, asOf day: CalendarDay
    ) throws(ArchiveError) -> [ProductPurchase] {
        try read { connection throws(ArchiveError) in
            let orders = try connection.ordersTable()
            let rows = try connection.rows(
                """
                SELECT product, any_value(local_day) FROM (\(countedLines(orders)))
                WHERE customer = ?
                GROUP BY position, product ORDER BY position, product
                """,
                [
                    .integer(Int64(Int32.min)), .integer(Int64(day.daysSinceEpoch)),
                    .integer(customer.rawValue),
                ])
            var purchases: [ProductPurchase] = []
            while rows.next() {
                purchases.append(
                    ProductPurchase(
                        product: rows.string(0), day: CalendarDay(daysSinceEpoch: rows.int(1))))
            }
            return purchases
        }
    }
}

/// The lines that count, from one day to another; refunds and earlier forms of an order have no row
/// among the orders.
private func countedLines(_ orders: String) -> String {
    """
    SELECT o.customer, o.position, o.occurred_ms, o.local_day, l.line, l.name, l.category,
        l.quantity_milli, CASE WHEN l.product_id <> '' THEN l.product_id ELSE l.name END AS product
    FROM order_lines AS l JOIN \(orders) AS o ON o.position = l.position
    WHERE NOT o.cancelled AND o.local_day >= ? AND o.local_day <= ? AND l.quantity_milli > 0
        AND (l.product_id <> '' OR l.name <> '')
    """
}

extension Connection {
    /// The first day from which on there are at most so many lines; nil where that is all of them.
    fileprivate func firstDay(
        of linesMax: Int, _ orders: String, _ last: Argument
    ) throws(ArchiveError) -> Int? {
        let rows = try rows(
            """
            SELECT local_day, count(*) FROM (\(countedLines(orders)))
            GROUP BY local_day ORDER BY local_day DESC
            """, [.integer(Int64(Int32.min)), last])
        var (lines, first): (Int, Int?) = (0, nil)
        while rows.next() {
            lines += rows.int(1)
            if lines > linesMax, first != nil { return first }
            first = rows.int(0)
        }
        return nil
    }
}
