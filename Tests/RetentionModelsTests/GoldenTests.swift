import Testing

@testable import RetentionModels

/// Every figure of `golden_clv.json` that isn't tested beside its model.
@Suite struct GoldenTests {
    @Test func `MBG/NBD agrees with 50-digit arithmetic`() throws {
        let golden = try Fixtures.golden()
        #expect(golden.mbgnbd.count == 36 && golden.mbgnbd_EX.count == 12)
        try expectSame(MBGNBD.self, golden.mbgnbd, golden.mbgnbd_EX)
    }

    @Test func `Pareto/NBD agrees with 50-digit arithmetic`() throws {
        let golden = try Fixtures.golden()
        #expect(golden.pareto.count == 60 && golden.pareto_EX.count == 20)
        try expectSame(ParetoNBD.self, golden.pareto, golden.pareto_EX)
    }

    private func expectSame<Model: BuyTillYouDieModel>(
        _: Model.Type, _ histories: [Golden.History], _ newCustomers: [Golden.NewCustomer]
    ) throws {
        for row in histories {
            let model = try #require(Model(parameters: row.params))
            let history = try PurchaseHistory(frequency: row.x, recency: row.tx, age: row.T)
            let found = [
                model.logLikelihood(history), model.probabilityAlive(history),
                model.expectedOrders(history, within: 39),
            ]
            for (value, expected) in zip(found, [row.ll, row.palive, row.EY39]) {
                let expected = try #require(Double(expected))
                #expect(relativeError(value, expected) < 1e-10, "\(row): \(value)")
            }
        }
        for row in newCustomers {
            let model = try #require(Model(parameters: row.params))
            let expected = try #require(Double(row.EX))
            let orders = model.expectedOrdersOfNewCustomer(within: row.t)
            #expect(relativeError(orders, expected) < 1e-10, "\(row): \(orders)")
        }
    }

    @Test func `BG/BB agrees with 50-digit arithmetic`() throws {
        let rows = try Fixtures.golden().bgbb
        #expect(rows.count == 7)
        for row in rows {
            let model = try #require(BGBB(parameters: row.params))
            let history = try #require(
                OpportunityHistory(frequency: row.x, recency: row.tx, opportunities: row.n))
            let found = [
                model.logLikelihood(history), model.probabilityAlive(history),
                model.expectedOrders(history, within: 5),
            ]
            for (value, expected) in zip(found, [row.ll, row.palive_n1, row.EX5]) {
                let expected = try #require(Double(expected))
                #expect(relativeError(value, expected) < 1e-10, "\(row): \(value)")
            }
        }
    }

    @Test func `Gauss's function by its continued fraction agrees with 50-digit arithmetic`() throws
    {
        let rows = try Fixtures.golden().special.F1
        #expect(rows.count == 32)
        for row in rows {
            let expected = try #require(Double(row.val))
            let value = gaussF1(row.b, row.c, row.z)
            #expect(relativeError(value, expected) < 1e-10, "\(row): \(value)")
        }
    }

    @Test func `the derivative of digamma agrees with 50-digit arithmetic`() throws {
        for row in try Fixtures.golden().special.lngamma_digamma {
            let expected = try #require(Double(row.tg))
            #expect(relativeError(trigamma(row.x), expected) < 1e-13, "\(row)")
        }
    }
}
