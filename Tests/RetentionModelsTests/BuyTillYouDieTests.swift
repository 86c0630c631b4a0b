import Foundation
import Testing

@testable import RetentionModels

/// What must hold of every model of repeat buying, checked for each.
@Suite struct BuyTillYouDieTests {
    /// Parameters of the 2,357 CDNOW customers.
    static func cdnow() throws -> [any BuyTillYouDieModel] {
        [
            try #require(BGNBD(r: 0.2425945, alpha: 4.4136019, a: 0.7929197, b: 2.4258881)),
            try #require(MBGNBD(r: 0.5248377, alpha: 6.1829885, a: 0.8913563, b: 1.614)),
            try #require(ParetoNBD(r: 0.5532782, alpha: 10.5776, s: 0.60619, beta: 11.6678)),
        ]
    }

    static let kinds: [any BuyTillYouDieModel.Type] = [BGNBD.self, MBGNBD.self, ParetoNBD.self]

    static func random(
        _ kind: any BuyTillYouDieModel.Type, _ random: inout SeededRandom, within spread: Double
    ) throws -> any BuyTillYouDieModel {
        let parameters = (0..<4).map { _ in exp(random.uniform(in: -spread...spread)) }
        let model = kind.init(parameters: parameters)
        return try #require(model)
    }

    @Test func `no order is the ratio of the likelihoods`() throws {
        for model in try Self.cdnow() {
            for (x, recency, age) in [(0, 0.0, 30.0), (2, 30, 39), (7, 10, 39), (26, 30.8, 31)] {
                let now = try PurchaseHistory(frequency: x, recency: recency, age: age)
                for time in [0.1, 4, 13, 52, 500] {
                    let later = try PurchaseHistory(
                        frequency: x, recency: recency, age: age + time)
                    let ratio = exp(model.logLikelihood(later) - model.logLikelihood(now))
                    let value = model.probabilityOfNoOrder(now, within: time)
                    #expect(relativeError(value, ratio) < 1e-11, "\(model) \(now) \(time)")
                }
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `no order falls with the horizon, from one to having left or leaving unheard`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        for kind in Self.kinds {
            let model = try Self.random(kind, &random, within: 8)
            let age = random.uniform(in: 0...3000)
            let x = Int(random.uniform(in: 0...1000))
            let history = try PurchaseHistory(
                frequency: x, recency: x == 0 ? 0 : age * random.uniform(), age: age)
            #expect(model.probabilityOfNoOrder(history, within: 0) == 1)
            #expect(model.probabilityOfNoOrder(history, within: -1) == 1)
            #expect(model.probabilityOfNoOrder(history, within: .nan).isNaN)
            var last = 1.0
            for time in [1e-6, 1e-3, 1, 10, 100, 1e4, 1e9, .infinity] {
                let next = model.probabilityOfNoOrder(history, within: time)
                #expect(next <= last + 1e-12 && next >= 0, "\(model) \(history) \(time)")
                last = next
            }
            #expect(last >= 1 - model.probabilityAlive(history) - 1e-12)
        }
    }

    @Test func `P(alive) falls as silence grows`() throws {
        for model in try Self.cdnow() {
            var last = 1.0
            for age in stride(from: 20.0, through: 200, by: 3) {
                let alive = model.probabilityAlive(
                    try PurchaseHistory(frequency: 5, recency: 20, age: age))
                #expect(alive <= last)
                last = alive
            }
            #expect(last < 0.01)
        }
    }

    @Test func `the time to the next order inverts the probability of an order`() throws {
        for model in try Self.cdnow() {
            for (x, recency, age) in [(0, 0.0, 3.0), (2, 30, 31), (7, 37, 39), (26, 30.8, 31)] {
                let history = try PurchaseHistory(frequency: x, recency: recency, age: age)
                for quantile in [1e-6, 0.1, 0.5, 0.8] {
                    guard let time = model.timeToNextOrder(history, quantile: quantile) else {
                        #expect(
                            1 - model.probabilityOfNoOrder(history, within: 1e12)
                                <= quantile * (1 + 1e-9))
                        continue
                    }
                    let order = 1 - model.probabilityOfNoOrder(history, within: time)
                    #expect(abs(order - quantile) < 1e-10, "\(model) \(history) \(quantile)")
                }
                #expect(model.timeToNextOrder(history, quantile: 0) == 0)
                #expect(model.timeToNextOrder(history, quantile: 1) == nil)
                #expect(model.timeToNextOrder(history, quantile: -0.1) == nil)
            }
            let gone = try PurchaseHistory(frequency: 30, recency: 3, age: 39)
            #expect(model.timeToNextOrder(gone, quantile: 0.5) == nil)
        }
    }

    @Test func `expected orders grow with time, and begin like the next order`() throws {
        for model in try Self.cdnow() {
            let history = try PurchaseHistory(frequency: 5, recency: 20, age: 38)
            #expect(model.expectedOrders(history, within: 0) == 0)
            var last = 0.0
            for time in [1e-6, 1e-3, 1, 10, 100, 1e4, 1e8] {
                let orders = model.expectedOrders(history, within: time)
                #expect(orders > last)
                last = orders
            }
            let chance = 1 - model.probabilityOfNoOrder(history, within: 1e-6)
            #expect(abs(model.expectedOrders(history, within: 1e-6) / chance - 1) < 1e-4)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `predictions stay finite wherever the search may end`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for kind in Self.kinds {
            let model = try Self.random(kind, &random, within: 9)
            for (x, recency, age) in [
                (0, 0.0, 0.0), (0, 0, 60), (3, 20, 60), (900, 50, 60), (5000, 1, 3000), (1, 60, 60),
            ] {
                let history = try PurchaseHistory(frequency: x, recency: recency, age: age)
                #expect(model.logLikelihood(history).isFinite, "\(model) \(history)")
                let alive = model.probabilityAlive(history)
                #expect(alive >= 0 && alive <= 1)
                for time in [1e-3, 52, 1e4] {
                    let orders = model.expectedOrders(history, within: time)
                    #expect(orders.isFinite && orders >= 0, "\(model) \(history) \(time)")
                }
                if let median = model.timeToNextOrder(history, quantile: 0.5) {
                    #expect(median > 0 && median.isFinite)
                }
            }
        }
    }

    @Test func `drawn orders have the expected mean, and as often none`() throws {
        for model in try Self.cdnow() {
            let history = try PurchaseHistory(frequency: 3, recency: 30, age: 38)
            var draws = SeededDraws(seed: 4)
            var (sum, none) = (0, 0)
            for _ in 0..<40_000 {
                let orders = model.drawOrders(history, within: 26, &draws)
                sum += orders
                none += orders == 0 ? 1 : 0
            }
            let mean = Double(sum) / 40_000
            #expect(abs(mean / model.expectedOrders(history, within: 26) - 1) < 0.03, "\(model)")
            let silent = model.probabilityOfNoOrder(history, within: 26)
            #expect(abs(Double(none) / 40_000 - silent) < 0.01, "\(model)")
        }
    }

    @Test func `parameters that can't be are refused`() {
        for kind in Self.kinds {
            #expect(kind.init(parameters: [1, 1, 1]) == nil)
            #expect(kind.init(parameters: [1, 1, 1, 1, 1]) == nil)
            for i in 0..<4 {
                for bad in [0, -1, .nan, .infinity] {
                    var parameters = [1.0, 2, 3, 4]
                    parameters[i] = bad
                    #expect(kind.init(parameters: parameters) == nil)
                }
            }
            #expect(kind.init(logParameters: [0, 0, 0, 800]) == nil)
            #expect(kind.parameterNames.count == 4)
        }
    }
}
