import RetentionModels

extension ModelReport {
    /// What this report's chosen model expected of the time after it, beside what came.
    ///
    /// - Parameter columns: Up to this report's last day, and after it.
    /// - Returns: Nil where no model had been fitted, or no history is possible.
    package func drift(_ columns: BacktestColumns) -> Drift? {
        let before = columns.before
        guard let frequency, let parameters = frequency.parameters,
            let model = FrequencyModel(rawValue: frequency.model)?.model(parameters),
            let histories = try? PurchaseHistories(
                frequency: before.frequency, recency: before.recency, age: before.age)
        else { return nil }
        let grouped = histories.grouped()
        let expected = zip(
            model.expectedOrders(grouped, within: columns.horizon), grouped.customers
        ).reduce(0.0) { $0 + $1.0 * Double($1.1) }
        return Drift(
            since: asOf, days: Int((columns.horizon * before.unit.days).rounded()),
            expectedOrders: expected, actualOrders: columns.ordersAfter.reduce(0, +))
    }
}
