package import RetentionModels

/// Fits each model to what was known on an earlier day, and holds what it said against what came. Pure.
package enum Backtest {
    /// Customers with so many repeat orders and more are one group.
    private static let largestGroup = 7

    /// - Parameter challenger: What a learner from outside foretold of the held-back time, from examples that
    ///   ended before it; nil for none.
    /// - Parameter absence: Why there is none.
    /// - Throws: `InvalidRow` where a row cannot be a history.
    package static func run(
        _ columns: BacktestColumns, challenger: Challenger? = nil, absence: String? = nil,
        workers: Workers = .one
    ) throws(InvalidRow) -> BacktestReport {
        let before = columns.before
        let histories = try PurchaseHistories(
            frequency: before.frequency, recency: before.recency, age: before.age,
            meanRepeatSpend: before.meanRepeatSpend)
        let grouped = histories.grouped()
        let repeaters = before.frequency.count { $0 > 0 }
        let prior = Scoring.prior(customers: histories.count, repeaters: repeaters)
        let meanSpend = try MeanSpends(before, prior: prior)
        var contestants: [BacktestReport.Contestant] = []
        /// What the best model of frequency said, for the blend.
        var best: (model: String, loss: Double, said: Challenger)?
        let tried = workers.map(FrequencyModel.allCases.count) { place in
            attempt(
                FrequencyModel.allCases[place], grouped, columns, meanSpend.byCustomer, prior,
                workers)
        }
        for (contestant, said) in tried {
            contestants.append(contestant)
            if let said, let loss = contestant.figures?.logLoss, loss < best?.loss ?? .infinity {
                best = (contestant.model, loss, said)
            }
        }
        if let challenger {
            var outsiders = [(Challenger.name, challenger)]
            if let said = best?.said {
                outsiders.append(
                    (
                        Challenger.blendName,
                        challenger.blended(silent: said.silent, orders: said.orders)
                    ))
            }
            contestants += workers.map(outsiders.count) { [outsiders] place in
                .init(
                    model: outsiders[place].0,
                    figures: figures(outsiders[place].1, columns, meanSpend.byCustomer))
            }
        } else if let absence {
            contestants.append(.init(model: Challenger.name, note: absence))
        }
        let losses = contestants.compactMap { contestant in
            contestant.figures?.logLoss.map { (contestant.model, $0) }
        }
        let silent = columns.ordersAfter.count { $0 == 0 }
        return BacktestReport(
            calibratedUntil: columns.calibratedUntil, until: columns.until,
            customers: histories.count, repeatCustomers: repeaters,
            actualOrders: columns.ordersAfter.reduce(0, +),
            silentShare: histories.count == 0 ? 0 : Double(silent) / Double(histories.count),
            contestants: contestants, chosen: best?.model,
            churnBy: losses.min { $0.1 < $1.1 }?.0,
            actualTracking: columns.weeklyRepeats.reduce(into: []) { sums, count in
                sums.append((sums.last ?? 0) + count)
            })
    }

    /// Fits a model, and says how it did and what it said; nothing of either where it can't be fitted.
    private static func attempt(
        _ kind: FrequencyModel, _ grouped: GroupedHistories, _ columns: BacktestColumns,
        _ meanSpend: [Double], _ prior: Prior, _ workers: Workers
    ) -> (BacktestReport.Contestant, Challenger?) {
        do throws(FitFailure) {
            let fit = try kind.fit(grouped, prior: prior, workers: workers)
            let said = Challenger(
                silent: grouped.byCustomer(fit.churnProbability(grouped, within: columns.horizon)),
                orders: grouped.byCustomer(fit.expectedOrders(grouped, within: columns.horizon)))
            var figures = figures(said, columns, meanSpend)
            let unit = columns.before.unit.days
            figures.parameters = Dictionary(
                uniqueKeysWithValues: zip(kind.parameterNames, fit.parameters))
            figures.tracking = fit.expectedRepeatOrders(
                starts: columns.startDays.map { $0 / unit },
                by: (0..<columns.weeklyRepeats.count).map { Double(($0 + 1) * 7) / unit })
            return (.init(model: kind.rawValue, figures: figures), said)
        } catch {
            return (.init(model: kind.rawValue, note: error.explanation), nil)
        }
    }

    private static func figures(
        _ said: Challenger, _ columns: BacktestColumns, _ meanSpend: [Double]
    ) -> BacktestReport.Figures {
        let amounts = AmountBacktest(
            predicted: said.orders, actual: columns.ordersAfter.map(Double.init))
        let chances = ProbabilityBacktest(
            predicted: said.silent, happened: columns.ordersAfter.map { $0 == 0 })
        return BacktestReport.Figures(
            parameters: [:], predictedOrders: amounts.predictedTotal,
            totalError: amounts.totalError, meanAbsoluteError: amounts.meanAbsoluteError,
            rootMeanSquaredError: amounts.rootMeanSquaredError,
            byRepeats: amounts.groups(by: columns.before.frequency, largest: largestGroup).map {
                .init(
                    key: $0.key, customers: $0.customers, predicted: $0.predicted,
                    actual: $0.actual)
            },
            topDecileCapture: amounts.capture(), topDecileLift: amounts.lift(),
            normalisedGini: amounts.normalisedGini, brier: chances.brier,
            brierSkill: chances.brierSkill, logLoss: chances.logLoss,
            areaUnderCurve: chances.areaUnderCurve,
            calibrationError: chances.expectedCalibrationError(),
            calibration: chances.calibration().enumerated().map { index, bin in
                .init(
                    key: index + 1, customers: bin.customers, predicted: bin.predicted,
                    actual: bin.actual)
            }, spend: spend(said.orders, meanSpend, columns), tracking: [])
    }

    private static func spend(
        _ orders: [Double], _ meanSpend: [Double], _ columns: BacktestColumns
    ) -> [BacktestReport.Spend] {
        var totals: [String: (predicted: Double, actual: Double, customers: Int)] = [:]
        for (currency, rows) in Scoring.rowsByCurrency(columns.before.currency) {
            var total = (predicted: 0.0, actual: 0.0, customers: 0)
            for row in rows where !meanSpend[row].isNaN {
                total.predicted += orders[row] * meanSpend[row]
                total.actual += columns.spendAfter[row]
                total.customers += 1
            }
            if total.customers > 0 { totals[currency] = total }
        }
        return totals.sorted { ($0.value.customers, $1.key) > ($1.value.customers, $0.key) }
            .map { .init(currency: $0, predicted: $1.predicted, actual: $1.actual) }
    }
}

/// What an order of each customer is expected to bring, by Gamma–Gamma of the customer's currency; NaN where
/// it can't be fitted.
private struct MeanSpends {
    var byCustomer: [Double]

    init(_ columns: PurchaseColumns, prior: Prior) throws(InvalidRow) {
        byCustomer = [Double](repeating: .nan, count: columns.frequency.count)
        for (_, rows) in Scoring.rowsByCurrency(columns.currency) {
            let part = try Scoring.select(rows, of: columns)
            guard let model = Scoring.spendModel(part, prior: prior) else { continue }
            for row in rows {
                byCustomer[row] = model.expectedMeanSpend(
                    frequency: columns.frequency[row], meanSpend: columns.meanRepeatSpend[row])
            }
        }
    }
}
