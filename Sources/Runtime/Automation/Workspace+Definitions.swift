import Documents
import Journeys
import Kernel
import Records
import Segments
import Synchronization

extension Workspace {
    /// What is defined: read, and checked.
    package func definitions() throws -> DefinitionSet {
        try DefinitionSet(try records.definitionsInForce())
    }

    /// What applying definitions would change; nothing is changed.
    ///
    /// - Parameter prunes: Whether what isn't among the drafts goes out of force.
    /// - Throws: `DefinitionFailure` with everything that is wrong.
    package func planned(
        _ drafts: [DefinitionDraft], prunes: Bool
    ) throws -> [DefinitionChange] {
        try DefinitionStep(
            drafts, prunes: prunes, in: try records.definitionsInForce(), now: clock.now
        ).changes
    }

    /// Puts definitions in force, all of them or none.
    ///
    /// Customers are looked at by them from then on: those to whom something happens at once, all others one after
    /// another while events go on.
    ///
    /// - Parameter actor: Who does it, for the versions' list.
    /// - Returns: What changed.
    /// - Throws: `DefinitionFailure` with everything that is wrong; nothing is changed then.
    package func apply(
        _ drafts: [DefinitionDraft], prunes: Bool = false, by actor: String
    ) async throws -> [DefinitionChange] {
        try await settle()
        let now = clock.now
        return try await engine.change { [self] tables in
            let step = try DefinitionStep(
                drafts, prunes: prunes, in: try tables.definitionsInForce(), now: now)
            guard step.changes.contains(where: { $0.action != .unchanged }) else {
                return (step.changes, nil)
            }
            let known = engine.plan?.traces
            let generation = try tables.note(.generation) + 1
            try tables.setNote(.generation, to: generation)
            for change in step.changes where change.action != .unchanged {
                let item = step.items[change.kind.rawValue + "/" + change.name]
                let row = try tables.apply(
                    kind: change.kind.rawValue, name: change.name,
                    document: item.map { String(decoding: $0.document.json, as: UTF8.self) },
                    source: item?.source ?? "", generation: generation, by: actor, at: now)
                if row == nil, change.kind == .segment, let subject = step.subjects[change.name] {
                    try tables.removeMembers(
                        of: subject, day: zone.day(of: now).daysSinceEpoch)
                }
            }
            let plan = try automationPlan(tables)
            try remember(plan.traces, known: known, tables)
            try tables.setNote(.reviewedCustomer, to: 0)
            return (step.changes, plan)
        }
    }

    /// Looks at everyone anew by what the models foretell now, where a condition asks; who comes into a segment by
    /// that comes in now. Does nothing where nothing is defined.
    package func takeScores() async throws {
        try await settle()
        try await engine.change { [self] tables in
            guard let before = engine.plan else { return ((), nil) }
            let needs = before.segments.segments.map(\.definition.condition.needs)
            guard needs.contains(where: { $0.contains(.predictions) || $0.contains(.quintiles) })
            else { return ((), try automationPlan(tables)) }
            try tables.setNote(.generation, to: try tables.note(.generation) + 1)
            try tables.setNote(.reviewedCustomer, to: 0)
            return ((), try automationPlan(tables))
        }
    }

    /// Goes by what is defined; when the workspace is opened.
    func loadDefinitions() throws {
        let (plan, reviewed) = try records.fold { tables in
            (
                try tables.hasDefinitions() ? try automationPlan(tables) : nil,
                try tables.note(.reviewedCustomer)
            )
        }
        try engine.use(plan, mustReview: reviewed >= 0)
    }

    /// A year: longer windows of goals in versions that nobody is inside of any more aren't watched.
    private static let goalWatchedMs: Int64 = 366 * 86_400_000

    /// Puts together what is decided by.
    func automationPlan(_ tables: FoldTables) throws -> AutomationPlan {
        let rows = try tables.definitionsInForce()
        let set = try DefinitionSet(rows)
        let generation = try tables.note(.generation)
        var (segmentRows, journeyRows) = (
            [String: AutomationPlan.Named](), [String: AutomationPlan.Named]()
        )
        for item in set.segments { segmentRows[item.row.name] = .init(item.row) }
        var entries: [JourneyPlan.Entry] = []
        var older: [Journey] = []
        for row in try tables.newestDefinitions(kind: DefinitionDraft.Kind.journey.rawValue) {
            let isDeleted = row.replacedAt != nil
            let inside = try tables.versionsInside(
                ofJourney: row.subject,
                since: clock.now.adding(milliseconds: -Self.goalWatchedMs))
            if isDeleted, inside.isEmpty { continue }
            var versions: [Int: Journey] = [:]
            for number in inside where number != row.version {
                guard let kept = try tables.definition(subject: row.subject, version: number)
                else { continue }
                versions[Int(number)] = try Journey(
                    reading: DocumentReader(try DefinitionSet.document(kept)))
            }
            older += versions.values
            let journey = try Journey(
                reading: DocumentReader(try DefinitionSet.document(row)))
            if isDeleted { older.append(journey) }
            entries.append(
                .init(
                    journey, version: Int(row.version), older: versions, isDeleted: isDeleted))
            journeyRows[row.name] = .init(row)
        }
        let segments = try set.segmentSet()
        let journeys = JourneyPlan(
            entries, rules: set.sending?.definition ?? SendingRules(),
            revision: UInt64(generation), hash: hash, workspaceZone: zone,
            zone: ZoneShelf.shared.zone)
        let conditions =
            set.segments.map(\.definition.condition)
            + (set.journeys.map(\.definition) + older).flatMap(\.conditions)
        return AutomationPlan(
            generation: generation, segments: segments,
            traces: set.traces(olderJourneys: older), journeys: journeys,
            segmentRows: segmentRows, journeyRows: journeyRows,
            predictions: try predictionTable(
                for: conditions, journeys: set.journeys.map(\.definition) + older),
            quintiles: try quintileEdges(for: conditions))
    }
}

extension AutomationPlan.Named {
    init(_ row: DefinitionRow) {
        self.init(number: row.subject, version: row.version, generation: row.generation)
    }
}

/// Definitions that are to be applied, checked with those in force.
struct DefinitionStep {
    var changes: [DefinitionChange] = []
    /// What is written, by `kind/name`.
    var items: [String: DefinitionDraft] = [:]
    /// The numbers of segments in force, by name.
    var subjects: [String: Int64] = [:]
    /// All definitions, as they would be.
    var set: DefinitionSet

    init(
        _ drafts: [DefinitionDraft], prunes: Bool, in rows: [DefinitionRow], now: Timestamp
    ) throws(DefinitionFailure) {
        set = try DefinitionSet(rows)
        var problems: [(file: String, problem: DocumentProblem)] = []
        var known: [String: DefinitionRow] = [:]
        for row in rows {
            known[row.kind + "/" + row.name] = row
            if row.kind == DefinitionDraft.Kind.segment.rawValue {
                subjects[row.name] = row.subject
            }
        }
        for draft in drafts {
            do throws(DocumentProblem) {
                let (kind, name) = try draft.heading()
                let key = kind.rawValue + "/" + name
                if let other = items[key] {
                    throw DocumentProblem(
                        path: "name", reason: "\(kind.rawValue) \(name) is in \(other.file) too")
                }
                items[key] = draft
                let before = known[key]
                let document = String(decoding: draft.document.json, as: UTF8.self)
                let isSame = before?.document == document
                let row = DefinitionRow(
                    subject: before?.subject ?? 0, kind: kind.rawValue, name: name,
                    version: isSame ? before?.version ?? 1 : (before?.version ?? 0) + 1,
                    generation: 0, document: document, source: draft.source, appliedAt: now,
                    appliedBy: "")
                try set.add(row, draft.document)
                changes.append(
                    DefinitionChange(
                        kind: kind, name: name,
                        action: isSame ? .unchanged : before == nil ? .added : .changed,
                        version: row.version))
            } catch {
                problems.append((draft.file, error))
            }
        }
        if prunes {
            for row in rows where items[row.kind + "/" + row.name] == nil {
                guard let kind = DefinitionDraft.Kind(rawValue: row.kind) else { continue }
                set.remove(kind: kind, name: row.name)
                changes.append(
                    DefinitionChange(
                        kind: kind, name: row.name, action: .removed, version: row.version))
            }
        }
        guard problems.isEmpty else { throw DefinitionFailure(problems: problems) }
        try set.check()
    }
}

/// Time zones by name, each read once.
final class ZoneShelf: Sendable {
    /// Names come from customers' traits.
    private static let zonesMax = 1000

    static let shared = ZoneShelf()

    private let zones = Mutex<[String: ZoneRules?]>([:])

    /// Nil for an unknown name.
    @Sendable func zone(_ name: String) -> ZoneRules? {
        if let known = zones.withLock({ $0[name] }) { return known }
        let rules = ZoneRules(identifier: name)
        zones.withLock { zones in
            if zones.count < Self.zonesMax { zones[name] = .some(rules) }
        }
        return rules
    }
}
