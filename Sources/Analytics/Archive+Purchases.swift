package import Kernel

/// What the purchase models are fitted to: one row for each customer, in columns.
package struct PurchaseSummaries: Sendable, Equatable {
    /// The unit that times are counted in.
    package enum Unit: Int, Sendable {
        case day = 1
        case week = 7
    }

    package var calibrationEnd: CalendarDay
    package var unit: Unit
    package var customers: [Int64] = []
    /// Days with an order, less the first.
    package var frequency: [Int] = []
    /// From the first day to the last, in units.
    package var recency: [Double] = []
    /// From the first day to the end of the calibration, in units.
    package var age: [Double] = []
    /// `Currency.packed` of the currency that most orders were in; amounts are of these orders
    /// only.
    package var currency: [UInt32] = []
    /// What was ordered after the first day, in minor units, before refunds.
    package var repeatSpendMinor: [Int64] = []
    /// The mean of a repeat day's total in minor units, over the days with an order in `currency`;
    /// 0 where there is none.
    package var meanRepeatSpendMinor: [Double] = []

    package var count: Int { customers.count }
}

extension Archive {
    /// Each customer's days of purchase up to and including `calibrationEnd`, in order of customer;
    /// the orders of one day are one transaction. Customers who came later have no row.
    package func purchaseSummaries(
        calibrationEnd: CalendarDay, unit: PurchaseSummaries.Unit
    ) throws(ArchiveError) -> PurchaseSummaries {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                WITH days AS (
                    SELECT customer, currency, local_day, count(*) AS orders,
                        sum(total_minor) AS total_minor
                    FROM \(try connection.ordersTable())
                    WHERE customer <> 0 AND NOT cancelled AND local_day <= ?
                    GROUP BY ALL
                ), spans AS (
                    SELECT customer, min(local_day) AS first_day, max(local_day) AS last_day,
                        count(DISTINCT local_day) AS days
                    FROM days GROUP BY customer
                ), mains AS (
                    -- Most orders, then the first by its letters.
                    SELECT customer, arg_max(currency, orders * 16777216 - currency) AS currency
                    FROM (SELECT customer, currency, sum(orders) AS orders FROM days GROUP BY ALL)
                    GROUP BY customer
                )
                SELECT s.customer, s.first_day, s.last_day, s.days, m.currency,
                    sum(d.total_minor) FILTER (d.local_day > s.first_day),
                    count(*) FILTER (d.local_day > s.first_day)
                FROM spans AS s JOIN mains AS m USING (customer)
                    JOIN days AS d ON d.customer = m.customer AND d.currency = m.currency
                GROUP BY ALL ORDER BY s.customer
                """, [.integer(Int64(calibrationEnd.daysSinceEpoch))])
            var summaries = PurchaseSummaries(calibrationEnd: calibrationEnd, unit: unit)
            let length = Double(unit.rawValue)
            while rows.next() {
                let first = rows.int(1)
                let spend = try rows.sum(5)
                let spendDays = rows.int(6)
                summaries.customers.append(rows.int64(0))
                summaries.frequency.append(rows.int(3) - 1)
                summaries.recency.append(Double(rows.int(2) - first) / length)
                summaries.age.append(Double(calibrationEnd.daysSinceEpoch - first) / length)
                summaries.currency.append(try rows.currency(4).packed)
                summaries.repeatSpendMinor.append(spend)
                summaries.meanRepeatSpendMinor.append(
                    spendDays == 0 ? 0 : Double(spend) / Double(spendDays))
            }
            return summaries
        }
    }
}
