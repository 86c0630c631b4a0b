import Documents
import Kernel
import Testing

@testable import Loyalty

/// Tiers by several things at once, and what is told before one is lost.
@Suite struct TierMetricTests {
    private func hotel(_ reach: String, _ more: String = "") throws -> LoyaltyProgram {
        try program(
            #""tiers": {"by": ["spend", "orders", {"nights": {"categories": ["rooms"]}}], "#
                + #""reach": "\#(reach)", "period": "12 months"\#(more), "levels": ["#
                + #"{"name": "guest", "from": 0}, "#
                + #"{"name": "silver", "from": {"nights": 5, "spend": "300.00"}}, "#
                + #"{"name": "gold", "from": {"nights": 20, "orders": 4}}]}"#)
    }

    private func stay(_ id: String, nights: Int64, _ amount: Int64, _ program: LoyaltyProgram)
        -> LoyaltyOperation
    {
        .order(
            id: id,
            lines: [
                line("1", amount, quantity: nights, category: "rooms"),
                line("2", 1000, quantity: 3, category: "meals"),
            ], currency: program.currency)
    }

    @Test func `one of several is enough, or all are needed`() throws {
        for (reach, tiers) in [("any", [1, 1, 2]), ("all", [0, 1, 1])] {
            let program = try hotel(reach)
            var ledger = Ledger(program, zone: .utc)
            var found: [Int] = []
            for (id, nights, amount) in [("A", 5, 10_000), ("B", 4, 20_000), ("C", 12, 50_000)]
                as [(String, Int64, Int64)]
            {
                ledger.apply(stay(id, nights: nights, amount, program), at: day(found.count))
                found.append(ledger.account.tier)
            }
            #expect(found == tiers, "\(reach)")
        }
    }

    @Test func `nights that were given back don't count`() throws {
        let program = try hotel("any")
        var ledger = Ledger(program, zone: .utc)
        ledger.apply(stay("A", nights: 5, 10_000, program), at: day(0))
        #expect(ledger.account.tier == 1)
        ledger.apply(
            .refund(
                order: "A", OrderRefund(id: "r", parts: [.init(line: "1", quantityMilli: 1000)])),
            at: day(1))
        #expect(ledger.account.tier == 0)
        let standing = try #require(ledger.account.standing(program, .utc))
        #expect(standing.progress.map(\.amount) == [9000, 1, 4000])
        #expect(standing.progress.map(\.missing) == [21_000, nil, 1000])
        let rules = try #require(program.tiers)
        #expect(LoyaltyWords.amounts(standing, program) == "90.00 GBP, 1 order, 4 nights")
        #expect(LoyaltyWords.missing(standing, rules, program) == "210.00 GBP or 1 night")
        #expect(LoyaltyWords.from(rules.levels[1], rules, program) == "from 300.00 GBP or 5 nights")
        #expect(LoyaltyWords.from(rules.levels[0], rules, program) == "from 0.00 GBP")
    }

    @Test func `in calendar years all that is asked must come in one of them`() throws {
        let program = try program(
            #""tiers": {"by": ["spend", "orders"], "reach": "all", "period": "calendar year", "levels": ["#
                + #"{"name": "a", "from": 0}, {"name": "b", "from": {"spend": 100, "orders": 2}}]}"#
        )
        var ledger = Ledger(program, zone: .utc)
        ledger.order("A", 20_000, at: time("2026-12-30"))
        ledger.order("B", 100, at: time("2027-01-02"))
        #expect(ledger.account.tier == 0)
        ledger.order("C", 10_000, at: time("2027-01-03"))
        #expect(ledger.account.tier == 1)
    }

    @Test func `that a tier will be lost is told once for each such moment`() throws {
        let program = try hotel("any", #", "remind": "30 days""#)
        var ledger = Ledger(program, zone: .utc)
        ledger.apply(stay("A", nights: 5, 10_000, program), at: day(0))
        func warnings() -> [LoyaltyNews] {
            ledger.news.filter { if case .tierWillChange = $0 { true } else { false } }
        }
        ledger.tick(day(335, ms: -1))
        #expect(warnings() == [])
        ledger.tick(day(335))
        ledger.tick(day(340))
        #expect(warnings() == [.tierWillChange(from: "silver", to: "guest", at: day(365))])
        // Another stay puts it off.
        ledger.apply(stay("B", nights: 5, 10_000, program), at: day(341))
        ledger.tick(day(366))
        #expect(ledger.account.tier == 1)
        #expect(warnings().count == 1)
        ledger.tick(day(341 + 365))
        #expect(
            warnings().dropFirst()
                == [.tierWillChange(from: "silver", to: "guest", at: day(341 + 365))])
        #expect(ledger.account.tier == 0)
    }

    @Test func `a warning comes once where a long time passes at once, too`() throws {
        let program = try hotel("any", #", "remind": "30 days", "grace": "10 days""#)
        var ledger = Ledger(program, zone: .utc)
        ledger.apply(stay("A", nights: 5, 10_000, program), at: day(0))
        ledger.tick(day(1000))
        let moments = ledger.news.compactMap { news -> Timestamp? in
            if case .tierWillChange(_, _, let at) = news { at } else { nil }
        }
        #expect(moments == [day(375)])
    }

    @Test(arguments: [
        (
            #"{"by": ["spend", "orders"], "period": "life", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 5}]}"#,
            "for which metric"
        ),
        (
            #"{"by": ["spend", "spend"], "period": "life", "levels": [{"name": "a", "from": 0}]}"#,
            "two named spend"
        ),
        (
            #"{"by": "nights", "period": "life", "levels": [{"name": "a", "from": 0}]}"#,
            "units such as"
        ),
        (
            #"{"by": ["spend", "orders"], "period": "life", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": {"visits": 5}}]}"#,
            "visits"
        ),
        (
            #"{"by": ["spend", "orders"], "period": "life", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": {"spend": 9, "orders": 9}}, {"name": "c", "from": {"spend": 10, "orders": 8}}]}"#,
            "must be above b's"
        ),
    ])
    func `what can't be is said`(_ tiers: String, _ reason: String) throws {
        let problem = try #require(throws: DocumentProblem.self) {
            try program(#""tiers": \#(tiers)"#)
        }
        #expect("\(problem)".contains(reason), "\(problem)")
    }
}
