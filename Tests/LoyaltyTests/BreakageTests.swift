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

    @Test func `no more is expected than is open, and the intervals hold the value`() throws {
        for seed in 0..<20 as Range<UInt64> {
            let shop = SimulatedShop(customers: 120, seed: seed)
            var random = SeededRandom(seed: seed)
            let breakage = try Breakage(
                lots: shop.lots, today: SimulatedShop.today, resamples: 30, random: &random)
            let open = shop.lots.reduce(0) { $0 + $1.left }
            #expect(breakage.open == open)
            #expect(breakage.expectedRedemptions.interval95.lowerBound >= 0)
            #expect(breakage.expectedRedemptions.interval95.upperBound <= Double(open))
            #expect(breakage.ultimateRedemptionRate.interval95.upperBound <= 1)
            #expect(
                breakage.expectedBreakage + breakage.expectedRedemptions.value == Double(open))
            for estimate in [breakage.expectedRedemptions, breakage.ultimateRedemptionRate] {
                #expect(estimate.interval80.contains(estimate.value))
                #expect(estimate.interval95.lowerBound <= estimate.interval80.lowerBound)
                #expect(estimate.interval95.upperBound >= estimate.interval80.upperBound)
            }
            let sums = zip(breakage.redeemedByMonth, breakage.reversedByMonth).map { $0 + $1 }
            #expect(sums.allSatisfy { $0 <= 1 + 1e-12 })
            #expect(breakage.redeemedByMonth == breakage.redeemedByMonth.sorted())
        }
    }

    @Test func `the same seed gives the same numbers, in whatever order the lots come`() throws {
        let shop = SimulatedShop(customers: 150, seed: 5)
        func breakage(_ lots: [BreakageLot], seed: UInt64) throws -> Breakage {
            var random = SeededRandom(seed: seed)
            return try Breakage(
                lots: lots, today: SimulatedShop.today, resamples: 40, random: &random)
        }
        let first = try breakage(shop.lots, seed: 7)
        #expect(try breakage(shop.lots, seed: 7) == first)
        #expect(try breakage(shop.lots.reversed(), seed: 7) == first)
        let other = try breakage(shop.lots, seed: 8)
        #expect(other.expectedRedemptions.value == first.expectedRedemptions.value)
        #expect(other.expectedRedemptions.interval95 != first.expectedRedemptions.interval95)
    }

    @Test func `the estimate of a past day looks at nothing that came later`() throws {
        let shop = SimulatedShop(customers: 150, seed: 9)
        let past = SimulatedShop.today - 180
        let known = shop.lots.filter { $0.issuedDay <= past }.map { lot in
            var lot = lot
            let open = lot.open(on: past)
            lot.pieces.removeAll { $0.day > past }
            lot.left = open
            return lot
        }
        #expect(known.count < shop.lots.count)
        var random = SeededRandom(seed: 1)
        var again = SeededRandom(seed: 1)
        #expect(
            try Breakage(lots: shop.lots, today: past, resamples: 20, random: &random)
                == Breakage(lots: known, today: past, resamples: 20, random: &again))
    }

    @Test func `of two hundred shops, the interval of 95 % holds the truth in about 190`() throws {
        var held = 0
        var held80 = 0
        var error = 0.0
        let shops = 200
        for seed in 0..<UInt64(shops) {
            let shop = SimulatedShop(customers: 400, seed: 1000 + seed)
            var random = SeededRandom(seed: seed)
            let found = try Breakage(
                lots: shop.lots, today: SimulatedShop.today, resamples: 200, random: &random
            ).expectedRedemptions
            let truth = shop.expectedRedemptions
            if found.interval95.contains(truth) { held += 1 }
            if found.interval80.contains(truth) { held80 += 1 }
            error += (found.value - truth) / truth / Double(shops)
        }
        // Beyond these, a true 95 % or 80 % falls with less than one in a hundred.
        #expect((176...198).contains(held), "\(held)")
        #expect((145...175).contains(held80), "\(held80)")
        #expect(abs(error) < 0.02, "\(error)")
    }
}

/// Customers of three kinds, who redeem and are taken back at rates of their own; points live for
/// twelve months. All happens at ages of whole months.
private struct SimulatedShop {
    static let today = 720
    private static let lifeMonths = 12
    /// Monthly hazards of each kind.
    private static let kinds = [(0.02, 0.02), (0.08, 0.01), (0.25, 0.04)]

    private(set) var lots: [BreakageLot] = []

    init(customers: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for customer in 0..<Int64(customers) {
            let kind = Self.kinds[Int(random.next() % 3)]
            for _ in 0...random.next() % 3 { addLot(customer, kind, &random) }
        }
    }

    private mutating func addLot(
        _ customer: Int64, _ kind: (Double, Double), _ random: inout SeededRandom
    ) {
        let age = Int(random.next() % 24)
        let issued = Self.today - age * Breakage.monthDays
        var lot = BreakageLot(
            customer: customer, issuedDay: issued, pieces: [], left: 0,
            expiresDay: issued + Self.lifeMonths * Breakage.monthDays)
        for points in [30, 70] as [Int64] {
            var end: BreakageLot.End?
            var month = 0
            while end == nil, month < min(age, Self.lifeMonths) {
                month += 1
                let draw = random.unit()
                if draw < kind.0 {
                    end = .redeemed
                } else if draw < kind.0 + kind.1 {
                    end = .reversed
                }
            }
            if end == nil, age >= Self.lifeMonths { end = .expired }
            if let end {
                let day = issued + month * Breakage.monthDays
                lot.pieces.append(.init(day: day, points: points, end: end))
            } else {
                lot.left += points
            }
        }
        lots.append(lot)
    }

    /// What the kinds' own rates make of the open points, not knowing whose they are.
    var expectedRedemptions: Double {
        var redeemed = [0.0]
        var alive = [1.0]
        var each = Self.kinds.map { _ in 1.0 / Double(Self.kinds.count) }
        for month in 0..<Self.lifeMonths {
            redeemed.append(
                redeemed[month] + zip(each, Self.kinds).reduce(0) { $0 + $1.0 * $1.1.0 })
            each = zip(each, Self.kinds).map { $0 * (1 - $1.0 - $1.1) }
            alive.append(each.reduce(0, +))
        }
        return lots.reduce(0) { sum, lot in
            guard lot.left > 0 else { return sum }
            let age = (Self.today - lot.issuedDay) / Breakage.monthDays
            return sum + Double(lot.left) * (redeemed[Self.lifeMonths] - redeemed[age]) / alive[age]
        }
    }
}
