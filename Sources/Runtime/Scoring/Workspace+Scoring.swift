import Analytics
import Boosting
import Dispatch
import Foundation
import Insights
package import Kernel
import Logging
package import Predictions
import RetentionModels

extension Workspace {
    package enum ScoringFailure: Error, CustomStringConvertible {
        /// Nobody had ordered by that day.
        case noOrders(asOf: CalendarDay)
        /// The day is yet to come.
        case futureDay(CalendarDay)
        /// A history that the archive gave is impossible.
        case impossibleHistory(String)

        package var description: String {
            switch self {
            case .noOrders(let day):
                "nobody had ordered by \(day); import orders first: perennial import orders FILE"
            case .futureDay(let day): "\(day) is yet to come; score as of today or before"
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

    /// So many days of predictions are kept day by day; before that, those of one day a month.
    package static let predictionDays = 40
    /// What the learner's draws begin with, so that the same data give the same trees.
    private static let learnerSeed: UInt64 = 1

    /// Pieces of a fit on all cores.
    static let workers = Workers { pieces, body in
        DispatchQueue.concurrentPerform(iterations: pieces) { body($0) }
    }

    /// Fits the models to everything up to a day, forecasts every customer, and keeps both. What changed since
    /// the run before becomes events with `announceBandChanges()`.
    ///
    /// Blocks while it computes; not for an event loop.
    ///
    /// - Parameter asOf: The last day to include, in the workspace's time zone; nil for the day of the
    ///   newest order. A run that saw less than the newest is kept as history and not shown.
    package func score(
        asOf: CalendarDay?, unit: PurchaseColumns.Unit
    ) throws -> ModelRunSummary {
        let lastDay: CalendarDay
        if let asOf {
            guard asOf <= zone.day(of: clock.now) else { throw ScoringFailure.futureDay(asOf) }
            lastDay = asOf
        } else {
            // An order that claims to come from the future doesn't move the day.
            lastDay = zone.day(of: min(try archive.lastOrderAt() ?? clock.now, clock.now))
        }
        let (customers, currencies, scoring) = try forecasts(lastDay, unit: unit)
        // What that took isn't needed for writing, which takes some, too.
        MemoryTrim.run()
        let scales = currencies.map(\.minorPerMajor)
        let run = newID(ModelRun.self)
        let end = zone.start(of: lastDay.adding(days: 1)).adding(milliseconds: -1)
        let report = try JSONEncoder().encode(scoring.report)
        let record = ModelRunRecord(
            run: run, asOf: end, parameters: String(decoding: report, as: UTF8.self))
        try archive.writePredictions(
            record,
            try scoring.forecasts.map { forecasts in
                var columns = forecasts.columns(
                    of: customers, currencies: currencies, scales: scales)
                columns.churnBands = try churnBands(columns, before: try bandsBefore(record))
                return columns
            } ?? PredictionColumns())
        try archive.thinPredictions(
            days: Self.predictionDays, keeping: try announcedRun(),
            monthOf: { zone.day(of: $0).month })
        return ModelRunSummary(
            run: run, asOf: end, fittedAt: clock.now, report: scoring.report)
    }

    /// Reads the orders, holds the contest, and forecasts each customer.
    private func forecasts(
        _ lastDay: CalendarDay, unit: PurchaseColumns.Unit
    ) throws -> (customers: [Int64], currencies: [Currency], scoring: Scoring) {
        let histories = try archive.orderHistories(until: lastDay)
        let summaries = try histories.summaries(until: lastDay, unit: unit == .day ? .day : .week)
        guard summaries.count > 0 else { throw ScoringFailure.noOrders(asOf: lastDay) }
        do {
            let contest = try contest(histories, summaries, unit: unit)
            var scoring = try Scoring(
                columns(of: summaries), asOf: lastDay.description, backtest: contest?.report,
                challenger: contest?.challenger, workers: Self.workers)
            scoring.report.drift = try drift(histories, until: lastDay)
            return (
                summaries.customers,
                summaries.currency.map { Currency(packed: $0) ?? currency }, scoring
            )
        } catch let error as InvalidRow {
            throw ScoringFailure.impossibleHistory(String(describing: error))
        }
    }

    /// The run that is shown; nil before the first.
    package func newestModelRun() throws -> ModelRunSummary? {
        guard let record = try archive.newestRun() else { return nil }
        let report = try JSONDecoder().decode(
            ModelReport.self, from: Data(record.parameters.utf8))
        return ModelRunSummary(
            run: record.run, asOf: record.asOf, fittedAt: IDGenerator.time(of: record.run),
            report: report)
    }

    // MARK: The contest

    /// The contest on the last days, and what its winner says of the next where it isn't a model of frequency;
    /// nil where the data is too short for one.
    private func contest(
        _ histories: OrderHistories, _ summaries: PurchaseSummaries, unit: PurchaseColumns.Unit
    ) throws -> (report: BacktestReport, challenger: Challenger?)? {
        let lastDay = summaries.calibrationEnd
        guard let cut = defaultCut(summaries) else { return nil }
        let cutSummaries = try histories.summaries(until: cut, unit: summaries.unit)
        let columns = try backtestColumns(histories, cutSummaries, until: lastDay)
        let days = lastDay.daysSinceEpoch - cut.daysSinceEpoch
        func alone(_ absence: String?) throws -> (BacktestReport, Challenger?) {
            (try Backtest.run(columns, absence: absence, workers: Self.workers), nil)
        }
        do {
            guard let library = options.boosting else {
                return try alone(options.boostingAbsence)
            }
            // Learnt on one stretch of days and tried on the next, which is as long as what is forecast.
            guard Double(days) == Scoring.horizonsDays[0],
                let earlier = try examples(histories, until: cut.adding(days: -days), days: days),
                let learner = try SilenceLearner(
                    earlier, seed: Self.learnerSeed, library: library)
            else { return try alone(SilenceLearner.shortage) }
            let known = try table(histories, cutSummaries)
            var report = try Backtest.run(
                columns,
                challenger: try learner.foretell(known, workers: Self.workers),
                workers: Self.workers)
            guard report.churnBy == Challenger.name || report.churnBy == Challenger.blendName else {
                return (report, nil)
            }
            guard
                let newest = try SilenceLearner(
                    .init(table: known, ordersAfter: columns.ordersAfter),
                    seed: Self.learnerSeed, library: library)
            else {
                // Too few to learn from anew: what the report says is what the forecasts are by.
                report.churnBy = report.chosen
                return (report, nil)
            }
            return (
                report,
                try newest.foretell(
                    try table(histories, summaries), workers: Self.workers)
            )
        } catch let error as BoostingError {
            logger.warning("boosted trees left out", metadata: ["reason": "\(error)"])
            return try alone(error.description)
        }
    }

    /// What was known of buyers on a day, and what they ordered in the days after; nil before anybody ordered.
    private func examples(
        _ histories: OrderHistories, until day: CalendarDay, days: Int
    ) throws -> SilenceLearner.Examples? {
        let summaries = try histories.summaries(until: day, unit: .day)
        guard summaries.count > 0 else { return nil }
        let after = try histories.holdout(after: summaries, until: day.adding(days: days))
        return SilenceLearner.Examples(
            table: try table(histories, summaries), ordersAfter: after.ordersAfter)
    }

    private func table(
        _ histories: OrderHistories, _ summaries: PurchaseSummaries
    ) throws -> BuyerTable {
        let dayEnd = zone.start(of: summaries.calibrationEnd.adding(days: 1))
        return BuyerTable(
            summaries, try archive.buyerFeatures(of: summaries, in: histories, dayEnd: dayEnd))
    }

    // MARK: Bands

    /// The run whose bands a new one's hold on to: the one that customers know, else the one before it.
    private func bandsBefore(_ record: ModelRunRecord) throws -> ID<ModelRun>? {
        if let shown = try archive.newestRun(), shown.asOf > record.asOf {
            return try archive.run(before: record)?.run
        }
        return try announcedRun() ?? archive.run(before: record)?.run
    }

    /// Each customer's band, which holds on to the one of the run before.
    private func churnBands(
        _ columns: PredictionColumns, before: ID<ModelRun>?
    ) throws -> [UInt8] {
        let former = try before.map { try archive.churnBands(in: $0) }
        var place = 0
        return zip(columns.customers, columns.churnProbability).map { customer, probability in
            var band: ChurnBand?
            if let former {
                while place < former.customers.count, former.customers[place] < customer {
                    place += 1
                }
                if place < former.customers.count, former.customers[place] == customer {
                    band = former.bands[place]
                }
            }
            return ChurnBand(probability, before: band).rawValue
        }
    }
}

extension CalendarDay {
    func adding(days: Int) -> CalendarDay { CalendarDay(daysSinceEpoch: daysSinceEpoch + days) }
}

extension Currency {
    /// How many minor units make a major one, as a factor.
    package var minorPerMajor: Double {
        var factor = 1.0
        for _ in 0..<minorDigits { factor *= 10 }
        return factor
    }
}
