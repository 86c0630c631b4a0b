import Kernel
import Loyalty
import Records
import TestSupport
import Testing

@testable import Runtime

/// What a program owes, read from a real ledger.
struct LiabilityTests {
    @Test func `too little history gives no number, and says what is missing`() async throws {
        let stage = try await LoyaltyStage()
        try await stage.track(
            "ann", "Order Completed", #"{"order_id": "A", "total": 120}"#, id: "a")
        let club = try #require(stage.workspace.loyalty.program("club"))
        let liability = try stage.workspace.liability(of: club)
        #expect(liability.outstanding == [0, 120])
        #expect(liability.breakage == nil)
        #expect(liability.shortage == .fewCustomers(redeeming: 0, needed: 50))
        #expect(liability.months.last?.issued == [0, 120])
    }

    @Test
    func `half of the points spent is half of those to come, what was given back isn't spent`()
        async throws
    {
        let stage = try await LoyaltyStage()
        for number in 0..<120 {
            try await stage.track(
                "u\(number)", "Order Completed", #"{"order_id": "o\#(number)", "total": 40}"#,
                id: "m\(number)")
        }
        stage.clock.advance(milliseconds: 10 * 86_400_000)
        for number in 0..<120 {
            _ = try await stage.perform(
                "u\(number)", "s\(number)", .spend(points: 20, reference: "till"))
            guard number % 2 == 0 else { continue }
            _ = try await stage.perform(
                "u\(number)", "b\(number)", .unspend(operation: "s\(number)", points: nil))
            _ = try await stage.perform(
                "u\(number)", "t\(number)", .spend(points: 20, reference: "till"))
        }
        stage.clock.advance(milliseconds: 100 * 86_400_000)
        let club = try #require(stage.workspace.loyalty.program("club"))
        let liability = try stage.workspace.liability(of: club)
        #expect(liability.outstandingInAll == 120 * 20)
        #expect(liability.months.reduce(0) { $0 + $1.spent.reduce(0, +) } == 120 * 20)
        let breakage = try #require(liability.breakage)
        #expect(abs(breakage.ultimateRedemptionRate.value - 0.5) < 1e-9)
        // Nobody ever spent points older than ten days.
        #expect(breakage.expectedRedemptions.value == 0)
        #expect(breakage.open == 120 * 20)
        #expect(liability.money(1) == nil)
        // 110 days are over: at the end of the second last month the same was left, and as much expected.
        let past = try #require(liability.months.dropLast().last)
        #expect(past.outstanding == 120 * 20 && past.expected?.value == 0)
        #expect(liability.months.last?.expected == breakage.expectedRedemptions)
        #expect(liability.months.first?.outstanding == 0 && liability.months.first?.expected == nil)
    }

    @Test(arguments: [1, 2, 4, 6])
    func `a sample is of about so many lots, however customers are numbered`(_ step: Int64) {
        let lots = (0..<9000 as Range<Int64>).map { number in
            BreakageLot(
                customer: number / 3 * step, issuedDay: 1, pieces: [], left: 1, expiresDay: nil)
        }
        #expect(Workspace.sampled(lots, atMost: 9000).count == 9000)
        for count in [8999, 4000, 1000] {
            let sample = Workspace.sampled(lots, atMost: count)
            #expect(
                (count / 3...count * 6 / 5).contains(sample.count), "\(sample.count) of \(count)")
            // All or none of each customer's.
            let owners = Set(sample.map(\.customer))
            #expect(owners.count * 3 == sample.count)
        }
    }
}
