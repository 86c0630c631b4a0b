import Analytics
import Documents
import Journeys
import Kernel
import Records
import Segments

/// Puts together what is decided by.
extension Engine {
    /// A year: longer windows of goals in versions that nobody is inside of any more aren't watched.
    private static let goalWatchedMs: Int64 = 366 * 86_400_000

    /// The definitions in force; while what they ask of the past isn't filled in, those before them, which then
    /// remember what the newer ones ask, too.
    func automationPlan(_ tables: FoldTables) throws -> AutomationPlan {
        let after = try inForce(tables)
        guard let before = try tables.definitionsBefore() else {
            return try plan(after, generation: try tables.note(.generation))
        }
        let known = try deciding(before, tables)
        let filled = before.generation == 0 ? TracePlan() : known.traces
        let ids = Set(filled.traces.map(\.id))
        let added = TracePlan(after.traces.traces.filter { !ids.contains($0.id) })
        let hasOrders = before.generation == 0
        return try plan(
            known, generation: before.generation,
            traces: TracePlan(known.traces.traces + after.traces.traces),
            filling: added.isEmpty && !hasOrders ? nil : .init(traces: added, hasOrders: hasOrders))
    }

    /// Lets the definitions in force decide from now on: what they ask of the past is known.
    ///
    /// - Returns: What is decided by then.
    func bringIntoForce(_ tables: FoldTables) throws -> AutomationPlan {
        if let before = try tables.definitionsBefore() {
            let subjects = Set(try tables.definitionsInForce().map(\.subject))
            let day = options.zone.day(of: clock.now).daysSinceEpoch
            for item in before.versions where !subjects.contains(item.subject) {
                let row = try tables.definition(subject: item.subject, version: item.version)
                guard row?.kind == DefinitionDraft.Kind.segment.rawValue else { continue }
                try tables.removeMembers(of: item.subject, day: day)
            }
        }
        try tables.setDefinitionsBefore(nil)
        try tables.beginReview()
        return try automationPlan(tables)
    }

    /// What the newest run foretold; nil where nothing asks, or there is no run.
    func predictionTable(
        for conditions: [Condition], journeys: [Journey]
    ) throws -> PredictionTable? {
        guard
            conditions.contains(where: { $0.needs.contains(.predictions) })
                || journeys.contains(where: \.waitsForOrders)
        else { return nil }
        var table = PredictionTable()
        let count = try archive.readPredictionFacts { table.add($0, $1) }
        return count == nil ? nil : table
    }

    /// Where the fifths of buyers end; nil where no condition asks.
    func quintileEdges(for conditions: [Condition]) throws -> QuintileEdges? {
        guard conditions.contains(where: { $0.needs.contains(.quintiles) }) else { return nil }
        return try archive.quintileEdges(asOf: clock.now, version: 1)
    }

    // MARK: Reading

    /// Definitions that decide at one time.
    private struct Deciding {
        var set: DefinitionSet
        var journeys: [JourneyPlan.Entry] = []
        var journeyRows: [String: AutomationPlan.Named] = [:]
        /// Versions that somebody is inside of beside the newest.
        var older: [Journey] = []

        var conditions: [Condition] {
            self.set.segments.map(\.definition.condition)
                + (self.set.journeys.map(\.definition) + older).flatMap(\.conditions)
        }

        var traces: TracePlan { self.set.traces(olderJourneys: older) }

        mutating func add(
            _ row: DefinitionRow, isDeleted: Bool, since: Timestamp, _ tables: FoldTables
        ) throws {
            let inside = try tables.versionsInside(ofJourney: row.subject, since: since)
            if isDeleted, inside.isEmpty { return }
            var versions: [Int: Journey] = [:]
            for number in inside where number != row.version {
                guard let kept = try tables.definition(subject: row.subject, version: number)
                else { continue }
                versions[Int(number)] = try Self.journey(kept)
            }
            older += versions.values
            let journey = try Self.journey(row)
            if isDeleted { older.append(journey) }
            journeys.append(
                JourneyPlan.Entry(
                    journey, version: Int(row.version), older: versions, isDeleted: isDeleted))
            journeyRows[row.name] = .init(row)
        }

        private static func journey(_ row: DefinitionRow) throws -> Journey {
            try Journey(reading: DocumentReader(try DefinitionSet.document(row)))
        }
    }

    private var goalsSince: Timestamp { clock.now.adding(milliseconds: -Self.goalWatchedMs) }

    private func inForce(_ tables: FoldTables) throws -> Deciding {
        var found = Deciding(set: try DefinitionSet(try tables.definitionsInForce()))
        for row in try tables.newestDefinitions(kind: DefinitionDraft.Kind.journey.rawValue) {
            try found.add(row, isDeleted: row.replacedAt != nil, since: goalsSince, tables)
        }
        return found
    }

    private func deciding(_ before: DefinitionsBefore, _ tables: FoldTables) throws -> Deciding {
        let rows = try before.versions.compactMap {
            try tables.definition(subject: $0.subject, version: $0.version)
        }
        let decided = Dictionary(
            rows.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        var found = Deciding(set: try DefinitionSet(rows))
        for newest in try tables.newestDefinitions(kind: DefinitionDraft.Kind.journey.rawValue) {
            if let row = decided[newest.subject] {
                try found.add(row, isDeleted: false, since: goalsSince, tables)
                continue
            }
            // Of a name that was out of force before, the version that people may be inside of.
            var row: DefinitionRow? = newest
            while let newer = row, newer.generation > before.generation {
                row = try tables.definition(subject: newer.subject, version: newer.version - 1)
            }
            guard let row else { continue }
            try found.add(row, isDeleted: true, since: goalsSince, tables)
        }
        return found
    }

    private func plan(
        _ deciding: Deciding, generation: Int64, traces: TracePlan? = nil,
        filling: AutomationPlan.Filling? = nil
    ) throws -> AutomationPlan {
        let set = deciding.set
        let journeys = JourneyPlan(
            deciding.journeys, rules: set.sending?.definition ?? SendingRules(),
            revision: UInt64(generation), hash: hash, workspaceZone: options.zone,
            serviceTemplates: set.serviceTemplates, zone: ZoneShelf.shared.zone)
        var segmentRows: [String: AutomationPlan.Named] = [:]
        for item in set.segments { segmentRows[item.row.name] = .init(item.row) }
        let conditions = deciding.conditions
        return AutomationPlan(
            generation: generation, segments: try set.segmentSet(),
            traces: traces ?? deciding.traces, journeys: journeys, segmentRows: segmentRows,
            journeyRows: deciding.journeyRows,
            predictions: try predictionTable(
                for: conditions, journeys: set.journeys.map(\.definition) + deciding.older),
            quintiles: try quintileEdges(for: conditions), filling: filling,
            sends: set.campaignSends)
    }
}

extension AutomationPlan.Named {
    init(_ row: DefinitionRow) {
        self.init(number: row.subject, version: row.version, generation: row.generation)
    }
}
