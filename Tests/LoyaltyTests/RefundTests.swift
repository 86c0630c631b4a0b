import Kernel
import Testing

@testable import Loyalty

@Suite struct RefundTests {
    private func units(_ line: String, _ count: Int64) -> OrderRefund.Part {
        OrderRefund.Part(line: line, quantityMilli: count * 1000)
    }

    /// £10, £20 and three of £10 each, with 60 points.
    private func sixty(_ more: String = "") throws -> Ledger {
        var ledger = Ledger(try program(more))
        let lines = [line("1", 1000), line("2", 2000), line("3", 3000, quantity: 3)]
        ledger.apply(.order(id: "A", lines: lines, currency: try currency()), at: day(0))
        return ledger
    }

    @Test(
        arguments: [
            ([OrderRefund.Part(line: "1", quantityMilli: 1000)], 0, 50),
            ([OrderRefund.Part(line: "3", quantityMilli: 1000)], 0, 50),
            ([OrderRefund.Part(line: "3", quantityMilli: 9000)], 0, 30),
            ([OrderRefund.Part(line: "p2", quantityMilli: 1000)], 0, 40),
            ([OrderRefund.Part(line: "2", quantityMilli: 0, amount: 500)], 0, 55),
            ([OrderRefund.Part(line: "2", quantityMilli: 1000, amount: 1500)], 0, 45),
            ([OrderRefund.Part(line: "2", quantityMilli: 0, amount: 9900)], 0, 40),
            ([], 600, 54), ([], 100_000, 0),
            ([OrderRefund.Part(line: "unknown", quantityMilli: 0, amount: 1000)], 0, 50),
            ([OrderRefund.Part(line: "unknown", quantityMilli: 1000)], 0, 60),
        ] as [([OrderRefund.Part], Int64, Int64)])
    func `a refund takes back what its lines and money earned`(
        _ parts: [OrderRefund.Part], _ amount: Int64, _ expected: Int64
    ) throws {
        var ledger = try sixty()
        for _ in 0..<2 {
            // Told again, it is the same.
            ledger.apply(
                .refund(order: "A", OrderRefund(id: "r", parts: parts, amount: amount)), at: day(1))
            #expect(ledger.account.balance == expected)
        }
    }

    @Test func `refunds by line end the same in every order and number, before the order too`()
        throws
    {
        let refunds = [
            OrderRefund(id: "a", parts: [units("1", 1)]),
            OrderRefund(id: "b", parts: [units("3", 1), units("2", 1)]),
            OrderRefund(id: "c", parts: [units("3", 2)]),
        ]
        let lines = [line("1", 1033), line("2", 2051), line("3", 3001, quantity: 3)]
        let whole = LoyaltyOperation.order(id: "A", lines: lines, currency: try currency())
        let expected: [Int: Int64] = [0: 60, 1: 50, 2: 30, 3: 20, 4: 40, 5: 30, 6: 10, 7: 0]
        for chosen in 0..<8 {
            let picked = refunds.indices.filter { chosen & (1 << $0) != 0 }
            for order in [picked, picked.reversed()] {
                for place in 0...order.count {
                    var ledger = Ledger(try program())
                    for (number, refund) in order.enumerated() {
                        if number == place { ledger.apply(whole, at: day(0), now: day(2)) }
                        ledger.apply(
                            .refund(order: "A", refunds[refund]), at: day(1), now: day(2))
                    }
                    ledger.apply(whole, at: day(0), now: day(2))
                    #expect(ledger.account.balance == expected[chosen], "\(order) \(place)")
                }
            }
        }
    }

    @Test func `nothing is left of an order that is cancelled, whatever else is told`() throws {
        let pounds = try currency()
        for isCancelFirst in [true, false] {
            var ledger = Ledger(try program())
            if isCancelFirst { ledger.apply(.cancel(order: "A"), at: day(1)) }
            ledger.apply(
                .order(id: "A", lines: [line("1", 1000)], currency: pounds), at: day(0), now: day(2)
            )
            if !isCancelFirst { ledger.apply(.cancel(order: "A"), at: day(1), now: day(2)) }
            ledger.apply(
                .order(id: "A", lines: [line("1", 9000)], currency: pounds), at: day(2), now: day(2)
            )
            #expect(ledger.account.balance == 0)
        }
    }

    /// 60 points, of which 50 are spent, and 5 others.
    @Test(
        arguments: [
            // Its own 10, then the other 5; 45 are given up.
            ("within balance", 0, 0), ("allow negative", 0, 45),
            // They are spendable: nothing is taken.
            ("only pending", 15, 0),
        ] as [(String, Int64, Int64)])
    func `a refund after spending takes what its policy lets it`(
        _ policy: String, _ available: Int64, _ debt: Int64
    ) throws {
        var ledger = try sixty(#""refunds": "\#(policy)""#)
        ledger.apply(.spend(points: 50, reference: ""), at: day(1))
        ledger.apply(.award(points: 5, reason: "x"), at: day(2))
        ledger.apply(.cancel(order: "A"), at: day(3))
        #expect(ledger.available == available)
        #expect(ledger.account.debt == debt)
        #expect(ledger.account.balance == available - debt)
        let reasons = ledger.entries.filter { $0.kind == .reverse || $0.kind == .owe }.map(\.reason)
        switch policy {
        case "only pending": #expect(reasons.isEmpty)
        default:
            #expect(
                reasons.prefix(2) == [
                    .refunded(order: "A", isCancelled: true),
                    .refundedFromOthers(order: "A", lot: 2),
                ])
        }
    }

    @Test func `pending points are taken back under every policy`() throws {
        for policy in LoyaltyProgram.RefundPolicy.allCases {
            var ledger = try sixty(#""pending": "14 days", "refunds": "\#(policy.rawValue)""#)
            ledger.apply(
                .refund(order: "A", OrderRefund(id: "r", parts: [units("2", 1)])), at: day(1))
            #expect(ledger.pending == 40)
            ledger.tick(day(14))
            ledger.apply(.cancel(order: "A"), at: day(15))
            #expect(ledger.available == (policy == .onlyPending ? 40 : 0))
        }
    }

    @Test(arguments: LoyaltyProgram.RefundPolicy.allCases)
    func `points that ended are not taken a second time from others`(
        _ policy: LoyaltyProgram.RefundPolicy
    ) throws {
        var ledger = try sixty(
            #""expiry": {"after": "30 days"}, "refunds": "\#(policy.rawValue)""#)
        ledger.order("B", 700, at: day(20))
        ledger.tick(day(30))
        #expect(ledger.account.balance == 7)
        ledger.apply(.cancel(order: "A"), at: day(31))
        #expect(ledger.account.balance == 7)
        #expect(ledger.account.debt == 0)
        ledger.order("A", 9000, at: day(32))
        #expect(ledger.account.balance == 7)
    }

    @Test(arguments: LoyaltyProgram.RefundPolicy.allCases)
    func `reserved points are left to whom they are reserved`(
        _ policy: LoyaltyProgram.RefundPolicy
    ) throws {
        var ledger = try sixty(#""refunds": "\#(policy.rawValue)""#)
        ledger.apply(.reserve(points: 50, reference: "", seconds: 60), id: "r", at: day(1))
        ledger.apply(.cancel(order: "A"), at: day(1))
        #expect(ledger.account.held == 50)
        #expect(ledger.apply(.confirm(operation: "r"), at: day(1, ms: 1)) == nil)
        #expect(ledger.account.balance == [.allowNegative: -50, .onlyPending: 10][policy] ?? 0)
    }

    @Test func `what is owed is paid by whatever is earned next, and no more than that`() throws {
        var ledger = try sixty(#""refunds": "allow negative""#)
        ledger.apply(.spend(points: 60, reference: ""), id: "s", at: day(1))
        ledger.apply(.cancel(order: "A"), at: day(2))
        #expect(ledger.account.debt == 60)
        ledger.order("B", 1000, at: day(3))
        #expect(ledger.account.debt == 50)
        ledger.apply(.award(points: 5, reason: "x"), at: day(4))
        #expect(ledger.account.debt == 45)
        #expect(
            ledger.apply(.spend(points: 1, reference: ""), at: day(4))?.code == "not_enough_points")
        ledger.apply(.unspend(operation: "s", points: 50), at: day(5))
        #expect(ledger.account.debt == 0)
        #expect(ledger.available == 5)
    }

    @Test func `what couldn't be taken back isn't given again when the order grows again`() throws {
        var ledger = try sixty()
        ledger.apply(.spend(points: 60, reference: ""), at: day(1))
        let small = [line("1", 1000)]
        ledger.apply(.order(id: "A", lines: small, currency: try currency()), at: day(2))
        #expect(ledger.account.balance == 0)
        let large = [line("1", 1000), line("2", 2000), line("3", 3000, quantity: 3)]
        ledger.apply(.order(id: "A", lines: large, currency: try currency()), at: day(3))
        #expect(ledger.account.balance == 0)
        ledger.apply(
            .order(id: "A", lines: large + [line("4", 400)], currency: try currency()), at: day(4))
        #expect(ledger.account.balance == 4)
    }

    @Test
    func `a credit note with a number of its own is of the newest orders that have its products`()
        throws
    {
        var ledger = Ledger(try program(#""returns": "by product""#))
        let tea = [line("1", 2000, quantity: 2, product: "tea")]
        for (number, id) in ["A", "B"].enumerated() {
            ledger.apply(
                .order(id: id, lines: tea, currency: try currency()), at: day(number))
        }
        let note = LoyaltyOperation.refund(
            order: "C9", OrderRefund(id: "r", parts: [units("tea", 3)]))
        for _ in 0..<2 {
            ledger.apply(note, at: day(2))
            #expect(ledger.account.balance == 10)
        }
        #expect(ledger.account.orders.map(\.net) == [1000, 0])
    }

    @Test(arguments: ["spend", "reserve", "forget"])
    func `who spends or reserves, returns the order and undoes it doesn't keep its points`(
        way: String
    ) throws {
        var ledger = Ledger(try program(#""refunds": "within balance""#))
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 300, at: day(0))
        if way == "spend" {
            ledger.apply(.spend(points: 13, reference: ""), id: "s", at: day(1))
        } else {
            ledger.apply(.reserve(points: 13, reference: "", seconds: 600), id: "s", at: day(1))
        }
        ledger.apply(.cancel(order: "A"), at: day(1))
        #expect(ledger.available == 0)
        switch way {
        case "spend": ledger.apply(.unspend(operation: "s", points: nil), at: day(2))
        case "reserve": ledger.apply(.release(operation: "s"), at: day(1))
        default: ledger.apply(.tick, at: day(2))
        }
        #expect(ledger.available == 3, "those of the order that stands")
        let last = try #require(ledger.entries.last)
        #expect(last.kind == .reverse && last.amount == -10)
    }
}
