import Insights
import Kernel

/// How customers come back, month by month and cohort by cohort.
struct RetentionView {
    let isEmpty: Bool
    let subtitle: String
    let figures: [FigureView]
    let customersByMonth: ChartView?
    let customersHow: HowView
    let comingBack: ChartView?
    let comingBackHow: HowView
    let cohorts: CohortView?

    /// So many cohorts at most, the newest: five years.
    static let cohortsMax = 60

    init(_ data: RetentionPageData, showsCounts: Bool, formats: Formats) {
        let words = formats.words
        let months = MonthSeries(data.months, asOf: data.figures.asOf, zone: formats.zone)
        isEmpty = data.figures.orders == 0
        subtitle = data.figures.asOf.map { words("retention.subtitle", formats.day($0)) } ?? ""
        let churnLabel = words("figure.churnRate")
        figures =
            FigureView.loyalty(data.figures, months, formats) + [
                FigureView(
                    label: churnLabel,
                    value: data.figures.churnRate.map { formats.percent($0) } ?? "–",
                    note: data.figures.churnRateBefore.map {
                        words("figure.before", formats.percent($0))
                    } ?? "",
                    path: CustomerListState.sorted(by: .value, states: [.atRisk]).path,
                    how: HowView(.churnRate, churnLabel, words)),
                FigureView(
                    label: words("figure.active"),
                    value: formats.integer(data.figures.activeCustomers),
                    note: words("figure.active.note", formats.integer(data.figures.activeDays)),
                    path: CustomerListState.sorted(by: .lastOrder, states: [.new, .active]).path,
                    how: HowView(.activeCustomers, words("figure.active"), words)),
            ]
        customersByMonth = ChartView.customersByMonth(months, formats: formats)
        customersHow = HowView(.returningShare, words("chart.customersByMonth"), words)
        let cohorts = CohortView(
            data.cohorts, formats: formats, rowsMax: Self.cohortsMax,
            lastFull: months.full.last?.month, showsCounts: showsCounts)
        self.cohorts = cohorts
        comingBack = cohorts.flatMap { ChartView.comingBack($0.averages, formats: formats) }
        comingBackHow = HowView(.cohort, words("chart.comingBack"), words)
    }
}
