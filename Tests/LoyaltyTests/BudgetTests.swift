import Kernel
import Testing

@testable import Loyalty

/// What all customers together may get.
@Suite struct BudgetTests {
    /// Several customers of one program, as the ledger's writer carries them.
    struct Shop {
        var program: LoyaltyProgram
        var accounts: [String: LoyaltyAccount] = [:]
        var spent: [LoyaltyBudget: Int64] = [:]

        @discardableResult
        mutating func apply(
            _ operation: LoyaltyOperation, _ customer: String, at: Timestamp
        ) -> LoyaltyRefusal? {
            var facts = LoyaltyFacts()
            facts.spent = spent
            let outcome = (accounts[customer] ?? LoyaltyAccount()).applying(
                operation, id: "op", at: at, now: at, program: program, zone: .utc, facts: facts)
            accounts[customer] = outcome.account
            for (budget, change) in outcome.budgetChanges { spent[budget, default: 0] += change }
            return outcome.refusal
        }

        func balance(_ customer: String) -> Int64 { accounts[customer]?.balance ?? 0 }
    }

    private func order(_ id: String, _ amount: Int64, _ program: LoyaltyProgram) -> LoyaltyOperation
    {
        .order(id: id, lines: [line("1", amount)], currency: program.currency)
    }

    @Test func `a rule gives all together what its budget has, and again what comes back`() throws {
        let program = try program(
            earn:
                #"[{"name": "a", "points": 1, "per": 1, "budget": {"points": 100, "each": "month"}}]"#
        )
        var shop = Shop(program: program)
        shop.apply(order("A", 7000, program), "ann", at: day(0))
        shop.apply(order("B", 7000, program), "ben", at: day(1))
        #expect([shop.balance("ann"), shop.balance("ben")] == [70, 30])
        shop.apply(.refund(order: "A", OrderRefund(id: "r", amount: 5000)), "ann", at: day(2))
        shop.apply(order("C", 7000, program), "cem", at: day(3))
        #expect([shop.balance("ann"), shop.balance("ben"), shop.balance("cem")] == [20, 30, 50])
        // February has its own.
        shop.apply(order("D", 7000, program), "ann", at: day(31))
        #expect(shop.balance("ann") == 90)
        #expect(shop.spent.values.sorted() == [70, 100])
    }

    @Test func `gifts beyond the awards' budget are refused, whole`() throws {
        var shop = Shop(
            program: try program(#""awards": {"budget": {"points": 100, "each": "year"}}"#))
        #expect(shop.apply(.award(points: 80, reason: "a gift"), "ann", at: day(0)) == nil)
        #expect(
            shop.apply(.award(points: 30, reason: "a gift"), "ben", at: day(1))
                == .budgetSpent(left: 20, wanted: 30))
        #expect(shop.balance("ben") == 0)
        #expect(shop.apply(.award(points: 20, reason: "a gift"), "ben", at: day(1)) == nil)
        #expect(shop.apply(.award(points: 1, reason: "a gift"), "ben", at: day(365)) == nil)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `no history gives more than the budget, and what is spent of it is what stands`(
        _ seed: UInt64
    ) throws {
        let program = try program(
            earn: #"""
                [{"name": "a", "points": 1, "per": 1, "budget": {"points": 60, "each": "month"}},
                 {"name": "b", "points": 2, "per": 1, "limit": {"points": 30, "each": "week"},
                  "budget": {"points": 90, "each": "ever"}}]
                """#)
        var shop = Shop(program: program)
        var histories = try Histories(seed: seed)
        for step in histories.steps(60) {
            switch step.operation {
            case .order, .refund, .cancel: break
            default: continue
            }
            shop.apply(step.operation, ["ann", "ben"][histories.upTo(2)], at: step.now)
            for (budget, points) in shop.spent {
                let most: Int64 = budget.rule == "a" ? 60 : 90
                #expect((0...most).contains(points), "\(budget) \(points) \(step.operation)")
            }
            var standing: [String: Int64] = [:]
            for account in shop.accounts.values {
                for order in account.orders {
                    for (rule, points) in order.granted { standing[rule, default: 0] += points }
                }
            }
            for rule in ["a", "b"] {
                let spent = shop.spent.filter { $0.key.rule == rule }.values.reduce(0, +)
                #expect(spent == standing[rule, default: 0], "\(rule) \(step.operation)")
            }
        }
    }
}
