/// What the purchase models see: one row for each customer with an order, in columns.
package struct PurchaseColumns: Sendable {
    /// The unit that times are counted in.
    package enum Unit: String, Sendable, Codable, CaseIterable {
        case day
        case week

        package var days: Double {
            switch self {
            case .day: 1
            case .week: 7
            }
        }
    }

    package var unit: Unit
    /// Days with an order, less the first.
    package var frequency: [Int]
    /// From the first day to the last, in units.
    package var recency: [Double]
    /// From the first day to the end of the calibration, in units.
    package var age: [Double]
    /// The mean of a repeat day's total, in the currency's major unit; 0 where there is none.
    package var meanRepeatSpend: [Double]
    /// Each customer's currency: three letters.
    package var currency: [String]

    package init(
        unit: Unit, frequency: [Int], recency: [Double], age: [Double], meanRepeatSpend: [Double],
        currency: [String]
    ) {
        self.unit = unit
        self.frequency = frequency
        self.recency = recency
        self.age = age
        self.meanRepeatSpend = meanRepeatSpend
        self.currency = currency
    }
}
