import Insights
import Kernel

extension FigureView {
    /// What the business came to.
    static func business(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> [FigureView] {
        [
            revenue(figures, months, formats), orders(figures, months, formats),
            averageOrderValue(figures, months, formats), customers(figures, months, formats),
        ]
    }

    /// How customers come back.
    static func loyalty(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> [FigureView] {
        let words = formats.words
        var repeaters = CustomerListState.sorted(by: .orders)
        repeaters.query.ordersAtLeast = 2
        let label = words("figure.repeatPurchaseRate")
        return [
            FigureView(
                label: label,
                value: figures.repeatPurchaseRate.map { formats.percent($0) } ?? "–",
                note: words("figure.repeatPurchaseRate.note"), path: repeaters.path,
                how: HowView(.repeatPurchaseRate, label, words)),
            FigureView(
                label: words("figure.ordersPerCustomer"),
                value: figures.ordersPerCustomer.map { formats.numbers.decimal($0, digits: 2) }
                    ?? "–",
                note: words("figure.ordersPerCustomer.note"),
                path: CustomerListState.sorted(by: .orders).path,
                how: HowView(.ordersPerCustomer, words("figure.ordersPerCustomer"), words)),
        ]
    }

    /// Who needs something now.
    static func attention(_ data: OverviewPageData, _ formats: Formats) -> [FigureView] {
        let words = formats.words
        func state(_ state: LifecycleState) -> LifecycleFigures {
            data.lifecycle.first { $0.state == state }
                ?? LifecycleFigures(state: state, customers: 0, expectedSpend: Amounts())
        }
        let atRisk = state(.atRisk)
        let lapsed = state(.lapsed)
        let new = state(.new)
        let days = formats.integer(data.figures.activeDays)
        let twice = formats.integer(data.figures.activeDays * 2)
        return [
            FigureView(
                label: words("figure.valueAtRisk"),
                value: formats.leading(atRisk.expectedSpend, whole: true),
                more: formats.others(atRisk.expectedSpend, whole: true),
                note: words("figure.valueAtRisk.note"),
                path: CustomerListState.sorted(by: .value, states: [.atRisk]).path,
                how: HowView(.valueAtRisk, words("figure.valueAtRisk"), words)),
            FigureView(
                label: words("figure.atRisk"), value: formats.integer(atRisk.customers),
                note: words("figure.atRisk.note", days, twice),
                path: CustomerListState.sorted(by: .churn, states: [.atRisk]).path,
                how: HowView(.lifecycleState, words("figure.atRisk"), words)),
            FigureView(
                label: words("figure.oneOrder"), value: formats.integer(new.customers),
                note: words("figure.oneOrder.note", days),
                path: CustomerListState.sorted(by: .lastOrder, states: [.new]).path,
                how: HowView(.lifecycleState, words("figure.oneOrder"), words)),
            FigureView(
                label: words("figure.lapsed"), value: formats.integer(lapsed.customers),
                note: words("figure.lapsed.note", twice),
                path: CustomerListState.sorted(by: .value, states: [.lapsed]).path,
                how: HowView(.lifecycleState, words("figure.lapsed"), words)),
        ]
    }

    private static func revenue(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> FigureView {
        let words = formats.words
        var notes: [String] = []
        if !figures.refunded.minorByCurrency.isEmpty {
            notes.append(
                words("figure.revenue.refunded", formats.all(figures.refunded, whole: true)))
        }
        if figures.ordersWithoutCustomer > 0 {
            notes.append(
                words(
                    "figure.revenue.withoutCustomer",
                    formats.all(figures.revenueWithoutCustomer, whole: true)))
        }
        let currency = figures.revenue.sorted.first?.currency
        return FigureView(
            label: words("figure.revenue"), value: formats.leading(figures.revenue, whole: true),
            more: formats.others(figures.revenue, whole: true),
            note: notes.joined(separator: " · "),
            path: CustomerListState.sorted(by: .revenue).path,
            how: HowView(.revenue, words("figure.revenue"), words),
            trend: currency.flatMap { currency in
                TrendView(
                    months.full.map { ($0.month, Double($0.revenue[currency])) }, formats: formats
                ) { formats.estimate(minor: $0, currency) }
            })
    }

    private static func orders(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> FigureView {
        let words = formats.words
        let unknown = figures.ordersWithoutCustomer
        return FigureView(
            label: words("figure.orders"), value: formats.integer(figures.orders),
            note: unknown > 0
                ? words("figure.orders.withoutCustomer", formats.integer(unknown)) : "",
            path: CustomerListState.sorted(by: .orders).path,
            how: HowView(.orders, words("figure.orders"), words),
            trend: TrendView(
                months.full.map { ($0.month, Double($0.orders)) }, formats: formats
            ) { formats.integer(Int($0)) })
    }

    private static func averageOrderValue(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> FigureView {
        let words = formats.words
        let averages = figures.averageOrderValueMinor.sorted { left, right in
            figures.revenue[left.key] > figures.revenue[right.key]
        }
        let texts = averages.map { formats.estimate(minor: $0.value, $0.key) }
        return FigureView(
            label: words("figure.averageOrderValue"), value: texts.first ?? "–",
            more: texts.dropFirst().joined(separator: " · "),
            path: CustomerListState.sorted(by: .revenue).path,
            how: HowView(.averageOrderValue, words("figure.averageOrderValue"), words),
            trend: averages.first.flatMap { leading in
                // By month, orders aren't told apart by currency; with several there is no line to
                // draw.
                guard averages.count == 1 else { return nil }
                return TrendView(
                    months.full.map { month in
                        let revenue = Double(month.revenue[leading.key])
                        return (
                            month.month, month.orders > 0 ? revenue / Double(month.orders) : nil
                        )
                    }, formats: formats
                ) { formats.estimate(minor: $0, leading.key) }
            })
    }

    private static func customers(
        _ figures: OverviewFigures, _ months: MonthSeries, _ formats: Formats
    ) -> FigureView {
        let words = formats.words
        return FigureView(
            label: words("figure.customers"), value: formats.integer(figures.customers),
            note: words(
                "figure.customers.note", formats.integer(figures.activeCustomers),
                formats.integer(figures.activeDays)),
            path: CustomerListState.sorted(by: .firstOrder).path,
            how: HowView(.customers, words("figure.customers"), words),
            trend: TrendView(
                months.full.map { ($0.month, Double($0.customers)) }, formats: formats
            ) { formats.integer(Int($0)) })
    }
}
