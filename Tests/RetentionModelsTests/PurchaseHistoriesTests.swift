import Testing

@testable import RetentionModels

@Suite struct PurchaseHistoriesTests {
    @Test(arguments: [
        (-1, 0.0, 10.0, HistoryFault.negativeFrequency),
        (1, -0.5, 10, .recencyNotFinite),
        (1, .nan, 10, .recencyNotFinite),
        (1, .infinity, 10, .recencyNotFinite),
        (1, 5, -1, .ageNotFinite),
        (1, 5, .nan, .ageNotFinite),
        (1, 5, .infinity, .ageNotFinite),
        (1, 10.5, 10, .recencyAfterAge),
        (0, 3, 10, .recencyWithoutRepeat),
    ])
    func `a row that can't be is refused by its index and fault`(
        frequency: Int, recency: Double, age: Double, fault: HistoryFault
    ) {
        #expect(throws: fault) {
            try PurchaseHistory(frequency: frequency, recency: recency, age: age)
        }
        #expect(throws: InvalidRow(index: 2, fault: fault)) {
            try PurchaseHistories(
                frequency: [0, 4, frequency, -7], recency: [0, 6, recency, 0],
                age: [3, 6, age, 1])
        }
    }

    @Test(arguments: [1, 7, 31, 32, 33, 500], [3, 1 << 17])
    func `groups hold each customer's own history, whatever the numbers`(
        customers: Int, frequencyMax: Int
    ) throws {
        var random = SeededRandom(seed: UInt64(customers))
        var columns: (frequency: [Int], recency: [Double], age: [Double]) = ([], [], [])
        for _ in 0..<customers {
            let frequency = Int(random.uniform() * Double(frequencyMax + 1))
            let recency = frequency == 0 ? 0 : (random.uniform() * 4).rounded()
            columns.frequency.append(frequency)
            // A minus zero is the same as a zero.
            columns.recency.append(random.uniform() < 0.5 && recency == 0 ? -0.0 : recency)
            columns.age.append(recency + (random.uniform() * 3).rounded())
        }
        let histories = try PurchaseHistories(
            frequency: columns.frequency, recency: columns.recency, age: columns.age)
        let groups = histories.grouped()
        #expect(groups.frequency == groups.frequency.sorted())
        #expect(groups.customers.reduce(0, +) == customers)
        #expect(Set((0..<groups.count).map { groups[$0] }).count == groups.count)
        for customer in 0..<customers {
            #expect(groups[groups.groupOfCustomer[customer]] == histories[customer])
        }
    }

    @Test(arguments: [Double.nan, .infinity])
    func `a spend that is no number is refused`(bad: Double) {
        #expect(throws: InvalidRow(index: 1, fault: .spendNotFinite)) {
            try PurchaseHistories(
                frequency: [1, 1], recency: [2, 2], age: [3, 3], meanRepeatSpend: [10, bad])
        }
    }

    @Test func `edges that can be are kept`() throws {
        let histories = try PurchaseHistories(
            frequency: [0, 1, 2], recency: [0, 9, 0], age: [0, 9, 9],
            meanRepeatSpend: [0, -3, 12])
        #expect(histories.count == 3)
        #expect(histories[1].recency == histories[1].age)
    }

    @Test func `identical histories come together and are counted`() throws {
        let histories = try PurchaseHistories(
            frequency: [3, 0, 3, 0, 0, 3], recency: [5, 0, 5, 0, -0.0, 4],
            age: [9, 9, 9, 9, 9, 9])
        let grouped = histories.grouped()
        #expect(grouped.frequency == [0, 3, 3])
        #expect(grouped.recency == [0, 5, 4])
        #expect(grouped.customers == [3, 2, 1])
        #expect(grouped.groupOfCustomer == [1, 0, 1, 0, 0, 2])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `grouping keeps every history, and a group is never split`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let n = 1 + Int(random.bits() % 500)
        let age = (0..<n).map { _ in Double(20 + random.bits() % 5) }
        let frequency = (0..<n).map { _ in Int(random.bits() % 4) }
        let recency = frequency.map { $0 == 0 ? 0 : Double(random.bits() % 20) }
        let histories = try PurchaseHistories(frequency: frequency, recency: recency, age: age)
        let grouped = histories.grouped()
        #expect(grouped.customers.reduce(0, +) == n)
        #expect(grouped.frequency == grouped.frequency.sorted())
        for i in 0..<n { #expect(grouped[grouped.groupOfCustomer[i]] == histories[i]) }
        #expect(Set((0..<grouped.count).map { grouped[$0] }).count == grouped.count)
    }

    @Test func `no rows make no groups`() throws {
        let none = try PurchaseHistories(frequency: [], recency: [], age: [])
        #expect(none.grouped().count == 0)
    }
}
