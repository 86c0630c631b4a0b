import Analytics
import Foundation
package import Kernel
package import Predictions

extension Workspace {
    /// Of the orders' days, so many at most are held back by default, and no more than a third: as many as churn
    /// is forecast for.
    private static let holdoutDaysMax = Int(Scoring.horizonsDays[0])
    /// With fewer days held back there is nothing to see.
    private static let holdoutDaysMin = 28

    package enum BacktestFailure: Error, CustomStringConvertible {
        case nothingAfter(CalendarDay, last: CalendarDay)

        package var description: String {
            switch self {
            case .nothingAfter(let day, let last):
                "nothing is held back after \(day): the newest order is of \(last)"
            }
        }
    }

    /// Fits the models to what was known on a day, and holds what they say against what came.
    ///
    /// Blocks while it computes; not for an event loop.
    ///
    /// - Parameters:
    ///   - day: The last day that the models see.
    ///   - end: The last day that counts after it; nil for the day of the newest order.
    package func backtest(
        calibrateUntil day: CalendarDay, until end: CalendarDay?, unit: PurchaseColumns.Unit
    ) throws -> BacktestReport {
        let last = try end ?? zone.day(of: min(archive.lastOrderAt() ?? clock.now, clock.now))
        guard last > day else { throw BacktestFailure.nothingAfter(day, last: last) }
        let histories = try archive.orderHistories(until: last)
        let summaries = try histories.summaries(until: day, unit: unit == .day ? .day : .week)
        guard summaries.count > 0 else { throw ScoringFailure.noOrders(asOf: day) }
        do {
            return try Backtest.run(
                try backtestColumns(histories, summaries, until: last), workers: Self.workers)
        } catch {
            throw ScoringFailure.impossibleHistory(String(describing: error))
        }
    }

    /// The day after which orders are held back by default; nil where the data is too short for that.
    func defaultCut(_ summaries: PurchaseSummaries) -> CalendarDay? {
        let spanDays = Int((summaries.age.max() ?? 0) * Double(summaries.unit.rawValue))
        let heldBack = min(Self.holdoutDaysMax, spanDays / 3)
        guard heldBack >= Self.holdoutDaysMin else { return nil }
        return summaries.calibrationEnd.adding(days: -heldBack)
    }

    /// What the newest run that saw at least a week less expected by now, beside what came; nil without one.
    func drift(
        _ histories: OrderHistories, until lastDay: CalendarDay
    ) throws -> ModelReport.Drift? {
        let before = zone.start(of: lastDay.adding(days: -6))
        guard let record = try archive.newestRun(seenUntil: before),
            let earlier = try? JSONDecoder().decode(
                ModelReport.self, from: Data(record.parameters.utf8)),
            let since = CalendarDay(earlier.asOf)
        else { return nil }
        let summaries = try histories.summaries(
            until: since, unit: earlier.unit == .day ? .day : .week)
        return earlier.drift(try backtestColumns(histories, summaries, until: lastDay))
    }

    func backtestColumns(
        _ histories: OrderHistories, _ summaries: PurchaseSummaries, until last: CalendarDay
    ) throws -> BacktestColumns {
        let holdout = try histories.holdout(after: summaries, until: last)
        let day = summaries.calibrationEnd
        let unit: PurchaseColumns.Unit = summaries.unit == .day ? .day : .week
        let ageMax = summaries.age.max() ?? 0
        let startDays = summaries.age.map { (ageMax - $0) * unit.days }
        let weeks = (Int(ageMax * unit.days) + last.daysSinceEpoch - day.daysSinceEpoch) / 7
        var weekly = [Int](repeating: 0, count: weeks)
        // The first order is made on the first day: a week ends with its seventh day after that.
        for (index, count) in holdout.repeatsByDay.enumerated() where index > 0 {
            let week = (index - 1) / 7
            if week < weeks { weekly[week] += count }
        }
        let scales = summaries.currency.map { (Currency(packed: $0) ?? currency).minorPerMajor }
        return BacktestColumns(
            before: columns(of: summaries), ordersAfter: holdout.ordersAfter,
            spendAfter: zip(holdout.spendAfterMinor, scales).map { Double($0) / $1 },
            horizon: Double(last.daysSinceEpoch - day.daysSinceEpoch) / unit.days,
            weeklyRepeats: weekly, startDays: startDays, calibratedUntil: day.description,
            until: last.description)
    }

    /// The archive's columns as the models take them.
    func columns(of summaries: PurchaseSummaries) -> PurchaseColumns {
        let currencies = summaries.currency.map { Currency(packed: $0) ?? currency }
        return PurchaseColumns(
            unit: summaries.unit == .day ? .day : .week, frequency: summaries.frequency,
            recency: summaries.recency, age: summaries.age,
            meanRepeatSpend: zip(summaries.meanRepeatSpendMinor, currencies).map {
                $0 / $1.minorPerMajor
            }, currency: currencies.map(\.description))
    }
}
