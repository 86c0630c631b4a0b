import Foundation
import Kernel
import Predictions
import Runtime

/// A model card: what a model saw, what it found, how it did on held-back orders, and whether to trust it.
struct ModelCardText {
    let run: Workspace.ModelRunSummary
    let model: ModelReport.Model

    /// The models of a run by the names that cards go by: `bg-nbd`, `gamma-gamma`, `gamma-gamma-gbp`.
    static func find(_ name: String, in report: ModelReport) -> ModelReport.Model? {
        let wanted = name.lowercased()
        return report.models.first { wanted == slug($0) || wanted == slug($0) + suffix($0) }
    }

    static func names(_ report: ModelReport) -> [String] {
        report.models.map { model in
            let isAlone = report.models.count { $0.model == model.model } == 1
            return slug(model) + (isAlone ? "" : suffix(model))
        }
    }

    private static func slug(_ model: ModelReport.Model) -> String {
        model.model.lowercased().replacingOccurrences(of: "/", with: "-")
    }

    private static func suffix(_ model: ModelReport.Model) -> String {
        model.currency.map { "-" + $0.lowercased() } ?? ""
    }

    private var contestant: BacktestReport.Contestant? {
        run.report.backtest?.contestants.first { $0.model == model.model }
    }

    /// As Markdown, for people and for handing on.
    func markdown() -> String {
        let report = run.report
        var lines = ["# \(model.model)" + (model.currency.map { " (\($0))" } ?? ""), ""]
        lines.append(
            "Fitted to orders up to \(report.asOf) of \(Figures.grouped(model.customers)) customers, "
                + "\(Figures.grouped(model.repeatCustomers)) with a repeat order; times in "
                + "\(report.unit.rawValue)s. Prior: \(model.prior == "none" ? "none" : "weak, log-normal with standard deviation 2")."
        )
        if report.chosen == model.model {
            lines.append(
                report.churnBy.map {
                    "Forecasts of orders, spend and dates are by this model, churn probabilities by: \($0)."
                } ?? "Forecasts are by this model.")
        }
        lines += model.notes
        if let parameters = model.parameters {
            lines += [
                "", "| parameter | value | standard error | 95 % interval |", "|---|---|---|---|",
            ]
            for name in ModelsReport.order(model.model) {
                guard let value = parameters[name] else { continue }
                let error = model.standardErrors?[name].map { Figures.fixed($0, digits: 4) } ?? "–"
                var interval = "–"
                if let low = model.parameterLows?[name] {
                    interval =
                        Figures.fixed(low, digits: 4) + " to "
                        + (model.parameterHighs?[name].map { Figures.fixed($0, digits: 4) } ?? "∞")
                }
                lines.append(
                    "| \(name) | \(Figures.fixed(value, digits: 4)) | \(error) | \(interval) |")
            }
            if let value = model.logLikelihood {
                lines += ["", "Log-likelihood \(Figures.fixed(value, digits: 2))."]
            }
        }
        lines += backtest()
        if let drift = report.drift { lines += ["", "## Since the run before", "", text(drift)] }
        return lines.joined(separator: "\n")
    }

    private func text(_ drift: ModelReport.Drift) -> String {
        "The run that saw up to \(drift.since) expected "
            + "\(Figures.fixed(drift.expectedOrders, digits: 1)) orders in the \(drift.days) days after; "
            + "\(Figures.grouped(drift.actualOrders)) came."
    }

    private func backtest() -> [String] {
        guard let report = run.report.backtest else {
            return [
                "", "## Backtest", "",
                "None: a third of the days since the first order is less than four weeks.",
            ]
        }
        var lines = ["", "## Backtest", "", BacktestText(report: report).verdict, ""]
        lines += BacktestText(report: report).markdown() + [""]
        lines.append(
            "Fitted to what was known on \(report.calibratedUntil), beside what came until \(report.until)."
        )
        if let figures = contestant?.figures {
            lines += [
                "", "| | expected | came |", "|---|---|---|",
                "| orders | \(Figures.fixed(figures.predictedOrders, digits: 1)) | \(Figures.grouped(report.actualOrders)) |",
            ]
            for spend in figures.spend {
                lines.append(
                    "| spend, \(spend.currency) | \(Figures.fixed(spend.predicted, digits: 2)) | \(Figures.fixed(spend.actual, digits: 2)) |"
                )
            }
            lines += groups(
                "Orders of a customer by repeat orders before", "repeats", figures.byRepeats,
                digits: 3, isOpen: true)
            let isChosen = run.report.chosen == model.model
            let sayer = isChosen ? report.churnBy ?? model.model : model.model
            lines += groups(
                "No order came: the share that \(sayer) said, and that happened, by tenths of customers",
                "tenth",
                (isChosen ? report.bestChurn ?? figures : figures).calibration, digits: 3)
        } else if model.currency != nil {
            for spend in report.best?.spend ?? [] where spend.currency == model.currency {
                lines += [
                    "",
                    "Spend of the held-back time: \(Figures.fixed(spend.predicted, digits: 2)) expected, "
                        + "\(Figures.fixed(spend.actual, digits: 2)) came.",
                ]
            }
        }
        return lines
    }

    private func groups(
        _ title: String, _ key: String, _ groups: [BacktestReport.Group], digits: Int,
        isOpen: Bool = false
    ) -> [String] {
        ["", "### \(title)", "", "| \(key) | customers | expected | came |", "|---|---|---|---|"]
            + groups.map { group in
                "| \(group.key)\(isOpen && group == groups.last ? " or more" : "") | "
                    + "\(Figures.grouped(group.customers)) | "
                    + "\(Figures.fixed(group.predicted, digits: digits)) | "
                    + "\(Figures.fixed(group.actual, digits: digits)) |"
            }
    }

    private struct Card: Encodable {
        let run: String
        let asOf: String
        let unit: String
        let isChosen: Bool
        let model: ModelReport.Model
        let verdict: String?
        let reasons: [String]
        let backtest: BacktestReport?
        let drift: ModelReport.Drift?
    }

    func json() throws -> String {
        let verdict = run.report.backtest?.verdict
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(
            Card(
                run: run.run.description, asOf: run.report.asOf,
                unit: run.report.unit.rawValue, isChosen: run.report.chosen == model.model,
                model: model, verdict: verdict?.verdict.rawValue, reasons: verdict?.reasons ?? [],
                backtest: run.report.backtest, drift: run.report.drift))
        return String(decoding: data, as: UTF8.self)
    }
}
