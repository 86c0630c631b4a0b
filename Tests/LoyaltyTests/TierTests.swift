import Kernel
import Testing

@testable import Loyalty

@Suite struct TierTests {
    /// Tiers a, b from 20 and c from 50, with entry points of b and c.
    private func tiers(
        _ by: String, _ period: String, _ more: String = "", entry: Bool = false
    ) throws -> LoyaltyProgram {
        let (b, c) = entry ? (#", "entry points": 5"#, #", "entry points": 9"#) : ("", "")
        return try program(
            #""tiers": {"by": "\#(by)", "period": "\#(period)"\#(more), "levels": ["#
                + #"{"name": "a", "from": 0}, {"name": "b", "from": 20\#(b)}, "#
                + #"{"name": "c", "from": 50\#(c)}]}"#)
    }

    @Test(arguments: ["points", "spend"], ["30 days", "1 month", "calendar year", "life"])
    func `a tier is reached and lost when what counts is, to the millisecond`(
        _ metric: String, _ period: String
    ) throws {
        var ledger = Ledger(try tiers(metric, period), zone: .utc)
        // In July: a month is 31 days.
        ledger.order("A", 1999, at: day(181))
        #expect(ledger.account.tier == 0)
        ledger.order("B", 3100, at: day(182))
        #expect(ledger.account.tier == 2)
        let ends: [String: (c: Timestamp, b: Timestamp)] = [
            "30 days": (day(211), day(212)), "1 month": (day(212), day(213)),
            "calendar year": (day(730), day(730)),
        ]
        guard let end = ends[period] else {
            ledger.tick(day(9000))
            #expect(ledger.account.tier == 2)
            return
        }
        #expect(ledger.account.standing(ledger.program, .utc)?.heldUntil == end.c)
        ledger.tick(end.c.adding(milliseconds: -1))
        #expect(ledger.account.tier == 2)
        ledger.tick(end.c)
        #expect(ledger.account.tier == (end.b == end.c ? 0 : 1))
        ledger.tick(end.b.adding(milliseconds: -1))
        ledger.tick(end.b)
        #expect(ledger.account.tier == 0)
        #expect(ledger.account.standing(ledger.program, .utc)?.heldUntil == nil)
    }

    @Test func `orders count that weren't cancelled or refunded whole`() throws {
        var ledger = Ledger(
            try program(
                #""tiers": {"by": "orders", "period": "life", "levels": ["#
                    + #"{"name": "a", "from": 0}, {"name": "b", "from": 2}]}"#))
        for id in ["A", "B"] { ledger.order(id, 100, at: day(0)) }
        #expect(ledger.account.tier == 1)
        ledger.apply(.refund(order: "A", OrderRefund(id: "r", amount: 50)), at: day(1))
        #expect(ledger.account.tier == 1)
        ledger.apply(.refund(order: "A", OrderRefund(id: "s", amount: 50)), at: day(1))
        #expect(ledger.account.tier == 0)
    }

    @Test func `entry points are given once for each tier, also for one that is jumped over`()
        throws
    {
        var ledger = Ledger(try tiers("spend", "30 days", entry: true), zone: .utc)
        ledger.order("A", 6000, at: day(0))
        #expect(ledger.account.balance == 60 + 5 + 9)
        #expect(
            ledger.entries.map(\.reason).suffix(2) == [.tierEntered("b"), .tierEntered("c")])
        #expect(
            ledger.news.contains(.tierChanged(from: "a", to: "c", isUp: true)))
        ledger.tick(day(31))
        #expect(ledger.account.tier == 0)
        ledger.order("B", 6000, at: day(40))
        #expect(ledger.account.tier == 2)
        #expect(ledger.account.balance == 60 + 5 + 9 + 60)
    }

    @Test func `entry points lift nobody into the next tier`() throws {
        let program = try program(
            #""tiers": {"by": "points", "period": "life", "levels": [{"name": "a", "from": 0}, "#
                + #"{"name": "b", "from": 20, "entry points": 100}, {"name": "c", "from": 50}]}"#)
        var ledger = Ledger(program)
        ledger.order("A", 2000, at: day(0))
        #expect(ledger.account.balance == 120)
        #expect(ledger.account.tier == 1)
        #expect(ledger.account.standing(program, london)?.progress[0].missing == 30)
    }

    @Test func `a tier is kept for its grace, and wholly when it is reached again meanwhile`()
        throws
    {
        let program = try tiers("spend", "30 days", #", "grace": "10 days""#)
        var ledger = Ledger(program, zone: .utc)
        ledger.order("A", 5000, at: day(0))
        #expect(ledger.account.standing(program, .utc)?.heldUntil == day(40))
        ledger.tick(day(30))
        #expect(ledger.account.tier == 2)
        #expect(ledger.account.standing(program, .utc)?.heldUntil == day(40))
        ledger.order("B", 5000, at: day(39))
        #expect(ledger.account.standing(program, .utc)?.heldUntil == day(79))
        ledger.tick(day(79, ms: -1))
        #expect(ledger.account.tier == 2)
        ledger.tick(day(79))
        #expect(ledger.account.tier == 0)
    }

    @Test func `one step at a time, each after a grace of its own`() throws {
        let program = try tiers(
            "spend", "30 days", #", "grace": "10 days", "downgrade": "one step""#)
        var ledger = Ledger(program, zone: .utc)
        ledger.order("A", 5000, at: day(0))
        for (at, tier) in [(39, 2), (40, 1), (49, 1), (50, 0)] {
            ledger.tick(day(at))
            #expect(ledger.account.tier == tier, "day \(at)")
        }
        var seldom = Ledger(program, zone: .utc)
        seldom.order("A", 5000, at: day(0))
        seldom.tick(day(50))
        #expect(seldom.account == ledger.account)
    }

    @Test func `a tier that is never lost isn't, and says no end`() throws {
        let program = try tiers("spend", "30 days", #", "downgrade": "never""#)
        var ledger = Ledger(program, zone: .utc)
        ledger.order("A", 5000, at: day(0))
        ledger.tick(day(500))
        ledger.apply(.cancel(order: "A"), at: day(501))
        #expect(ledger.account.tier == 2)
        #expect(ledger.account.standing(program, .utc)?.heldUntil == nil)
        #expect(ledger.account.standing(program, .utc)?.progress[0].amount == 0)
    }

    @Test func `a standing says the next tier and what is missing to it`() throws {
        let program = try tiers("spend", "life")
        var ledger = Ledger(program)
        #expect(ledger.account.standing(program, london)?.progress[0].missing == 2000)
        ledger.order("A", 2500, at: day(0))
        let standing = try #require(ledger.account.standing(program, london))
        #expect(standing.tier == 1)
        #expect(standing.progress[0].amount == 2500)
        #expect(standing.next == 2)
        #expect(standing.progress[0].missing == 2500)
        ledger.order("B", standing.progress[0].missing ?? 0, at: day(1))
        #expect(ledger.account.tier == 2)
        #expect(ledger.account.standing(program, london)?.next == nil)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a tier lasts exactly until its standing says, if nothing more is done`(
        _ seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let metric = seed % 2 == 0 ? "spend" : "points"
        let period = ["30 days", "3 months", "calendar year", "1 month"][Int(seed / 2 % 4)]
        let more = ["", #", "grace": "5 days""#, #", "grace": "7 days", "downgrade": "one step""#][
            Int(seed / 8 % 3)]
        var ledger = Ledger(try tiers(metric, period, more), zone: london)
        var now = day(0)
        for number in 0..<14 {
            now = now.adding(milliseconds: Int64(random.next() % (86_400_000 * 20)))
            ledger.order("\(number)", Int64(random.next() % 3000), at: now)
            if random.next() % 5 == 0 { ledger.apply(.cancel(order: "\(number / 2)"), at: now) }
            let standing = try #require(ledger.account.standing(ledger.program, london))
            #expect(standing.tier == ledger.account.tier)
            guard let until = standing.heldUntil else {
                #expect(standing.tier == 0)
                continue
            }
            var after = ledger
            after.tick(until.adding(milliseconds: -1))
            #expect(after.account.tier == standing.tier, "seed \(seed), order \(number)")
            after.tick(until)
            #expect(after.account.tier < standing.tier, "seed \(seed), order \(number)")
        }
    }
}
