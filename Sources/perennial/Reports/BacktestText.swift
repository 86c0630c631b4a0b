import Predictions

/// A backtest as text: the contest's table, and how its winner did.
struct BacktestText {
    let report: BacktestReport

    /// For a terminal.
    func table() -> String {
        var lines = [
            "models that saw everything up to \(report.calibratedUntil), beside what came until "
                + "\(report.until)",
            "\(Figures.grouped(report.customers)) customers, "
                + "\(Figures.grouped(report.repeatCustomers)) with a repeat order by then; "
                + "\(Figures.grouped(report.actualOrders)) orders came after, from "
                + "\(percent(1 - report.silentShare)) of them", "",
        ]
        var table = TextTable(headings: ["model"] + Self.headings)
        for contestant in report.contestants { table.rows.append(cells(contestant)) }
        lines.append(table.table())
        for contestant in report.contestants {
            if let note = contestant.note { lines.append("\(contestant.model): \(note)") }
        }
        lines += ["", verdict]
        for spend in report.best?.spend ?? [] {
            lines.append(
                "spend in \(spend.currency): \(Figures.fixed(spend.predicted, digits: 2)) expected, "
                    + "\(Figures.fixed(spend.actual, digits: 2)) came")
        }
        return lines.joined(separator: "\n")
    }

    func csv() -> String {
        var table = TextTable(headings: ["model", "figure", "value"])
        for contestant in report.contestants {
            guard let figures = contestant.figures else { continue }
            func add(_ name: String, _ value: Double?) {
                table.rows.append([contestant.model, name, value.map { String($0) } ?? ""])
            }
            add("predictedOrders", figures.predictedOrders)
            add("actualOrders", Double(report.actualOrders))
            add("totalError", figures.totalError)
            add("meanAbsoluteError", figures.meanAbsoluteError)
            add("rootMeanSquaredError", figures.rootMeanSquaredError)
            add("areaUnderCurve", figures.areaUnderCurve)
            add("logLoss", figures.logLoss)
            add("brier", figures.brier)
            add("brierSkill", figures.brierSkill)
            add("calibrationError", figures.calibrationError)
            add("topDecileCapture", figures.topDecileCapture)
            add("topDecileLift", figures.topDecileLift)
            add("normalisedGini", figures.normalisedGini)
        }
        return table.csv()
    }

    /// The contest's table for a card, and who couldn't take part.
    func markdown() -> [String] {
        let headings = ["model"] + Self.headings
        var lines = [
            "| " + headings.joined(separator: " | ") + " |",
            "|" + String(repeating: "---|", count: headings.count),
        ]
        lines += report.contestants.map { "| " + cells($0).joined(separator: " | ") + " |" }
        lines += report.contestants.compactMap { contestant in
            contestant.note.map { "\n\(contestant.model): \($0)." }
        }
        return lines
    }

    private static let headings = [
        "orders expected", "error", "MAE", "RMSE", "AUC", "log loss", "Brier skill", "top tenth",
    ]

    /// `usable: …`, in one sentence.
    var verdict: String {
        let (verdict, reasons) = report.verdict
        let chosen =
            report.chosen.map { chosen in
                guard let churnBy = report.churnBy, churnBy != chosen else {
                    return "\(chosen) foretold best. "
                }
                return
                    "\(churnBy) foretold best who would order; of the models that foretell orders, spend "
                    + "and dates, \(chosen) did. "
            } ?? ""
        switch verdict {
        case .usable:
            return chosen + "Usable: it told who would order, and how many orders would come."
        case .weak: return chosen + "Weak: " + reasons.joined(separator: "; ") + "."
        case .tooLittleData: return "Too little data: " + reasons.joined(separator: "; ") + "."
        }
    }

    private func cells(_ contestant: BacktestReport.Contestant) -> [String] {
        guard let figures = contestant.figures else {
            return [contestant.model] + Array(repeating: "–", count: 8)
        }
        func fixed(_ value: Double?, _ digits: Int) -> String {
            value.map { Figures.fixed($0, digits: digits) } ?? "–"
        }
        return [
            contestant.model
                + (contestant.model == report.chosen || contestant.model == report.churnBy
                    ? " *" : ""),
            Figures.fixed(figures.predictedOrders, digits: 1),
            figures.totalError.map { ($0 >= 0 ? "+" : "") + percent($0) } ?? "–",
            fixed(figures.meanAbsoluteError, 4), fixed(figures.rootMeanSquaredError, 4),
            fixed(figures.areaUnderCurve, 3), fixed(figures.logLoss, 4),
            fixed(figures.brierSkill, 3), figures.topDecileCapture.map { percent($0) } ?? "–",
        ]
    }

    private func percent(_ share: Double) -> String { Figures.fixed(share * 100, digits: 1) + "%" }
}
