import Kernel

/// The page of one journey.
struct JourneyView {
    struct Figure {
        let label: String
        let value: String
        let note: String
    }

    let row: JourneysView.Row
    let subtitle: String
    let path: String
    let livePath: String
    let figures: [Figure]
    let entries: [String]
    let rules: [String]
    let steps: [StepView]
    let refused: [LeavingView]
    let hasRefused: Bool
    let yaml: String
    let lift: LiftView?
    /// What is said where there is no lift.
    let noLift: String
    let decisions: DecisionsView
    /// What the button does: the state that it asks for.
    let turn: String?
    let turnLabel: String
    let isPaused: Bool
    /// Nil before there is a past to go through.
    let past: PastForm?

    /// - Parameter seesPeople: Whether whoever looks may see names.
    init(_ data: JourneyPageData, seesPeople: Bool, formats: Formats) {
        let words = formats.words
        let row = JourneysView.Row(data.row, formats)
        self.row = row
        path = row.path
        livePath = "\(row.path)/live?seen=\(FormFields.encode(data.revision))"
        subtitle =
            data.appliedAt.map {
                words("definition.version", formats.integer(data.row.version), formats.moment($0))
            } ?? words("definition.versionOnly", formats.integer(data.row.version))
        figures = [
            Figure(
                label: words("journey.inside"), value: row.inside,
                note: words("journey.inside.note")),
            Figure(
                label: words("journey.entered"), value: row.entered,
                note: words("journey.entered.note")),
            Figure(
                label: words("journey.goal"), value: row.goal, note: words("journey.goal.note")),
        ]
        entries = data.entries
        rules = data.rules
        steps = data.steps.map { StepView($0, journey: row.path, formats) }
        refused = data.refused.map { LeavingView($0, formats) }
        hasRefused = !refused.isEmpty
        yaml = data.yaml
        lift = data.row.lift.map { LiftView($0, formats: formats) }
        noLift = words(data.holdsOut ? "lift.nobodyYet" : "lift.noHoldoutNote")
        decisions = DecisionsView(
            seesPeople ? data.decisions : DecisionPage(), path: "\(row.path)/decisions",
            isFirstPage: true, formats: formats)
        isPaused = data.row.state == .paused
        past = data.past.map {
            PastForm(row.path, from: $0.lowerBound, to: $0.upperBound)
        }
        switch data.row.state {
        case .live: (turn, turnLabel) = ("paused", words("journey.pause"))
        case .paused: (turn, turnLabel) = ("live", words("journey.resume"))
        case .draft: (turn, turnLabel) = (nil, "")
        }
    }
}

/// A step of a journey as it is drawn.
struct StepView {
    struct Lane {
        let label: String
        let taken: String
        let steps: [StepView]
    }

    let anchor: String
    let path: String
    let icon: String
    let kind: String
    let words: String
    let there: String
    let passed: String
    let left: String
    let hasPeople: Bool
    let why: String
    let lanes: [Lane]
    let hasLanes: Bool

    init(_ step: JourneyStepRow, journey: String, _ formats: Formats) {
        let words = formats.words
        anchor = "step-\(step.id)"
        path = "\(journey)/steps/\(FormFields.encode(step.id))"
        icon = "step-\(step.kind.rawValue)"
        kind = words("step.\(step.kind.rawValue)")
        self.words = step.words
        there = words("step.there", formats.integer(step.there))
        passed = words("step.passed", formats.integer(step.passed))
        left = words("step.left", formats.integer(step.left))
        hasPeople = step.there > 0
        why = step.leavings.map { "\(formats.integer($0.people)) \($0.reason)" }
            .joined(separator: " · ")
        lanes = step.lanes.map { lane in
            Lane(
                label: lane.label, taken: words("step.taken", formats.integer(lane.taken)),
                steps: lane.steps.map { StepView($0, journey: journey, formats) })
        }
        hasLanes = !lanes.isEmpty
    }
}

/// Why people left, or weren't let in.
struct LeavingView {
    let reason: String
    let people: String

    init(_ leaving: JourneyStepRow.Leaving, _ formats: Formats) {
        reason = leaving.reason
        people = formats.integer(leaving.people)
    }
}

/// The page of one step: who is there, who left and why.
struct StepPageView {
    let step: StepView
    let journey: String
    let journeyPath: String
    let leavings: [LeavingView]
    let hasLeavings: Bool
    let members: PeopleView
    let decisions: DecisionsView

    init(
        _ step: JourneyStepRow, of journey: JourneyRow, people: StepPeoplePage,
        decisions: DecisionPage, isFirstPage: Bool, formats: Formats
    ) {
        let row = JourneysView.Row(journey, formats)
        self.step = StepView(step, journey: row.path, formats)
        self.journey = row.title
        journeyPath = row.path
        leavings = step.leavings.map { LeavingView($0, formats) }
        hasLeavings = !leavings.isEmpty
        members = PeopleView(
            people.people, next: people.next, path: self.step.path, isFirstPage: isFirstPage,
            empty: formats.words("step.nobody"), formats)
        self.decisions = DecisionsView(
            decisions, path: "\(row.path)/decisions",
            query: "step=\(FormFields.encode(step.id))", isFirstPage: true, formats: formats)
    }
}

extension JourneyPageData {
    /// The step of that id, wherever it stands; nil where there is none.
    func step(_ id: String) -> JourneyStepRow? {
        var open = steps
        while let step = open.popLast() {
            if step.id == id { return step }
            for lane in step.lanes { open += lane.steps }
        }
        return nil
    }
}
