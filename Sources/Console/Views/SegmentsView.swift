/// The list of segments.
struct SegmentsView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let description: String?
        let size: String
        let share: String
        /// Nil before there are two days to compare.
        let trend: TrendLine?
        let state: String
        let mark: String
    }

    struct TrendLine {
        let line: String
        let label: String
    }

    let rows: [Row]
    let hasRows: Bool
    let count: String

    init(_ segments: [SegmentRow], formats: Formats) {
        rows = segments.map { Row($0, formats) }
        hasRows = !rows.isEmpty
        count = formats.words(
            "segments.count", count: segments.count, formats.integer(segments.count))
    }
}

extension SegmentsView.Row {
    init(_ row: SegmentRow, _ formats: Formats) {
        title = row.title.isEmpty ? row.name : row.title
        name = row.name
        path = "/segments/\(FormFields.encode(row.name))"
        description = row.description.isEmpty ? nil : row.description
        size = formats.integer(row.size)
        share =
            row.customers > 0
            ? formats.percent(Double(row.size) / Double(row.customers)) : "–"
        trend = SegmentsView.TrendLine(row.trend, formats)
        (state, mark) = Self.state(row.state, formats)
    }

    static func state(_ state: SegmentRow.State, _ formats: Formats) -> (String, String) {
        let words = formats.words
        return switch state {
        case .live: (words("segment.live"), "state-active")
        case .filling(let share):
            (words("segment.filling", formats.percent(share, digits: 0)), "state-at-risk")
        case .retired: (words("segment.retired"), "state-prospect")
        }
    }
}

extension SegmentsView.TrendLine {
    /// Nil for fewer than two values.
    init?(_ values: [Int], _ formats: Formats) {
        guard let line = Sparkline.path(values.map { Double($0) }), let first = values.first,
            let last = values.last
        else { return nil }
        self.line = line
        label = formats.words(
            "trend.values", formats.integer(first), formats.integer(last),
            formats.integer(values.count))
    }
}
