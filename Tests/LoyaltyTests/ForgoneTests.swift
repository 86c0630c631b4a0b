import Kernel
import Testing

@testable import Loyalty

/// What couldn't be taken back when something was returned, and is there later: nobody wins or loses by spending or
/// reserving meanwhile.
@Suite struct ForgoneTests {
    private static let often =
        #"{"name": "often", "points": 100, "every": {"times": 2, "within": "ever"}}"#
    private static let spend = #"{"name": "spend", "points": 1, "per": 1}"#

    private func ledger(_ rules: String, _ policy: String = "within balance") throws -> Ledger {
        Ledger(try program(earn: "[\(rules)]", #""refunds": "\#(policy)""#), zone: .utc)
    }

    @Test func `a challenge that is done, spent, undone and done again gives its points once`()
        throws
    {
        var ledger = try ledger(Self.often)
        ledger.order("A", 1000, at: day(0))
        for round in 0..<3 {
            ledger.order("B\(round)", 1000, at: day(round + 1))
            if round == 0 {
                ledger.apply(.spend(points: 100, reference: ""), id: "s", at: day(1))
            }
            ledger.apply(.cancel(order: "B\(round)"), at: day(round + 1))
            #expect(ledger.account.balance == 0)
        }
        ledger.apply(.unspend(operation: "s", points: nil), at: day(5))
        #expect(ledger.account.balance == 0, "it isn't done any more")
        ledger.order("C", 1000, at: day(6))
        #expect(ledger.account.balance == 100)
    }

    @Test func `what a challenge used of its limit is free again when it comes undone`() throws {
        let limited =
            #"{"name": "often", "points": 100, "every": {"times": 2, "within": "ever"}, "#
            + #""limit": {"points": 100, "each": "ever"}}"#
        var ledger = try ledger(limited)
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(0))
        ledger.apply(.spend(points: 60, reference: ""), at: day(1))
        for round in 0..<3 {
            ledger.apply(.cancel(order: round == 0 ? "B" : "C\(round - 1)"), at: day(2))
            #expect(ledger.account.balance == 0)
            ledger.order("C\(round)", 1000, at: day(3))
            // 60 of the 100 are there still: they were spent.
            #expect(ledger.account.balance == 40)
        }
    }

    @Test
    func `a challenge's points that were reserved while it came undone go once they are free`()
        throws
    {
        var ledger = try ledger(Self.often)
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(0))
        ledger.apply(.reserve(points: 100, reference: "", seconds: 600), id: "r", at: day(1))
        ledger.apply(.cancel(order: "B"), at: day(1))
        ledger.apply(.release(operation: "r"), at: day(1))
        #expect(ledger.account.balance == 0)
        #expect(ledger.entries.last?.reason == .challengeUndone(rule: "often"))
    }

    @Test(arguments: ["reserve", "spend", "reserve and confirm"])
    func `other points that were reserved or spent while an order came back go once they are free`(
        _ way: String
    ) throws {
        var ledger = try ledger(Self.spend)
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.spend(points: 10, reference: ""), at: day(0))
        ledger.order("B", 700, at: day(1))
        if way == "spend" {
            ledger.apply(.spend(points: 7, reference: ""), id: "x", at: day(1))
        } else {
            ledger.apply(.reserve(points: 7, reference: "", seconds: 600), id: "x", at: day(1))
        }
        ledger.apply(.cancel(order: "A"), at: day(1))
        if way == "reserve and confirm" {
            ledger.apply(.confirm(operation: "x"), id: "c", at: day(1))
        }
        ledger.apply(.award(points: 5, reason: "kindness"), at: day(1))
        if way == "reserve" {
            ledger.apply(.release(operation: "x"), at: day(1))
        } else {
            let spent = way == "spend" ? "x" : "c"
            ledger.apply(.unspend(operation: spent, points: 3), at: day(1))
            ledger.apply(.unspend(operation: spent, points: 4), at: day(1))
        }
        #expect(ledger.account.balance == 5, "what came later is nobody's to take")
        #expect(ledger.entries.last?.reason == .refundedFromOthers(order: "A", lot: 2))
    }

    @Test func `what was reserved after a return is free again without loss`() throws {
        var ledger = try ledger(Self.spend)
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.spend(points: 10, reference: ""), at: day(0))
        ledger.apply(.cancel(order: "A"), at: day(1))
        ledger.order("B", 700, at: day(2))
        ledger.apply(.reserve(points: 7, reference: "", seconds: 600), id: "r", at: day(2))
        ledger.apply(.release(operation: "r"), at: day(2))
        #expect(ledger.available == 7)
    }

    @Test func `a correction takes back what was reserved meanwhile, once it is free`() throws {
        var ledger = try ledger(Self.spend)
        ledger.apply(.award(points: 50, reason: "referral"), at: day(0))
        ledger.apply(.reserve(points: 40, reference: "", seconds: 600), id: "r", at: day(1))
        ledger.apply(.takeBack(points: 50, reason: "the referral came undone"), at: day(1))
        #expect(ledger.account.balance == 40)
        ledger.apply(.award(points: 5, reason: "kindness"), at: day(1))
        ledger.tick(day(2))
        #expect(ledger.available == 5)
        #expect(ledger.account.shortfalls.isEmpty)
        #expect(ledger.entries.last?.reason == .adjusted("the referral came undone"))
    }

    @Test func `a challenge that came undone counts towards no tier, whoever's points paid for it`()
        throws
    {
        let tiers =
            #""refunds": "allow negative", "tiers": {"by": "points", "period": "life", "#
            + #""levels": [{"name": "a", "from": 0}, {"name": "b", "from": 100}]}"#
        var ledger = Ledger(try program(earn: "[\(Self.often)]", tiers), zone: .utc)
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(0))
        #expect(ledger.account.tier == 1)
        ledger.apply(.spend(points: 100, reference: ""), at: day(1))
        ledger.apply(.cancel(order: "B"), at: day(2))
        #expect([ledger.account.debt, Int64(ledger.account.tier)] == [100, 0])
    }

    /// Random orders and returns of a program with a challenge, while points are spent and reserved and that is undone.
    @Test(arguments: 0..<160 as Range<UInt64>)
    func `who undoes all that was done with points has what the orders are worth`(
        _ seed: UInt64
    ) throws {
        let within = ["week", "month", "ever", "20 days"][Int(seed % 4)]
        let policy = ["within balance", "allow negative"][Int(seed / 4 % 2)]
        let often =
            #"{"name": "often", "points": 9, "every": {"times": 2, "within": "\#(within)"}}"#
        var ledger = try ledger(Self.spend + ", " + often, policy)
        let challenge = try #require(ledger.program.earn.last?.challenge)
        var histories = try Histories(seed: seed)
        var now = day(0)
        for step in histories.steps(60) {
            switch step.operation {
            case .order, .refund, .cancel, .spend, .unspend, .reserve, .confirm, .release: break
            case .award, .adjust, .takeBack, .event, .tick: continue
            }
            ledger.apply(step.operation, id: step.id, at: step.at, now: step.now)
            now = step.now
        }
        for id in ledger.account.holdings.keys.sorted() {
            ledger.apply(.release(operation: id), at: now)
        }
        for (id, spending) in ledger.account.spendings.sorted(by: { $0.key < $1.key })
        where spending.left > 0 {
            ledger.apply(.unspend(operation: id, points: nil), at: now)
        }
        var worth: Int64 = 0
        var byPeriod: [Int64: [Timestamp]] = [:]
        for order in ledger.account.orders where order.net > 0 {
            guard let at = order.placedAt else { continue }
            worth += order.net / 100
            byPeriod[challenge.period(of: ZoneRules.utc.day(of: at)), default: []].append(at)
        }
        for times in byPeriod.values {
            worth += 9 * Int64(challenge.completions(of: times.sorted(), in: .utc))
        }
        #expect([ledger.account.balance, ledger.account.debt] == [worth, 0], "seed \(seed)")
    }
}
