import JSONParsing
import Kernel
import Predictions
import Runtime

/// The newest run of the models as text.
struct ModelsReport {
    let run: Workspace.ModelRunSummary?

    func text(_ format: ReportFormat) -> String {
        switch format {
        case .json: return json()
        case .table:
            guard let run else {
                return "no models yet; fit them with: perennial score"
            }
            var lines = [
                "as of \(run.report.asOf), times in \(run.report.unit.rawValue)s, "
                    + "\(Figures.grouped(run.report.customers)) customers, "
                    + "\(Figures.grouped(run.report.repeatCustomers)) with a repeat order"
            ]
            if let chosen = run.report.chosen {
                lines.append(
                    "forecasts are by \(chosen)"
                        + (run.report.backtest == nil
                            ? "" : ", which foretold the held-back orders best"))
                if let churnBy = run.report.churnBy {
                    lines.append(
                        "churn probabilities are by: \(churnBy), which foretold better who would order"
                    )
                }
            }
            for model in run.report.models {
                lines.append(Self.line(model))
                lines += model.notes.map { "  " + $0 }
            }
            return lines.joined(separator: "\n")
        case .csv: return csv().csv()
        }
    }

    /// `BG/NBD: r 0.2426, …, log-likelihood -9582.4 (2,357 customers)`.
    static func line(_ model: ModelReport.Model) -> String {
        let name = model.model + (model.currency.map { " (\($0))" } ?? "")
        guard let parameters = model.parameters else { return name + ": no fit" }
        let texts = Self.order(model.model).compactMap { key in
            parameters[key].map { "\(key) \(Figures.fixed($0, digits: 4))" }
        }
        let likelihood = model.logLikelihood.map { Figures.fixed($0, digits: 2) } ?? "–"
        return "\(name): \(texts.joined(separator: ", ")), log-likelihood \(likelihood) "
            + "(\(Figures.grouped(model.customers)) customers)"
    }

    /// The parameters' names in the literature's order.
    static func order(_ model: String) -> [String] {
        FrequencyModel(rawValue: model)?.parameterNames ?? ["p", "q", "gamma"]
    }

    private func csv() -> TextTable {
        var table = TextTable(headings: ["model", "currency", "figure", "value", "standard_error"])
        for model in run?.report.models ?? [] {
            for key in Self.order(model.model) {
                guard let value = model.parameters?[key] else { continue }
                table.rows.append([
                    model.model, model.currency ?? "", key, String(value),
                    model.standardErrors?[key].map { String($0) } ?? "",
                ])
            }
            if let value = model.logLikelihood {
                table.rows.append([
                    model.model, model.currency ?? "", "logLikelihood", String(value), "",
                ])
            }
            table.rows.append([
                model.model, model.currency ?? "", "customers", String(model.customers), "",
            ])
        }
        return table
    }

    private func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.key("run")
        if let run { json.string(run.run.description) } else { json.null() }
        json.key("asOf")
        if let run { json.string(run.report.asOf) } else { json.null() }
        if let run {
            json.member("unit", run.report.unit.rawValue)
            json.member("customers", run.report.customers)
            json.member("repeatCustomers", run.report.repeatCustomers)
            json.key("chosen")
            if let chosen = run.report.chosen { json.string(chosen) } else { json.null() }
            json.member("churnBy", run.report.churnBy ?? run.report.chosen ?? "")
        }
        json.key("models")
        json.beginArray()
        for model in run?.report.models ?? [] { write(model, to: &json) }
        json.endArray()
        json.endObject()
        return json.text
    }

    private func write(_ model: ModelReport.Model, to json: inout JSONWriter) {
        json.beginObject()
        json.member("model", model.model)
        if let currency = model.currency { json.member("currency", currency) }
        json.member("unit", run?.report.unit.rawValue ?? "")
        func numbers(_ name: String, _ values: [String: Double]?) {
            json.key(name)
            guard let values else { return json.null() }
            json.beginObject()
            for key in Self.order(model.model) {
                if let value = values[key] { json.member(key, value) }
            }
            json.endObject()
        }
        numbers("parameters", model.parameters)
        numbers("standardErrors", model.standardErrors)
        json.optional("logLikelihood", model.logLikelihood)
        json.member("customers", model.customers)
        json.member("repeatCustomers", model.repeatCustomers)
        json.member("prior", model.prior)
        json.key("notes")
        json.beginArray()
        for note in model.notes { json.string(note) }
        json.endArray()
        json.endObject()
    }
}
