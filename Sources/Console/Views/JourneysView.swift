import Experiments

/// The list of journeys.
struct JourneysView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let description: String?
        let state: String
        let mark: String
        let inside: String
        let entered: String
        let goal: String
        let lift: String
        let liftMark: String
        /// What the verdict rests on, or what it still needs.
        let liftNote: String?
        let trend: SegmentsView.TrendLine?
    }

    let rows: [Row]
    let hasRows: Bool
    let count: String

    init(_ journeys: [JourneyRow], formats: Formats) {
        rows = journeys.map { Row($0, formats) }
        hasRows = !rows.isEmpty
        count = formats.words(
            "journeys.count", count: journeys.count, formats.integer(journeys.count))
    }
}

extension JourneysView.Row {
    init(_ row: JourneyRow, _ formats: Formats) {
        let words = formats.words
        title = row.title.isEmpty ? row.name : row.title
        name = row.name
        path = "/journeys/\(FormFields.encode(row.name))"
        description = row.description.isEmpty ? nil : row.description
        state = words("journey.state.\(row.state.rawValue)")
        mark = "journey-\(row.state.rawValue)"
        inside = formats.integer(row.inside)
        entered = formats.integer(row.entered)
        goal = row.goalRate.map { formats.percent($0) } ?? "–"
        if let found = row.lift {
            (lift, liftMark) = LiftView.verdict(found.lift.conversion.verdict, words)
            liftNote = LiftView.sentence(found, formats)
        } else {
            lift =
                row.entered > 0 ? words(row.holdsOut ? "lift.later" : "lift.noHoldout") : "–"
            liftMark = row.entered > 0 ? "lift-early" : ""
            liftNote = nil
        }
        trend = SegmentsView.TrendLine(row.trend, formats)
    }
}
