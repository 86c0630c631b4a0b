/// Purchase histories of many customers, in columns; every row has been checked.
public struct PurchaseHistories: Equatable, Sendable {
    /// Repeat purchases by customer.
    public let frequency: [Int]
    /// Time from the first to the last purchase by customer; 0 without a repeat purchase.
    public let recency: [Double]
    /// Time from the first purchase to the end of the observation by customer.
    public let age: [Double]
    /// Mean amount of the repeat purchases by customer, in any currency unit; nil where amounts
    /// aren't known. Zero and below (nothing but refunds, say) says nothing, and is not fitted.
    public let meanRepeatSpend: [Double]?

    /// How many customers there are.
    public var count: Int { frequency.count }

    /// Checks and keeps the columns, which must be of one length.
    ///
    /// - Throws: `InvalidRow` for the first row that can't be used.
    public init(
        frequency: [Int], recency: [Double], age: [Double], meanRepeatSpend: [Double]? = nil
    ) throws(InvalidRow) {
        precondition(
            recency.count == frequency.count && age.count == frequency.count,
            "columns differ in length")
        precondition(
            (meanRepeatSpend?.count ?? frequency.count) == frequency.count,
            "the spend column differs in length")
        var allUsable = true
        for i in frequency.indices {
            let usable = PurchaseHistory.isUsable(
                frequency: frequency[i], recency: recency[i], age: age[i])
            allUsable = usable ? allUsable : false
        }
        if let meanRepeatSpend { allUsable = allUsable && meanRepeatSpend.allSatisfy(\.isFinite) }
        if !allUsable { try Self.findFault(frequency, recency, age, meanRepeatSpend) }
        self.frequency = frequency
        self.recency = recency
        self.age = age
        self.meanRepeatSpend = meanRepeatSpend
    }

    /// Throws for the first row that can't be used.
    private static func findFault(
        _ frequency: [Int], _ recency: [Double], _ age: [Double], _ meanRepeatSpend: [Double]?
    ) throws(InvalidRow) {
        for i in frequency.indices {
            do {
                _ = try PurchaseHistory(frequency: frequency[i], recency: recency[i], age: age[i])
            } catch {
                throw InvalidRow(index: i, fault: error)
            }
            if let meanRepeatSpend, !meanRepeatSpend[i].isFinite {
                throw InvalidRow(index: i, fault: .spendNotFinite)
            }
        }
    }

    /// The history of one customer.
    public subscript(index: Int) -> PurchaseHistory {
        PurchaseHistory(
            uncheckedFrequency: frequency[index], recency: recency[index], age: age[index])
    }

    /// The distinct histories, each with the number of customers who share it. Linear time.
    public func grouped() -> GroupedHistories {
        GroupedHistories(self)
    }
}

/// Distinct purchase histories, ascending by frequency, with the number of customers of each.
///
/// Dates are days, so most customers of a shop share their history with others: the likelihood
/// visits a history once, however many share it.
public struct GroupedHistories: Equatable, Sendable {
    /// Repeat purchases by group, ascending.
    public let frequency: [Int]
    /// Time from the first to the last purchase by group.
    public let recency: [Double]
    /// Time from the first purchase to the end of the observation by group.
    public let age: [Double]
    /// Customers by group, 1 or more.
    public let customers: [Int]
    /// The group of each customer, in the order of the histories that were grouped.
    public let groupOfCustomer: [Int]

    /// How many distinct histories there are.
    public var count: Int { frequency.count }

    /// The history that a group's customers share.
    public subscript(index: Int) -> PurchaseHistory {
        PurchaseHistory(
            uncheckedFrequency: frequency[index], recency: recency[index], age: age[index])
    }

    /// Each customer's value, given that of each group.
    public func byCustomer(_ byGroup: [Double]) -> [Double] {
        precondition(byGroup.count == count, "the column differs in length")
        return groupOfCustomer.map { byGroup[$0] }
    }

    init(_ histories: PurchaseHistories) {
        var table = HistoryTable(customers: histories.count)
        let found = table.number(histories)
        let rows = table.rows
        let order = Self.byFrequency(rows)
        var rank = [UInt32](repeating: 0, count: order.count)
        for (place, group) in order.enumerated() {
            rank[Int(group)] = UInt32(truncatingIfNeeded: place)
        }
        frequency = order.map { rows[Int($0)].frequency }
        recency = order.map { rows[Int($0)].recency }
        age = order.map { rows[Int($0)].age }
        customers = order.map { table.customers[Int($0)] }
        groupOfCustomer = found.map { Int(rank[Int($0)]) }
    }

    /// The places of rows, ascending by frequency, ties in their order.
    private static func byFrequency(_ rows: [PurchaseHistory]) -> [UInt32] {
        var last = 0
        for row in rows { last = max(last, row.frequency) }
        // Frequencies are small numbers: counting them is linear. Huge ones are sorted by their bits.
        guard last <= 1 << 16 else {
            return ascendingOrder(rows.map { Double($0.frequency) })
                .map { UInt32(truncatingIfNeeded: $0) }
        }
        var starts = [Int](repeating: 0, count: last + 2)
        for row in rows { starts[row.frequency + 1] += 1 }
        for frequency in 0...last { starts[frequency + 1] += starts[frequency] }
        var order = [UInt32](repeating: 0, count: rows.count)
        for (place, row) in rows.enumerated() {
            order[starts[row.frequency]] = UInt32(truncatingIfNeeded: place)
            starts[row.frequency] += 1
        }
        return order
    }
}
