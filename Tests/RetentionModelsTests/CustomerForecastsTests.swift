import Testing

@testable import RetentionModels

@Suite struct CustomerForecastsTests {
    @Test func `columns hold what each customer alone would get`() throws {
        let histories = try Fixtures.histories(
            "cdnow_sample_summary.csv", spend: "mean_repeat_spend")
        let model = try BGNBDTests.cdnow()
        let spend = try #require(GammaGamma(p: 6.2488, q: 3.7446, gamma: 15.4477))
        let horizons = [4.0, 90.0 / 7, 365.0 / 7]
        let forecasts = CustomerForecasts(
            histories, model: model, spend: spend, horizons: horizons)
        let means = try #require(forecasts.expectedMeanSpend)
        let spends = try #require(forecasts.expectedSpend)
        #expect(forecasts.horizons == horizons)
        for i in 0..<histories.count {
            let history = histories[i]
            #expect(forecasts.probabilityAlive[i] == model.probabilityAlive(history))
            #expect(
                means[i]
                    == spend.expectedMeanSpend(
                        frequency: history.frequency,
                        meanSpend: histories.meanRepeatSpend?[i] ?? .nan))
            for (h, horizon) in horizons.enumerated() {
                let orders = model.expectedOrders(history, within: horizon)
                #expect(forecasts.expectedOrders[h][i] == orders)
                #expect(spends[h][i] == orders * means[i])
                #expect(
                    forecasts.churnProbability[h][i]
                        == model.probabilityOfNoOrder(history, within: horizon))
            }
            let next = (
                forecasts.nextOrderEarly[i], forecasts.nextOrderMedian[i],
                forecasts.nextOrderLate[i]
            )
            #expect(next.0 == model.timeToNextOrder(history, quantile: 0.1))
            #expect(next.1 == model.timeToNextOrder(history, quantile: 0.5))
            #expect(next.2 == model.timeToNextOrder(history, quantile: 0.9))
            if let late = next.2, let median = next.1, let early = next.0 {
                #expect(early < median && median < late)
            }
        }
        #expect(forecasts.nextOrderMedian.contains(nil))
        #expect(forecasts.nextOrderMedian.contains { $0 != nil })
    }

    @Test(arguments: [0, 4, 39, .infinity] as [Double])
    func `orders from columns are those of each customer alone`(weeks: Double) throws {
        var random = SeededRandom(seed: 11)
        let bgnbd = try BGNBDTests.cdnow()
        let pareto = try #require(ParetoNBD(r: 0.55, alpha: 10.6, s: 0.61, beta: 11.7))
        let histories = try random.histories(of: bgnbd, customers: 3000, length: 80)
        #expect(
            bgnbd.expectedOrders(histories, within: weeks)
                == (0..<histories.count).map {
                    bgnbd.expectedOrders(histories[$0], within: weeks)
                })
        #expect(
            pareto.expectedOrders(histories, within: weeks)
                == (0..<histories.count).map {
                    pareto.expectedOrders(histories[$0], within: weeks)
                })
    }

    @Test func `orders are the same whoever computes the pieces`() throws {
        var random = SeededRandom(seed: 12)
        let model = try #require(ParetoNBD(r: 0.55, alpha: 10.6, s: 0.61, beta: 11.7))
        let histories = try random.histories(
            of: try BGNBDTests.cdnow(), customers: 40_000, length: 80)
        let grouped = histories.grouped()
        let backwards = Workers { pieces, body in (0..<pieces).reversed().forEach(body) }
        let orders = model.expectedOrders(histories, within: 39)
        #expect(orders == model.expectedOrders(histories, within: 39, workers: backwards))
        let byGroup = model.expectedOrders(grouped, within: 39, workers: backwards)
        #expect(orders == grouped.byCustomer(byGroup))
    }

    @Test func `without customers there are no orders`() throws {
        let nobody = try PurchaseHistories(frequency: [], recency: [], age: [])
        #expect(try BGNBDTests.cdnow().expectedOrders(nobody, within: 39).isEmpty)
    }

    @Test func `without a model of spend there is no spend, without amounts everybody's mean`()
        throws
    {
        let histories = try PurchaseHistories(frequency: [2, 0], recency: [3, 0], age: [9, 9])
        let model = try BGNBDTests.cdnow()
        let plain = CustomerForecasts(histories, model: model, horizons: [10])
        #expect(plain.expectedMeanSpend == nil && plain.expectedSpend == nil)
        let spend = try #require(GammaGamma(p: 6, q: 4, gamma: 15))
        let valued = CustomerForecasts(histories, model: model, spend: spend, horizons: [10])
        #expect(valued.expectedMeanSpend == [30, 30])
    }

    @Test func `nobody, or no horizon, makes empty columns`() throws {
        let none = try PurchaseHistories(frequency: [], recency: [], age: [])
        let model = try BGNBDTests.cdnow()
        let empty = CustomerForecasts(none, model: model, horizons: [10])
        #expect(empty.expectedOrders == [[]] && empty.probabilityAlive.isEmpty)
        let one = try PurchaseHistories(frequency: [0], recency: [0], age: [1])
        #expect(CustomerForecasts(one, model: model, horizons: []).churnProbability.isEmpty)
    }
}
