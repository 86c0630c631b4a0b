import Kernel
import Testing

@testable import Loyalty

@Suite struct ChallengeTests {
    private func visits(_ times: Int, _ within: String) throws -> LoyaltyProgram {
        try program(
            earn: #"""
                [{"name": "visits", "on": "Visited", "points": 100, "every": {"times": \#(times), "within": "\#(within)"}}]
                """#)
    }

    private func orders(_ times: Int, _ within: String, _ more: String = "", _ terms: String = "")
        throws -> LoyaltyProgram
    {
        try program(
            earn: #"""
                [{"name": "often", "points": 100, "every": {"times": \#(times), "within": "\#(within)"}\#(more)}]
                """#, terms)
    }

    @Test func `points come each time it was done so often, within each period`() throws {
        var ledger = Ledger(try visits(3, "month"), zone: .utc)
        for at in [0, 1, 29] { ledger.apply(.event(name: "Visited", order: nil), at: day(at)) }
        #expect(ledger.available == 100)
        #expect(ledger.entries.map(\.reason) == [.challenge(rule: "visits", times: 3)])
        // Two in January are nothing in February.
        for at in [30, 30, 31, 32] {
            ledger.apply(.event(name: "Visited", order: nil), at: day(at))
        }
        #expect(ledger.available == 100)
        ledger.apply(.event(name: "Visited", order: nil), at: day(33))
        #expect(ledger.available == 200)
    }

    @Test func `a stretch is any of that length, to the millisecond`() throws {
        for (late, points) in [(-1, 100), (0, 0)] as [(Int64, Int64)] {
            var ledger = Ledger(try visits(3, "10 days"), zone: .utc)
            ledger.apply(.event(name: "Visited", order: nil), at: day(0))
            ledger.apply(.event(name: "Visited", order: nil), at: day(4))
            ledger.apply(.event(name: "Visited", order: nil), at: day(10, ms: late))
            #expect(ledger.available == points)
        }
    }

    @Test func `orders count once, and what comes back is taken back`() throws {
        var ledger = Ledger(try orders(2, "month", #", "minimum": "10.00""#), zone: .utc)
        ledger.order("A", 1500, at: day(0))
        ledger.order("A", 1600, at: day(0))
        ledger.order("B", 999, at: day(1))
        #expect(ledger.available == 0)
        ledger.order("C", 1000, at: day(2))
        #expect(ledger.available == 100)
        ledger.apply(.refund(order: "C", OrderRefund(id: "r", amount: 1)), at: day(3))
        #expect(ledger.available == 0)
        #expect(ledger.entries.last?.reason == .challengeUndone(rule: "often"))
        ledger.order("D", 1000, at: day(4))
        #expect(ledger.available == 100)
        // Another one takes its place.
        ledger.order("E", 1000, at: day(5))
        ledger.apply(.cancel(order: "D"), at: day(6))
        #expect(ledger.available == 100)
    }

    @Test(arguments: LoyaltyProgram.RefundPolicy.allCases)
    func `what was spent meanwhile goes by the program's policy, and isn't given twice`(
        _ policy: LoyaltyProgram.RefundPolicy
    ) throws {
        var ledger = Ledger(
            try orders(2, "ever", "", #""refunds": "\#(policy.rawValue)""#), zone: .utc)
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(0))
        ledger.apply(.spend(points: 70, reference: ""), at: day(1))
        ledger.apply(.cancel(order: "B"), at: day(2))
        let after: [LoyaltyProgram.RefundPolicy: Int64] = [
            .onlyPending: 30, .withinBalance: 0, .allowNegative: -70,
        ]
        #expect(ledger.account.balance == after[policy])
        ledger.order("C", 1000, at: day(3))
        #expect(ledger.account.balance == 30)
    }

    @Test func `points are pending as those of the orders are`() throws {
        var later = Ledger(try orders(2, "month", "", #""pending": "14 days""#), zone: .utc)
        later.order("A", 1000, at: day(0))
        later.order("B", 1000, at: day(1))
        #expect([later.available, later.pending] == [0, 100])
        later.tick(day(15))
        #expect(later.available == 100)
        var sent = Ledger(try orders(2, "month", "", #""pending": {"until": "Sent"}"#), zone: .utc)
        sent.order("A", 1000, at: day(0))
        sent.order("B", 1000, at: day(1))
        sent.apply(.event(name: "Sent", order: "A"), at: day(2))
        #expect(sent.account.balance == 0)
        sent.apply(.event(name: "Sent", order: "B"), at: day(3))
        #expect(sent.available == 100)
    }

    /// Orders and refunds told at random, against counting them all anew.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `what stands is what the orders that stand are worth`(_ seed: UInt64) throws {
        let within = ["week", "month", "year", "ever", "20 days"][Int(seed % 5)]
        let program = try orders(2 + Int(seed / 5 % 3), within, #", "minimum": "2.00""#)
        let challenge = try #require(program.earn.first?.challenge)
        var ledger = Ledger(program, zone: .utc)
        var histories = try Histories(seed: seed)
        for step in histories.steps(60) {
            switch step.operation {
            case .order, .refund, .cancel: break
            default: continue
            }
            ledger.apply(step.operation, id: step.id, at: step.at, now: step.now)
            var byPeriod: [Int64: [Timestamp]] = [:]
            for order in ledger.account.orders where order.net >= 200 {
                guard let at = order.placedAt else { continue }
                byPeriod[challenge.period(of: ZoneRules.utc.day(of: at)), default: []].append(at)
            }
            var expected: Int64 = 0
            for times in byPeriod.values {
                var open: [Timestamp] = []
                for time in times.sorted() {
                    open.append(time)
                    if within == "20 days" {
                        open.removeAll { $0.adding(days: 20) <= time }
                    }
                    if open.count == challenge.times {
                        expected += 100
                        open = []
                    }
                }
            }
            try #require(ledger.account.balance == expected, "seed \(seed) \(step)")
        }
    }
}
