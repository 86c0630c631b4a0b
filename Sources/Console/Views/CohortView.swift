import Insights
import Kernel

/// The cohort table as a heat map: a table whose cells carry their number.
struct CohortView {
    struct Cell {
        let text: String
        /// `heat-0` … `heat-9`; `heat-all` for the month of the first order.
        let heat: String
        let path: String
        let label: String
        /// Whether its month isn't over yet.
        let isPartial: Bool
    }

    struct Row {
        let cohort: String
        let size: String
        let path: String
        let cells: [Cell]
    }

    /// One column over all cohorts that are old enough for it.
    struct Average {
        let month: Int
        let share: Double
    }

    let caption: String
    let columns: [String]
    let rows: [Row]
    let averages: [Average]
    let averageTexts: [String]
    let how: HowView
    let hasPartial: Bool
    let showsCounts: Bool
    let otherPath: String

    /// Nil without cohorts.
    ///
    /// - Parameters:
    ///   - rowsMax: At most so many cohorts, the newest.
    ///   - lastFull: The last month that is over; cells beyond it are marked.
    init?(
        _ table: CohortTable, formats: Formats, rowsMax: Int, lastFull: CalendarMonth?,
        showsCounts: Bool
    ) {
        let words = formats.words
        let shown = table.rows.suffix(rowsMax)
        guard let width = shown.map(\.retained.count).max(), width > 0 else { return nil }
        caption = words(showsCounts ? "cohorts.captionCounts" : "cohorts.caption")
        columns = (0..<width).map(String.init)
        how = HowView(.cohort, words("cohorts.title"), words)
        self.showsCounts = showsCounts
        otherPath = showsCounts ? Room.retention.path : Room.retention.path + "?show=counts"

        // The hottest cell after the first month sets the scale; the first month is always all.
        let hottest =
            shown.flatMap { row in
                row.size > 0 ? row.retained.dropFirst().map { Double($0) / Double(row.size) } : []
            }.max() ?? 1
        func isPartial(_ month: CalendarMonth) -> Bool { lastFull.map { month > $0 } ?? false }

        rows = shown.map { row in
            Row(
                cohort: formats.month(row.cohort), size: formats.integer(row.size),
                path: CustomerListState.firstOrdered(in: row.cohort).path,
                cells: row.retained.enumerated().map { index, count in
                    let share = row.size > 0 ? Double(count) / Double(row.size) : 0
                    let month = CalendarMonth(index: row.cohort.index + index)
                    let level = Int((share / max(hottest, 0.0001) * 9).rounded())
                    return Cell(
                        text: showsCounts
                            ? formats.integer(count)
                            : formats.numbers.decimal(share * 100, digits: 0),
                        heat: index == 0 ? "heat-all" : "heat-\(min(max(level, 0), 9))",
                        path: CustomerListState.cohort(row.cohort, orderedIn: month).path,
                        label: words(
                            "cohorts.cell", formats.integer(count), formats.integer(row.size),
                            formats.percent(share), formats.month(month)),
                        // Month 0 holds everybody from the start, over or not.
                        isPartial: index > 0 && isPartial(month))
                })
        }
        hasPartial = rows.contains { row in row.cells.contains(where: \.isPartial) }

        averages = (0..<width).compactMap { index in
            let old = shown.filter {
                $0.retained.count > index
                    && !isPartial(CalendarMonth(index: $0.cohort.index + index))
            }
            let size = old.reduce(0) { $0 + $1.size }
            guard size > 0 else { return nil }
            let retained = old.reduce(0) { $0 + $1.retained[index] }
            return Average(month: index, share: Double(retained) / Double(size))
        }
        averageTexts = averages.map { formats.numbers.decimal($0.share * 100, digits: 0) }
    }
}
