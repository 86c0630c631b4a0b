import Testing

@testable import Predictions

struct BacktestTests {
    /// Half of the customers order every ten days, half stopped long ago; all were seen for 200 days.
    private func columns(_ count: Int, ordersAfter: (Int) -> Int) -> BacktestColumns {
        let rows = Array(0..<count)
        return BacktestColumns(
            before: PurchaseColumns(
                unit: .day, frequency: rows.map { $0 % 2 == 0 ? 18 + $0 % 3 : 1 + $0 % 3 },
                recency: rows.map { $0 % 2 == 0 ? 195 : Double(10 + $0 % 20) },
                age: rows.map { _ in 200 }, meanRepeatSpend: rows.map { 10 + Double($0 % 7) },
                currency: rows.map { _ in "EUR" }),
            ordersAfter: rows.map(ordersAfter),
            spendAfter: rows.map { Double(ordersAfter($0)) * 12 },
            horizon: 60, weeklyRepeats: Array(repeating: count, count: 37),
            startDays: rows.map { _ in 0 }, calibratedUntil: "2024-07-18", until: "2024-09-16")
    }

    @Test func `of what came as it was to be expected, the verdict is that it is usable`() throws {
        let report = try Backtest.run(columns(600) { $0 % 2 == 0 ? 5 + $0 % 3 : 0 })
        #expect(report.customers == 600)
        #expect(report.actualOrders == 300 * 6)
        #expect(report.silentShare == 0.5)
        #expect(report.contestants.map(\.model) == FrequencyModel.allCases.map(\.rawValue))
        let best = try #require(report.best)
        #expect((best.areaUnderCurve ?? 0) > 0.99)
        #expect(abs(best.totalError ?? 1) < 0.25)
        #expect(best.calibration.reduce(0) { $0 + $1.customers } == 600)
        #expect(best.spend.map(\.currency) == ["EUR"])
        #expect(report.verdict.verdict == .usable)
        for contestant in report.contestants {
            let loss = try #require(contestant.figures?.logLoss)
            #expect(loss >= (best.logLoss ?? 0))
        }
        #expect(report.actualTracking.last == 600 * 37)
    }

    @Test func `where the loyal stopped at once, the verdict is weak and says why`() throws {
        let report = try Backtest.run(columns(600) { $0 % 2 == 0 ? 0 : 1 })
        let (verdict, reasons) = report.verdict
        #expect(verdict == .weak)
        #expect(reasons.contains { $0.contains("AUC") })
        #expect(reasons.contains { $0.contains("more orders than came") })
    }

    @Test func `few customers are too little data, with what is missing`() throws {
        let report = try Backtest.run(columns(40) { $0 % 2 == 0 ? 1 : 0 })
        let (verdict, reasons) = report.verdict
        #expect(verdict == .tooLittleData)
        #expect(reasons.first == "40 customers; 100 are needed")
    }

    @Test func `what can't be fitted is in the table with the reason`() throws {
        let report = try Backtest.run(columns(5) { _ in 1 })
        #expect(report.chosen == nil)
        #expect(report.contestants.allSatisfy { $0.figures == nil && $0.note != nil })
        #expect(report.verdict.verdict == .tooLittleData)
    }

    @Test func `the contest's winner is the model that forecasts`() throws {
        let columns = columns(600) { $0 % 2 == 0 ? 6 : 0 }
        var report = try Backtest.run(columns)
        for kind in FrequencyModel.allCases {
            report.chosen = kind.rawValue
            let scoring = try Scoring(columns.before, asOf: "2024-07-18", backtest: report)
            #expect(scoring.report.chosen == kind.rawValue)
            #expect(scoring.report.frequency?.model == kind.rawValue)
        }
    }

    @Test func `drift holds what was expected against what came`() throws {
        let columns = columns(600) { $0 % 2 == 0 ? 6 : 0 }
        let scoring = try Scoring(columns.before, asOf: "2024-07-18")
        let drift = try #require(scoring.report.drift(columns))
        #expect(drift.since == "2024-07-18")
        #expect(drift.days == 60)
        #expect(drift.actualOrders == 1800)
        #expect(abs(drift.expectedOrders - 1800) < 450)
    }
}
