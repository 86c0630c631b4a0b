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

    /// Puts definitions in force, all of them or none, and returns once they decide.
    ///
    /// What new conditions ask of the past is filled in first, from the archive and while events go on; those before
    /// decide until then, and a machine that stops meanwhile goes on with it. Customers are looked at by the new
    /// ones from then on: those to whom something happens at once, all others one after another.
    ///
    /// - Parameter actor: Who does it, for the versions' list.
    /// - Returns: What changed.
    /// - Throws: `DefinitionFailure` with everything that is wrong; nothing is changed then. `Failure.folding` where
    ///   filling failed, which is tried again by itself.
    package func apply(
        _ drafts: [DefinitionDraft], prunes: Bool = false, by actor: String
    ) async throws -> [DefinitionChange] {
        // What is applied while others are filled in takes their place, also where these can't be.
        if let reason = await engine.settle(filled: false) { throw Failure.folding(reason) }
        let now = clock.now
        let changes: [DefinitionChange] = try await engine.change { [self] tables in
            let rows = try tables.definitionsInForce()
            let step = try DefinitionStep(drafts, prunes: prunes, in: rows, now: now)
            guard step.changes.contains(where: { $0.action != .unchanged }) else {
                return (step.changes, nil)
            }
            let generation = try tables.note(.generation)
            func write(generation: Int64) throws {
                for change in step.changes where change.action != .unchanged {
                    let item = step.items[change.kind.rawValue + "/" + change.name]
                    _ = try tables.apply(
                        kind: change.kind.rawValue, name: change.name,
                        document: item.map { String(decoding: $0.document.json, as: UTF8.self) },
                        source: item?.source ?? "", generation: generation, by: actor, at: now)
                }
            }
            guard step.decides(beside: engine.plan) else {
                try write(generation: generation)
                return (step.changes, nil)
            }
            if try tables.definitionsBefore() == nil {
                let versions = rows.map {
                    DefinitionsBefore.Version(subject: $0.subject, version: $0.version)
                }
                try tables.setDefinitionsBefore(
                    DefinitionsBefore(generation: generation, versions))
                if generation == 0 {
                    try tables.removeBehaviours()
                    // Nobody is left to be looked at by nothing.
                    try tables.setNote(.reviewedCustomer, to: -1)
                }
            }
            try tables.setNote(.generation, to: generation + 1)
            try write(generation: generation + 1)
            let plan = try engine.automationPlan(tables)
            return (
                step.changes, plan.filling == nil ? try engine.bringIntoForce(tables) : plan
            )
        }
        try loyalty.reload(at: log.lastPosition)
        try promotions.reload()
        try referrals.reload()
        try rewards.reload()
        if let reason = await engine.filled() { throw Failure.folding(reason) }
        return changes
    }

    /// Looks at everyone anew by what the models foretell now, where a condition asks; who comes into a segment by
    /// that comes in now. Does nothing where nothing is defined.
    package func takeScores() async throws {
        try await settle()
        try await engine.change { [self] tables in
            guard let before = engine.plan else { return ((), nil) }
            // While new definitions are filled in, everyone will be looked at anyway.
            if before.filling != nil { return ((), nil) }
            let needs = before.segments.segments.map(\.definition.condition.needs)
            guard needs.contains(where: { $0.contains(.predictions) || $0.contains(.quintiles) })
            else { return ((), try engine.automationPlan(tables)) }
            try tables.setNote(.generation, to: try tables.note(.generation) + 1)
            try tables.beginReview()
            return ((), try engine.automationPlan(tables))
        }
    }

    /// Goes by what is defined; when the workspace is opened.
    func loadDefinitions() throws {
        let (plan, reviewed) = try records.fold { tables in
            (
                try tables.hasDefinitions() ? try engine.automationPlan(tables) : nil,
                try tables.note(.reviewedCustomer)
            )
        }
        try engine.use(plan, mustReview: reviewed >= 0)
    }
}

/// Definitions that are to be applied, checked with those in force.
struct DefinitionStep {
    var changes: [DefinitionChange] = []
    /// What is written, by `kind/name`.
    var items: [String: DefinitionDraft] = [:]
    /// All definitions, as they would be.
    var set: DefinitionSet

    init(
        _ drafts: [DefinitionDraft], prunes: Bool, in rows: [DefinitionRow], now: Timestamp
    ) throws(DefinitionFailure) {
        set = try DefinitionSet(rows)
        var problems: [(file: String, problem: DocumentProblem)] = []
        var known: [String: DefinitionRow] = [:]
        for row in rows { known[row.kind + "/" + row.name] = row }
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
        noteMissingTemplates()
    }
}

extension DefinitionStep {
    /// Whether customers are to be looked at anew, or more of their doings to be remembered.
    func decides(beside plan: AutomationPlan?) -> Bool {
        changes.contains { $0.action != .unchanged && $0.kind.decides }
            || set.campaignSends.contains {
                plan?.known(withdrawalBy: $0.channel, topic: $0.topic) == nil
            }
            || plan.map { $0.journeys.serviceTemplates != set.serviceTemplates } ?? false
    }

    /// A journey may be applied before its templates: what it sends meanwhile is a dead letter, to be replayed.
    private mutating func noteMissingTemplates() {
        for index in changes.indices
        where changes[index].kind == .journey && changes[index].action != .removed {
            guard let item = set.journeys.first(where: { $0.row.name == changes[index].name })
            else { continue }
            let missing = set.missingTemplates(of: item.definition)
            if !missing.isEmpty {
                changes[index].notes.append(
                    "sends templates that aren't defined yet: \(missing.joined(separator: ", "))")
            }
        }
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
