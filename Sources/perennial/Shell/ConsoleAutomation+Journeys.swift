import Console
import Experiments
import Journeys
import Kernel
import Records
import Runtime

extension ConsoleAutomation {
    private static let trendDays = 30
    private static let decisionsShown = 20
    /// So many of the newest are looked at for trends and reasons.
    private static let lookedAt = 5000
    static let reasonsShown = 12

    func fillJourneys(_ data: inout AutomationData) {
        data.journeys = {
            try await Blocking.run { try workspace.journeyStandings().map { try row($0) } }
        }
        data.journey = { name in try await Blocking.run { try journey(name) } }
        data.journeyRevision = { name in try await Blocking.run { try revision(of: name) } }
        data.decisions = { query in try await Blocking.run { try decisions(query) } }
        data.peopleAt = { journey, step, after, limit in
            try await Blocking.run { try people(journey, step, after: after, limit: limit) }
        }
        data.setJourneyState = { name, state, member in
            try await set(state, of: name, by: member)
        }
        data.past = { query in try await past(query) }
    }

    /// The number that a journey's rows are kept under; nil where there is no such journey.
    private func heading(_ name: String) throws -> (subject: Int64, version: Int64)? {
        try records.heading(kind: DefinitionDraft.Kind.journey.rawValue, name: name)
    }

    private func revision(of name: String) throws -> String? {
        guard let found = try heading(name) else { return nil }
        return "\(found.version)-\(try records.newestDecision(ofJourney: found.subject))"
    }

    // MARK: Rows

    func row(_ standing: JourneyStanding) throws -> JourneyRow {
        let result = standing.result
        let trend = try entries(ofJourney: standing.row.subject, since: standing.row.appliedAt)
        let lately = trend.suffix(28)
        let perWeek =
            lately.count < 7
            ? nil : Double(lately.reduce(0, +)) * 7 / Double(lately.count)
        return JourneyRow(
            name: standing.row.name, title: standing.journey.title,
            description: standing.journey.description ?? "",
            state: Self.state(standing.journey.status), version: Int(standing.row.version),
            inside: Int(standing.inside), entered: Int(standing.entered),
            goalRate: result.treated.people > 0
                ? Double(result.treated.conversions) / Double(result.treated.people) : nil,
            lift: result.lift.map {
                JourneyLift($0, currency: result.currency, peoplePerWeek: perWeek)
            }, holdsOut: standing.journey.holdoutBasisPoints > 0, trend: trend)
    }

    private static func state(_ status: Journey.Status) -> JourneyRow.State {
        switch status {
        case .draft: .draft
        case .live: .live
        case .paused: .paused
        }
    }

    /// Entries on each of the last days, of so many as are looked at.
    private func entries(ofJourney journey: Int64, since applied: Timestamp) throws -> [Int] {
        let today = workspace.zone.day(of: now).daysSinceEpoch
        let start = workspace.zone.start(
            of: CalendarDay(daysSinceEpoch: today - Self.trendDays + 1))
        let newest = try records.newestReasons(
            ofJourney: journey, kind: Decision.Kind.entered.rawValue, since: start,
            limit: Self.lookedAt)
        guard let oldest = newest.last?.at else { return [] }
        // Days of which not all were looked at would look like quiet ones.
        let first =
            workspace.zone.day(of: oldest).daysSinceEpoch
            + (newest.count == Self.lookedAt ? 1 : 0)
        guard first <= today else { return [] }
        var days = Array(repeating: 0, count: today - first + 1)
        for entry in newest {
            let day = workspace.zone.day(of: entry.at).daysSinceEpoch
            if day >= first, day <= today { days[day - first] += 1 }
        }
        return days
    }

    // MARK: The page

    private func journey(_ name: String) throws -> JourneyPageData? {
        // First, so that what is decided meanwhile is shown with the next look.
        guard let revision = try revision(of: name),
            let standing = try workspace.journeyStandings().first(where: { $0.row.name == name })
        else { return nil }
        let number = standing.row.subject
        let stretch = try pastStretch()
        return JourneyPageData(
            row: try row(standing), entries: standing.journey.entryLines,
            rules: standing.journey.ruleLines,
            steps: JourneyFlow(standing.journey, try counts(standing)).steps.map(Self.row),
            refused: try refused(ofJourney: number), yaml: standing.row.source,
            appliedAt: standing.row.appliedAt,
            decisions: try decisions(
                DecisionQuery(journey: name, limit: Self.decisionsShown)),
            revision: revision, past: stretch,
            holdsOut: standing.journey.holdoutBasisPoints > 0)
    }

    private func counts(_ standing: JourneyStanding) throws -> JourneyFlow.Counts {
        let number = standing.row.subject
        var counts = JourneyFlow.Counts()
        counts.entered = Int(standing.entered)
        for count in try records.stepCounts(ofJourney: number) {
            counts.decided[count.step, default: [:]][count.kind] = Int(count.count)
        }
        for (state, step, count) in try records.stepStates(ofJourney: number) where !step.isEmpty {
            switch state {
            case .active: counts.there[step] = Int(count)
            case .exited:
                let found = try records.leftReasons(
                    ofJourney: number, step: step, limit: Self.lookedAt)
                let seen = found.reduce(0) { $0 + Int($1.count) }
                counts.leavings[step] =
                    JourneyFlow.Reason.grouped(
                        found.map { ($0.reason, Int($0.count)) }, most: Self.reasonsShown)
                    + (Int(count) > seen ? [.init("others", people: Int(count) - seen)] : [])
            case .completed: break
            }
        }
        return counts
    }

    static func row(_ step: JourneyFlow.Step) -> JourneyStepRow {
        let compiled = step.outline.step
        return JourneyStepRow(
            id: compiled.id, kind: .init(rawValue: compiled.kind) ?? .wait, words: compiled.words,
            there: step.there, passed: step.passed,
            leavings: step.leavings.map { .init($0.reason, people: $0.people) },
            lanes: step.lanes.map { lane in
                .init(label: lane.label, taken: lane.taken, steps: lane.steps.map(row))
            })
    }

    private func refused(ofJourney journey: Int64) throws -> [JourneyStepRow.Leaving] {
        let newest = try records.newestReasons(
            ofJourney: journey, kind: Decision.Kind.notEntered.rawValue,
            since: Timestamp(milliseconds: 0), limit: Self.lookedAt)
        return JourneyFlow.Reason.grouped(newest.map { ($0.reason, 1) }, most: Self.reasonsShown)
            .map { .init($0.reason, people: $0.people) }
    }

    // MARK: Decisions

    private func decisions(_ query: DecisionQuery) throws -> DecisionPage {
        guard let found = try heading(query.journey) else { return DecisionPage() }
        let kinds = query.kinds.map { DecisionText.kind($0).rawValue }
        let rows = try records.decisions(
            ofJourney: found.subject, step: query.step, kinds: Set(kinds),
            before: query.before.flatMap { Int64($0) }, limit: query.limit)
        let texts = try DecisionText(workspace.definitions())
        let names = names()
        return DecisionPage(
            decisions: try rows.map { _, row in
                texts.row(row, label: try names.label(row.customer))
            }, next: rows.count < query.limit ? nil : rows.last.map { String($0.id) })
    }

    private func people(
        _ name: String, _ step: String, after: String?, limit: Int
    ) throws -> StepPeoplePage {
        guard let found = try heading(name) else { return StepPeoplePage() }
        let runs = try records.runs(
            ofJourney: found.subject, state: .active, step: step, after: after ?? "", limit: limit)
        let names = names()
        return StepPeoplePage(
            people: try runs.map { run in
                let name = try names.name(run.customer)
                return PersonRow(
                    customer: ID(rawValue: run.customer), label: name.label, email: name.email,
                    since: run.enteredAt,
                    reason: run.due.map { "goes on \(moment($0)) at the latest" } ?? "")
            }, next: runs.count < limit ? nil : runs.last?.run)
    }

    /// `2026-03-12 09:00` in the workspace's zone.
    func moment(_ time: Timestamp) -> String { Figures.time(time, workspace.zone) }

    private func set(
        _ state: JourneyRow.State, of name: String, by member: ID<Member>
    ) async throws -> ChangeOutcome {
        let status: Journey.Status =
            switch state {
            case .draft: .draft
            case .live: .live
            case .paused: .paused
            }
        let known = try await Blocking.run {
            try workspace.definitions().journeys.first { $0.row.name == name }?.definition.status
        }
        guard let known else { return .unknown }
        if known == status { return .already }
        do {
            try await workspace.setStatus(status, ofJourney: name, by: try await actor(member))
            return .done
        } catch Workspace.StartFailure.unknownJourney {
            return .unknown
        }
    }
}
