import Analytics
import Console
import Customers
import Documents
import Journeys
import Kernel
import Records
import Runtime
import Segments
import YAMLText

extension ConsoleAutomation {
    private static let trendDays = 30
    private static let sizeDays = 90
    private static let membersShown = 50
    private static let overlapsShown = 6
    private static let sampleShown = 6
    private static let namesShown = 200

    func fillSegments(_ data: inout AutomationData) {
        data.segments = { try await Blocking.run { try segments() } }
        data.segment = { name in try await Blocking.run { try segment(name) } }
        data.segmentRevision = { name in try await Blocking.run { try revision(of: name) } }
        data.segmentMembers = { name, after, limit in
            try await Blocking.run {
                guard let standing = try standing(name) else { return SegmentMembersPage() }
                return try members(of: standing, after: after, limit: limit)
            }
        }
        data.estimateSegment = { yaml, member in
            counts.stop(member)
            return try await Blocking.run {
                try preview(yaml) { condition in
                    try workspace.estimate(condition, sample: Self.sampleShown)
                }
            }
        }
        data.previewSegment = { yaml, member in
            try await counts.count(for: member) { stop in
                try preview(yaml) { condition in
                    SegmentEstimate(
                        try workspace.preview(condition, sample: Self.sampleShown, stop: stop))
                }
            }
        }
        data.saveSegment = { yaml, member in try await save(yaml, by: member) }
        data.hints = { try await Blocking.run { try keptHints.value(0, hints) } }
    }

    private func revision(of name: String) throws -> String? {
        let kind = DefinitionDraft.Kind.segment.rawValue
        guard let found = try records.heading(kind: kind, name: name) else { return nil }
        let filled = try workspace.reviewedShare().map { Int($0 * 100) } ?? 100
        return "\(found.version)-\(filled)-\(try records.pulse(ofSegment: found.subject))"
    }

    private func standing(_ name: String) throws -> SegmentStanding? {
        try workspace.segmentStandings().first { $0.row.name == name }
    }

    private func segments() throws -> [SegmentRow] {
        let people = try customerCount()
        return try workspace.segmentStandings().map { try row($0, customers: people) }
    }

    private func customerCount() throws -> Int {
        try workspace.archive.segmentCount(SegmentQuery(.all([]), now: now))
    }

    private func row(_ standing: SegmentStanding, customers: Int) throws -> SegmentRow {
        SegmentRow(
            name: standing.row.name, title: standing.definition.title,
            description: standing.definition.description,
            state: standing.filled.map { .filling($0) } ?? .live, size: Int(standing.size),
            customers: customers,
            trend: try sizes(of: standing, days: Self.trendDays).map(\.size),
            version: Int(standing.row.version), appliedAt: standing.row.appliedAt)
    }

    /// The size at the end of each of the last days; only those since there is the segment.
    private func sizes(
        of standing: SegmentStanding, days: Int
    ) throws -> [SegmentPageData.DaySize] {
        let today = workspace.zone.day(of: now).daysSinceEpoch
        let begun = workspace.zone.day(of: standing.row.appliedAt).daysSinceEpoch
        let history = try records.sizeHistory(of: standing.row.subject, since: 0)
        guard let firstDay = history.first?.day else { return [] }
        let first = max(today - days + 1, min(firstDay, begun))
        var sizes: [SegmentPageData.DaySize] = []
        var (place, size) = (0, 0)
        for day in first...max(first, today) {
            while place < history.count, history[place].day <= day {
                size = Int(history[place].size)
                place += 1
            }
            sizes.append(.init(day: CalendarDay(daysSinceEpoch: day), size: size))
        }
        return sizes
    }

    private func segment(_ name: String) throws -> SegmentPageData? {
        // Before all that it stands for: a change in between is shown by the next look.
        let revision = try revision(of: name) ?? ""
        guard let standing = try standing(name) else { return nil }
        return SegmentPageData(
            row: try row(standing, customers: try customerCount()),
            words: Self.lines(standing.definition.condition), yaml: standing.row.source,
            sizes: try sizes(of: standing, days: Self.sizeDays),
            members: try members(of: standing, after: nil, limit: Self.membersShown),
            overlaps: try overlaps.value(name) { try overlaps(of: standing) },
            usedBy: try users(of: name), revision: revision)
    }

    static func lines(_ condition: Condition) -> [DefinitionLine] {
        condition.lines.map { DefinitionLine($0.text, depth: $0.depth) }
    }

    /// The segments that it shares most members with.
    private func overlaps(of standing: SegmentStanding) throws -> [SegmentPageData.Overlap] {
        let found = try workspace.segmentStandings().compactMap {
            other -> SegmentPageData.Overlap? in
            guard other.row.subject != standing.row.subject, other.size > 0, standing.size > 0
            else { return nil }
            // The smaller one's members are looked up in the larger.
            let (small, large) = other.size < standing.size ? (other, standing) : (standing, other)
            let shared = try records.overlap(small.row.subject, large.row.subject)
            guard shared > 0 else { return nil }
            return .init(
                name: other.row.name, title: other.definition.title, size: Int(other.size),
                shared: Int(shared))
        }
        return Array(
            found.sorted { ($1.shared, $0.name) < ($0.shared, $1.name) }
                .prefix(Self.overlapsShown))
    }

    private func users(of name: String) throws -> [DefinitionLink] {
        let set = try workspace.definitions()
        return set.journeys.filter { $0.definition.segmentNames.contains(name) }.map {
            DefinitionLink(.journey, name: $0.row.name, title: $0.definition.title)
        }
            + set.segments.filter { $0.definition.condition.segments.contains(name) }.map {
                DefinitionLink(.segment, name: $0.row.name, title: $0.definition.title)
            }
    }

    private func members(
        of standing: SegmentStanding, after: String?, limit: Int
    ) throws -> SegmentMembersPage {
        var before: MemberRow?
        if let after {
            let parts = after.split(separator: "-").compactMap { Int64($0) }
            guard parts.count == 2 else { return SegmentMembersPage() }
            before = MemberRow(customer: parts[1], since: Timestamp(milliseconds: parts[0]))
        }
        let found = try workspace.newestMembers(of: standing, before: before, limit: limit)
        let names = names()
        let people = try found.map { member, reason in
            let name = try names.name(member.customer)
            return PersonRow(
                customer: ID(rawValue: member.customer), label: name.label, email: name.email,
                since: member.since, reason: reason)
        }
        let last = found.count < limit ? nil : found.last?.member
        return SegmentMembersPage(
            people: people, next: last.map { "\($0.since.milliseconds)-\($0.customer)" })
    }

    // MARK: The builder

    private func preview(
        _ yaml: String, _ ask: (Condition) throws -> SegmentEstimate
    ) throws -> Console.SegmentPreview {
        let begun = now
        let definition: SegmentDefinition
        do throws(DocumentProblem) {
            definition = try SegmentDefinition(
                reading: DocumentReader(try DocumentNode(yaml: yaml)))
        } catch {
            return Console.SegmentPreview(problem: error)
        }
        let condition = definition.condition
        let known = Set(try workspace.definitions().segments.map(\.row.name))
        if let missing = condition.segments.first(where: { !known.contains($0) }) {
            return Console.SegmentPreview(
                words: Self.lines(condition),
                problem: DocumentProblem(
                    path: "where", reason: "asks about segment \(missing), which isn't defined"))
        }
        let found = try ask(condition)
        let reader = FactsReader(workspace)
        let sample = try found.sample.map { person in
            let verdict = condition.evaluate(try reader.facts(of: person.customer), now: now)
            return PersonRow(
                customer: person.customer,
                label: person.label.isEmpty ? person.customer.description : person.label,
                email: person.email,
                // What no segment asks for isn't remembered of customers yet: no reason is better than a wrong one.
                reason: verdict.holds ? verdict.reason : "")
        }
        return Console.SegmentPreview(
            size: found.rounded.count, range: found.isExact ? nil : found.rounded.range,
            customers: found.people, sample: sample,
            words: Self.lines(condition),
            milliseconds: Int(now.milliseconds - begun.milliseconds))
    }

    func hints() throws -> BuilderHints {
        var attributes: [String: Int] = [:]
        for bytes in try records.newestProfiles(limit: Self.namesShown) {
            for attribute in try Profile(decoding: bytes.span).attributes.all {
                attributes[attribute.name, default: 0] += 1
            }
        }
        return BuilderHints(
            events: try workspace.archive.eventNames(limit: Self.namesShown),
            attributes: attributes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .prefix(Self.namesShown).map(\.key),
            segments: try workspace.definitions().segments.map(\.row.name).sorted())
    }
}
