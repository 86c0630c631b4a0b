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
        self.frequency = frequency
        self.recency = recency
        self.age = age
        self.meanRepeatSpend = meanRepeatSpend
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
        let found = Self.assign(histories)
        // Frequencies are small numbers: a radix sort is linear, and keeps ties in their order.
        let order = ascendingOrder(found.first.map { Double(histories.frequency[$0]) })
        var rank = [Int](repeating: 0, count: order.count)
        for (place, group) in order.enumerated() { rank[group] = place }
        frequency = order.map { histories.frequency[found.first[$0]] }
        recency = order.map { histories.recency[found.first[$0]] }
        age = order.map { histories.age[found.first[$0]] }
        customers = order.map { found.customers[$0] }
        groupOfCustomer = found.groupOfCustomer.map { rank[$0] }
    }

    /// Numbers the distinct histories in the order of their first appearance.
    private static func assign(
        _ histories: PurchaseHistories
    ) -> (first: [Int], customers: [Int], groupOfCustomer: [Int]) {
        // An open table of group numbers: a third of the time of a Dictionary of PurchaseHistory.
        var capacity = 16
        while capacity < 2 * histories.count { capacity *= 2 }
        let mask = capacity - 1
        var slots = [Int](repeating: -1, count: capacity)
        var first: [Int] = []
        var customers: [Int] = []
        var groupOfCustomer = [Int](repeating: 0, count: histories.count)
        for i in 0..<histories.count {
            let (x, recency, age) = (histories.frequency[i], histories.recency[i], histories.age[i])
            var slot = hash(x, recency, age) & mask
            while true {
                let group = slots[slot]
                if group < 0 {
                    slots[slot] = first.count
                    groupOfCustomer[i] = first.count
                    first.append(i)
                    customers.append(1)
                    break
                }
                let j = first[group]
                if histories.frequency[j] == x, histories.recency[j] == recency,
                    histories.age[j] == age
                {
                    groupOfCustomer[i] = group
                    customers[group] += 1
                    break
                }
                slot = (slot + 1) & mask
            }
        }
        return (first, customers, groupOfCustomer)
    }

    /// Mixes the bits of a history; adding 0 makes one key of -0 and 0.
    private static func hash(_ x: Int, _ recency: Double, _ age: Double) -> Int {
        var h = UInt64(truncatingIfNeeded: x) &* 0x9E37_79B9_7F4A_7C15
        h = (h ^ (h >> 32) ^ (recency + 0).bitPattern) &* 0xBF58_476D_1CE4_E5B9
        h = (h ^ (h >> 29) ^ (age + 0).bitPattern) &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: (h ^ (h >> 31)) >> 1)
    }
}
