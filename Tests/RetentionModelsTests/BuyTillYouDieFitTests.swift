import Foundation
import Testing

@testable import RetentionModels

/// Fits of MBG/NBD and Pareto/NBD; those of BG/NBD have their own file.
@Suite struct BuyTillYouDieFitTests {
    @Test func `the CDNOW sample gives the published MBG/NBD`() throws {
        let fit = try MBGNBD.fit(Fixtures.histories("cdnow_sample_summary.csv"))
        for (value, published) in zip(fit.model.parameters, [0.52484, 6.18299, 0.89136, 1.61400]) {
            #expect(relativeError(value, published) < 3e-5)
        }
        #expect(abs(fit.logLikelihood - -9582.13) < 0.01)
        #expect(fit.limits.isEmpty && fit.standardErrors != nil)
    }

    @Test func `the CDNOW sample gives the published Pareto/NBD and standard errors`() throws {
        let fit = try ParetoNBD.fit(Fixtures.histories("cdnow_sample_summary.csv"))
        for (value, published) in zip(fit.model.parameters, [0.55330, 10.57783, 0.60620, 11.66595])
        {
            #expect(relativeError(value, published) < 3e-4, "\(fit.model)")
        }
        #expect(abs(fit.logLikelihood - -9594.98) < 0.01)
        let errors = try #require(fit.standardErrors)
        for (value, published) in zip(errors.values, [0.04762, 0.84270, 0.18705, 6.20367]) {
            #expect(relativeError(value, published) < 2e-3, "\(errors)")
        }
        #expect(fit.limits.isEmpty && fit.dropoutEvidence > 10)
    }

    @Test func `the holdout of the CDNOW sample is predicted as published`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let grouped = histories.grouped()
        func total(_ model: some BuyTillYouDieModel) -> Double {
            let orders = model.expectedOrders(grouped, within: 39)
            return zip(orders, grouped.customers).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
        #expect(abs(total(try BGNBD.fit(grouped).model) - 1653.4) < 0.1)
        #expect(abs(total(try MBGNBD.fit(grouped).model) - 1576.7) < 0.1)
        #expect(abs(total(try ParetoNBD.fit(grouped).model) - 1665.5) < 0.1)
    }

    @Test(.enabled(if: Fixtures.hasFullCDNOW, "the full CDNOW file isn't there"))
    func `all of CDNOW gives the reference figures`() throws {
        let grouped = try FullCDNOW.histories().grouped()
        let pareto = try ParetoNBD.fit(grouped)
        for (value, figure) in zip(pareto.model.parameters, [0.59741, 11.5857, 0.52219, 8.8278]) {
            #expect(relativeError(value, figure) < 2e-5)
        }
        #expect(abs(pareto.logLikelihood - -95415.119) < 0.001)
        let modified = try MBGNBD.fit(grouped)
        for (value, figure) in zip(
            modified.model.parameters, [0.63714, 7.31029, 0.80747, 1.22839])
        {
            #expect(relativeError(value, figure) < 2e-5)
        }
        #expect(abs(modified.logLikelihood - -95336.958) < 0.001)
    }

    @Test func `cumulative repeats of the CDNOW sample follow the published curves`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let published = try Fixtures.columns("cdnow_sample_tracking.csv")
        let weeks = try #require(published["week"])
        let start = histories.age.max() ?? 0
        func expectSame(_ model: some BuyTillYouDieModel, _ column: String) throws {
            for (week, figure) in zip(weeks, try #require(published[column])) {
                var sum = 0.0
                for age in histories.age where age + week > start {
                    sum += model.expectedOrdersOfNewCustomer(within: age + week - start)
                }
                #expect(abs(sum - figure) < 0.002 * figure, "week \(week): \(sum)")
            }
        }
        try expectSame(MBGNBD.fit(histories).model, "mbg")
        try expectSame(ParetoNBD.fit(histories).model, "pareto")
    }

    @Test(arguments: [1.0 / 7, 86_400_000])
    func `the unit of time changes times and nothing else`(unit: Double) throws {
        let weeks = try Fixtures.histories("cdnow_sample_summary.csv")
        let other = try PurchaseHistories(
            frequency: weeks.frequency, recency: weeks.recency.map { $0 * unit },
            age: weeks.age.map { $0 * unit })
        let orders = Double(weeks.frequency.reduce(0, +))
        func expectSame<Model>(
            _ first: ModelFit<Model>, _ second: ModelFit<Model>, times: [Int]
        ) {
            for i in 0..<4 {
                let scale = times.contains(i) ? unit : 1
                let expected = first.model.parameters[i] * scale
                #expect(relativeError(second.model.parameters[i], expected) < 1e-5)
            }
            #expect(abs(second.logLikelihood + orders * log(unit) - first.logLikelihood) < 1e-5)
        }
        expectSame(try MBGNBD.fit(weeks), try MBGNBD.fit(other), times: [1])
        expectSame(try ParetoNBD.fit(weeks), try ParetoNBD.fit(other), times: [1, 3])
    }

    @Test func `the order of the rows, and their grouping, change nothing`() throws {
        let given = try Fixtures.histories("cdnow_sample_summary.csv")
        let turned = try PurchaseHistories(
            frequency: given.frequency.reversed(), recency: given.recency.reversed(),
            age: given.age.reversed())
        func expectSame<Model>(_ first: ModelFit<Model>, _ second: ModelFit<Model>) {
            for (a, b) in zip(first.model.parameters, second.model.parameters) {
                #expect(relativeError(a, b) < 1e-6)
            }
            #expect(abs(first.logLikelihood - second.logLikelihood) < 1e-7)
            #expect(first.groups == second.groups)
        }
        expectSame(try BGNBD.fit(given), try BGNBD.fit(turned))
        expectSame(try MBGNBD.fit(given), try MBGNBD.fit(turned))
        expectSame(try ParetoNBD.fit(given), try ParetoNBD.fit(turned))
    }

    @Test(arguments: [Prior.none, .weak])
    func `gradients are the slopes of the values`(prior: Prior) throws {
        let rows = try #require(
            ScaledRows(Fixtures.histories("cdnow_sample_summary.csv").grouped()))
        expectGradient(
            BetaGeometricObjective(rows, firstChances: 1, prior: prior, workers: .one))
        expectGradient(ParetoNBDObjective(rows, prior: prior, workers: .one))
        if prior == .none { expectGradient(NBDObjective(rows, workers: .one)) }
    }

    @Test func `objectives are the log-likelihoods of the rows`() throws {
        let grouped = try Fixtures.histories("stress_onetime_95pct.csv").grouped()
        let rows = try #require(ScaledRows(grouped))
        var gradient = [0.0, 0, 0, 0]
        let unit = log(rows.timeScale)
        var orders = 0
        for i in 0..<grouped.count { orders += grouped.frequency[i] * grouped.customers[i] }
        for point in [[-1.2, 1.5, -0.4, 0.7], [0.3, 3, 0.5, -1], [-2, 4, 0.1, 5]] {
            let plain = [point[0], point[1] + unit, point[2], point[3]]
            let loss = BetaGeometricObjective(rows, firstChances: 1, prior: .none, workers: .one)
                .meanLoss(point, &gradient)
            let model = try #require(MBGNBD(logParameters: plain))
            let scaled = model.logLikelihood(grouped) + Double(orders) * unit
            #expect(relativeError(-loss * rows.total, scaled) < 1e-12)

            let paretoLoss = ParetoNBDObjective(rows, prior: .none, workers: .one)
                .meanLoss(point, &gradient)
            let pareto = try #require(
                ParetoNBD(logParameters: [plain[0], plain[1], plain[2], point[3] + unit]))
            let paretoScaled = pareto.logLikelihood(grouped) + Double(orders) * unit
            #expect(relativeError(-paretoLoss * rows.total, paretoScaled) < 1e-12)
        }
    }

    @Test(arguments: [9_000, 40_000])
    func `many rows, fitted by way of few and by several workers, end at the same place`(
        customers: Int
    ) throws {
        let truth = try #require(MBGNBD(r: 0.9, alpha: 12, a: 0.8, b: 2.5))
        var random = SeededRandom(seed: 6)
        let grouped = try random.histories(of: truth, customers: customers, length: 104).grouped()
        #expect(grouped.count > customers / 2)
        let backwards = Workers { pieces, body in
            for piece in (0..<pieces).reversed() { body(piece) }
        }
        let alone = try MBGNBD.fit(grouped)
        #expect(try MBGNBD.fit(grouped, options: FitOptions(), workers: backwards) == alone)
        let rows = try #require(ScaledRows(grouped))
        let objective = BetaGeometricObjective(
            rows, firstChances: 1, prior: .none, workers: .one)
        let direct = BFGS(box: BFGS.logParameterBox)
            .minimizeAndPolish(from: objective.centre, objective.meanLoss)
        #expect(alone.evaluations < direct.outcome.evaluations)
        let unit = log(rows.timeScale)
        for (i, value) in alone.model.logParameters.enumerated() {
            #expect(abs(value - direct.outcome.point[i] - (i == 1 ? unit : 0)) < 1e-7)
        }
    }

    @Test func `simulated customers give back their parameters`() throws {
        func expectBack<Model: BuyTillYouDieModel>(_ truth: Model, _ customers: Int) throws {
            for seed in 1...3 as ClosedRange<UInt64> {
                var random = SeededRandom(seed: seed)
                let histories = try random.histories(
                    of: truth, customers: customers, length: 104)
                let fit = try Model.fit(histories)
                let errors = try #require(fit.standardErrors)
                for i in 0..<4 {
                    let error = fit.model.parameters[i] - truth.parameters[i]
                    #expect(abs(error) < 4 * errors.values[i], "\(fit.model)")
                }
                #expect(errors.values[0] < 0.4 * truth.parameters[0])
            }
        }
        try expectBack(#require(MBGNBD(r: 0.9, alpha: 12, a: 0.8, b: 2.5)), 3000)
        try expectBack(#require(ParetoNBD(r: 0.6, alpha: 11, s: 0.6, beta: 12)), 2000)
        try expectBack(#require(ParetoNBD(r: 2, alpha: 20, s: 1.5, beta: 60)), 1500)
    }

    @Test(arguments: [
        "stress_heavy_daily.csv", "stress_tiny_120.csv", "stress_onetime_95pct.csv",
        "stress_long_T_3000d.csv", "stress_nodropout.csv",
    ])
    func `hard data converges, or names the limit, and predictions stay finite`(
        file: String
    ) throws {
        let histories = try Fixtures.histories(file)
        let grouped = histories.grouped()
        func expectUsable<Model: BuyTillYouDieModel>(_ fit: ModelFit<Model>) {
            // Without a prior, a limit voids the errors; a prior bounds them, and costs likelihood.
            let isPlain = fit.prior == .none
            #expect((fit.standardErrors == nil) == (isPlain && !fit.limits.isEmpty), "\(fit)")
            #expect(fit.logLikelihood.isFinite)
            #expect(fit.dropoutEvidence > (isPlain ? -0.5 : -10))
            if file == "stress_nodropout.csv" {
                #expect(fit.limits.contains(.noDropoutIdentifiable))
            } else if file != "stress_tiny_120.csv" {
                #expect(fit.limits.isEmpty, "\(fit)")
            }
            let forecasts = CustomerForecasts(histories, model: fit.model, horizons: [90])
            #expect(forecasts.probabilityAlive.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(forecasts.churnProbability[0].allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(forecasts.expectedOrders[0].allSatisfy { $0.isFinite && $0 >= 0 })
        }
        expectUsable(try MBGNBD.fit(grouped))
        expectUsable(try ParetoNBD.fit(grouped))
        expectUsable(try MBGNBD.fit(grouped, options: FitOptions(prior: .weak)))
        expectUsable(try ParetoNBD.fit(grouped, options: FitOptions(prior: .weak)))
    }
}

/// Checks an objective's gradient against central differences at twenty points.
func expectGradient(_ objective: some LikelihoodObjective) {
    var random = SeededRandom(seed: 5)
    let n = objective.centre.count
    for _ in 0..<20 {
        let point = (0..<n).map { _ in random.uniform(in: -3...3) }
        var gradient = [Double](repeating: 0, count: n)
        var unused = gradient
        _ = objective(point, &gradient)
        for i in 0..<n {
            let h = 1e-5
            var (above, below) = (point, point)
            above[i] += h
            below[i] -= h
            let slope = (objective(above, &unused) - objective(below, &unused)) / (2 * h)
            #expect(abs(slope - gradient[i]) < 1e-7 * max(1, abs(slope)), "\(point) \(i)")
        }
    }
}
