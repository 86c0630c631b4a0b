import Foundation
import Testing

@testable import RetentionModels

@Suite struct RecommendationReplenishmentTests {
    private func simulated(
        seed: UInt64, customers: Int, products: Int, purchases: Int
    ) -> (Replenishment.Purchases, next: [[Int]: Double], own: [[Int]: Double]) {
        var random = SeededRandom(seed: seed)
        var rows = Replenishment.Purchases(customers: [], products: [], times: [])
        var (next, own) = ([[Int]: Double](), [[Int]: Double]())
        let means = (0..<products).map { _ in log(30) + 0.6 * random.normal() }
        for product in 0..<products {
            for customer in 0..<customers {
                let mean = means[product] + 0.4 * random.normal()
                own[[customer, product]] = mean
                var time = random.uniform(in: 0...10)
                for _ in 0..<1 + Int(random.uniform() * Double(purchases)) {
                    rows.customers.append(customer)
                    rows.products.append(product)
                    rows.times.append(time)
                    time += exp(mean + 0.3 * random.normal())
                }
                next[[customer, product]] = time
            }
        }
        return (rows, next, own)
    }

    @Test func `intervals hold as many next purchases as they say`() throws {
        let (rows, next, _) = simulated(seed: 1, customers: 200, products: 10, purchases: 6)
        let model = try Replenishment(rows, minimumGap: 0.5)
        for level in [0.5, 0.8, 0.95] {
            let due = model.due(level: level)
            #expect(due.count == 2000)
            let held = due.count {
                let time = next[[$0.customer, $0.product]] ?? .nan
                return $0.interval.lower <= time && time <= $0.interval.upper
            }
            #expect(abs(Double(held) / 2000 - level) < 0.03)
        }
        let early = model.due().count { (next[[$0.customer, $0.product]] ?? .nan) < $0.median }
        #expect(abs(Double(early) / 2000 - 0.5) < 0.04)
    }

    @Test func `customers with few intervals lean on the product, with many on themselves`() throws
    {
        // Nine who come every 30 days, one every 10.
        var rows = Replenishment.Purchases(customers: [], products: [], times: [])
        for customer in 0..<10 {
            for order in 0..<8 {
                rows.customers.append(customer)
                rows.products.append(7)
                rows.times.append(Double(order) * (customer == 9 ? 10 : 30) + Double(order % 2))
            }
        }
        rows.customers += [10, 11, 11]
        rows.products += [7, 7, 7]
        rows.times += [100, 100, 110]
        let due = try Replenishment(rows, minimumGap: 1).due()
        func gap(_ customer: Int) throws -> Double {
            let one = try #require(due.first { $0.customer == customer })
            return one.median - one.lastTime
        }
        #expect(try gap(9) < 12)
        #expect(try gap(0) > 27)
        // Never came again: the product's. Once after 10 days: between.
        let stranger = try gap(10)
        #expect(stranger > 20 && stranger < 30)
        #expect(try gap(11) > 10 && gap(11) < stranger)
        #expect(due.first { $0.customer == 10 }?.ownIntervals == 0)
    }

    @Test func `one customer's purchases say the same as when they are among all`() throws {
        let (rows, _, _) = simulated(seed: 5, customers: 40, products: 6, purchases: 5)
        let model = try Replenishment(rows, minimumGap: 0.5)
        for customer in 0..<40 {
            let own = rows.times.indices.filter { rows.customers[$0] == customer }.reversed()
            let due = model.due(
                for: own.map { rows.products[$0] }, times: own.map { rows.times[$0] })
            let among = model.due().filter { $0.customer == customer }
            #expect(due.map(\.product) == among.map(\.product))
            #expect(due.map(\.median) == among.map(\.median))
            #expect(due.map(\.interval) == among.map(\.interval))
            #expect(due.map(\.ownIntervals) == among.map(\.ownIntervals))
        }
        #expect(model.due(for: [99], times: [0]).isEmpty)
        #expect(model.due(for: [0, 0], times: [.nan, .infinity]).isEmpty)
    }

    @Test func `who is due now is within the interval`() throws {
        let (rows, _, _) = simulated(seed: 3, customers: 50, products: 3, purchases: 5)
        let model = try Replenishment(rows, minimumGap: 0.5)
        let now = 60.0
        let due = Set(model.dueNow(at: now))
        #expect(!due.isEmpty)
        for one in model.due() {
            #expect(due.contains(one) == (one.interval.lower <= now && now <= one.interval.upper))
            #expect(abs(one.progress(at: one.median) - 1) < 1e-12)
            #expect(one.progress(at: one.lastTime) == 0)
        }
    }

    @Test(arguments: 0..<3)
    func `neither the order of rows nor the unit of time matters`(seed: UInt64) throws {
        let (rows, _, _) = simulated(seed: seed, customers: 30, products: 4, purchases: 5)
        var moved = rows
        moved.customers.reverse()
        moved.products.reverse()
        moved.times = rows.times.reversed().map { $0 * 86_400 }
        let (first, second) = (
            try Replenishment(rows, minimumGap: 1).due(),
            try Replenishment(moved, minimumGap: 86_400).due()
        )
        #expect(first.count == second.count)
        // The shop's variance about its own mean doesn't change with the unit either.
        for (a, b) in zip(first, second) {
            #expect(a.customer == b.customer && a.product == b.product)
            #expect(relativeError(b.median, a.median * 86_400) < 1e-9)
        }
    }

    @Test func `purchases close together are one, and rare products are not judged`() throws {
        var rows = Replenishment.Purchases(
            customers: [0, 0, 0, 0], products: [1, 1, 1, 1], times: [0, 0.2, 10, 10])
        let model = try Replenishment(rows, minimumGap: 1, minimumRepeats: 1)
        #expect(model.due().map(\.ownIntervals) == [1])
        #expect(try Replenishment(rows, minimumGap: 1, minimumRepeats: 2).due().isEmpty)
        rows.times = [5, 5, 5, 5]
        #expect(throws: Replenishment.Failure.noRepeats) {
            try Replenishment(rows, minimumGap: 1)
        }
        rows.times = [0, 1, .nan, 2]
        #expect(throws: Replenishment.Failure.timeInvalid(row: 2)) {
            try Replenishment(rows, minimumGap: 1)
        }
        rows.times = [0]
        #expect(throws: Replenishment.Failure.columnsDiffer) {
            try Replenishment(rows, minimumGap: 1)
        }
        #expect(throws: Replenishment.Failure.settingOutOfRange) {
            try Replenishment(rows, minimumGap: 0)
        }
        #expect(throws: Replenishment.Failure.noRepeats) {
            try Replenishment(
                .init(customers: [], products: [], times: []), minimumGap: 1)
        }
    }
}
