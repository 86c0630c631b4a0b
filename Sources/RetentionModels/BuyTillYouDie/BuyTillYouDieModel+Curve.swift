extension BuyTillYouDieModel {
    /// P(alive) of one customer over time: it falls in silence and rises with each order.
    ///
    /// - Parameters:
    ///   - orders: The times of all orders, the first included, ascending.
    ///   - times: When the curve is read; before the first order the answer is nil.
    public func probabilityAlive(orders: [Double], at times: [Double]) -> [Double?] {
        guard let first = orders.first else { return times.map { _ in nil } }
        return times.map { time in
            let before = orders.prefix { $0 <= time }
            guard let last = before.last, time.isFinite else { return nil }
            return probabilityAlive(
                PurchaseHistory(
                    uncheckedFrequency: before.count - 1,
                    recency: before.count > 1 ? last - first : 0, age: time - first))
        }
    }

    /// The repeat orders to expect of a cohort by each of some times, cumulatively: what is drawn
    /// beside the actual in a tracking plot.
    ///
    /// - Parameters:
    ///   - starts: The time of each customer's first order.
    ///   - times: On the same clock.
    /// - Complexity: O(distinct starts × times).
    public func expectedRepeatOrders(starts: [Double], by times: [Double]) -> [Double] {
        var customers: [Double: Int] = [:]
        for start in starts { customers[start, default: 0] += 1 }
        let cohorts = customers.sorted { $0.key < $1.key }
        return times.map { time in
            var sum = CompensatedSum()
            for (start, count) in cohorts where start < time {
                sum.add(Double(count) * expectedOrdersOfNewCustomer(within: time - start))
            }
            return sum.value
        }
    }
}
