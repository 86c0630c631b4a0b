import Kernel
import Testing

@testable import Loyalty

@Suite struct ExpiryTests {
    @Test(arguments: [
        (#"{"after": "1 month"}"#, "2026-01-31T10:00:00Z", "2026-02-28T10:00:00.000Z"),
        (#"{"after": "12 months"}"#, "2024-02-29T10:00:00Z", "2025-02-28T10:00:00.000Z"),
        (#"{"after": "1 day"}"#, "2026-03-28T12:00:00Z", "2026-03-29T11:00:00.000Z"),
        (#"{"after": "1 day"}"#, "2026-10-24T12:00:00Z", "2026-10-25T13:00:00.000Z"),
        (
            #"{"after": "1 month", "round": "month end"}"#, "2026-06-10T10:00:00Z",
            "2026-07-31T23:00:00.000Z"
        ),
        (#"{"on": "12-31"}"#, "2026-12-31T23:30:00Z", "2027-01-01T00:00:00.000Z"),
        (#"{"on": "02-29"}"#, "2026-03-01T10:00:00Z", "2027-03-01T00:00:00.000Z"),
        (#"{"inactive": "30 days"}"#, "2026-01-01T00:00:00Z", "2026-01-31T00:00:00.000Z"),
    ])
    func `points end at the moment that the rule says, to the millisecond`(
        _ expiry: String, _ earned: String, _ end: String
    ) throws {
        let end = time(end)
        for (offset, left) in [(Int64(-1), Int64(10)), (0, 0), (1, 0)] {
            var ledger = Ledger(try program(#""expiry": \#(expiry)"#))
            ledger.order("A", 1000, at: time(earned))
            ledger.tick(end.adding(milliseconds: offset))
            #expect(ledger.available == left)
        }
    }

    @Test func `points that were used are put off too, and live on when they are given back`()
        throws
    {
        var ledger = Ledger(try program(#""expiry": {"inactive": "30 days"}"#))
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.spend(points: 10, reference: ""), id: "s", at: day(1))
        ledger.order("B", 500, at: day(25))
        ledger.apply(.unspend(operation: "s", points: nil), at: day(40))
        #expect(ledger.available == 15)
        ledger.tick(day(55))
        #expect(ledger.available == 0)
    }

    @Test func `what is given back after its end is over at once`() throws {
        var ledger = Ledger(try program(#""expiry": {"after": "30 days"}"#))
        ledger.order("A", 1000, at: day(0))
        ledger.apply(.spend(points: 4, reference: ""), id: "s", at: day(1))
        ledger.apply(.unspend(operation: "s", points: nil), at: day(31))
        #expect(ledger.available == 0)
        #expect(ledger.account.lots[0].expired == 10)
    }
}
