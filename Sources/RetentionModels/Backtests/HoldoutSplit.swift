/// Customers' orders cut at a moment: what a model may see, and what came after.
public struct HoldoutSplit: Equatable, Sendable {
    /// What was known at the cut, of the customers who had ordered by then.
    public let histories: PurchaseHistories
    /// The row of each of these customers in what was given.
    public let customers: [Int]
    /// Orders of each after the cut, until the end.
    public let ordersAfter: [Int]
    /// From the cut to the end.
    public let horizon: Double
    /// When each of these customers ordered first.
    public let starts: [Double]

    /// Cuts orders at `cut`.
    ///
    /// - Parameters:
    ///   - orderTimes: Each customer's orders, ascending; orders of one day are one by custom.
    ///   - cut: An order at the cut belongs to the past.
    ///   - end: Orders after it are left out; not before the cut.
    public init(orderTimes: [[Double]], cut: Double, end: Double) throws(InvalidRow) {
        precondition(cut.isFinite && end.isFinite && cut <= end, "the end lies before the cut")
        var (frequency, recency, age) = ([Int](), [Double](), [Double]())
        var (customers, ordersAfter, starts) = ([Int](), [Int](), [Double]())
        for (row, times) in orderTimes.enumerated() {
            guard let first = times.first, first <= cut else { continue }
            let before = times.prefix { $0 <= cut }
            frequency.append(before.count - 1)
            recency.append(before.count > 1 ? (before.last ?? first) - first : 0)
            age.append(cut - first)
            customers.append(row)
            ordersAfter.append(times.count { $0 > cut && $0 <= end })
            starts.append(first)
        }
        histories = try PurchaseHistories(frequency: frequency, recency: recency, age: age)
        self.customers = customers
        self.ordersAfter = ordersAfter
        self.starts = starts
        horizon = end - cut
    }
}
