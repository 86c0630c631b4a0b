import Kernel
import Testing

@testable import Loyalty

/// What happens to an account when its program is another than before, and other ways round it.
@Suite struct ChangedProgramTests {
    private let byPoints =
        #""tiers": {"by": "points", "period": "life", "#
        + #""levels": [{"name": "a", "from": 0}, {"name": "b", "from": 20}]}"#

    @Test(arguments: [LoyaltyProgram.RefundPolicy.withinBalance, .allowNegative])
    func `a refund counts against a tier also where the order's own points were spent`(
        _ policy: LoyaltyProgram.RefundPolicy
    ) throws {
        var ledger = Ledger(try program(#""refunds": "\#(policy.rawValue)", "# + byPoints))
        ledger.apply(.award(points: 15, reason: "welcome"), at: day(0))
        ledger.order("A", 1500, at: day(1))
        #expect(ledger.account.tier == 1)
        // Draws on the older lot first, then on the order's own.
        ledger.apply(.spend(points: 25, reference: ""), at: day(2))
        ledger.apply(.cancel(order: "A"), at: day(3))
        // 5 of its own, and 10 more that are owed or given up.
        let isOwed = policy == .allowNegative
        #expect(ledger.account.debt == (isOwed ? 10 : 0))
        #expect(
            ledger.account.standing(ledger.program, london)?.progress[0].amount
                == (isOwed ? 15 : 25))
    }

    @Test func `a refund that other points paid for counts against a tier`() throws {
        var ledger = Ledger(try program(byPoints))
        ledger.order("A", 1500, at: day(0))
        ledger.apply(.spend(points: 15, reference: ""), at: day(1))
        ledger.order("B", 1500, at: day(2))
        #expect(ledger.account.tier == 1)
        ledger.apply(.cancel(order: "A"), at: day(3))
        #expect(ledger.account.balance == 0)
        #expect(ledger.account.standing(ledger.program, london)?.progress[0].amount == 15)
        #expect(ledger.account.tier == 0)
    }

    @Test func `points that wait for an event that no program asks for any more can be spent`()
        throws
    {
        var ledger = Ledger(try program(#""pending": {"until": "sent"}"#))
        ledger.order("A", 1000, at: day(0))
        #expect(ledger.pending == 10)
        ledger.program = try program()
        ledger.tick(day(1))
        #expect(ledger.pending == 0)
        #expect(ledger.available == 10)
    }

    @Test func `an event that releases an order's points leaves their number alone`() throws {
        let pending = #""pending": {"until": "sent"}"#
        for points in [1, 5] {
            var ledger = Ledger(
                try program(earn: #"[{"name": "spend", "points": 3, "per": 1}]"#, pending))
            ledger.order("A", 1000, at: day(0))
            ledger.program = try program(
                earn: #"[{"name": "spend", "points": \#(points), "per": 1}]"#, pending)
            ledger.apply(.event(name: "sent", order: "A"), at: day(1))
            #expect(ledger.available == 30)
        }
    }

    @Test func `a rule that is removed keeps what it gave until nothing of the order is left`()
        throws
    {
        let two =
            #"[{"name": "spend", "points": 1, "per": 1}, {"name": "extra", "points": 2, "per": 1}]"#
        var ledger = Ledger(try program(earn: two))
        ledger.apply(
            .order(id: "A", lines: [line("1", 500), line("2", 500)], currency: try currency()),
            at: day(0))
        #expect(ledger.account.balance == 30)
        ledger.program = try program()
        let part = OrderRefund.Part(line: "1", quantityMilli: 1000)
        ledger.apply(.refund(order: "A", OrderRefund(id: "r", parts: [part])), at: day(1))
        #expect(ledger.account.balance == 25)
        ledger.apply(.refund(order: "A", OrderRefund(id: "s", isWhole: true)), at: day(2))
        #expect(ledger.account.balance == 0)
    }

    @Test func `an account in a tier that is there no more is in the highest that is left`() throws
    {
        let levels = #"{"name": "a", "from": 0}, {"name": "b", "from": 10}"#
        let head = #""tiers": {"by": "spend", "period": "12 months", "levels": ["#
        var ledger = Ledger(
            try program(head + levels + #", {"name": "c", "from": 20}]}"#), zone: .utc)
        ledger.order("A", 5000, at: day(0))
        #expect(ledger.account.tier == 2)
        ledger.program = try program(head + levels + "]}")
        #expect(ledger.account.standing(ledger.program, .utc)?.tier == 1)
        ledger.tick(day(1))
        #expect(ledger.account.tier == 1)
        #expect(ledger.account.standing(ledger.program, .utc)?.heldUntil == day(365))
        ledger.program = try program()
        ledger.tick(day(2))
        #expect(ledger.account.standing(ledger.program, .utc) == nil)
    }

    @Test func `who had a tier that is gone has the highest that is left below it`() throws {
        func version(_ number: Int64, _ names: String..., after: [LoyaltyProgram] = []) throws
            -> LoyaltyProgram
        {
            let levels = names.enumerated().map { place, name in
                #"{"name": "\#(name)", "from": \#(place * 10)}"#
            }
            var found = try program(
                #""tiers": {"by": "spend", "period": "12 months", "downgrade": "never", "levels": ["#
                    + levels.joined(separator: ",") + "]}")
            found.version = number
            for before in after { found.remember(before, version: before.version) }
            return found
        }
        let first = try version(1, "bronze", "silver", "gold")
        var ledger = Ledger(first, zone: .utc)
        ledger.order("A", 2500, at: day(0))
        #expect(ledger.account.tier == 2)
        ledger.apply(.cancel(order: "A"), at: day(1))
        // One is put below all others at the same time.
        let second = try version(2, "paper", "bronze", "silver", "platinum", after: [first])
        ledger.program = second
        ledger.tick(day(2))
        #expect(second.tierName(ledger.account.tier) == "silver")
        // While there are none, nobody forgets.
        var third = try program()
        third.version = 3
        ledger.program = third
        ledger.tick(day(3))
        let fourth = try version(4, "paper", "tin", "bronze", "silver", after: [first, second])
        ledger.program = fourth
        ledger.tick(day(4))
        #expect(fourth.tierName(ledger.account.tier) == "silver")
    }

    @Test func `one refund more than an order keeps is refused and not lost without a word`() throws
    {
        var ledger = Ledger(try program())
        ledger.order("A", 1_000_000, at: day(0))
        for number in 0..<LoyaltyWork.refundsMax {
            let outcome = ledger.account.applying(
                .refund(order: "A", OrderRefund(id: "\(number)", amount: 1)), id: "o\(number)",
                at: day(1), now: day(1), program: ledger.program, zone: .utc)
            ledger.account = outcome.account
        }
        let apply = { (id: String) in
            ledger.account.applying(
                .refund(order: "A", OrderRefund(id: id, amount: 1)), id: id, at: day(1),
                now: day(1), program: ledger.program, zone: .utc
            ).refusal
        }
        #expect(apply("7") == nil, "it is known already")
        #expect(apply("more")?.code == "too_much")
    }

    @Test func `a multiplier of a multiplier loses nothing to rounding`() throws {
        let earn =
            #"[{"name": "spend", "points": 1, "per": 1, "#
            + #""multiply": {"tier": {"a": 1.25}, "first order": 1.5}}]"#
        let tiers =
            #""tiers": {"by": "spend", "period": "life", "levels": [{"name": "a", "from": 0}]}"#
        var ledger = Ledger(try program(earn: earn, tiers))
        ledger.order("A", 1_000_000, at: day(0))
        #expect(ledger.account.balance == 18_750)
    }

    @Test func `merging spendings of clashing names gives the same account each time`() throws {
        let program = try program()
        var (one, other) = (Ledger(program), Ledger(program))
        for (number, id) in ["x", "x (merged)", "x (merged) (merged)", "y", "z"].enumerated() {
            one.order("o\(number)", 1000, at: day(number))
            one.apply(.spend(points: 3, reference: id), id: id, at: day(number))
        }
        other.order("o", 1000, at: day(0))
        other.apply(.spend(points: 3, reference: "own"), id: "x", at: day(9))
        let merged = one.account.moving(
            into: other.account, names: ("one", "other"), now: day(10), program: program,
            zone: .utc
        ).into.account
        #expect(merged.spendings["x"]?.reference == "own")
        // By name, so that each goes to the next that is free.
        #expect(merged.spendings["x (merged)"]?.reference == "x")
        #expect(merged.spendings["x (merged) (merged)"]?.reference == "x (merged)")
        #expect(merged.spendings.count == 6)
    }

    @Test func `bytes of an account whose numbers are beyond all accounts are refused`() throws {
        var ledger = Ledger(try program())
        ledger.order("A", 5000, at: day(0))
        ledger.apply(.reserve(points: 7, reference: "x", seconds: 60), id: "r", at: day(1))
        let changes: [(String, (inout LoyaltyAccount) -> Void)] = [
            ("points left", { $0.lots[0].remaining = .max }),
            ("points issued", { $0.lots[0].issued = .min }),
            ("debt", { $0.debt = .max }),
            ("entries", { $0.entryCount = .max }),
            ("a draw", { $0.holdings["r"]?.draws[0].points = .max }),
            ("a line", { $0.orders[0].lines[0].amount = .max }),
            ("a time", { $0.active = Timestamp(milliseconds: .max) }),
        ]
        for (name, change) in changes {
            var account = ledger.account
            change(&account)
            let bytes = account.encoded()
            #expect(throws: ByteReader.Damaged.self, "\(name)") {
                try LoyaltyAccount(decoding: bytes.span)
            }
        }
    }

    @Test func `an account that is read from garbled bytes can be used, and stops nothing`() throws
    {
        let tiers =
            #""expiry": {"inactive": "3 months"}, "refunds": "allow negative", "tiers": "#
            + #"{"by": "points", "period": "3 months", "grace": "9 days", "downgrade": "one step", "#
            + #""levels": [{"name": "a", "from": 0}, {"name": "b", "from": 20}]}"#
        var ledger = Ledger(try program(tiers))
        ledger.order("A", 5000, at: day(0))
        ledger.apply(.spend(points: 7, reference: "x"), id: "s", at: day(1))
        ledger.apply(.reserve(points: 7, reference: "x", seconds: 60), id: "r", at: day(1))
        ledger.apply(.refund(order: "A", OrderRefund(id: "f", amount: 100)), at: day(1))
        let bytes = ledger.account.encoded()
        let operations: [LoyaltyOperation] = [
            .confirm(operation: "r"), .unspend(operation: "s", points: nil),
            .cancel(order: "A"), .order(id: "B", lines: [line("1", 900)], currency: try currency()),
            .tick,
        ]
        for index in bytes.indices {
            for bit in 0..<8 {
                var garbled = bytes
                garbled[index] ^= 1 << bit
                var account: LoyaltyAccount
                do {
                    account = try LoyaltyAccount(decoding: garbled.span)
                } catch {
                    continue
                }
                for (number, operation) in operations.enumerated() {
                    account =
                        account.applying(
                            operation, id: "\(number)", at: day(2), now: day(2 + number * 60),
                            program: ledger.program, zone: london
                        ).account
                    _ = account.standing(ledger.program, london)
                }
                _ = account.problems()
            }
        }
    }

    private static func tiers(_ levels: String) -> String {
        #""tiers": {"by": "spend", "period": "12 months", "levels": [\#(levels)]}"#
    }

    /// A customer who spent 250 pounds and is gold, of three tiers.
    private func gold() throws -> Ledger {
        var ledger = Ledger(
            try program(
                Self.tiers(
                    #"{"name": "member", "from": 0}, {"name": "silver", "from": 100}, {"name": "gold", "from": 200}"#
                )))
        ledger.order("A", 25_000, at: day(0))
        #expect(ledger.account.tier == 2)
        return ledger
    }

    @Test(arguments: [
        // One comes between: who was gold is.
        (
            #"{"name": "member", "from": 0}, {"name": "bronze", "from": 50}, {"name": "silver", "from": 100}, {"name": "gold", "from": 200}"#,
            "gold", 0
        ),
        // One is gone below.
        (#"{"name": "member", "from": 0}, {"name": "gold", "from": 200}"#, "gold", 0),
        // Their own is gone: the one below is theirs, and they are told.
        (#"{"name": "member", "from": 0}, {"name": "silver", "from": 100}"#, "silver", 1),
        // It has another name, and asks the same: it is another.
        (
            #"{"name": "member", "from": 0}, {"name": "silver", "from": 100}, {"name": "best", "from": 200}"#,
            "best", 1
        ),
        // One on top that is reached already.
        (
            #"{"name": "member", "from": 0}, {"name": "silver", "from": 100}, {"name": "gold", "from": 200}, {"name": "star", "from": 250}"#,
            "star", 1
        ),
    ])
    func `who is in a tier stays in it when the program has others`(
        levels: String, name: String, told: Int
    ) throws {
        var ledger = try gold()
        let before = ledger.news.count
        ledger.program = try program(Self.tiers(levels))
        ledger.tick(day(1))
        #expect(ledger.account.level(ledger.program)?.name == name)
        let changes = ledger.news[before...].filter {
            if case .tierChanged = $0 { true } else { false }
        }
        #expect(changes.count == told, "\(changes)")
        let again = try LoyaltyAccount(decoding: ledger.account.encoded().span)
        #expect(again == ledger.account)
    }
}
