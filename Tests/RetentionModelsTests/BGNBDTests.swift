import Foundation
import Testing

@testable import RetentionModels

@Suite struct BGNBDTests {
    /// Parameters of the 2,357 CDNOW customers.
    static func cdnow() throws -> BGNBD {
        try #require(BGNBD(r: 0.2425945, alpha: 4.4136019, a: 0.7929197, b: 2.4258881))
    }

    @Test func `log-likelihood, P(alive) and expected orders agree with 50-digit arithmetic`()
        throws
    {
        let rows = try Fixtures.golden().bgnbd
        #expect(rows.count == 48)
        for row in rows {
            let model = try #require(
                BGNBD(r: row.params[0], alpha: row.params[1], a: row.params[2], b: row.params[3]))
            let history = try PurchaseHistory(frequency: row.x, recency: row.tx, age: row.T)
            let ll = try #require(Double(row.ll))
            let alive = try #require(Double(row.palive))
            let orders = try #require(Double(row.EY39))
            #expect(relativeError(model.logLikelihood(history), ll) < 1e-10, "\(row)")
            #expect(relativeError(model.probabilityAlive(history), alive) < 1e-10, "\(row)")
            #expect(
                relativeError(model.expectedOrders(history, within: 39), orders) < 1e-10, "\(row)")
        }
    }

    @Test func `expected orders of a new customer agree with 50-digit arithmetic`() throws {
        let rows = try Fixtures.golden().bgnbd_EX
        #expect(rows.count == 16)
        for row in rows {
            let model = try #require(
                BGNBD(r: row.params[0], alpha: row.params[1], a: row.params[2], b: row.params[3]))
            let expected = try #require(Double(row.EX))
            let orders = model.expectedOrdersOfNewCustomer(within: row.t)
            #expect(relativeError(orders, expected) < 1e-10, "\(row): \(orders)")
        }
    }

    @Test func `the series and the integral give the same expected orders`() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<300 {
            let model = try #require(
                BGNBD(
                    r: exp(random.uniform(in: -4...4)), alpha: exp(random.uniform(in: -2...5)),
                    a: exp(random.uniform(in: -6...5)), b: exp(random.uniform(in: -6...5))))
            let age = random.uniform(in: 0...50)
            let x = Int(random.uniform(in: 0...30))
            let history = try PurchaseHistory(
                frequency: x, recency: x == 0 ? 0 : age * random.uniform(), age: age)
            let time = exp(random.uniform(in: -4...7))
            let orders = model.expectedOrders(history, within: time)
            let integral =
                model.ordersByQuadrature(history, within: time) * model.probabilityAlive(history)
            #expect(relativeError(orders, integral) < 1e-9, "\(model) \(history) \(time)")
        }
    }

    @Test func `expected orders pass smoothly through the corners of the formula`() throws {
        // a = 1, and a + b + x = 1, divide by zero in the published form.
        let corners = [(1.0, 2.0), (1, 1e-3), (0.4, 0.6), (0.25, 0.75), (2, 3)]
        for (a, b) in corners {
            let at = try #require(BGNBD(r: 0.7, alpha: 6, a: a, b: b))
            let near = try #require(BGNBD(r: 0.7, alpha: 6, a: a * (1 + 1e-9), b: b))
            for time in [0.5, 39, 400] {
                let (x, y) = (
                    at.expectedOrdersOfNewCustomer(within: time),
                    near.expectedOrdersOfNewCustomer(within: time)
                )
                #expect(relativeError(x, y) < 1e-7)
                #expect(x > 0 && x <= 0.7 / 6 * time)
            }
        }
    }

    @Test func `expected orders stay finite and below a pure Poisson mixture everywhere`() throws {
        let extremes = [-9.0, -2, 0, 3, 9].map { exp($0) }
        for r in extremes {
            for alpha in extremes {
                for a in extremes {
                    for b in extremes {
                        let model = try #require(BGNBD(r: r, alpha: alpha, a: a, b: b))
                        for (x, recency, age) in [(0, 0.0, 0.0), (3, 20, 60), (900, 50, 60)] {
                            let history = try PurchaseHistory(
                                frequency: x, recency: recency, age: age)
                            for time in [1e-3, 52, 1e4] {
                                let orders = model.expectedOrders(history, within: time)
                                let cap = (r + Double(x)) / (alpha + age) * time
                                #expect(
                                    orders >= 0 && orders <= cap * (1 + 1e-9),
                                    "\(model) \(history) \(time): \(orders)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func `expected orders add up the probability of a next order`() throws {
        // The slope of expected orders at 0 is the slope of 1 − P(no order): the first order.
        let model = try Self.cdnow()
        let history = try PurchaseHistory(frequency: 5, recency: 20, age: 38)
        let moment = 1e-6
        let orders = model.expectedOrders(history, within: moment)
        let chance = 1 - model.probabilityOfNoOrder(history, within: moment)
        #expect(abs(orders / chance - 1) < 1e-4)
    }

    @Test func `no order is the ratio of the likelihoods`() throws {
        let model = try Self.cdnow()
        for (x, recency, age) in [(0, 0.0, 30.0), (2, 30, 39), (7, 10, 39), (26, 30.8, 31)] {
            let now = try PurchaseHistory(frequency: x, recency: recency, age: age)
            for time in [0.1, 4, 13, 52] {
                let later = try PurchaseHistory(frequency: x, recency: recency, age: age + time)
                let ratio = exp(model.logLikelihood(later) - model.logLikelihood(now))
                let value = model.probabilityOfNoOrder(now, within: time)
                #expect(relativeError(value, ratio) < 1e-11)
            }
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `no order falls with the horizon, from one, and never below having left`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let model = try #require(
            BGNBD(
                r: exp(random.uniform(in: -9...9)), alpha: exp(random.uniform(in: -9...9)),
                a: exp(random.uniform(in: -9...9)), b: exp(random.uniform(in: -9...9))))
        let age = random.uniform(in: 0...3000)
        let x = Int(random.uniform(in: 0...1000))
        let history = try PurchaseHistory(
            frequency: x, recency: x == 0 ? 0 : age * random.uniform(), age: age)
        var last = model.probabilityOfNoOrder(history, within: 0)
        #expect(abs(last - 1) < 1e-15)
        for time in [1e-6, 1e-3, 1, 10, 100, 1e4, 1e9, .infinity] {
            let next = model.probabilityOfNoOrder(history, within: time)
            #expect(next <= last && next >= 0)
            last = next
        }
        #expect(abs(last - (1 - model.probabilityAlive(history))) < 1e-12)
    }

    @Test func `the time to the next order inverts the probability of an order`() throws {
        let model = try Self.cdnow()
        for (x, recency, age) in [(0, 0.0, 30.0), (2, 30, 39), (7, 29.43, 38.86), (26, 30.8, 31)] {
            let history = try PurchaseHistory(frequency: x, recency: recency, age: age)
            for quantile in [0.001, 0.1, 0.5, 0.9] {
                let time = model.timeToNextOrder(history, quantile: quantile)
                guard quantile < model.probabilityAlive(history) else {
                    #expect(time == nil)
                    continue
                }
                let found = try #require(time)
                let order = 1 - model.probabilityOfNoOrder(history, within: found)
                #expect(abs(order - quantile) < 1e-12)
            }
        }
    }

    @Test func `a next order that is never reached has no time`() throws {
        let model = try Self.cdnow()
        let gone = try PurchaseHistory(frequency: 100, recency: 30, age: 39)
        #expect(model.timeToNextOrder(gone, quantile: 0.5) == nil)
        #expect(model.timeToNextOrder(gone, quantile: 0.1) == nil)
        #expect(model.timeToNextOrder(.new, quantile: 1) == nil)
        #expect(model.timeToNextOrder(.new, quantile: -0.1) == nil)
        #expect(model.timeToNextOrder(.new, quantile: .nan) == nil)
        #expect(model.timeToNextOrder(.new, quantile: 0) == 0)
        // So few orders that the median lies beyond every finite number.
        let idle = try #require(BGNBD(r: 1e-4, alpha: 4, a: 1, b: 1))
        #expect(idle.timeToNextOrder(.new, quantile: 0.5) == nil)
    }

    @Test func `a horizon of nothing or less brings nothing`() throws {
        let model = try Self.cdnow()
        let history = try PurchaseHistory(frequency: 2, recency: 30, age: 39)
        for time in [0.0, -1, -Double.infinity] {
            #expect(model.expectedOrders(history, within: time) == 0)
            #expect(model.probabilityOfNoOrder(history, within: time) == 1)
        }
    }

    @Test func `for ever is finite only when drop-out is sure enough`() throws {
        #expect(try Self.cdnow().expectedOrdersOfNewCustomer(within: .infinity) == .infinity)
        let leaving = try #require(BGNBD(r: 1, alpha: 4, a: 3, b: 2))
        // E[1/p] for a beta with 3 and 2 is (3 + 2 − 1)/(3 − 1).
        #expect(leaving.expectedOrdersOfNewCustomer(within: .infinity) == 2)
        #expect(abs(leaving.expectedOrdersOfNewCustomer(within: 1e9) - 2) < 1e-6)
    }

    @Test func `a likelihood doesn't overflow where the customer has surely left`() throws {
        let model = try Self.cdnow()
        let gone = try PurchaseHistory(frequency: 5000, recency: 1, age: 1e6)
        #expect(model.logLikelihood(gone).isFinite)
        #expect(model.probabilityAlive(gone) == 0)
        #expect(model.expectedOrders(gone, within: 100) == 0)
        #expect(model.probabilityOfNoOrder(gone, within: 100) == 1)
        #expect(model.timeToNextOrder(gone, quantile: 0.1) == nil)
    }

    @Test(arguments: [0.0, -1, .nan, .infinity])
    func `parameters that make no model are refused`(bad: Double) {
        #expect(BGNBD(r: bad, alpha: 1, a: 1, b: 1) == nil)
        #expect(BGNBD(r: 1, alpha: bad, a: 1, b: 1) == nil)
        #expect(BGNBD(r: 1, alpha: 1, a: bad, b: 1) == nil)
        #expect(BGNBD(r: 1, alpha: 1, a: 1, b: bad) == nil)
    }
}
