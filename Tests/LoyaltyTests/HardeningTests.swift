import Kernel
import Testing

@testable import Loyalty

@Suite struct HardeningTests {
    @Test func `many refunds and orders of the largest amounts overflow nothing`() throws {
        let tiers =
            #""tiers": {"by": "spend", "period": "life", "levels": [{"name": "a", "from": 0}]}"#
        var ledger = Ledger(try program(tiers))
        let lines = (1...2000).map { line("\($0)", LoyaltyWork.amountMax) }
        for number in 0..<6 {
            ledger.apply(
                .order(id: "\(number)", lines: lines, currency: try currency()), at: day(0))
        }
        let parts = (1...2000).map {
            OrderRefund.Part(line: "none\($0)", quantityMilli: 0, amount: LoyaltyWork.amountMax)
        }
        for number in 0..<6 {
            ledger.apply(
                .refund(order: "0", OrderRefund(id: "\(number)", parts: parts)), at: day(1))
        }
        #expect(ledger.account.standing(ledger.program, .utc)?.progress[0].amount == .max)
        #expect(ledger.account.balance == 5 * LoyaltyProgram.pointsMax)
    }

    @Test func `a limit given to a rule later is not widened by what was earned before`() throws {
        let limited =
            #"[{"name": "spend", "points": 1, "per": 1, "limit": {"points": 10, "each": "ever"}}]"#
        var ledger = Ledger(try program())
        ledger.order("A", 50_000, at: day(0))
        ledger.program = try program(earn: limited)
        ledger.apply(.cancel(order: "A"), at: day(1))
        ledger.order("B", 50_000, at: day(2))
        #expect(ledger.account.balance == 10)
    }

    @Test func `a limit counts in the period in which an order was placed after all`() throws {
        let limited =
            #"[{"name": "spend", "points": 1, "per": 1, "limit": {"points": 10, "each": "day"}}]"#
        var ledger = Ledger(try program(earn: limited))
        ledger.order("A", 5000, at: day(5, ms: 1), now: day(9))
        ledger.order("A", 5000, at: day(4, ms: 1), now: day(9))
        #expect(ledger.account.balance == 10)
        ledger.order("B", 5000, at: day(4, ms: 2), now: day(9))
        #expect(ledger.account.balance == 10)
        ledger.order("C", 5000, at: day(5, ms: 2), now: day(9))
        #expect(ledger.account.balance == 20)
    }

    @Test func `what counts first to end is found also where a later day ends before`() throws {
        let tiers =
            #""tiers": {"by": "spend", "period": "1 month", "levels": "#
            + #"[{"name": "a", "from": 0}, {"name": "b", "from": 20}]}"#
        var ledger = Ledger(try program(tiers), zone: .utc)
        ledger.order("A", 1000, at: time("2026-01-30T10:00:00Z"))
        ledger.order("B", 1000, at: time("2026-01-31T09:00:00Z"))
        let end = time("2026-02-28T09:00:00Z")
        #expect(ledger.account.standing(ledger.program, .utc)?.heldUntil == end)
        ledger.tick(end.adding(milliseconds: -1))
        #expect(ledger.account.tier == 1)
        ledger.tick(end)
        #expect(ledger.account.tier == 0)
    }

    @Test func `points that were over before they were told pay no debt`() throws {
        var ledger = Ledger(
            try program(#""refunds": "allow negative", "expiry": {"after": "30 days"}"#))
        ledger.order("A", 1000, at: day(100))
        ledger.apply(.spend(points: 10, reference: ""), at: day(100))
        ledger.apply(.cancel(order: "A"), at: day(101))
        ledger.order("B", 1000, at: day(1), now: day(102))
        #expect(ledger.account.debt == 10)
        ledger.order("C", 1500, at: day(103))
        #expect(ledger.account.debt == 0)
        #expect(ledger.available == 5)
    }

    @Test func `merging keeps equal reservations apart, and the higher tier`() throws {
        let tiers =
            #""tiers": {"by": "points", "period": "30 days", "downgrade": "never", "#
            + #""levels": [{"name": "a", "from": 0}, {"name": "b", "from": 20}]}"#
        let program = try program(tiers)
        var (one, other) = (Ledger(program), Ledger(program))
        one.order("A", 5000, at: day(0))
        other.order("B", 1000, at: day(0))
        for place in 0..<2 {
            let reserve = LoyaltyOperation.reserve(points: 5, reference: "", seconds: 7_000_000)
            if place == 0 { one.apply(reserve, id: "r", at: day(60)) }
            if place == 1 { other.apply(reserve, id: "r", at: day(60)) }
        }
        let merging = one.account.moving(
            into: other.account, names: ("one", "other"), now: day(61), program: program,
            zone: london)
        one.take(merging.from)
        other.take(merging.into)
        #expect(one.account.balance == 0)
        #expect(other.account.balance == 60)
        #expect(other.account.held == 10)
        #expect(other.account.tier == 1)
        one.tick(day(62))
        #expect(one.account.tier == 0)
        other.tick(day(400))
        #expect(other.account.held == 0)
    }

    @Test func `bytes that are cut or garbled are refused or read, and never crash`() throws {
        var ledger = Ledger(try program())
        ledger.order("A", 5000, at: day(0))
        ledger.apply(.spend(points: 7, reference: "x"), at: day(1))
        ledger.apply(.reserve(points: 7, reference: "x", seconds: 60), at: day(1))
        let bytes = ledger.account.encoded()
        for count in 1..<bytes.count {
            #expect(throws: ByteReader.Damaged.self) {
                try LoyaltyAccount(decoding: Array(bytes[..<count]).span)
            }
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var garbled = bytes
                garbled[index] ^= 1 << bit
                _ = try? LoyaltyAccount(decoding: garbled.span)
            }
        }
    }
}
