/// What a backtest sees: customers as they were known on a day, and what they did after it.
package struct BacktestColumns: Sendable {
    /// Up to and including the day; in units.
    package var before: PurchaseColumns
    /// Days with an order after it, until the end, by customer of `before`.
    package var ordersAfter: [Int]
    /// What was ordered after it in the customer's own currency, in major units.
    package var spendAfter: [Double]
    /// From the day to the end, in units.
    package var horizon: Double
    /// From the first order of all to the end, in weeks: repeat orders of these customers in each.
    package var weeklyRepeats: [Int]
    /// From the first order of all to each customer's first order, in days.
    package var startDays: [Double]
    /// `yyyy-mm-dd` in the workspace's time zone.
    package var calibratedUntil: String
    package var until: String

    package init(
        before: PurchaseColumns, ordersAfter: [Int], spendAfter: [Double], horizon: Double,
        weeklyRepeats: [Int], startDays: [Double], calibratedUntil: String, until: String
    ) {
        self.before = before
        self.ordersAfter = ordersAfter
        self.spendAfter = spendAfter
        self.horizon = horizon
        self.weeklyRepeats = weeklyRepeats
        self.startDays = startDays
        self.calibratedUntil = calibratedUntil
        self.until = until
    }
}
