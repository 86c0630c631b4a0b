import Kernel
import Testing

@testable import Loyalty

/// The curve under the expectation, against numbers worked out elsewhere.
@Suite struct BreakageCurveTests {
    @Test func `a small history gives what is worked out by hand`() {
        // Today is day 50. Watched at each age, of 300 points:
        //   age 10: 300, A redeems 60           F = 60/300 = 0.2                S = 0.8
        //   age 20: 240, B's 24 are reversed    R = 0.8 · 24/240 = 0.08         S = 0.72
        //           and D's 50 are of today's age: watched no more
        //   age 30: 166, B's 76 expire: watched no more
        //   age 40:  90, C redeems 45           F = 0.2 + 0.72 · 45/90 = 0.56   S = 0.36
        //   age 50:  45, A's 40 and C's 5 are of today's age
        // D lives to age 45: (0.56 − 0.2) / 0.72 = 0.5 of 50 points. A's and C's open points are as
        // old as anything seen: none of them counts.
        let lots = [
            BreakageLot(
                customer: 1, issuedDay: 0, pieces: [.init(day: 10, points: 60, end: .redeemed)],
                left: 40, expiresDay: nil),
            BreakageLot(
                customer: 2, issuedDay: 0,
                pieces: [
                    .init(day: 20, points: 24, end: .reversed),
                    .init(day: 33, points: 76, end: .expired),  // booked late
                ], left: 0, expiresDay: 30),
            BreakageLot(
                customer: 3, issuedDay: 0, pieces: [.init(day: 40, points: 45, end: .redeemed)],
                left: 5, expiresDay: 60),
            BreakageLot(customer: 4, issuedDay: 30, pieces: [], left: 50, expiresDay: 75),
        ]
        let history = BreakageHistory(lots: lots, today: 50)
        let curve = RedemptionCurve(exits: history.exits)
        #expect(history.grid.days == [10, 20, 30, 40, 50])
        expect(curve.redeemed, near: [0, 0.2, 0.2, 0.2, 0.56, 0.56])
        expect(curve.reversed, near: [0, 0, 0.08, 0.08, 0.08, 0.08])
        expect(curve.alive, near: [1, 0.8, 0.72, 0.72, 0.36, 0.36])
        expect([history.expectedRedemptions(curve)], near: [25])
        #expect(history.openPoints == 95)
        // A's never expire, C's live to 60.
        #expect(history.openBeyondHistory == 45)
        #expect(history.redeemingCustomers == 2)
    }

    @Test func `a longer history gives what matrices give`() throws {
        // Computed with NumPy 2.4.6 in 64 bits from the same 120 lots: the product integral of the
        // 3 × 3 matrices of daily transitions (alive, redeemed, reversed), day by day, and for each
        // open lot the product over its own days to come.
        let lots = CountedLots().lots
        #expect(lots.count == 120)
        var random = SeededRandom(seed: 1)
        let breakage = try Breakage(lots: lots, today: CountedLots.today, random: &random)
        #expect(breakage.open == 30067)
        #expect(breakage.redeemingCustomers == 55)
        #expect(breakage.ageDaysSeen == 493)
        #expect(breakage.usualLifeDays == 270)
        #expect(breakage.redeemedByMonth.count == 17)
        expect([breakage.expectedRedemptions.value / 2324.296571526538], near: [1])
        expect(
            [1, 3, 5, 9].map { breakage.redeemedByMonth[$0] },
            near: [
                0.05449293100604848, 0.14557494355628783, 0.24318478497327356, 0.24318478497327356,
            ])
        expect(
            [1, 3, 5, 9].map { breakage.reversedByMonth[$0] },
            near: [
                0.006567671039774457, 0.04582783200122309, 0.06487718935332343, 0.06487718935332343,
            ])
    }

    @Test func `what is reversed is not there to be redeemed`() {
        // Half is reversed at age 10, then half of the rest redeemed at age 20: 0.25 and not the
        // 0.5 that taking the reversals for censored would give.
        let lots = [
            BreakageLot(
                customer: 1, issuedDay: 0,
                pieces: [
                    .init(day: 10, points: 50, end: .reversed),
                    .init(day: 20, points: 25, end: .redeemed),
                    .init(day: 40, points: 25, end: .expired),
                ], left: 0, expiresDay: 40)
        ]
        let history = BreakageHistory(lots: lots, today: 100)
        let curve = RedemptionCurve(exits: history.exits)
        expect(curve.redeemed, near: [0, 0, 0.25, 0.25])
        expect(curve.reversed, near: [0, 0.5, 0.5, 0.5])
        expect([curve.chance(from: 1, to: 3)], near: [0.5])
    }

    @Test func `a lot without time to come, or never alive, has no chance`() {
        var curve = RedemptionCurve(ages: 2)
        curve.fit([
            PointExits(all: 10, redeemed: 10, reversed: 0),
            PointExits(all: 0, redeemed: 0, reversed: 0),
        ])
        #expect(curve.alive == [1, 0, 0])
        #expect(curve.chance(from: 0, to: 0) == 0)
        #expect(curve.chance(from: 2, to: 1) == 0)
        #expect(curve.chance(from: 1, to: 2) == 0)
        #expect(curve.chance(from: 0, to: 2) == 1)
    }

    @Test func `ten years of 360 days are watched, and not a day more`() {
        func curve(_ age: Int) -> (AgeGrid, RedemptionCurve) {
            let lot = BreakageLot(
                customer: 1, issuedDay: 0, pieces: [.init(day: age, points: 30, end: .redeemed)],
                left: 70, expiresDay: nil)
            let history = BreakageHistory(lots: [lot], today: 9000)
            expect([history.expectedRedemptions(RedemptionCurve(exits: history.exits))], near: [0])
            return (history.grid, RedemptionCurve(exits: history.exits))
        }
        #expect(curve(3600).0.days == [3600])
        expect(curve(3600).1.redeemed, near: [0, 0.3])
        #expect(curve(3601).0.days == [3600])
        expect(curve(3601).1.redeemed, near: [0, 0])
    }

    @Test func `days and points that can't be do no harm`() {
        // Redeemed before it was issued: at age 0. Issued tomorrow, or no points: not there. Open
        // past its expiry: watched to it, and without a chance.
        let lots = [
            BreakageLot(
                customer: 1, issuedDay: 10,
                pieces: [
                    .init(day: 4, points: 50, end: .redeemed),
                    .init(day: 12, points: -8, end: .redeemed),
                ], left: 50, expiresDay: 40),
            BreakageLot(
                customer: 2, issuedDay: 101,
                pieces: [.init(day: 90, points: 50, end: .redeemed)], left: 50, expiresDay: nil),
            BreakageLot(customer: 3, issuedDay: 0, pieces: [], left: -5, expiresDay: -1),
        ]
        let history = BreakageHistory(lots: lots, today: 100)
        let curve = RedemptionCurve(exits: history.exits)
        #expect(history.grid.days == [0, 30])
        expect(curve.redeemed, near: [0, 0.5, 0.5])
        #expect(history.openPoints == 50)
        #expect(history.openBeyondHistory == 0)
        #expect(history.expectedRedemptions(curve) == 0)
        #expect(history.redeemingCustomers == 1)
        #expect(history.usualLifeDays == 30)
    }

    private func expect(
        _ found: [Double], near wanted: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == wanted.count, sourceLocation: sourceLocation)
        for (found, wanted) in zip(found, wanted) {
            #expect(abs(found - wanted) < 1e-12, sourceLocation: sourceLocation)
        }
    }
}

/// 120 lots of 60 customers from a linear congruential sequence that any language can repeat:
/// x ← (1103515245 x + 12345) mod 2^31 from 12345, of which the upper 23 bits are used.
private struct CountedLots {
    static let today = 500
    private(set) var lots: [BreakageLot] = []
    private var state = 12345

    private mutating func next(_ bound: Int) -> Int {
        state = (state * 1_103_515_245 + 12345) % (1 << 31)
        return (state >> 8) % bound
    }

    init() {
        for customer in 0..<60 {
            for _ in 0...customer % 3 { addLot(Int64(customer)) }
        }
    }

    private mutating func addLot(_ customer: Int64) {
        let issued = next(480)
        let life = [180, 270, nil][next(3)]
        let total = 100 + next(900)
        let expires = life.map { issued + $0 }
        let end = min(Self.today, expires ?? Self.today)
        var lot = BreakageLot(
            customer: customer, issuedDay: issued, pieces: [], left: Int64(total),
            expiresDay: expires)
        for _ in 0..<2 {
            let day = issued + next(150)
            let points = Int64(1 + next(total / 3))
            let kind: BreakageLot.End = next(5) == 0 ? .reversed : .redeemed
            guard day <= end else { continue }
            lot.pieces.append(.init(day: day, points: points, end: kind))
            lot.left -= points
        }
        if let expires, expires <= Self.today {
            lot.pieces.append(.init(day: expires, points: lot.left, end: .expired))
            lot.left = 0
        }
        lots.append(lot)
    }
}
