import Kernel
import Predictions

/// How the models did on orders that were held back: a verdict, the contest's table, and two charts.
struct BacktestView {
    struct Row {
        let name: String
        /// What it was chosen for; nil for nothing.
        let chosen: String?
        let cells: [String]
    }

    let verdict: String
    /// `good`, `warn` or `muted`, for its colour.
    let tone: String
    let reasons: [String]
    let what: String
    let head: [String]
    let rows: [Row]
    /// Who didn't take part, and why.
    let notes: [String]
    let spend: [String]
    let drift: String?
    let tracking: ChartView?
    let calibration: ChartView?

    init(_ report: BacktestReport, drift: ModelReport.Drift?, _ formats: Formats) {
        let words = formats.words
        let numbers = formats.numbers
        let (verdict, reasons) = report.verdict
        self.verdict = words("backtest.\(verdict.rawValue)")
        tone =
            switch verdict {
            case .usable: "good"
            case .weak: "warn"
            case .tooLittleData: "muted"
            }
        self.reasons = reasons
        notes = report.contestants.compactMap { contestant in
            contestant.note.map { "\(contestant.model): \($0)" }
        }
        what = words(
            "backtest.what", report.calibratedUntil, report.until,
            formats.integer(report.customers), formats.integer(report.actualOrders))
        head = [
            words("backtest.model"), words("backtest.orders"), words("backtest.error"),
            words("backtest.auc"), words("backtest.logLoss"), words("backtest.skill"),
            words("backtest.topTenth"),
        ]
        rows = report.contestants.map { contestant in
            guard let figures = contestant.figures else {
                return Row(
                    name: contestant.model, chosen: nil,
                    cells: Array(repeating: "–", count: 6))
            }
            func decimal(_ value: Double?, _ digits: Int) -> String {
                value.map { numbers.decimal($0, digits: digits) } ?? "–"
            }
            return Row(
                name: contestant.model, chosen: Self.chosen(contestant.model, report, words),
                cells: [
                    decimal(figures.predictedOrders, 0),
                    figures.totalError.map { ($0 > 0 ? "+" : "") + formats.percent($0) } ?? "–",
                    decimal(figures.areaUnderCurve, 3), decimal(figures.logLoss, 3),
                    decimal(figures.brierSkill, 3),
                    figures.topDecileCapture.map { formats.percent($0) } ?? "–",
                ])
        }
        spend = (report.best?.spend ?? []).map { spend in
            words(
                "backtest.spend", spend.currency, numbers.decimal(spend.predicted, digits: 0),
                numbers.decimal(spend.actual, digits: 0))
        }
        self.drift = drift.map {
            words(
                "backtest.drift", $0.since, numbers.decimal($0.expectedOrders, digits: 0),
                "\($0.days)", formats.integer($0.actualOrders))
        }
        tracking = Self.tracking(report, formats)
        calibration = Self.calibration(report, formats)
    }

    private static func chosen(
        _ model: String, _ report: BacktestReport, _ words: Words
    ) -> String? {
        let churnBy = report.churnBy ?? report.chosen
        if model == report.chosen {
            return words(model == churnBy ? "backtest.chosen" : "backtest.chosen.orders")
        }
        return model == churnBy ? words("backtest.chosen.churn") : nil
    }

    /// Cumulative repeat orders by week, as they came and as the chosen model expected them.
    private static func tracking(_ report: BacktestReport, _ formats: Formats) -> ChartView? {
        guard let best = report.best, report.actualTracking.count > 3 else { return nil }
        let words = formats.words
        return ChartView(
            id: "tracking", kind: "line", label: words("chart.tracking"),
            head: words("chart.week"), isShare: false,
            rows: report.actualTracking.indices.map {
                (words("chart.weekNumber", "\($0 + 1)"), "\($0 + 1)", "")
            },
            series: [
                ChartView.Series(
                    name: words("chart.came"), values: report.actualTracking.map { Double($0) },
                    texts: report.actualTracking.map { formats.integer($0) }, colour: "accent"),
                ChartView.Series(
                    name: words("chart.expected"), values: best.tracking.map { $0 },
                    texts: best.tracking.map { formats.numbers.decimal($0, digits: 0) },
                    colour: "second"),
            ])
    }

    /// What was said of tenths of the customers, and what happened.
    private static func calibration(_ report: BacktestReport, _ formats: Formats) -> ChartView? {
        guard let best = report.bestChurn, best.calibration.count > 2 else { return nil }
        let words = formats.words
        return ChartView(
            id: "calibration", kind: "line", label: words("chart.calibration"),
            head: words("chart.tenth"), isShare: true,
            rows: best.calibration.map { ("\($0.key)", "\($0.key)", "") },
            series: [
                ChartView.Series(
                    name: words("chart.happened"), values: best.calibration.map { $0.actual },
                    texts: best.calibration.map { formats.percent($0.actual) }, colour: "accent"),
                ChartView.Series(
                    name: words("chart.said"), values: best.calibration.map { $0.predicted },
                    texts: best.calibration.map { formats.percent($0.predicted) },
                    colour: "second"),
            ])
    }
}
