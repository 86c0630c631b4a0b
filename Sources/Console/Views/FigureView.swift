import Insights
import Kernel

/// One figure: a link to what it is made of, with its trend and the way to its definition.
struct FigureView {
    let label: String
    let value: String
    /// Further currencies; nil with one.
    let more: String?
    /// What else to know, in a few words; empty for nothing.
    let note: String
    /// Where the rows behind the figure are.
    let path: String
    let how: HowView
    let trend: TrendView?

    init(
        label: String, value: String, more: String = "", note: String = "", path: String,
        how: HowView, trend: TrendView? = nil
    ) {
        self.label = label
        self.value = value
        self.more = more.isEmpty ? nil : more
        self.note = note
        self.path = path
        self.how = how
        self.trend = trend
    }
}

/// The small link to how a figure is computed.
struct HowView {
    let path: String
    /// For screen readers: which figure it is about.
    let label: String

    init(_ definition: Definition, _ label: String, _ words: Words) {
        path = definition.path
        self.label = words("how.label", label)
    }
}

/// A line over the full months, and the last of them against the one before.
struct TrendView {
    let line: String?
    let label: String
    let change: String
    /// `up`, `down` or `flat`: which way it went, whether that is good or not.
    let direction: String

    /// - Parameters:
    ///   - values: One for each full month; nil where there is none, which leaves the month out.
    ///   - show: Writes one value.
    init?(
        _ values: [(month: CalendarMonth, value: Double?)], formats: Formats,
        show: (Double) -> String
    ) {
        let known = values.compactMap { entry in entry.value.map { (entry.month, $0) } }
        guard known.count > 1, let first = known.first, let last = known.last else { return nil }
        let words = formats.words
        let before = known[known.count - 2]
        line = Sparkline.path(known.map(\.1))
        label = words(
            "trend.label", formats.month(first.0), show(first.1), formats.month(last.0),
            show(last.1))
        let move = before.1 == 0 ? nil : (last.1 - before.1) / before.1.magnitude
        direction = Self.direction(move)
        let month = formats.month(last.0)
        change =
            switch direction {
            case "up": words("trend.up", formats.percent(move ?? 0), month)
            case "down": words("trend.down", formats.percent(-(move ?? 0)), month)
            default: words("trend.flat", month)
            }
    }

    private static func direction(_ move: Double?) -> String {
        guard let move, move.isFinite, move.magnitude >= 0.0005 else { return "flat" }
        return move > 0 ? "up" : "down"
    }
}

/// A share's 95% interval.
enum Interval {
    /// Wilson, "Probable inference, the law of succession, and statistical inference" (1927); nil
    /// without trials.
    static func wilson(share: Double, count: Int) -> (low: Double, high: Double)? {
        guard count > 0, (0...1).contains(share) else { return nil }
        let z = 1.959964
        let n = Double(count)
        let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half =
            z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return (max(0, middle - half), min(1, middle + half))
    }
}
