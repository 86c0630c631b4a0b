import Kernel
import Testing

@testable import Loyalty

@Suite struct TimeAndOrderTests {
    private static let tiers = [
        "",
        #", "tiers": {"by": "spend", "period": "3 months", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 20, "entry points": 7}]}"#,
        #", "tiers": {"by": "points", "period": "60 days", "downgrade": "one step", "grace": "30 days", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 20}, {"name": "c", "from": 50}]}"#,
        #", "tiers": {"by": "orders", "period": "calendar year", "levels": [{"name": "a", "from": 0}, {"name": "b", "from": 2}]}"#,
    ]

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `it makes no difference how often somebody looks, and a replay has equal bytes`(
        _ seed: UInt64
    ) throws {
        let terms = PropertyTests.Terms(seed: seed)
        let program = try program(terms.json + Self.tiers[Int(seed / 7) % 4])
        var histories = try Histories(seed: seed)
        let steps = histories.steps(30)
        var (seldom, often, again) = (Ledger(program), Ledger(program), Ledger(program))
        var last = day(0)
        for step in steps {
            seldom.apply(step.operation, id: step.id, at: step.at, now: step.now)
            again.apply(step.operation, id: step.id, at: step.at, now: step.now)
            while last < step.now {
                last = min(step.now, last.adding(milliseconds: 86_400_000 * 3 + 7_654_321))
                often.tick(last)
            }
            often.apply(step.operation, id: step.id, at: step.at, now: step.now)
        }
        #expect(seldom.account.encoded() == again.account.encoded())
        #expect(seldom.account == often.account)
        #expect(seldom.entries == often.entries)
    }

    @Test func `an order told in every permutation and repeated ends with the same total`() throws {
        let pounds = try currency()
        let part = OrderRefund(id: "r", parts: [.init(line: "1", quantityMilli: 1000)])
        // The rule ends with 1 January: the edit alone would earn nothing.
        let earn = #"[{"name": "x", "points": 1, "per": 1, "until": "2026-01-01"}]"#
        let first = line("1", 3000, quantity: 3)
        let more = line("2", 500)
        let facts: [(LoyaltyOperation, Timestamp)] = [
            (.order(id: "A", lines: [first], currency: pounds), day(0)),
            (.order(id: "A", lines: [first, more], currency: pounds), day(1)),
            (.order(id: "A", lines: [first], currency: pounds), day(2)),
            (.refund(order: "A", part), day(3)),
            (.order(id: "A", lines: [more, first], currency: pounds), day(4)),
        ]
        for policy in LoyaltyProgram.RefundPolicy.allCases {
            let program = try program(
                earn: earn, #""pending": "90 days", "refunds": "\#(policy.rawValue)""#)
            for order in permutations(Array(facts.indices)) {
                var ledger = Ledger(program)
                for place in order + order.reversed() {
                    ledger.apply(facts[place].0, at: facts[place].1, now: day(10))
                }
                #expect(ledger.account.balance == 25, "\(order)")
            }
        }
    }

    private func permutations(_ items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return permutations(Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
        }
    }
}
