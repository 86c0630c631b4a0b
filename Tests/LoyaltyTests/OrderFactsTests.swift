import Kernel
import Testing

@testable import Loyalty

/// What is told of an order counts, and not in which order, how often, or between which other things.
@Suite struct OrderFactsTests {
    /// Edits at times of their own, refunds of each kind, the event, and sometimes a cancellation.
    private func facts(_ random: inout SeededRandom) throws -> [(LoyaltyOperation, Timestamp)] {
        let pounds = try currency()
        func upTo(_ end: UInt64) -> Int64 { Int64(random.next() % end) }
        var facts: [(LoyaltyOperation, Timestamp)] = []
        for edit in 0...upTo(3) {
            let lines = (1...(1 + upTo(4))).map { number in
                line(
                    "\(number)", 1 + upTo(5000), quantity: 1 + upTo(3), discount: upTo(300),
                    tax: upTo(200), category: ["tea", "cake"][Int(upTo(2))])
            }
            facts.append((.order(id: "A", lines: lines, currency: pounds), day(Int(edit))))
        }
        for number in 0..<upTo(5) {
            var refund = OrderRefund(id: "r\(number)")
            switch upTo(9) {
            case 0: refund.isWhole = true
            case 1...3: refund.amount = upTo(900)
            case 4: refund.parts = [.init(line: "1", quantityMilli: 0, amount: upTo(900))]
            default:
                for line in 1...3 where upTo(2) == 0 {
                    refund.parts.append(.init(line: "\(line)", quantityMilli: 1 + upTo(2500)))
                }
            }
            facts.append((.refund(order: "A", refund), day(10 + Int(number))))
        }
        facts.append((.event(name: "sent", order: "A"), day(20)))
        if upTo(5) == 0 { facts.append((.cancel(order: "A"), day(21))) }
        return facts
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func `shuffled and repeated, the facts of an order come to the same`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let facts = try facts(&random)
        let rounding = EarnRule.Rounding.allCases[Int(seed % 3)].rawValue
        let policy = seed % 2 == 0 ? "within balance" : "allow negative"
        let program = try program(
            earn: #"[{"name": "x", "points": 1, "per": 1, "round": "\#(rounding)"}, "#
                + #"{"name": "y", "points": 1.5, "per": 1, "categories": "tea", "tax": "excluded"}]"#,
            #""pending": {"until": "sent"}, "refunds": "\#(policy)""#)
        var expected: LoyaltyOrder?
        for round in 0..<6 {
            var told = facts + facts.filter { _ in random.next() % 3 == 0 }
            if round > 0 { told.shuffle(using: &random) }
            var ledger = Ledger(program)
            for (operation, at) in told { ledger.apply(operation, at: at, now: day(30)) }
            let order = try #require(ledger.account.orders.first)
            #expect(ledger.account.balance == order.given)
            #expect(ledger.pending == 0)
            #expect(order.forgone == 0)
            #expect(order.granted.values.reduce(0, +) == order.given)
            // Which lots it came to is its history's.
            var plain = order
            plain.lots = []
            plain.releasedAt = nil
            if let expected { #expect(plain == expected, "seed \(seed), round \(round)") }
            expected = expected ?? plain
        }
    }
}
