import Testing

@testable import RetentionModels

@Suite struct RecommendationInteractionsTests {
    @Test func `rows in any order become one entry a pair`() throws {
        let rows = try Interactions(
            userCount: 3, itemCount: 4, users: [2, 0, 2, 0, 2], items: [3, 1, 0, 1, 3],
            weights: [1, 2, 3, 4, 5], times: [10, 20, 30, 15, 40])
        #expect(rows.entryCount == 3)
        #expect(rows.history(of: 0) == [TakenItem(item: 1, weight: 6)])
        #expect(rows.history(of: 1).isEmpty)
        #expect(
            rows.history(of: 2) == [TakenItem(item: 0, weight: 3), TakenItem(item: 3, weight: 6)])
        #expect(rows.times == [20, 30, 40])
        #expect(rows.support == [1, 1, 0, 1])
        #expect(rows.transposed().transposed() == rows)
        #expect(rows.transposed().history(of: 3) == [TakenItem(item: 2, weight: 6)])
    }

    @Test func `a half-life ago counts half`() throws {
        let decay = try #require(TimeDecay(halfLife: 30, asOf: 100))
        let rows = try Interactions(
            userCount: 1, itemCount: 3, users: [0, 0, 0, 0], items: [0, 1, 2, 2],
            times: [100, 70, 40, 70], decay: decay)
        #expect(rows.history(of: 0).map(\.weight) == [1, 0.5, 0.75])
        // Ages beyond what a number holds leave nothing.
        let old = try Interactions(
            userCount: 1, itemCount: 1, users: [0], items: [0], times: [-1e9], decay: decay)
        #expect(old.entryCount == 0)
        #expect(TimeDecay(halfLife: 0, asOf: 0) == nil)
        #expect(TimeDecay(halfLife: .nan, asOf: 0) == nil)
        #expect(TimeDecay(halfLife: 1, asOf: .infinity) == nil)
    }

    @Test(
        arguments: [
            ([0, 1], [0], nil, nil, InteractionFault.columnsDiffer),
            ([0], [0], [1, 1], nil, .columnsDiffer),
            ([0, 2], [0, 0], nil, nil, .userOutOfRange(row: 1)),
            ([-1], [0], nil, nil, .userOutOfRange(row: 0)),
            ([0], [3], nil, nil, .itemOutOfRange(row: 0)),
            ([0], [0], [0], nil, .weightInvalid(row: 0)),
            ([0], [0], [-1], nil, .weightInvalid(row: 0)),
            ([0], [0], [.nan], nil, .weightInvalid(row: 0)),
            ([0], [0], [.infinity], nil, .weightInvalid(row: 0)),
            ([0], [0], nil, [.nan], .timeInvalid(row: 0)),
        ] as [([Int], [Int], [Double]?, [Double]?, InteractionFault)])
    func `wrong rows are named`(
        users: [Int], items: [Int], weights: [Double]?, times: [Double]?, fault: InteractionFault
    ) {
        #expect(throws: fault) {
            try Interactions(
                userCount: 2, itemCount: 3, users: users, items: items, weights: weights,
                times: times)
        }
    }

    @Test func `a decay needs times, and none from the future`() throws {
        let decay = try #require(TimeDecay(halfLife: 30, asOf: 100))
        #expect(throws: InteractionFault.timesMissing) {
            try Interactions(userCount: 1, itemCount: 1, users: [0], items: [0], decay: decay)
        }
        #expect(throws: InteractionFault.afterAsOf(row: 0)) {
            try Interactions(
                userCount: 1, itemCount: 1, users: [0], items: [0], times: [101], decay: decay)
        }
        #expect(throws: InteractionFault.countsOutOfRange) {
            try Interactions(userCount: -1, itemCount: 1, users: [], items: [])
        }
    }

    @Test func `little support is left out`() throws {
        let rows = try Interactions(
            userCount: 3, itemCount: 3, users: [0, 1, 2, 0, 1, 2, 2], items: [0, 0, 0, 1, 1, 2, 2])
        #expect(rows.supported(byUsers: 2).support == [3, 2, 0])
        #expect(rows.supported(byUsers: 4).entryCount == 0)
        #expect(rows.supported(byUsers: 1) == rows)
    }

    @Test func `each user's latest entries are apart`() throws {
        var random = SeededRandom(seed: 3)
        var (users, items, times) = ([Int](), [Int](), [Double]())
        for _ in 0..<400 {
            users.append(Int(random.uniform() * 20))
            items.append(Int(random.uniform() * 30))
            times.append(random.uniform())
        }
        let rows = try Interactions(
            userCount: 21, itemCount: 30, users: users, items: items, times: times)
        let (first, latest) = rows.latestApart(share: 0.3, seed: 1)
        #expect(first.entryCount + latest.entryCount == rows.entryCount)
        for user in 0..<21 {
            let own = rows.entries(of: user).count
            #expect(latest.entries(of: user).count == max(0, min(Int(0.3 * Double(own)), own - 1)))
            let before = first.entries(of: user).map { first.times[$0] }.max() ?? -1
            #expect(latest.entries(of: user).allSatisfy { latest.times[$0] >= before })
        }
        #expect(rows.latestApart(share: 1, seed: 1).0.support.reduce(0, +) == 20)
    }
}
