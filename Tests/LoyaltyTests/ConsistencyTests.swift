import Kernel
import Testing

@testable import Loyalty

/// What an account counts beside its points adds up at every step of random histories, of two customers who are found to
/// be one somewhere on the way.
@Suite struct ConsistencyTests {
    /// Two accounts with the budgets that they share.
    private struct Pair {
        var one: Ledger
        var other: Ledger
        var spent: [LoyaltyBudget: Int64] = [:]
        private var isMerged = false

        init(_ program: LoyaltyProgram) {
            one = Ledger(program, zone: .utc)
            other = one
        }

        private var facts: LoyaltyFacts {
            var facts = LoyaltyFacts()
            facts.spent = spent
            return facts
        }

        mutating func apply(_ step: Step, toOne: Bool) {
            let isOne = toOne && !isMerged
            let ledger = isOne ? one : other
            let outcome = ledger.account.applying(
                step.operation, id: step.id, at: step.at, now: step.now, program: ledger.program,
                zone: .utc, facts: facts)
            if isOne { one.take(outcome) } else { other.take(outcome) }
            spent.merge(outcome.budgetChanges, uniquingKeysWith: +)
        }

        mutating func merge(at now: Timestamp) {
            let merging = one.account.moving(
                into: other.account, names: ("one", "other"), now: now, program: one.program,
                zone: .utc, facts: facts)
            one.take(merging.from)
            other.take(merging.into)
            spent.merge(merging.into.budgetChanges, uniquingKeysWith: +)
            isMerged = true
        }
    }

    private func run(
        _ seed: UInt64, _ program: LoyaltyProgram,
        check: (Pair, Step) throws -> Void
    ) throws {
        var pair = Pair(program)
        var histories = try Histories(seed: seed)
        let steps = histories.steps(60)
        let mergedAt = histories.upTo(80)
        for (number, step) in steps.enumerated() {
            if number == mergedAt { pair.merge(at: step.now) }
            pair.apply(step, toOne: histories.upTo(2) == 0)
            try check(pair, step)
        }
    }

    private static let periods = ["month", "week", "ever"]
    private static let spans = ["month", "ever", "20 days", "week"]

    @Test(arguments: 0..<216 as Range<UInt64>)
    func `what is used of limits and budgets is what orders and challenges were granted`(
        _ seed: UInt64
    ) throws {
        let policy = LoyaltyProgram.RefundPolicy.allCases[Int(seed % 3)].rawValue
        let each = Self.periods[Int(seed / 3 % 3)]
        let within = Self.spans[Int(seed / 9 % 4)]
        let combine = ["sum", "best", "first"][Int(seed / 36 % 3)]
        let program = try program(
            earn: #"""
                [{"name": "spend", "points": 1, "per": 1, "limit": {"points": 25, "each": "\#(each)"}},
                 {"name": "tea", "points": 2, "per": 1, "products": ["p1"],
                  "limit": {"points": 30, "each": "\#(each)"}, "budget": {"points": 100, "each": "month"}},
                 {"name": "often", "points": 9, "every": {"times": 2, "within": "\#(within)"},
                  "limit": {"points": 20, "each": "\#(each)"}}]
                """#, #""combine": "\#(combine)", "refunds": "\#(policy)""#)
        try run(seed, program) { pair, step in
            var granted: [LoyaltyBudget: Int64] = [:]
            for account in [pair.one.account, pair.other.account] {
                try #require(account.usage == used(account, program), "\(step)")
                for order in account.orders {
                    guard let at = order.placedAt, let points = order.granted["tea"] else {
                        continue
                    }
                    let month = EarnRule.Period.month.number(of: ZoneRules.utc.day(of: at))
                    granted[LoyaltyBudget(rule: "tea", period: month), default: 0] += points
                }
            }
            try #require(pair.spent.filter { $0.value != 0 } == granted, "\(step)")
            try #require(granted.values.allSatisfy { (0...100).contains($0) }, "\(step)")
        }
    }

    private func used(
        _ account: LoyaltyAccount, _ program: LoyaltyProgram
    ) -> [LoyaltyAccount.Usage: Int64] {
        var found: [LoyaltyAccount.Usage: Int64] = [:]
        func add(_ points: Int64, of rule: EarnRule, at: Timestamp) {
            guard let limit = rule.limit, points != 0 else { return }
            let period = limit.each.number(of: ZoneRules.utc.day(of: at))
            found[LoyaltyAccount.Usage(rule: rule.name, period: period), default: 0] += points
        }
        for rule in program.earn {
            for order in account.orders {
                guard let at = order.placedAt else { continue }
                add(order.granted[rule.name] ?? 0, of: rule, at: at)
            }
            for (key, progress) in account.challenges where key.rule == rule.name {
                for completion in progress.done {
                    add(completion.points, of: rule, at: completion.at)
                }
            }
        }
        return found
    }

    @Test(arguments: 0..<216 as Range<UInt64>)
    func `an account that is looked at again at the same moment stays as it is`(
        _ seed: UInt64
    ) throws {
        let policy = LoyaltyProgram.RefundPolicy.allCases[Int(seed % 3)].rawValue
        let within = Self.spans[Int(seed / 3 % 4)]
        let pending = [#""none""#, #""14 days""#, #"{"until": "sent"}"#][Int(seed / 12 % 3)]
        let expiry = [#""never""#, #"{"after": "45 days"}"#, #"{"inactive": "30 days"}"#][
            Int(seed / 36 % 3)]
        let down = [#""immediate""#, #""one step", "grace": "20 days""#][Int(seed / 108 % 2)]
        let program = try program(
            earn: #"""
                [{"name": "spend", "points": 1, "per": 1},
                 {"name": "often", "points": 9, "every": {"times": 2, "within": "\#(within)"}},
                 {"name": "sent", "on": "sent", "points": 4, "every": {"times": 2, "within": "\#(within)"}}]
                """#,
            #"""
            "refunds": "\#(policy)", "pending": \#(pending), "expiry": \#(expiry),
            "tiers": {"by": "points", "period": "2 months", "downgrade": \#(down), "levels": [
              {"name": "a", "from": 0}, {"name": "b", "from": 20, "entry points": 3},
              {"name": "c", "from": 60}]}
            """#)
        try run(seed, program) { pair, step in
            for account in [pair.one.account, pair.other.account] where !account.tierName.isEmpty {
                try #require(program.tierName(account.tier) == account.tierName, "\(step)")
                let again = account.applying(
                    .tick, id: "again", at: account.latest, now: account.latest, program: program,
                    zone: .utc)
                try #require(again.entries.isEmpty, "\(step)")
                try #require(again.account == account, "\(step)")
            }
        }
    }
}
