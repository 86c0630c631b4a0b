import Foundation
import Testing

@testable import RetentionModels

@Suite struct DiscountingTests {
    @Test func `steps discount the orders of each step as if they came at its end`() throws {
        for model in try BuyTillYouDieTests.cdnow() {
            let history = try PurchaseHistory(frequency: 4, recency: 30, age: 38)
            let value = model.discountedOrders(
                history, within: 10, .stepwise(step: 4, rate: 0.01))
            let orders = [4.0, 8, 10].map { model.expectedOrders(history, within: $0) }
            let expected =
                orders[0] / 1.01 + (orders[1] - orders[0]) / pow(1.01, 2)
                + (orders[2] - orders[1]) / pow(1.01, 3)
            #expect(relativeError(value, expected) < 1e-12)
        }
    }

    @Test func `ever shorter steps come to continuous discounting`() throws {
        for model in try BuyTillYouDieTests.cdnow() {
            for (x, recency, age) in [(0, 0.0, 0.0), (4, 30, 38), (40, 500, 501)] {
                let history = try PurchaseHistory(frequency: x, recency: recency, age: age)
                for (time, rate) in [(5.0, 0.002), (300, 0.002), (300, 0.05)] {
                    let value = model.discountedOrders(
                        history, within: time, .continuous(rate: rate))
                    let step = time / 4096
                    // Taken in the middle of the step, the error is of second order.
                    let steps = model.discountedOrders(
                        history, within: time, .stepwise(step: step, rate: expm1(rate * step)))
                    #expect(
                        relativeError(value, steps * exp(rate * step / 2)) < 2e-6,
                        "\(model) \(history) \(time) \(rate)")
                    #expect(value < model.expectedOrders(history, within: time))
                }
            }
        }
    }

    @Test func `no discount, and a rate of nothing, leave the expected orders`() throws {
        for model in try BuyTillYouDieTests.cdnow() {
            let history = try PurchaseHistory(frequency: 4, recency: 30, age: 38)
            let orders = model.expectedOrders(history, within: 52)
            #expect(model.discountedOrders(history, within: 52, .none) == orders)
            for way in [Discounting.continuous(rate: 0), .stepwise(step: 5, rate: 0)] {
                #expect(
                    relativeError(model.discountedOrders(history, within: 52, way), orders) < 1e-12)
            }
            #expect(model.discountedOrders(history, within: 0, .none) == 0)
            #expect(model.discountedOrders(history, within: -1, .continuous(rate: 1)) == 0)
        }
    }

    @Test func `customers' values are discounted orders times spend times margin`() throws {
        let histories = try Fixtures.histories(
            "cdnow_sample_summary.csv", spend: "mean_repeat_spend")
        let grouped = histories.grouped()
        let model = try BGNBDTests.cdnow()
        let spend = try #require(GammaGamma(p: 6.2488, q: 3.7446, gamma: 15.4477))
        let way = Discounting.stepwise(step: 30.0 / 7, rate: 0.01)
        let found = CustomerValues(
            histories, grouped: grouped, model: model, spend: spend, horizon: 52, discounting: way,
            margin: 0.3)
        #expect(found.horizon == 52 && found.discounting == way)
        for i in stride(from: 0, to: histories.count, by: 50) {
            let orders = model.discountedOrders(histories[i], within: 52, way)
            let mean = spend.expectedMeanSpend(
                frequency: histories.frequency[i], meanSpend: histories.meanRepeatSpend?[i] ?? 0)
            #expect(relativeError(found.discountedOrders[i], orders) < 1e-13)
            #expect(relativeError(found.values[i], orders * mean * 0.3) < 1e-12)
        }
    }

    @Test func `P(alive) over time falls in silence and rises with each order`() throws {
        let model = try BGNBDTests.cdnow()
        let orders = [10.0, 14, 30]
        let curve = model.probabilityAlive(orders: orders, at: [9, 10, 13, 14, 20, 29, 30, 60])
        #expect(curve[0] == nil && curve[1] == 1)
        let known = curve.compactMap { $0 }
        #expect(known.count == 7)
        #expect(known[3] < known[2] && known[4] < known[3])
        #expect(known[5] > known[4] && known[6] < known[5])
        let late = try PurchaseHistory(frequency: 2, recency: 20, age: 50)
        #expect(known[6] == model.probabilityAlive(late))
        #expect(model.probabilityAlive(orders: [], at: [1]) == [nil])
    }
}
