import Insights
import JSONParsing
import Kernel

/// The cohort table as text.
struct CohortsReport {
    let cohorts: CohortTable

    func text(_ format: ReportFormat) -> String {
        switch format {
        case .json: json()
        case .table: table(asShares: true).table()
        case .csv: table(asShares: false).csv()
        }
    }

    private func table(asShares: Bool) -> TextTable {
        let months = cohorts.rows.map(\.retained.count).max() ?? 0
        var table = TextTable(
            headings: ["cohort", "size"] + (0..<months).map { "month\($0)" },
            numeric: Set(1..<(months + 2)))
        if asShares { table.headings = ["cohort", "size"] + (0..<months).map { "+\($0)" } }
        for row in cohorts.rows {
            let cells = row.retained.map { count in
                asShares
                    ? (row.size > 0 ? Figures.percent(Double(count) / Double(row.size)) : "–")
                    : String(count)
            }
            let missing = [String](repeating: "", count: months - cells.count)
            table.rows.append([row.cohort.description, String(row.size)] + cells + missing)
        }
        return table
    }

    private func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.key("cohorts")
        json.beginArray()
        for row in cohorts.rows {
            json.beginObject()
            json.member("cohort", row.cohort.description)
            json.member("size", row.size)
            json.key("retained")
            json.beginArray()
            for count in row.retained { json.number(count) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }
}
