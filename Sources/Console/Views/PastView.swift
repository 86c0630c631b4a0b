import Kernel

/// The page of a journey's replay: what it would have done over a stretch of the past.
struct PastView {
    struct Step {
        let icon: String
        let kind: String
        let words: String
        let indent: String
        let done: String
        let heldOut: String
        let others: [LeavingView]
        let ways: [LeavingView]
        let delays: [LeavingView]
        let there: String?
    }

    let journey: String
    let journeyPath: String
    let form: PastForm
    let subtitle: String
    let figures: [JourneyView.Figure]
    let steps: [Step]
    let refused: [LeavingView]
    let hasRefused: Bool
    let chart: ChartView?
    let decisions: DecisionsView
    let hasMore: Bool
    let more: String
    let notes: [String]
    let isEmpty: Bool

    /// - Parameter seesPeople: Whether whoever looks may see names.
    init(_ past: JourneyPast, seesPeople: Bool, formats: Formats) {
        let words = formats.words
        let row = JourneysView.Row(past.row, formats)
        journey = row.title
        journeyPath = row.path
        form = PastForm(row.path, from: past.from, to: past.to)
        subtitle = words(
            "past.subtitle", formats.day(past.from), formats.day(past.to),
            formats.integer(past.customers), formats.integer(past.milliseconds))
        func figure(_ key: String, _ value: Int) -> JourneyView.Figure {
            JourneyView.Figure(
                label: words("past.\(key)"), value: formats.integer(value),
                note: words("past.\(key).note"))
        }
        figures = [
            figure("entered", past.entered), figure("messages", past.messages),
            figure("heldOut", past.heldOut), figure("inside", past.inside),
        ]
        steps = past.steps.map { Step($0, formats) }
        refused = past.refused.map { LeavingView($0, formats) }
        hasRefused = !refused.isEmpty
        chart = ChartView.past(past.weeks, formats: formats)
        decisions = DecisionsView(
            DecisionPage(decisions: seesPeople ? past.decisions : []), path: row.path,
            isFirstPage: true, formats: formats)
        hasMore = past.decisionCount > past.decisions.count
        more = words(
            "past.more", formats.integer(past.decisions.count),
            formats.integer(past.decisionCount))
        notes = past.notes
        isEmpty = past.decisionCount == 0
    }
}

/// The days between which a journey is taken through the past.
struct PastForm {
    let action: String
    let from: String
    let to: String

    init(_ journey: String, from: CalendarDay, to: CalendarDay) {
        action = "\(journey)/past"
        self.from = from.description
        self.to = to.description
    }
}

extension PastView.Step {
    init(_ step: JourneyPast.Step, _ formats: Formats) {
        let words = formats.words
        icon = "step-\(step.kind.rawValue)"
        kind = words("step.\(step.kind.rawValue)")
        self.words = step.words
        indent = "depth-\(min(step.depth, 4))"
        done = formats.integer(step.done)
        heldOut = step.heldOut > 0 ? formats.integer(step.heldOut) : "–"
        others = step.others.map { LeavingView($0, formats) }
        ways = step.ways.map { LeavingView($0, formats) }
        delays = step.delays.map { LeavingView($0, formats) }
        there = step.there > 0 ? words("past.there", formats.integer(step.there)) : nil
    }
}

extension ChartView {
    /// What would have left the house, by week; nil for fewer than two weeks.
    static func past(_ weeks: [JourneyPast.Week], formats: Formats) -> ChartView? {
        guard weeks.count > 1 else { return nil }
        let words = formats.words
        return ChartView(
            id: "past", kind: "bars", label: words("past.chart"), head: words("past.week"),
            isShare: false,
            rows: weeks.map { (formats.day($0.first), formats.day($0.first), "") },
            series: [
                Series(
                    name: words("past.messages"), values: weeks.map { Double($0.messages) },
                    texts: weeks.map { formats.integer($0.messages) }, colour: "accent"),
                Series(
                    name: words("past.others"), values: weeks.map { Double($0.others) },
                    texts: weeks.map { formats.integer($0.others) }, colour: "second"),
            ])
    }
}
