package import Documents
import JSONParsing
package import Journeys
package import Kernel
package import Loyalty
package import Promotions
package import Records
package import Referrals
package import Segments
package import Templates

/// All definitions that are in force, or would be, read and checked against one another.
package struct DefinitionSet: Sendable {
    package struct Item<Definition: Sendable>: Sendable {
        package var row: DefinitionRow
        package var definition: Definition
    }

    package private(set) var segments: [Item<SegmentDefinition>] = []
    package private(set) var journeys: [Item<Journey>] = []
    package private(set) var sending: Item<SendingRules>?
    package private(set) var templates: [Item<MessageSource>] = []
    package private(set) var campaigns: [Item<Campaign>] = []
    package private(set) var programs: [Item<LoyaltyProgram>] = []
    package private(set) var promotions: [Item<Promotion>] = []
    package private(set) var referrals: [Item<ReferralProgram>] = []
    package private(set) var rewards: [Item<LoyaltyReward>] = []

    package init() {}

    /// Reads kept definitions.
    ///
    /// - Throws: Where one can't be read any more, which only another release of Perennial brings about.
    package init(_ rows: [DefinitionRow]) throws(DefinitionFailure) {
        for row in rows {
            do throws(DocumentProblem) {
                try add(row, Self.document(row))
            } catch {
                throw DefinitionFailure(
                    problems: [(file: "\(row.kind) \(row.name)", problem: error)])
            }
        }
    }

    /// A kept definition's document.
    package static func document(_ row: DefinitionRow) throws(DocumentProblem) -> DocumentNode {
        do {
            return try DocumentNode(json: Array(row.document.utf8).span)
        } catch {
            throw DocumentProblem(path: "", reason: "is damaged: \(error.reason.explanation)")
        }
    }

    /// Puts a definition in, in the place of the one with its kind and name.
    mutating func add(_ row: DefinitionRow, _ document: DocumentNode) throws(DocumentProblem) {
        let reader = DocumentReader(document)
        switch DefinitionDraft.Kind(rawValue: row.kind) {
        case .segment:
            let item = Item(row: row, definition: try SegmentDefinition(reading: reader))
            segments.removeAll { $0.row.name == row.name }
            segments.append(item)
        case .journey:
            let item = Item(row: row, definition: try Journey(reading: reader))
            journeys.removeAll { $0.row.name == row.name }
            journeys.append(item)
        case .sending:
            sending = Item(row: row, definition: try SendingRules(reading: reader))
        case .template:
            let item = Item(row: row, definition: try MessageSource(reader))
            templates.removeAll { $0.row.name == row.name }
            templates.append(item)
        case .campaign:
            let item = Item(row: row, definition: try Campaign(reading: reader))
            campaigns.removeAll { $0.row.name == row.name }
            campaigns.append(item)
        case .program:
            let item = Item(row: row, definition: try LoyaltyProgram(reading: reader))
            programs.removeAll { $0.row.name == row.name }
            programs.append(item)
        case .promotion:
            let item = Item(row: row, definition: try Promotion(reading: reader))
            promotions.removeAll { $0.row.name == row.name }
            promotions.append(item)
        case .referral:
            let item = Item(row: row, definition: try ReferralProgram(reading: reader))
            referrals.removeAll { $0.row.name == row.name }
            referrals.append(item)
        case .reward:
            let item = Item(row: row, definition: try LoyaltyReward(reading: reader))
            rewards.removeAll { $0.row.name == row.name }
            rewards.append(item)
        case nil: throw reader.problem("is a \(row.kind), which is not known here")
        }
    }

    // Inlined into a loop over rows, it crashes the compiler of Swift 6.3.1 (CopyPropagation, -O).
    @inline(never)
    mutating func remove(kind: DefinitionDraft.Kind, name: String) {
        switch kind {
        case .segment: segments.removeAll { $0.row.name == name }
        case .journey: journeys.removeAll { $0.row.name == name }
        case .sending: sending = nil
        case .template: templates.removeAll { $0.row.name == name }
        case .campaign: campaigns.removeAll { $0.row.name == name }
        case .program: programs.removeAll { $0.row.name == name }
        case .promotion: promotions.removeAll { $0.row.name == name }
        case .referral: referrals.removeAll { $0.row.name == name }
        case .reward: rewards.removeAll { $0.row.name == name }
        }
    }

    package var isEmpty: Bool { segments.isEmpty && journeys.isEmpty }

    /// The journeys of these names alone, with the segments that they ask about, and those that these ask about.
    func reduced(toJourneys names: Set<String>) -> DefinitionSet {
        var reduced = self
        reduced.journeys = journeys.filter { names.contains($0.row.name) }
        reduced.segments = needed(Set(reduced.journeys.flatMap(\.definition.segmentNames)))
        return reduced
    }

    /// The segments of these names, with those that they ask about; no journeys.
    func reduced(toSegments names: Set<String>) -> DefinitionSet {
        var reduced = self
        reduced.journeys = []
        reduced.segments = needed(names)
        return reduced
    }

    private func needed(_ names: Set<String>) -> [Item<SegmentDefinition>] {
        var needed: Set<String> = []
        var open = names
        while let name = open.popFirst() {
            guard needed.insert(name).inserted else { continue }
            let item = segments.first { $0.row.name == name }
            open.formUnion(item?.definition.condition.segments ?? [])
        }
        return segments.filter { needed.contains($0.row.name) }
    }

    /// The segments, each after those that it asks about.
    package func segmentSet() throws(SegmentSet.Problem) -> SegmentSet {
        try SegmentSet(
            segments.map { SegmentSet.Segment($0.definition, version: Int($0.row.version)) })
    }

    /// Everything that conditions of journeys ask, with who asks.
    func conditions(ofJourneys journeys: [Journey]) -> [(journey: String, condition: Condition)] {
        journeys.flatMap { journey in
            journey.conditions.map { (journey.name, $0) }
        }
    }

    /// Checks what definitions say of one another.
    ///
    /// - Throws: Each thing that is wrong, with whose it is.
    package func check() throws(DefinitionFailure) {
        var problems: [(file: String, problem: DocumentProblem)] = []
        do {
            _ = try segmentSet()
        } catch {
            problems.append(
                ("segment \(error.segment)", DocumentProblem(path: "where", reason: error.reason)))
        }
        let names = Set(segments.map(\.row.name))
        for item in journeys {
            for name in item.definition.segmentNames.subtracting(names).sorted() {
                problems.append(
                    (
                        "journey \(item.row.name)",
                        DocumentProblem(
                            path: "", reason: "asks about segment \(name), which isn't defined")
                    ))
            }
        }
        problems += wrongChannels
        problems += wrongPromotions
        problems += wrongReferrals
        problems += wrongRewards
        problems += wrongPrograms
        for item in campaigns {
            let campaign = item.definition
            func report(_ path: String, _ reason: String) {
                problems.append(
                    (
                        "campaign \(item.row.name)",
                        DocumentProblem(path: path, reason: reason)
                    ))
            }
            if !names.contains(campaign.segment) {
                report("segment", "is \(campaign.segment), which isn't defined")
            }
            for (index, variant) in campaign.messages.enumerated() {
                let path = campaign.variants.isEmpty ? "template" : "variants[\(index)].template"
                let template = templates.first { $0.row.name == variant.template }?.definition
                if template == nil {
                    report(path, "is \(variant.template), which isn't defined")
                } else if template?.purpose == .transactional {
                    report(path, "is \(variant.template), which isn't for marketing")
                } else if let template, template.channel != .email {
                    report(
                        path,
                        "is \(variant.template), which is for \(template.channel.rawValue); "
                            + "campaigns send e-mail")
                }
            }
        }
        for item in templates {
            do throws(TemplateProblem) {
                _ = try TemplateSet.ofWorkspace().compile(item.definition)
            } catch {
                problems.append(
                    (
                        "template \(item.row.name)",
                        DocumentProblem(path: "", reason: error.description)
                    ))
            }
        }
        guard problems.isEmpty else { throw DefinitionFailure(problems: problems) }
    }

    /// Steps that send a template by another way than it is for.
    private var wrongChannels: [(file: String, problem: DocumentProblem)] {
        let channels = Dictionary(
            templates.map { ($0.row.name, $0.definition.channel.rawValue) },
            uniquingKeysWith: { first, _ in first })
        return journeys.flatMap { item in
            item.definition.steps.compactMap { step in
                guard case .send(let terms) = step.action,
                    SendTerms.templated.contains(terms.channel),
                    let channel = channels[terms.template], channel != terms.channel
                else { return nil }
                return (
                    "journey \(item.row.name)",
                    DocumentProblem(
                        path: "steps",
                        reason: "step \(step.id) sends \(terms.template) by \(terms.channel), and "
                            + "the template is for \(channel)")
                )
            }
        }
    }

    /// Names of templates that a journey sends and that aren't defined.
    func missingTemplates(of journey: Journey) -> [String] {
        let names = Set(templates.map(\.row.name))
        var missing: [String] = []
        for step in journey.steps {
            guard case .send(let terms) = step.action, SendTerms.templated.contains(terms.channel),
                !names.contains(terms.template), !missing.contains(terms.template)
            else { continue }
            missing.append(terms.template)
        }
        return missing
    }

    /// Templates of what somebody asked for, which isn't marketing.
    package var serviceTemplates: Set<String> {
        Set(templates.filter { $0.definition.purpose == .transactional }.map(\.row.name))
    }

    /// What campaigns send.
    var campaignSends: [Journey.Sending] {
        campaigns.map { Journey.Sending(channel: "email", topic: $0.definition.topic) }
    }

    /// What of customers' doings must be remembered.
    package func traces(olderJourneys: [Journey] = []) -> TracePlan {
        let journeys = journeys.map(\.definition) + olderJourneys
        let conditions = segments.map(\.definition.condition) + journeys.flatMap(\.conditions)
        let consents = Set(journeys.flatMap(\.sends) + campaignSends).compactMap(\.withdrawal)
        return TracePlan(for: conditions + consents)
    }
}

extension Journey {
    /// All that it asks of customers.
    package var conditions: [Condition] {
        var found: [Condition] = entry.condition.map { [$0] } ?? []
        for step in steps {
            if case .branch(let arms, _) = step.action { found += arms.map(\.condition) }
        }
        return found
    }

    /// Whether a step waits for what the models foretell.
    var waitsForOrders: Bool {
        steps.contains { if case .waitUntilOrder = $0.action { true } else { false } }
    }

    /// A message's channel and topic.
    package struct Sending: Hashable, Sendable {
        let channel: String
        let topic: String

        /// That consent to such a message was withdrawn; nil for a channel that knows no consent.
        var withdrawal: Condition? {
            guard let channel = MessageChannel(rawValue: channel) else { return nil }
            return .consent(ConsentTest(channel, topic: topic, is: .withdrawn))
        }
    }

    var sends: [Sending] {
        steps.compactMap { step in
            guard case .send(let terms) = step.action else { return nil }
            return Sending(channel: terms.channel, topic: terms.topic)
        }
    }

    /// The segments that it names.
    package var segmentNames: Set<String> {
        var names = Set(conditions.flatMap(\.segments))
        for trigger in entry.triggers {
            if case .segment(let name, _) = trigger { names.insert(name) }
        }
        for exit in exits {
            if case .segment(let name, _) = exit { names.insert(name) }
        }
        return names
    }
}
