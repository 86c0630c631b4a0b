import Analytics
import Console
import Journeys
import Kernel
import Records
import Runtime
import Segments

/// What a customer's page shows of segments, journeys and tasks.
extension ConsoleAutomation {
    private static let runsShown = 20
    private static let tasksShown = 10
    /// Of the newest decisions about a customer, so many are in the timeline.
    private static let decisionsInTimeline = 500

    func memberships(of customer: ID<Customer>) throws -> [MembershipRow] {
        try workspace.explain(customer).filter(\.isMember).map { answer in
            MembershipRow(
                name: answer.segment.name, title: answer.segment.title, since: answer.since,
                reason: answer.verdict.reason)
        }
    }

    /// The journeys that a customer is on, then those that ended last.
    func runs(of customer: ID<Customer>) throws -> [Console.RunRow] {
        let runs = try records.runs(ofCustomer: customer.rawValue, limit: Self.runsShown)
        if runs.isEmpty { return [] }
        let texts = try DecisionText(workspace.definitions())
        var reasons: [String: String] = [:]
        for (_, decision) in try records.decisions(
            aboutCustomer: customer.rawValue, limit: Self.decisionsInTimeline)
        where decision.kind == Decision.Kind.entered.rawValue {
            reasons[decision.run] = decision.reason
        }
        let rows = runs.map { run in
            let known = texts.journey(run.journey)
            return Console.RunRow(
                journey: known?.name ?? "", title: known?.title ?? "a journey that is gone",
                key: run.key, standing: standing(run, texts), isHeldOut: run.isHeldOut,
                enteredAt: run.enteredAt, endedAt: run.leftAt, reason: reasons[run.run] ?? "")
        }
        return rows.filter { $0.endedAt == nil } + rows.filter { $0.endedAt != nil }
    }

    private func standing(_ run: Records.RunRow, _ texts: DecisionText) -> String {
        switch run.state {
        case .completed: return "Came to the end"
        case .exited:
            return run.leftReason.isEmpty ? "Left" : "Left: \(run.leftReason)"
        case .active:
            let step = texts.step(run.step, ofJourney: run.journey)
            return run.due.map { "\(step), until \(moment($0))" } ?? step
        }
    }

    /// Open tasks, then those done last.
    func tasks(of members: [Int64]) throws -> [TaskRow] {
        var filter = TaskFilter(limit: Self.tasksShown)
        filter.customers = members
        let open = try records.tasks(filter)
        filter.isDone = true
        return try rows(open + records.tasks(filter))
    }

    /// What was decided about a customer in a stretch of time, the newest first.
    ///
    /// - Parameter before: Nil for all until now.
    func decided(
        about customer: ID<Customer>, from: Timestamp?, before: Timestamp?
    ) throws -> [Console.TimelineEntry] {
        let found = try records.decisions(
            aboutCustomer: customer.rawValue, limit: Self.decisionsInTimeline)
        if found.isEmpty { return [] }
        let texts = try DecisionText(workspace.definitions())
        return found.compactMap { _, row in
            if let from, row.at < from { return nil }
            if let before, row.at >= before { return nil }
            let journey = texts.journey(row.journey)?.title ?? "A journey that is gone"
            let shown = texts.row(row, label: "")
            let kind = Self.verb(shown.kind)
            return Console.TimelineEntry(
                kind: .decision,
                title: shown.words.isEmpty ? "\(journey): \(kind)" : "\(journey): \(shown.words)",
                occurredAt: row.at,
                facts: shown.words.isEmpty ? [] : [.init(name: "decided", value: kind)],
                why: row.reason)
        }
    }

    private static func verb(_ kind: Console.DecisionRow.Kind) -> String {
        switch kind {
        case .entered: "entered"
        case .notEntered: "not entered"
        case .waited: "waits"
        case .branched: "went a way"
        case .sent: "sent"
        case .capped: "capped"
        case .deferred: "deferred"
        case .displaced: "gave way"
        case .suppressed: "suppressed"
        case .expired: "too late"
        case .heldOut: "held out"
        case .acted: "done"
        case .failed: "failed"
        case .reachedGoal: "goal reached"
        case .completed: "came to the end"
        case .exited: "left"
        case .moved: "moved to another version"
        case .merged: "merged"
        }
    }
}
