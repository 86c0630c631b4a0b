import Kernel
import Testing

@testable import Loyalty

@Suite struct SpendingTests {
    /// Lots of 10 that end on days 60, 40 and 50.
    private func three() throws -> Ledger {
        var ledger = Ledger(try program(#""expiry": {"after": "30 days"}"#), zone: .utc)
        for (id, at) in [("A", 30), ("B", 10), ("C", 20)] {
            ledger.order(id, 1000, at: day(at), now: day(30))
        }
        return ledger
    }

    private func left(_ ledger: Ledger) -> [Int64] { ledger.account.lots.map(\.remaining) }

    @Test func `spending draws on what ends first, and names the lots`() throws {
        var ledger = try three()
        ledger.apply(.spend(points: 15, reference: "mug"), id: "s", at: day(31))
        #expect(left(ledger) == [10, 0, 5])
        let drawn = ledger.entries.filter { $0.kind == .spend }
        #expect(drawn.map(\.lot) == [2, 3])
        #expect(drawn.map(\.amount) == [-10, -5])
        #expect(drawn.allSatisfy { $0.reason == .spent(reference: "mug") })
    }

    @Test func `of lots that end together the older is drawn on first, and what never ends last`()
        throws
    {
        var ledger = Ledger(try program())
        ledger.order("A", 1000, at: day(0))
        ledger.order("B", 1000, at: day(0))
        ledger.program = try program(#""expiry": {"after": "30 days"}"#)
        ledger.order("C", 1000, at: day(1))
        ledger.apply(.spend(points: 15, reference: ""), at: day(2))
        #expect(left(ledger) == [5, 10, 0])
    }

    @Test func `undoing a spending gives back the lots that were drawn on, the last ones first`()
        throws
    {
        var ledger = try three()
        ledger.apply(.spend(points: 25, reference: ""), id: "s", at: day(31))
        #expect(left(ledger) == [5, 0, 0])
        let ends = ledger.account.lots.map(\.expiresAt)
        ledger.apply(.unspend(operation: "s", points: 8), at: day(32))
        #expect(left(ledger) == [10, 0, 3])
        ledger.apply(.unspend(operation: "s", points: nil), at: day(33))
        #expect(left(ledger) == [10, 10, 10])
        #expect(ledger.account.lots.map(\.expiresAt) == ends)
    }

    @Test(arguments: [-1, 0, 1] as [Int64])
    func `what is given back after its end is over at once`(_ ms: Int64) throws {
        var ledger = try three()
        ledger.apply(.spend(points: 15, reference: ""), id: "s", at: day(31))
        ledger.apply(.unspend(operation: "s", points: nil), at: day(40, ms: ms))
        #expect(ledger.available == (ms < 0 ? 30 : 20))
        #expect(ledger.account.lots[1].expired == (ms < 0 ? 0 : 10))
    }

    @Test func `what can't be spent, undone, confirmed or let go is refused with its reason`()
        throws
    {
        var ledger = try three()
        ledger.apply(.spend(points: 5, reference: ""), id: "s", at: day(31))
        ledger.apply(.reserve(points: 5, reference: "", seconds: 60), id: "r", at: day(31))
        let refusals: [(LoyaltyOperation, LoyaltyRefusal)] = [
            (.spend(points: 0, reference: ""), .pointsOutOfRange),
            (.spend(points: -1, reference: ""), .pointsOutOfRange),
            (.spend(points: LoyaltyProgram.pointsMax + 1, reference: ""), .pointsOutOfRange),
            (
                .spend(points: 21, reference: ""),
                .notEnough(available: 20, pending: 0, held: 5, wanted: 21)
            ),
            (
                .reserve(points: 21, reference: "", seconds: 60),
                .notEnough(available: 20, pending: 0, held: 5, wanted: 21)
            ),
            (
                .adjust(points: -21, reason: "x"),
                .notEnough(available: 20, pending: 0, held: 5, wanted: 21)
            ),
            (.adjust(points: .min, reason: "x"), .pointsOutOfRange),
            (.award(points: 0, reason: "x"), .pointsOutOfRange),
            (.unspend(operation: "t", points: nil), .unknownSpending("t")),
            (.unspend(operation: "r", points: nil), .unknownSpending("r")),
            (.unspend(operation: "s", points: 6), .nothingLeft(left: 5, wanted: 6)),
            (.unspend(operation: "s", points: 0), .pointsOutOfRange),
            (.confirm(operation: "s"), .unknownReservation("s")),
            (.release(operation: "t"), .unknownReservation("t")),
        ]
        for (operation, refusal) in refusals {
            #expect(ledger.apply(operation, at: day(31)) == refusal, "\(operation)")
            #expect(!refusal.sentence(unit: "stamps").isEmpty)
        }
        #expect(ledger.available == 20)
        ledger.apply(.unspend(operation: "s", points: nil), at: day(31))
        #expect(
            ledger.apply(.unspend(operation: "s", points: nil), at: day(31))
                == .nothingLeft(left: 0, wanted: 1))
    }

    @Test func `a reservation keeps its points until it is confirmed`() throws {
        var ledger = try three()
        ledger.apply(.reserve(points: 15, reference: "mug", seconds: 600), id: "r", at: day(31))
        #expect(ledger.account.held == 15)
        #expect(ledger.available == 15)
        #expect(ledger.account.balance == 30)
        ledger.apply(.confirm(operation: "r"), id: "c", at: day(31, ms: 599_999))
        #expect(ledger.account.held == 0)
        #expect(left(ledger) == [10, 0, 5])
        #expect(ledger.apply(.confirm(operation: "r"), at: day(32)) == .unknownReservation("r"))
        ledger.apply(.unspend(operation: "c", points: nil), at: day(32))
        #expect(left(ledger) == [10, 10, 10])
    }

    @Test func `a reservation is let go by asking, and by time to the millisecond`() throws {
        var ledger = try three()
        ledger.apply(.reserve(points: 15, reference: "", seconds: 600), id: "r", at: day(31))
        ledger.apply(.release(operation: "r"), at: day(31))
        #expect(ledger.available == 30)
        ledger.apply(.reserve(points: 15, reference: "", seconds: 600), id: "q", at: day(32))
        ledger.tick(day(32, ms: 599_999))
        #expect(ledger.account.held == 15)
        #expect(
            ledger.apply(.confirm(operation: "q"), at: day(32, ms: 600_000))
                == .unknownReservation("q"))
        #expect(ledger.available == 30)
    }

    @Test func `reserved points outlive their end while they are reserved, and no longer`() throws {
        var ledger = try three()
        ledger.apply(
            .reserve(points: 10, reference: "", seconds: 86_400 * 20), id: "r", at: day(31))
        ledger.apply(
            .reserve(points: 5, reference: "", seconds: 86_400 * 20), id: "q", at: day(31))
        ledger.tick(day(45))
        #expect(left(ledger) == [10, 10, 10])
        ledger.apply(.confirm(operation: "r"), at: day(45))
        #expect(left(ledger) == [10, 0, 10])
        ledger.tick(day(50))
        #expect(left(ledger) == [10, 0, 5], "what wasn't reserved is over")
        ledger.apply(.release(operation: "q"), at: day(50, ms: 1))
        #expect(left(ledger) == [10, 0, 0])
    }

    @Test func `one reservation more than may be open is refused`() throws {
        var ledger = Ledger(try program())
        ledger.apply(.award(points: 5000, reason: "x"), at: day(0))
        func reserve(_ id: String) -> LoyaltyOutcome {
            ledger.account.applying(
                .reserve(points: 1, reference: "", seconds: 60), id: id, at: day(0), now: day(0),
                program: ledger.program, zone: .utc)
        }
        for number in 0..<LoyaltyWork.holdingsMax {
            let outcome = reserve("\(number)")
            #expect(outcome.refusal == nil)
            ledger.account = outcome.account
        }
        #expect(reserve("more").refusal?.code == "too_much")
    }

    @Test func `adjustments say why, and take what ends first`() throws {
        var ledger = try three()
        ledger.apply(.adjust(points: -12, reason: "counted twice"), at: day(31))
        #expect(left(ledger) == [10, 0, 8])
        ledger.apply(.adjust(points: 3, reason: "sorry"), at: day(31))
        #expect(ledger.account.balance == 21)
        let own = ledger.entries.filter { $0.kind == .adjust }
        #expect(own.map(\.amount) == [-10, -2, 3])
        #expect(own.last?.reason == .adjusted("sorry"))
    }
}
