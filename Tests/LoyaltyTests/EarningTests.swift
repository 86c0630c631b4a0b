import Kernel
import Testing

@testable import Loyalty

@Suite struct EarningTests {
    /// What a rule gives for some lines at first.
    private func points(_ rule: String, _ lines: [OrderLine]) throws -> Int64 {
        var ledger = Ledger(try program(earn: #"[{"name": "x", "points": 1, "per": 1\#(rule)}]"#))
        ledger.apply(.order(id: "A", lines: lines, currency: try currency()), at: day(0))
        return ledger.account.balance
    }

    @Test(arguments: [
        ("down", 0, 0), ("down", 99, 0), ("down", 100, 1), ("down", 199, 1),
        ("nearest", 49, 0), ("nearest", 50, 1), ("nearest", 149, 1), ("nearest", 150, 2),
        ("up", 0, 0), ("up", 1, 1), ("up", 100, 1), ("up", 101, 2),
    ])
    func `pence are rounded as the rule says`(
        _ rounding: String, _ pence: Int64, _ expected: Int64
    ) throws {
        #expect(try points(#", "round": "\#(rounding)""#, [line("1", pence)]) == expected)
    }

    @Test func `an order is rounded once and not line by line`() throws {
        #expect(try points("", [line("1", 60), line("2", 60)]) == 1)
    }

    @Test(arguments: [
        ("", 8), (#", "base": "before discount""#, 10), (#", "tax": "excluded""#, 6),
        (#", "base": "before discount", "tax": "excluded""#, 8),
    ])
    func `discount and tax count as the rule says`(_ rule: String, _ expected: Int64) throws {
        #expect(try points(rule, [line("1", 1000, discount: 200, tax: 160)]) == expected)
    }

    @Test(arguments: [
        (#", "categories": "tea""#, 10), (#", "products": ["p2", "p3"]"#, 50),
        (#", "categories": "tea", "products": "p2""#, 0),
        (#", "categories": ["tea", "cake"]"#, 30),
    ])
    func `only the lines that a rule names count`(_ rule: String, _ expected: Int64) throws {
        let lines = [
            line("1", 1000, category: "tea"), line("2", 2000, category: "cake"), line("3", 3000),
        ]
        #expect(try points(rule, lines) == expected)
    }

    @Test func `rules add up`() throws {
        let earn =
            #"[{"name": "a", "points": 1, "per": 1}, {"name": "b", "points": 5, "per": 10, "round": "up"}]"#
        var ledger = Ledger(try program(earn: earn))
        ledger.order("A", 1100, at: day(0))
        #expect(ledger.account.balance == 11 + 6)
        #expect(ledger.entries.first?.reason == .earned(order: "A", rules: ["a", "b"]))
    }

    @Test func `the first order is multiplied, and stays the first when it is edited`() throws {
        var ledger = Ledger(
            try program(
                earn: #"[{"name": "x", "points": 1, "per": 1, "multiply": {"first order": 3}}]"#))
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(1))
        #expect(ledger.account.balance == 40)
        ledger.order("A", 2000, at: day(2))
        #expect(ledger.account.balance == 70)
    }

    @Test func `an order is multiplied by the tier in which it was placed`() throws {
        let earn = #"[{"name": "x", "points": 1, "per": 1, "multiply": {"tier": {"b": 2}}}]"#
        let tiers =
            #""tiers": {"by": "spend", "period": "life", "#
            + #""levels": [{"name": "a", "from": 0}, {"name": "b", "from": 10}]}"#
        var ledger = Ledger(try program(earn: earn, tiers))
        ledger.order("A", 1000, at: day(0))
        #expect(ledger.account.balance == 10, "it reaches the tier, and was placed below it")
        ledger.order("B", 1000, at: day(1))
        #expect(ledger.account.balance == 30)
        ledger.order("A", 2000, at: day(2))
        #expect(ledger.account.balance == 40)
    }

    @Test(arguments: [
        ("day", [0, 0, 1], [10, 10, 20]), ("week", [0, 3, 4], [10, 10, 20]),
        ("month", [0, 30, 31], [10, 10, 20]), ("year", [0, 364, 365], [10, 10, 20]),
        ("ever", [0, 400, 4000], [10, 10, 10]),
    ])
    func `a limit holds within its period`(
        _ period: String, _ days: [Int], _ balances: [Int64]
    ) throws {
        let earn =
            #"[{"name": "x", "points": 1, "per": 1, "limit": {"points": 10, "each": "\#(period)"}}]"#
        var ledger = Ledger(try program(earn: earn), zone: .utc)
        for (number, place) in days.enumerated() {
            ledger.order("o\(number)", 900, at: day(place))
            if number == 0 { #expect(ledger.account.balance == 9) }
            ledger.order("p\(number)", 900, at: day(place))
            #expect(ledger.account.balance == balances[number])
        }
    }

    @Test func `what is refunded frees its limit for later orders`() throws {
        let earn =
            #"[{"name": "x", "points": 1, "per": 1, "limit": {"points": 10, "each": "year"}}]"#
        var ledger = Ledger(try program(earn: earn))
        ledger.order("A", 5000, at: day(0))
        ledger.order("B", 5000, at: day(1))
        #expect(ledger.account.balance == 10)
        ledger.apply(.refund(order: "A", OrderRefund(id: "r", amount: 4000)), at: day(2))
        #expect(ledger.account.balance == 10, "what is left is still above the limit")
        ledger.apply(.cancel(order: "A"), at: day(3))
        #expect(ledger.account.balance == 0)
        ledger.order("C", 5000, at: day(4))
        #expect(ledger.account.balance == 10)
    }

    @Test func `a rule gives from its first day to its last in the program's zone`() throws {
        let earn =
            #"[{"name": "x", "points": 1, "per": 1, "from": "2026-06-01", "until": "2026-06-30"}]"#
        var ledger = Ledger(try program(earn: earn), zone: london)
        let cases = [
            ("2026-05-31T22:59:59.999Z", 0), ("2026-05-31T23:00:00Z", 1),
            ("2026-06-30T22:59:59.999Z", 2), ("2026-06-30T23:00:00Z", 2),
        ]
        for (number, (at, expected)) in cases.enumerated() {
            ledger.order("\(number)", 100, at: time(at))
            #expect(ledger.account.balance == Int64(expected), "\(at)")
        }
    }

    @Test func `orders in another currency earn nothing, and again when that was wrong`() throws {
        var ledger = Ledger(try program())
        for (code, expected) in [("EUR", 0), ("GBP", 10), ("EUR", 0)] {
            ledger.apply(
                .order(id: "A", lines: [line("1", 1000)], currency: try currency(code)), at: day(0))
            #expect(ledger.account.balance == Int64(expected), "\(code)")
        }
    }

    @Test func `an event earns by each rule that names it, each time, within its limit`() throws {
        let earn =
            #"[{"name": "x", "on": "review", "points": 4, "limit": {"points": 10, "each": "month"}}, "#
            + #"{"name": "y", "on": "birthday", "points": 50}]"#
        var ledger = Ledger(try program(earn: earn))
        for expected in [4, 8, 10, 10] as [Int64] {
            ledger.apply(.event(name: "review", order: nil), at: day(0))
            #expect(ledger.account.balance == expected)
        }
        ledger.apply(.event(name: "birthday", order: nil), at: day(1))
        #expect(ledger.account.balance == 60)
        ledger.apply(.event(name: "nothing", order: nil), at: day(1))
        #expect(ledger.account.balance == 60)
    }

    @Test func `points wait for the end of their span to the millisecond`() throws {
        var ledger = Ledger(try program(#""pending": "14 days""#))
        ledger.order("A", 1000, at: day(0))
        for (ms, expected) in [(-1, 0), (0, 10), (1, 10)] as [(Int64, Int64)] {
            ledger.tick(day(14, ms: ms))
            #expect(ledger.available == expected)
            #expect(ledger.pending == 10 - expected)
        }
    }

    @Test func `points wait for their own order's event, which may come before the order`() throws {
        var ledger = Ledger(try program(#""pending": {"until": "sent"}"#))
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.event(name: "sent", order: "B"), at: day(1))
        ledger.apply(.event(name: "packed", order: "A"), at: day(1))
        #expect(ledger.available == 0)
        ledger.apply(.event(name: "sent", order: "A"), at: day(2))
        #expect(ledger.available == 10)
        ledger.order("B", 500, at: day(3))
        #expect(ledger.available == 15)
    }

    @Test(arguments: [-1, 0, 1] as [Int64])
    func `points that wait for a day can be spent from its beginning in the zone`(
        _ ms: Int64
    ) throws {
        var ledger = Ledger(try program(#""pending": {"until": "2026-01-11"}"#), zone: .utc)
        ledger.order("A", 1000, at: day(3))
        #expect(ledger.pending == 10 && ledger.available == 0)
        ledger.apply(.tick, at: day(10, ms: ms))
        #expect(ledger.available == (ms < 0 ? 0 : 10))
        // Who orders later doesn't wait.
        ledger.order("B", 500, at: day(12))
        #expect(ledger.available == 15)
    }
}
