import Analytics
import Foundation
import Insights
package import Kernel
package import Predictions

extension Workspace {
    package enum ScoringFailure: Error, CustomStringConvertible {
        /// Nobody had ordered by that day.
        case noOrders(asOf: CalendarDay)
        /// A history that the archive gave is impossible.
        case impossibleHistory(String)

        package var description: String {
            switch self {
            case .noOrders(let day):
                "nobody had ordered by \(day); import orders first: perennial import orders FILE"
            case .impossibleHistory(let reason): "a customer's history is impossible: \(reason)"
            }
        }
    }

    /// A run of the models as it is kept.
    package struct ModelRunSummary: Sendable {
        package let run: ID<ModelRun>
        /// The end of the last day that the models saw.
        package let asOf: Timestamp
        /// When the models were fitted.
        package let fittedAt: Timestamp
        package let report: ModelReport
    }

    /// Fits the models to everything up to a day, forecasts every customer, and keeps both.
    ///
    /// Blocks while it computes; not for an event loop.
    ///
    /// - Parameter asOf: The last day to include, in the workspace's time zone; nil for the day of the
    ///   newest order.
    package func score(
        asOf: CalendarDay?, unit: PurchaseColumns.Unit
    ) throws -> ModelRunSummary {
        let lastDay: CalendarDay
        if let asOf {
            lastDay = asOf
        } else {
            // An order that claims to come from the future doesn't move the day.
            lastDay = zone.day(of: min(try archive.lastOrderAt() ?? clock.now, clock.now))
        }
        let summaries = try archive.purchaseSummaries(
            calibrationEnd: lastDay, unit: unit == .day ? .day : .week)
        guard summaries.count > 0 else { throw ScoringFailure.noOrders(asOf: lastDay) }
        let currencies = summaries.currency.map { Currency(packed: $0) ?? currency }
        let scales = currencies.map(\.minorPerMajor)
        let backtest = try defaultCut(summaries, lastDay: lastDay).map {
            try self.backtest(calibrateUntil: $0, until: lastDay, unit: unit)
        }
        var scoring: Scoring
        do {
            scoring = try Scoring(
                columns(of: summaries), asOf: lastDay.description, backtest: backtest)
        } catch {
            throw ScoringFailure.impossibleHistory(String(describing: error))
        }
        scoring.report.drift = try drift(until: lastDay)
        let run = newID(ModelRun.self)
        let dayAfter = CalendarDay(daysSinceEpoch: lastDay.daysSinceEpoch + 1)
        let end = zone.start(of: dayAfter).adding(milliseconds: -1)
        let report = try JSONEncoder().encode(scoring.report)
        try archive.writePredictions(
            ModelRunRecord(
                run: run, asOf: end, parameters: String(decoding: report, as: UTF8.self)),
            scoring.forecasts.map {
                $0.columns(of: summaries.customers, currencies: currencies, scales: scales)
            } ?? PredictionColumns())
        return ModelRunSummary(
            run: run, asOf: end, fittedAt: clock.now, report: scoring.report)
    }

    /// The newest run of the models; nil before the first.
    package func newestModelRun() throws -> ModelRunSummary? {
        guard let record = try archive.newestRun() else { return nil }
        let report = try JSONDecoder().decode(
            ModelReport.self, from: Data(record.parameters.utf8))
        return ModelRunSummary(
            run: record.run, asOf: record.asOf, fittedAt: IDGenerator.time(of: record.run),
            report: report)
    }
}

extension Currency {
    /// How many minor units make a major one, as a factor.
    package var minorPerMajor: Double {
        var factor = 1.0
        for _ in 0..<minorDigits { factor *= 10 }
        return factor
    }
}

extension Scoring.Forecasts {
    fileprivate func columns(
        of customers: [Int64], currencies: [Currency], scales: [Double]
    ) -> PredictionColumns {
        var columns = PredictionColumns()
        columns.customers = customers
        columns.probabilityAlive = probabilityAlive
        columns.churnProbability = churnProbability
        columns.expectedOrders90 = expectedOrders90
        columns.expectedOrders365 = expectedOrders365
        columns.expectedSpend90Minor = zip(expectedSpend90, scales).map { $0 * $1 }
        columns.expectedSpend365Minor = zip(expectedSpend365, scales).map { $0 * $1 }
        columns.currency = zip(expectedSpend90, currencies).map { $0.isNaN ? 0 : $1.packed }
        columns.nextOrderMedianDays = nextOrderMedianDays
        columns.nextOrderLowDays = nextOrderLowDays
        columns.nextOrderHighDays = nextOrderHighDays
        columns.churnLow = churnLow
        columns.churnHigh = churnHigh
        columns.orders365Low = orders365Low
        columns.orders365High = orders365High
        columns.spend365LowMinor = zip(spend365Low, scales).map { $0 * $1 }
        columns.spend365HighMinor = zip(spend365High, scales).map { $0 * $1 }
        return columns
    }
}
