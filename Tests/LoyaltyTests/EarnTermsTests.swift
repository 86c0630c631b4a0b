import Documents
import Kernel
import Testing

@testable import Loyalty

/// How rules go together, and what they are multiplied, bounded and drawn by.
@Suite struct EarnTermsTests {
    private let two = #"""
        [{"name": "all", "points": 1, "per": 1}, {"name": "tea", "points": 3, "per": 1, "categories": ["tea"]}]
        """#

    private func basket(_ tea: Int64, _ mugs: Int64) -> [OrderLine] {
        [line("1", tea, category: "tea"), line("2", mugs, category: "mugs")]
    }

    private func earned(_ program: LoyaltyProgram, _ lines: [OrderLine]) -> Int64 {
        var ledger = Ledger(program)
        ledger.apply(.order(id: "A", lines: lines, currency: program.currency), at: day(0))
        return ledger.available
    }

    @Test(arguments: [("sum", 40), ("best", 30), ("first", 10)] as [(String, Int64)])
    func `rules go together as the program says`(_ combine: String, _ points: Int64) throws {
        let program = try program(earn: two, #""combine": "\#(combine)""#)
        // 10.00 of tea: 10 by the one, 30 by the other; the first rule takes every line.
        #expect(earned(program, basket(1000, 0)) == points)
    }

    @Test func `the best rule is found within limits, and again after a refund`() throws {
        let earn = #"""
            [{"name": "all", "points": 1, "per": 1},
             {"name": "tea", "points": 3, "per": 1, "categories": ["tea"], "limit": {"points": 25, "each": "ever"}}]
            """#
        let program = try program(earn: earn, #""combine": "best""#)
        var ledger = Ledger(program)
        ledger.apply(
            .order(id: "A", lines: basket(1000, 1000), currency: program.currency), at: day(0))
        // 20 by the one, 25 of 30 by the other.
        #expect(ledger.available == 25)
        ledger.apply(
            .refund(
                order: "A",
                OrderRefund(id: "r", parts: [.init(line: "1", quantityMilli: 0, amount: 600)])),
            at: day(1))
        // 14 by the one, 12 by the other.
        #expect(ledger.available == 14)
        ledger.apply(
            .order(id: "B", lines: basket(1000, 0), currency: program.currency), at: day(2))
        // Nothing of the limit is used by A any more.
        #expect(ledger.available == 14 + 25)
    }

    @Test func `each line counts for the first rule that takes it`() throws {
        let earn = #"""
            [{"name": "tea", "points": 3, "per": 1, "categories": ["tea"]}, {"name": "all", "points": 1, "per": 1}]
            """#
        #expect(
            earned(try program(earn: earn, #""combine": "first""#), basket(1000, 500)) == 30 + 5)
    }

    @Test(
        arguments: [
            // 2026-01-01 was a Thursday.
            (#"{"periods": [{"days": ["thu"], "times": 2}]}"#, 20),
            (#"{"periods": [{"days": "fri", "times": 2}]}"#, 10),
            (#"{"periods": [{"from": "2026-01-01", "until": "2026-01-01", "times": 1.5}]}"#, 15),
            (#"{"periods": [{"from": "2026-01-02", "times": 1.5}]}"#, 10),
            (
                #"{"periods": [{"from": "2025-12-01", "times": 2}, {"days": ["thu"], "times": 3}]}"#,
                60
            ),
            (#"{"segment": {"vips": 2.5}}"#, 25), (#"{"segment": {"others": 9}}"#, 10),
            (
                #"{"segment": {"vips": 2}, "first order": 3, "periods": [{"days": "thu", "times": 0.5}]}"#,
                30
            ),
        ] as [(String, Int64)])
    func `points are multiplied by segment, period and first order`(
        _ multiply: String, _ points: Int64
    ) throws {
        let program = try program(
            earn: #"[{"name": "a", "points": 1, "per": 1, "multiply": \#(multiply)}]"#)
        var facts = LoyaltyFacts()
        facts.segments = ["vips"]
        let outcome = LoyaltyAccount().applying(
            .order(id: "A", lines: [line("1", 1000)], currency: program.currency), id: "a",
            at: day(0), now: day(0), program: program, zone: .utc, facts: facts)
        #expect(outcome.account.balance == points)
        // Who has left the segment by then gives back what was got for being in it.
        let after = outcome.account.applying(
            .refund(order: "A", OrderRefund(id: "r", amount: 500)), id: "b", at: day(9),
            now: day(9), program: program, zone: .utc)
        #expect(after.account.balance == points - points / 2 - (points % 2 == 0 ? 0 : 1))
    }

    @Test func `factors are bounded where many go together`() throws {
        let periods = (0..<9).map { _ in #"{"days": "thu", "times": 100}"# }
        let program = try program(
            earn: #"""
                [{"name": "a", "points": 1, "per": 1, "multiply": {"periods": [\#(periods.joined(separator: ","))]}}]
                """#)
        #expect(earned(program, [line("1", 100)]) == 10_000)
    }

    @Test func `units earn, also less those that went back`() throws {
        let program = try program(
            earn: #"[{"name": "cups", "points": 1, "per": "unit", "categories": ["coffee"]}]"#,
            #""unit": "stamps""#)
        var ledger = Ledger(program)
        ledger.apply(
            .order(
                id: "A",
                lines: [
                    line("1", 750, quantity: 3, category: "coffee"),
                    line("2", 300, category: "cake"),
                ], currency: program.currency), at: day(0))
        #expect(ledger.available == 3)
        ledger.apply(
            .refund(
                order: "A", OrderRefund(id: "r", parts: [.init(line: "1", quantityMilli: 2000)])),
            at: day(1))
        #expect(ledger.available == 1)
    }

    @Test func `an order below the minimum earns nothing, nor one that falls below it`() throws {
        let program = try program(
            earn: #"[{"name": "a", "points": 1, "per": 1, "minimum": "20.00"}]"#)
        #expect(earned(program, [line("1", 1999)]) == 0)
        var ledger = Ledger(program)
        ledger.order("A", 2000, at: day(0))
        #expect(ledger.available == 20)
        ledger.apply(.refund(order: "A", OrderRefund(id: "r", amount: 1)), at: day(1))
        #expect(ledger.available == 0)
    }

    @Test func `points for tiers only can't be spent, and points for spending lift into none`()
        throws
    {
        let earn = #"""
            [{"name": "status", "points": 2, "per": 1, "counts": "qualifying"},
             {"name": "credit", "points": 1, "per": 1, "counts": "spendable"},
             {"name": "visit", "on": "Visited", "points": 5, "counts": "qualifying"},
             {"name": "extra", "on": "Visited", "points": 7, "counts": "spendable"}]
            """#
        let program = try program(
            earn: earn,
            #""tiers": {"by": "points", "period": "life", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 25}]}"#
        )
        var ledger = Ledger(program)
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.event(name: "Visited", order: nil), at: day(1))
        #expect(ledger.available == 10 + 7)
        #expect(ledger.account.standing(program, london)?.progress[0].amount == 25)
        #expect(ledger.account.tier == 1)
        #expect(ledger.news.contains(.qualified(points: 5, rule: "visit")))
        ledger.apply(.refund(order: "A", OrderRefund(id: "r", amount: 500)), at: day(2))
        #expect(ledger.available == 5 + 7)
        #expect(ledger.account.standing(program, london)?.progress[0].amount == 15)
    }

    @Test func `a correction by hand counts towards no tier`() throws {
        let program = try program(
            #""tiers": {"by": "points", "period": "life", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 25}]}"#
        )
        var ledger = Ledger(program)
        ledger.apply(.adjust(points: 100, reason: "a slip"), at: day(0))
        #expect(ledger.account.tier == 0)
        ledger.apply(.award(points: 100, reason: "a gift"), at: day(0))
        #expect(ledger.account.tier == 1)
    }

    @Test func `chance draws the same each time, about as often as it says`() throws {
        let program = try program(
            earn: #"[{"name": "lucky", "points": 1, "per": 1, "chance": "20%"}]"#)
        var facts = LoyaltyFacts()
        facts.draws = SipHash.Key(low: 5, high: 9)
        func points(_ order: String) -> Int64 {
            LoyaltyAccount().applying(
                .order(id: order, lines: [line("1", 100)], currency: program.currency), id: order,
                at: day(0), now: day(0), program: program, zone: .utc, facts: facts
            ).account.balance
        }
        let lucky = (0..<2000).filter { points("o\($0)") == 1 }
        // 20 % of 2,000 is 400, with a standard deviation of 18.
        #expect((328...472).contains(lucky.count))
        #expect(lucky == (0..<2000).filter { points("o\($0)") == 1 })
        facts.draws = SipHash.Key(low: 6, high: 9)
        #expect(lucky != (0..<2000).filter { points("o\($0)") == 1 })
    }

    @Test func `credit in money is written as money`() throws {
        let program = try program(
            earn: #"[{"name": "back", "points": 5, "per": 1}]"#, #""unit": "GBP""#)
        var ledger = Ledger(program)
        ledger.order("A", 5000, at: day(0))
        #expect(ledger.available == 250)
        #expect(
            ledger.entries.map { $0.reason.sentence(points: $0.amount, unit: program.unit) }
                == ["2.50 GBP for order A by back"])
        let refused = ledger.apply(.spend(points: 300, reference: ""), at: day(1))
        let refusal = try #require(refused)
        #expect(
            refusal.sentence(unit: program.unit) == "3.00 GBP are needed and 2.50 GBP can be spent")
        #expect(
            LoyaltyWords.rules(program).first
                == "0.05 GBP for each 1.00 GBP of an order, after discount")
    }

    @Test(arguments: [
        (#"{"name": "a", "points": 1, "per": 1, "chance": "0%"}"#, "must be above 0%"),
        (#"{"name": "a", "points": 1, "per": 1, "chance": 5}"#, "must be a share such as 5%"),
        (
            #"{"name": "a", "points": 1, "per": 1, "multiply": {"periods": [{"times": 2}]}}"#,
            "from, until or days"
        ),
        (
            #"{"name": "a", "points": 1, "per": 1, "multiply": {"periods": [{"days": "mo", "times": 2}]}}"#,
            "must be one of mon"
        ),
        (
            #"{"name": "a", "points": 1, "per": 1, "every": {"times": 2, "within": "month"}}"#,
            "without every"
        ),
        (#"{"name": "a", "points": 1, "every": {"times": 1, "within": "month"}}"#, "2"),
        (#"{"name": "a", "points": 1, "every": {"times": 2, "within": "soon"}}"#, "must be day"),
        (#"{"name": "a", "on": "Visited", "points": 1, "minimum": 5}"#, "an event has no lines"),
    ])
    func `what can't be is said`(_ rule: String, _ reason: String) throws {
        let problem = try #require(throws: DocumentProblem.self) {
            try program(earn: "[\(rule)]")
        }
        #expect(problem.reason.contains(reason), "\(problem)")
    }
}
