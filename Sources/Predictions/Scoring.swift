package import RetentionModels

/// One run of the models over all customers: fits, forecasts, and the report of both. Pure.
package struct Scoring: Sendable {
    /// Row i of each column is customer i's; NaN stands for none.
    package struct Forecasts: Sendable {
        package var probabilityAlive: [Double]
        /// P(no order in the 90 days after the end).
        package var churnProbability: [Double]
        package var expectedOrders90: [Double]
        package var expectedOrders365: [Double]
        /// Major units of the customer's currency.
        package var expectedSpend90: [Double]
        package var expectedSpend365: [Double]
        /// Days from the end until the next order; NaN where it is never reached.
        package var nextOrderMedianDays: [Double]
        package var nextOrderLowDays: [Double]
        package var nextOrderHighDays: [Double]
        /// 80 % range of the churn probability, by how well the parameters are known.
        package var churnLow: [Double]
        package var churnHigh: [Double]
        /// 80 % ranges of what may come in 365 days, chance included.
        package var orders365Low: [Double]
        package var orders365High: [Double]
        package var spend365Low: [Double]
        package var spend365High: [Double]

        fileprivate init(count: Int) {
            let none = [Double](repeating: .nan, count: count)
            probabilityAlive = none
            churnProbability = none
            expectedOrders90 = none
            expectedOrders365 = none
            expectedSpend90 = none
            expectedSpend365 = none
            nextOrderMedianDays = none
            nextOrderLowDays = none
            nextOrderHighDays = none
            churnLow = none
            churnHigh = none
            orders365Low = none
            orders365High = none
            spend365Low = none
            spend365High = none
        }
    }

    /// Horizons of the forecasts in days: that of churn first.
    package static let horizonsDays: [Double] = [90, 365]
    /// Below these, weak priors keep the fit from extremes that so little data can't rule out.
    package static let customersForFreeFit = 500
    package static let repeatersForFreeFit = 50
    /// With fewer customers nothing is fitted.
    static let customersMin = 10
    /// What draws begin with, so that the same data give the same ranges.
    private static let seed: UInt64 = 1

    package var report: ModelReport
    /// Nil where no model of frequency could be fitted; the report says why.
    package let forecasts: Forecasts?

    /// Fits the models and forecasts every customer.
    ///
    /// - Parameters:
    ///   - asOf: The last day that the columns include, for the report.
    ///   - backtest: The contest that chooses the model of frequency; nil where there was none.
    ///   - challenger: What the learner that won the contest says of the next 90 days; nil where a model of
    ///     frequency did.
    /// - Throws: `InvalidRow` where a row cannot be a history (which the archive never gives).
    package init(
        _ columns: PurchaseColumns, asOf: String, backtest: BacktestReport? = nil,
        challenger: Challenger? = nil, workers: Workers = .one
    ) throws(InvalidRow) {
        let histories = try PurchaseHistories(
            frequency: columns.frequency, recency: columns.recency, age: columns.age,
            meanRepeatSpend: columns.meanRepeatSpend)
        let repeaters = columns.frequency.count { $0 > 0 }
        let prior = Self.prior(customers: histories.count, repeaters: repeaters)
        let grouped = histories.grouped()
        var models: [ModelReport.Model] = []
        var fits: [any FrequencyFit] = []
        let tried = workers.map(FrequencyModel.allCases.count) { place in
            Self.fitFrequency(
                FrequencyModel.allCases[place], grouped, customers: histories.count,
                repeaters: repeaters, prior: prior, workers: workers)
        }
        for (fit, model) in tried {
            models.append(model)
            if let fit { fits.append(fit) }
        }
        let frequency = fits.first { $0.kind.rawValue == backtest?.chosen } ?? fits.first
        var forecasts = frequency.map { _ in Forecasts(count: histories.count) }
        for (currency, rows) in Self.rowsByCurrency(columns.currency) {
            let isAll = rows.count == histories.count
            let part = isAll ? histories : try Self.select(rows, of: columns)
            let (spend, spendModel) = Self.fitSpend(part, currency: currency, prior: prior)
            models.append(spendModel)
            guard let frequency else { continue }
            let partGrouped = isAll ? grouped : part.grouped()
            let horizons = Self.horizonsDays.map { $0 / columns.unit.days }
            forecasts?.take(
                frequency.forecasts(part, partGrouped, spend: spend, horizons: horizons),
                frequency.ranges(
                    part, partGrouped, spend: spend, churnHorizon: horizons[0],
                    valueHorizon: horizons[1], seed: Self.seed, workers: workers),
                rows: rows, unitDays: columns.unit.days)
        }
        let churnBy = challenger == nil ? nil : backtest?.churnBy
        if let challenger, let backtest { forecasts?.take(challenger, backtest) }
        self.forecasts = forecasts
        var report = ModelReport(
            asOf: asOf, unit: columns.unit, customers: histories.count,
            repeatCustomers: repeaters, models: models)
        report.chosen = frequency?.kind.rawValue
        report.churnBy = churnBy
        report.backtest = backtest
        self.report = report
    }

    /// Little data is steadied by weak priors.
    static func prior(customers: Int, repeaters: Int) -> Prior {
        customers < customersForFreeFit || repeaters < repeatersForFreeFit ? .weak : .none
    }

    // MARK: Fitting

    private static func fitFrequency(
        _ kind: FrequencyModel, _ grouped: GroupedHistories, customers: Int, repeaters: Int,
        prior: Prior, workers: Workers
    ) -> ((any FrequencyFit)?, ModelReport.Model) {
        var model = ModelReport.Model(
            model: kind.rawValue, customers: customers, repeatCustomers: repeaters,
            prior: prior.name)
        do throws(FitFailure) {
            let fit = try kind.fit(grouped, prior: prior, workers: workers)
            model.parameters = named(kind.parameterNames, fit.parameters)
            model.standardErrors = fit.standardErrors.map { named(kind.parameterNames, $0) }
            model.parameterLows = fit.parameterIntervals.map {
                named(kind.parameterNames, $0.map(\.lower))
            }
            model.parameterHighs = fit.parameterIntervals.map {
                named(kind.parameterNames, $0.map(\.upper))
            }
            model.logLikelihood = fit.logLikelihood
            model.notes = fit.limits.map(\.explanation)
            if prior == .weak { model.notes.append(smallDataNote) }
            if fit.standardErrors == nil, fit.parameterIntervals != nil {
                model.notes.append(openDirectionNote)
            }
            return (fit, model)
        } catch {
            model.notes = [error.explanation]
            return (nil, model)
        }
    }

    private static func named(_ names: [String], _ values: [Double]) -> [String: Double] {
        // JSON has no number for infinity.
        Dictionary(uniqueKeysWithValues: zip(names, values)).filter { $0.value.isFinite }
    }

    /// Gamma–Gamma of these customers; nil where it can't be fitted.
    static func spendModel(_ histories: PurchaseHistories, prior: Prior) -> GammaGamma? {
        fitSpend(histories, currency: "", prior: prior).0
    }

    private static func fitSpend(
        _ histories: PurchaseHistories, currency: String, prior: Prior
    ) -> (GammaGamma?, ModelReport.Model) {
        let spenders = (0..<histories.count).count {
            histories.frequency[$0] > 0 && (histories.meanRepeatSpend?[$0] ?? 0) > 0
        }
        var model = ModelReport.Model(
            model: "Gamma-Gamma", currency: currency, customers: spenders,
            repeatCustomers: spenders, prior: prior.name)
        do throws(FitFailure) {
            var options = FitOptions(prior: prior, customersMin: customersMin)
            var fit = try GammaGamma.fit(histories, options: options)
            if fit.limits.contains(.meanSpendUnbounded), prior == .none {
                // Without a bound there is no mean spend to expect of customers without repeats.
                options.prior = .weak
                fit = try GammaGamma.fit(histories, options: options)
                model.prior = Prior.weak.name
            }
            let names = GammaGamma.parameterNames
            model.parameters = named(names, fit.model.parameters)
            model.standardErrors = fit.standardErrors.map { named(names, $0.values) }
            let intervals = fit.parameterIntervals()
            model.parameterLows = intervals.map { named(names, $0.map(\.lower)) }
            model.parameterHighs = intervals.map { named(names, $0.map(\.upper)) }
            model.logLikelihood = fit.logLikelihood
            model.notes = fit.limits.map(\.explanation)
            if let correlation = fit.rankCorrelation, fit.spendDependsOnFrequency {
                let rounded = (correlation * 100).rounded() / 100
                model.notes.append(
                    "Spend and frequency are related (rank correlation \(rounded)), which the "
                        + "model assumes they aren't: expected spend of frequent buyers is biased.")
            }
            return (fit.model, model)
        } catch {
            model.notes = [error.explanation]
            return (nil, model)
        }
    }

    private static let openDirectionNote =
        "Intervals are those of a fit with weak priors, as the data alone leave them open."
    private static let smallDataNote =
        "Few customers or repeat orders yet: weak priors steady the fit, and intervals are wide."

    // MARK: Currencies

    /// The rows of each currency, the one with the most customers first.
    static func rowsByCurrency(_ currencies: [String]) -> [(String, [Int])] {
        var rows: [String: [Int]] = [:]
        for (index, currency) in currencies.enumerated() {
            rows[currency, default: []].append(index)
        }
        return rows.map { ($0.key, $0.value) }
            .sorted { ($0.1.count, $1.0) > ($1.1.count, $0.0) }
    }

    static func select(
        _ rows: [Int], of columns: PurchaseColumns
    ) throws(InvalidRow) -> PurchaseHistories {
        try PurchaseHistories(
            frequency: rows.map { columns.frequency[$0] },
            recency: rows.map { columns.recency[$0] }, age: rows.map { columns.age[$0] },
            meanRepeatSpend: rows.map { columns.meanRepeatSpend[$0] })
    }
}

extension Scoring.Forecasts {
    /// Takes the churn probability from the learner that won, or from its blend with the model of frequency.
    fileprivate mutating func take(_ challenger: Challenger, _ backtest: BacktestReport) {
        switch backtest.churnBy {
        case Challenger.name: churnProbability = challenger.silent
        case Challenger.blendName:
            churnProbability = Challenger.blend(challenger.silent, churnProbability)
        default: return
        }
        let reliability = Reliability(backtest.bestChurn?.calibration ?? [])
        let ranges = churnProbability.map(reliability.range)
        churnLow = ranges.map { $0?.lowerBound ?? .nan }
        churnHigh = ranges.map { $0?.upperBound ?? .nan }
    }

    /// Puts a part's forecasts into its rows.
    fileprivate mutating func take(
        _ part: CustomerForecasts, _ ranges: ForecastRanges, rows: [Int], unitDays: Double
    ) {
        for (index, row) in rows.enumerated() {
            probabilityAlive[row] = part.probabilityAlive[index]
            churnProbability[row] = part.churnProbability[0][index]
            expectedOrders90[row] = part.expectedOrders[0][index]
            expectedOrders365[row] = part.expectedOrders[1][index]
            if let spend = part.expectedSpend {
                expectedSpend90[row] = spend[0][index]
                expectedSpend365[row] = spend[1][index]
            }
            churnLow[row] = ranges.churnLow[index]
            churnHigh[row] = ranges.churnHigh[index]
            orders365Low[row] = ranges.ordersLow[index]
            orders365High[row] = ranges.ordersHigh[index]
            spend365Low[row] = ranges.spendLow[index]
            spend365High[row] = ranges.spendHigh[index]
            nextOrderMedianDays[row] = part.nextOrderMedian[index].map { $0 * unitDays } ?? .nan
            nextOrderLowDays[row] = part.nextOrderEarly[index].map { $0 * unitDays } ?? .nan
            nextOrderHighDays[row] = part.nextOrderLate[index].map { $0 * unitDays } ?? .nan
        }
    }
}
