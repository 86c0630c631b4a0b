import Kernel
import Testing

@testable import Loyalty

/// Two customers who are found to be one have what one would have.
@Suite struct MergingTests {
    private func merged(_ one: Ledger, _ other: Ledger, now: Timestamp) -> Ledger {
        var (from, into) = (one, other)
        let merging = from.account.moving(
            into: into.account, names: ("one", "other"), now: now, program: into.program,
            zone: into.zone)
        from.take(merging.from)
        into.take(merging.into)
        #expect(from.account.balance == 0)
        return into
    }

    @Test(arguments: [false, true])
    func `a cancellation that came before its order was moved holds`(_ isOut: Bool) throws {
        let program = try program()
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        one.order("A", 1000, at: day(0))
        other.apply(.cancel(order: "A"), at: day(1))
        let all = isOut ? merged(other, one, now: day(2)) : merged(one, other, now: day(2))
        #expect(all.account.balance == 0)
        #expect(all.account.orders.map(\.id) == ["A"])
        #expect(
            all.entries.last?.reason == .refunded(order: "A", isCancelled: true))
    }

    @Test func `an order that two knew counts once, and within its limit`() throws {
        let program = try program(
            earn: #"""
                [{"name": "spend", "points": 1, "per": 1, "limit": {"points": 25, "each": "month"}}]
                """#)
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        one.order("A", 1000, at: day(1))
        other.order("A", 1000, at: day(0))
        var all = merged(one, other, now: day(2))
        #expect(all.account.balance == 10)
        all.order("B", 4000, at: day(3))
        #expect(all.account.balance == 25)
        all.apply(.cancel(order: "A"), at: day(4))
        #expect(all.account.balance == 15)
    }

    @Test func `what is given back of a budget in a merge is told`() throws {
        let program = try program(
            earn: #"""
                [{"name": "spend", "points": 1, "per": 1, "budget": {"points": 100, "each": "ever"}}]
                """#)
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        one.order("A", 1000, at: day(0))
        other.apply(.cancel(order: "A"), at: day(1))
        let budget = LoyaltyBudget(rule: "spend", period: 0)
        var facts = LoyaltyFacts()
        facts.spent = [budget: 30]
        let merging = one.account.moving(
            into: other.account, names: ("one", "other"), now: day(2), program: program,
            zone: .utc, facts: facts)
        #expect(merging.into.budgetChanges == [budget: -10])
        #expect(merging.from.budgetChanges.isEmpty)
    }

    @Test func `a return after a merge of orders of one number takes that order's points`() throws {
        let program = try program(#""refunds": "within balance""#)
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        one.order("A", 1000, at: day(0))
        other.order("A", 1000, at: day(0))
        other.order("B", 300, at: day(0))
        one.apply(.reserve(points: 10, reference: "", seconds: 600_000), id: "r", at: day(1))
        other.apply(.reserve(points: 13, reference: "", seconds: 600_000), id: "s", at: day(1))
        var all = merged(one, other, now: day(1))
        all.apply(.cancel(order: "A"), at: day(1))
        #expect(all.account.balance == 23)
        all.apply(.release(operation: "s"), at: day(2))
        all.apply(.release(operation: "r"), at: day(2))
        #expect(all.account.balance == 3)
    }

    @Test func `a challenge of a month to which no order belongs any more comes undone`() throws {
        let often =
            #"{"name": "often", "points": 7, "every": {"times": 2, "within": "month"}}"#
        let program = try program(earn: #"[{"name": "spend", "points": 1, "per": 1}, \#(often)]"#)
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        for id in ["A", "B"] {
            one.order(id, 1000, at: day(3))
            other.order(id, 1000, at: day(40))
        }
        #expect([one.account.balance, other.account.balance] == [27, 27])
        #expect(merged(one, other, now: day(41)).account.balance == 27)
    }

    /// Facts of orders are told to one of two accounts at random, which are merged somewhere on the way.
    @Test(arguments: 0..<120 as Range<UInt64>)
    func `what was told to two is after a merge as if it had been told to one`(
        _ seed: UInt64
    ) throws {
        let often =
            #"{"name": "often", "points": 7, "every": {"times": 2, "within": "month"}}"#
        let policy = ["within balance", "allow negative"][Int(seed % 2)]
        let program = try program(
            earn: #"[{"name": "spend", "points": 1, "per": 1}, \#(often)]"#,
            #""refunds": "\#(policy)""#)
        var (one, other) = (Ledger(program, zone: .utc), Ledger(program, zone: .utc))
        var single = one
        var histories = try Histories(seed: seed)
        let steps = histories.steps(50)
        let mergedAt = histories.upTo(steps.count)
        for (number, step) in steps.enumerated() {
            if number == mergedAt { other = merged(one, other, now: step.now) }
            var operation = step.operation
            switch operation {
            case .order, .cancel: break
            case .refund(let order, var refund):
                // Of one number there is one only.
                refund.id = step.id.replacing("again", with: "")
                operation = .refund(order: order, refund)
            default: continue
            }
            // No two at the same moment: of those, the one told last would hold.
            let at = step.at.adding(milliseconds: Int64(2 * number))
            let now = step.now.adding(milliseconds: Int64(2 * number))
            single.apply(operation, id: step.id, at: at, now: now)
            if number < mergedAt, histories.upTo(2) == 0 {
                one.apply(operation, id: step.id, at: at, now: now)
            } else {
                other.apply(operation, id: step.id, at: at, now: now)
            }
        }
        #expect(other.account.balance == single.account.balance, "seed \(seed)")
        #expect(other.account.debt == single.account.debt)
        let orders = Set(other.account.orders.map(\.id))
        #expect(orders == Set(single.account.orders.map(\.id)))
        #expect(orders.count == other.account.orders.count)
    }
}
