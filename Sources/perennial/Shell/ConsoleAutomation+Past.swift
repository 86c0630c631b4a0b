import Analytics
import Console
import Documents
import Journeys
import Kernel
import Records
import Runtime

/// Which replay was asked for.
struct PastKey: Hashable {
    let journey: String
    let version: Int64
    let from: CalendarDay
    let to: CalendarDay
}

/// Replays, one after another: each takes a processor for seconds. Who asks for one that is under way gets that one.
actor PastDesk {
    private let clock: WallClock
    private let keptMs: Int64 = 60_000
    private var results: [PastKey: (task: Task<JourneyPast, any Error>, at: Timestamp)] = [:]
    private var last: Task<JourneyPast, any Error>?

    init(clock: WallClock) {
        self.clock = clock
    }

    func value(
        _ key: PastKey, _ work: @escaping @Sendable () throws -> JourneyPast
    ) async throws -> JourneyPast {
        let now = clock.now
        results = results.filter { now.milliseconds - $0.value.at.milliseconds < keptMs }
        if let held = results[key] { return try await held.task.value }
        let before = last
        let task = Task {
            // Whatever came of the one before, its processor is free.
            _ = await before?.result
            return try await Blocking.run(work)
        }
        last = task
        results[key] = (task, now)
        do {
            let value = try await task.value
            results[key] = (task, clock.now)
            return value
        } catch {
            results[key] = nil
            throw error
        }
    }
}

/// A journey's replay of the past.
extension ConsoleAutomation {
    private static let pastDays = 365
    private static let decisionsShown = 50

    /// The days that a replay offers: those between the first and the last order, a year of them at most.
    func pastStretch() throws -> ClosedRange<CalendarDay>? {
        guard let days = try workspace.archive.orderDays() else { return nil }
        return max(days.first, days.last.adding(days: 1 - Self.pastDays))...days.last
    }

    func past(_ query: PastQuery) async throws -> JourneyPast? {
        let asked = try await Blocking.run { try pastAsked(query) }
        guard let (key, standing) = asked else { return nil }
        return try await pasts.value(key) {
            try past(of: standing, from: key.from, to: key.to)
        }
    }

    private func pastAsked(_ query: PastQuery) throws -> (PastKey, JourneyStanding)? {
        guard
            let standing = try workspace.journeyStandings()
                .first(where: { $0.row.name == query.journey })
        else { return nil }
        let today = workspace.zone.day(of: now)
        let offered = try pastStretch() ?? today.adding(days: 1 - Self.pastDays)...today
        let to = min(query.to ?? offered.upperBound, today)
        // No longer than a year, and no longer than to its own end.
        let from = min(
            to, max(query.from ?? offered.lowerBound, to.adding(days: 1 - Self.pastDays)))
        let key = PastKey(
            journey: query.journey, version: standing.row.version, from: from, to: to)
        return (key, standing)
    }

    private func past(
        of standing: JourneyStanding, from: CalendarDay, to: CalendarDay
    ) throws -> JourneyPast {
        let begun = now
        let draft = DefinitionDraft(
            document: standing.journey.document, source: standing.row.source,
            file: standing.row.name)
        let result = try workspace.simulate(
            [draft], from: workspace.zone.start(of: from),
            to: workspace.zone.start(of: to.adding(days: 1)))
        guard let sum = result.journeys.first else { throw Workspace.SimulationFailure.noJourney }
        var counts = JourneyFlow.Counts()
        counts.entered = sum.entered
        counts.decided = sum.decisions
        counts.there = sum.there
        counts.leavings = sum.leavings.mapValues { reasons in
            JourneyFlow.Reason.grouped(
                reasons.map { ($0.key, $0.value) }, most: Self.reasonsShown)
        }
        let flow = JourneyFlow(standing.journey, counts)
        let texts = DecisionText(standing.journey)
        let names = names()
        return JourneyPast(
            row: try row(standing), from: from, to: to, customers: result.customers,
            entered: sum.entered, heldOut: sum.heldOut, inside: sum.inside,
            messages: result.messagesByDay.values.reduce(0, +),
            steps: flow.steps.flatMap { PastText.rows($0, sum, depth: 0) },
            refused: PastText.reasons(sum, [.notEntered], step: ""),
            weeks: PastText.weeks(result, from: from, to: to),
            decisions: try result.lines.prefix(Self.decisionsShown).map { line in
                texts.row(
                    line.decision, customer: line.customer,
                    label: try names.label(line.customer))
            }, decisionCount: result.lineCount, notes: result.notes,
            milliseconds: Int(now.milliseconds - begun.milliseconds))
    }
}

/// A simulation's sums as the page shows them.
enum PastText {
    private static let reasonsShown = 12

    static func rows(
        _ step: JourneyFlow.Step, _ sum: SimulationResult.JourneySum, depth: Int
    ) -> [JourneyPast.Step] {
        let compiled = step.outline.step
        let id = compiled.id
        let counts = sum.decisions[id] ?? [:]
        let heldOut = counts[Decision.Kind.withheld.rawValue] ?? 0
        let kept = reasons(sum, [.suppressed, .expired, .failed], step: id)
        let isEffect = !step.lanes.isEmpty || heldOut > 0 || !kept.isEmpty
        let notDone = isEffect ? kept.reduce(0) { $0 + $1.people } + heldOut : 0
        let row = JourneyPast.Step(
            kind: .init(rawValue: compiled.kind) ?? .wait, words: compiled.words, depth: depth,
            done: max(0, step.passed - notDone), heldOut: heldOut, there: step.there,
            others: kept + step.leavings.map { .init("left: \($0.reason)", people: $0.people) },
            delays: reasons(sum, [.capped, .displaced], step: id),
            ways: step.lanes.map { .init($0.label, people: $0.taken) })
        return [row]
            + step.lanes.flatMap { lane in
                lane.steps.flatMap { rows($0, sum, depth: depth + 1) }
            }
    }

    /// Why something of these kinds was decided at a step, the most frequent first.
    static func reasons(
        _ sum: SimulationResult.JourneySum, _ kinds: [Decision.Kind], step: String
    ) -> [JourneyStepRow.Leaving] {
        var found: [(reason: String, people: Int)] = []
        for (reason, steps) in sum.reasons {
            guard let people = steps[step] else { continue }
            for kind in kinds where reason.hasPrefix("\(kind.rawValue): ") {
                found.append((String(reason.dropFirst(kind.rawValue.count + 2)), people))
            }
        }
        return JourneyFlow.Reason.grouped(found, most: reasonsShown)
            .map { .init($0.reason, people: $0.people) }
    }

    /// What would have gone out in each week; weeks begin on Mondays.
    static func weeks(
        _ result: SimulationResult, from: CalendarDay, to: CalendarDay
    ) -> [JourneyPast.Week] {
        // Day 0 was a Thursday.
        func week(_ day: Int) -> Int { (day + 3) / 7 }
        func sums(_ days: [Int: Int]) -> [Int: Int] {
            Dictionary(days.map { (week($0.key), $0.value) }, uniquingKeysWith: +)
        }
        let (messages, effects) = (sums(result.messagesByDay), sums(result.effectsByDay))
        return (week(from.daysSinceEpoch)...week(to.daysSinceEpoch)).map { number in
            let written = messages[number] ?? 0
            return JourneyPast.Week(
                first: CalendarDay(daysSinceEpoch: number * 7 - 3), messages: written,
                others: (effects[number] ?? 0) - written)
        }
    }
}

extension CalendarDay {
    fileprivate func adding(days: Int) -> CalendarDay {
        CalendarDay(daysSinceEpoch: daysSinceEpoch + days)
    }
}
