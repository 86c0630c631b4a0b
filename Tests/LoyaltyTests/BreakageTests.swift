import Kernel
import Testing

@testable import Loyalty

/// What is expected of open points.
@Suite struct BreakageTests {
    /// One lot of 100 points for each customer.
    private func lots(_ count: Int, _ make: (Int64) -> BreakageLot) -> [BreakageLot] {
        (0..<Int64(count)).map(make)
    }

    @Test func `where nothing is open, the rate is the share that was redeemed`() throws {
        // 400 lots that lived out their 90 days: 37 of 100 points redeemed, 8 reversed, 55 expired.
        let lots = lots(400) {
            BreakageLot(
                customer: $0, issuedDay: 0,
                pieces: [
                    .init(day: Int($0 % 80) + 1, points: 37, end: .redeemed),
                    .init(day: Int($0 % 50), points: 8, end: .reversed),
                    .init(day: 90, points: 55, end: .expired),
                ], left: 0, expiresDay: 90)
        }
        var random = SeededRandom(seed: 1)
        let breakage = try Breakage(lots: lots, today: 1000, random: &random)
        #expect(abs(breakage.ultimateRedemptionRate.value - 0.37) < 1e-12)
        #expect(abs((breakage.reversedByMonth.last ?? 0) - 0.08) < 1e-12)
        #expect(breakage.open == 0)
        #expect(breakage.expectedRedemptions.value == 0)
        #expect(breakage.usualLifeDays == 90)
        #expect(breakage.redeemingCustomers == 400)
    }

    @Test func `too little history has a reason and no number`() {
        func reason(_ lots: [BreakageLot], today: Int) -> BreakageShortage? {
            var random = SeededRandom(seed: 1)
            do throws(BreakageShortage) {
                _ = try Breakage(lots: lots, today: today, random: &random)
                return nil
            } catch { return error }
        }
        func spent(_ count: Int) -> [BreakageLot] {
            lots(count) {
                BreakageLot(
                    customer: $0, issuedDay: 0,
                    pieces: [.init(day: 5, points: 50, end: .redeemed)], left: 50, expiresDay: nil)
            }
        }
        #expect(reason([], today: 100) == .fewCustomers(redeeming: 0, needed: 50))
        #expect(reason(spent(49), today: 100) == .fewCustomers(redeeming: 49, needed: 50))
        // Many lots of one customer are one customer.
        #expect(
            reason(spent(49) + spent(49), today: 100)
                == .fewCustomers(redeeming: 49, needed: 50))
        #expect(reason(spent(50), today: 29) == .shortHistory(days: 29, needed: 30))
        #expect(reason(spent(50), today: 30) == nil)
    }
}
