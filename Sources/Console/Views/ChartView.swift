import Insights
import Kernel

/// A chart: data for our chart module, and the same as a table.
struct ChartView {
    struct Table {
        let head: [String]
        let rows: [Row]
    }

    struct Row {
        let head: String
        let path: String?
        let cells: [String]
    }

    let id: String
    let label: String
    let json: String
    let table: Table

    struct Series {
        let name: String
        let values: [Double?]
        let texts: [String]
        /// Which colour token it is drawn in: `accent`, `second` or `muted`.
        let colour: String
    }

    /// - Parameters:
    ///   - kind: What charts.js draws: `line`, `bars` or `curve`.
    ///   - rows: One for each point, with where a click on it goes (empty for nowhere).
    ///   - marks: Points that carry a dot.
    init(
        id: String, kind: String, label: String, head: String, isShare: Bool,
        rows: [(label: String, axis: String, path: String)], series: [Series],
        marks: [Int] = [], isLastPartial: Bool = false
    ) {
        self.id = id
        self.label = label
        table = Table(
            head: [head] + series.map(\.name),
            rows: rows.enumerated().map { index, row in
                Row(
                    head: row.label, path: row.path.isEmpty ? nil : row.path,
                    cells: series.map { index < $0.texts.count ? $0.texts[index] : "–" })
            })
        json = ScriptJSON.write(
            .object([
                ("kind", .text(kind)), ("share", .flag(isShare)),
                ("partial", .flag(isLastPartial)),
                ("axis", .list(rows.map { .text($0.axis) })),
                ("labels", .list(rows.map { .text($0.label) })),
                ("paths", .list(rows.map { .text($0.path) })),
                ("marks", .list(marks.map { .number(Double($0)) })),
                (
                    "series",
                    .list(
                        series.map { series in
                            .object([
                                ("name", .text(series.name)), ("colour", .text(series.colour)),
                                (
                                    "values",
                                    .list(series.values.map { $0.map { .number($0) } ?? .null })
                                ),
                                ("texts", .list(series.texts.map { .text($0) })),
                            ])
                        })
                ),
            ]))
    }
}

extension ChartView {
    /// The share of each month's customers who had ordered before.
    static func returning(_ months: MonthSeries, formats: Formats) -> ChartView? {
        guard months.all.count > 1 else { return nil }
        let words = formats.words
        return ChartView(
            id: "returning", kind: "line", label: words("chart.returning"),
            head: words("chart.month"), isShare: true,
            rows: months.all.map { month in
                (
                    months.label(month, formats), formats.shortMonth(month.month),
                    CustomerListState.ordered(in: month.month).path
                )
            },
            series: [
                Series(
                    name: words("chart.returningShare"), values: months.all.map(\.returningShare),
                    texts: months.all.map { $0.returningShare.map { formats.percent($0) } ?? "–" },
                    colour: "accent")
            ], isLastPartial: months.isLastPartial)
    }

    /// New and returning customers by month.
    static func customersByMonth(_ months: MonthSeries, formats: Formats) -> ChartView? {
        guard months.all.count > 1 else { return nil }
        let words = formats.words
        let returning = months.all.map { $0.customers - $0.newCustomers }
        return ChartView(
            id: "customers-by-month", kind: "bars", label: words("chart.customersByMonth"),
            head: words("chart.month"), isShare: false,
            rows: months.all.map { month in
                (
                    months.label(month, formats), formats.shortMonth(month.month),
                    CustomerListState.ordered(in: month.month).path
                )
            },
            series: [
                Series(
                    name: words("chart.returningCustomers"), values: returning.map { Double($0) },
                    texts: returning.map { formats.integer($0) }, colour: "accent"),
                Series(
                    name: words("chart.newCustomers"),
                    values: months.all.map { Double($0.newCustomers) },
                    texts: months.all.map { formats.integer($0.newCustomers) }, colour: "second"),
            ], isLastPartial: months.isLastPartial)
    }

    /// P(alive) over time with the orders marked.
    static func alive(_ points: [AlivePoint], formats: Formats) -> ChartView? {
        guard points.count > 1 else { return nil }
        let words = formats.words
        let marks = points.indices.filter { points[$0].ordered }
        return ChartView(
            id: "alive", kind: "curve", label: words("chart.alive"), head: words("chart.day"),
            isShare: true,
            rows: points.map { point in
                let day = formats.day(point.day)
                return (point.ordered ? words("chart.ordered", day) : day, day, "")
            },
            series: [
                Series(
                    name: words("chart.pAlive"), values: points.map { $0.probability },
                    texts: points.map { formats.percent($0.probability, digits: 0) },
                    colour: "accent")
            ], marks: Array(marks))
    }

    /// What the runs of the models said of a customer's churn probability; nil before there were three.
    static func risk(_ predictions: [PastPrediction], formats: Formats) -> ChartView? {
        guard predictions.count > 2 else { return nil }
        let words = formats.words
        let past = Array(predictions.reversed())
        return ChartView(
            id: "risk", kind: "line", label: words("chart.risk"), head: words("chart.day"),
            isShare: true,
            rows: past.map { (formats.day($0.asOf), formats.day($0.asOf), "") },
            series: [
                Series(
                    name: words("prediction.churn"), values: past.map { $0.churnProbability },
                    texts: past.map { formats.percent($0.churnProbability, digits: 0) },
                    colour: "accent")
            ])
    }

    /// How many of a cohort come back, over all cohorts, by months since the first order.
    static func comingBack(_ averages: [CohortView.Average], formats: Formats) -> ChartView? {
        guard averages.count > 2 else { return nil }
        let words = formats.words
        let later = averages.dropFirst()
        return ChartView(
            id: "coming-back", kind: "line", label: words("chart.comingBack"),
            head: words("chart.monthsSince"), isShare: true,
            rows: later.map { (words("chart.monthNumber", "\($0.month)"), "\($0.month)", "") },
            series: [
                Series(
                    name: words("chart.retained"), values: later.map { $0.share },
                    texts: later.map { formats.percent($0.share) }, colour: "accent")
            ])
    }
}

/// Months in order, of which the last may not be over.
struct MonthSeries {
    let all: [MonthFigures]
    let isLastPartial: Bool

    /// - Parameter asOf: How far the figures reach; a month that ends after it isn't over.
    init(_ months: [MonthFigures], asOf: Timestamp?, zone: ZoneRules) {
        all = months
        guard let last = months.last, let asOf else {
            isLastPartial = false
            return
        }
        let day = zone.day(of: asOf)
        let tomorrow = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
        isLastPartial = day.month == last.month && tomorrow.month == last.month
    }

    /// The months that are over.
    var full: [MonthFigures] { isLastPartial ? Array(all.dropLast()) : all }

    func label(_ month: MonthFigures, _ formats: Formats) -> String {
        let isPartial = isLastPartial && month.month == all.last?.month
        return isPartial
            ? formats.words("chart.soFar", formats.month(month.month)) : formats.month(month.month)
    }
}
