import Insights
import Kernel

/// The home page.
struct HomeView {
    struct Headline {
        let value: String
        let interval: String
        let comparison: String
        let direction: String
        let explanation: String
        let how: HowView
        let path: String
    }

    struct TroubleView {
        let title: String
        let advice: String
        let command: String?
    }

    let isEmpty: Bool
    let subtitle: String
    let headline: Headline?
    let chart: ChartView?
    let chartHow: HowView
    let beside: [FigureView]
    let attention: [FigureView]
    let figures: [FigureView]
    let cohorts: CohortView?
    let states: [StateBarView]
    let statesHow: HowView
    let troubles: [TroubleView]
    /// The journeys that are live.
    let efforts: [JourneysView.Row]
    let hasEfforts: Bool

    init(_ data: OverviewPageData, journeys: [JourneyRow] = [], formats: Formats) {
        let words = formats.words
        let figures = data.figures
        let months = MonthSeries(data.months, asOf: figures.asOf, zone: formats.zone)
        isEmpty = figures.orders == 0
        subtitle =
            if let first = figures.firstOrderAt, let last = figures.lastOrderAt {
                words("home.subtitle", formats.day(first), formats.day(last))
            } else {
                ""
            }
        headline = Headline(data, formats)
        chart = ChartView.returning(months, formats: formats)
        chartHow = HowView(.returningShare, words("chart.returning"), words)
        beside = FigureView.loyalty(figures, months, formats)
        attention = FigureView.attention(data, formats)
        self.figures = FigureView.business(figures, months, formats)
        cohorts = CohortView(
            data.cohorts, formats: formats, rowsMax: 13, lastFull: months.full.last?.month,
            showsCounts: false)
        states = Self.bars(data.lifecycle, formats)
        statesHow = HowView(.lifecycleState, words("home.states"), words)
        troubles = data.troubles.map { TroubleView($0, formats) }
        efforts = journeys.filter { $0.state == .live }.map { JourneysView.Row($0, formats) }
        hasEfforts = !efforts.isEmpty
    }

    private static func bars(_ lifecycle: [LifecycleFigures], _ formats: Formats) -> [StateBarView]
    {
        let total = lifecycle.reduce(0) { $0 + $1.customers }
        let most = lifecycle.map(\.customers).max() ?? 0
        guard most > 0 else { return [] }
        return LifecycleState.allCases.compactMap { state in
            guard let figures = lifecycle.first(where: { $0.state == state }) else { return nil }
            let spend = figures.expectedSpend
            return StateBarView(
                state: StateView(state, formats.words), count: formats.integer(figures.customers),
                share: formats.percent(Double(figures.customers) / Double(total)),
                spend: spend.minorByCurrency.isEmpty
                    ? "" : formats.words("home.stateSpend", formats.all(spend, whole: true)),
                path: CustomerListState.sorted(by: .value, states: [state]).path,
                width: figures.customers * 1000 / most)
        }
    }
}

extension HomeView.Headline {
    /// Nil where nobody was active at the start of the period.
    init?(_ data: OverviewPageData, _ formats: Formats) {
        guard let churn = data.figures.churnRate else { return nil }
        let words = formats.words
        let kept = 1 - churn
        let days = formats.integer(data.figures.activeDays)
        value = formats.percent(kept)
        if let count = data.activeAtStart,
            let range = Interval.wilson(share: kept, count: count)
        {
            interval = words(
                "headline.interval", formats.percent(range.low), formats.percent(range.high),
                formats.integer(count))
        } else {
            interval = ""
        }
        if let before = data.figures.churnRateBefore {
            let points = (kept - (1 - before)) * 100
            let size = formats.numbers.decimal(points.magnitude, digits: 1)
            let was = formats.percent(1 - before)
            direction = points >= 0.05 ? "up" : points <= -0.05 ? "down" : "flat"
            comparison =
                switch direction {
                case "up": words("headline.up", size, was, days)
                case "down": words("headline.down", size, was, days)
                default: words("headline.flat", was, days)
                }
        } else {
            direction = "flat"
            comparison = words("headline.noBefore")
        }
        explanation = words("headline.explanation", days, formats.percent(churn))
        how = HowView(.retentionRate, words("headline.label"), words)
        path = CustomerListState.sorted(by: .lastOrder, states: [.new, .active]).path
    }
}

extension HomeView.TroubleView {
    init(_ trouble: Trouble, _ formats: Formats) {
        let words = formats.words
        switch trouble {
        case .neverScored:
            title = words("trouble.neverScored")
            advice = words("trouble.neverScored.advice")
            command = "perennial score"
        case .scoresStale(let days):
            title = words("trouble.scoresStale", count: days, formats.integer(days))
            advice = words("trouble.scoresStale.advice")
            command = "perennial score"
        case .rowsRejected(let file, let rows, let at):
            title = words("trouble.rowsRejected", count: rows, formats.integer(rows), file)
            advice = words("trouble.rowsRejected.advice", formats.moment(at))
            command = nil
        case .archiveBehind(let events):
            title = words("trouble.archiveBehind", count: events, formats.integer(events))
            advice = words("trouble.archiveBehind.advice")
            command = nil
        case .modelFailed(let reason):
            title = words("trouble.modelFailed")
            advice = reason
            command = "perennial score"
        }
    }
}
