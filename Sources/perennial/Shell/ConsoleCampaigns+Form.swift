import Access
import Console
import Documents
import FoundationEssentials
import Journeys
import Kernel
import Records
import Runtime
import YAMLText

/// The form that campaigns are made and changed with: it writes the definition that `perennial apply` takes.
extension ConsoleCampaigns {
    func audience(_ form: CampaignForm) throws -> CampaignAudience? {
        // Whom it would reach doesn't hang on what it says.
        var plain = CampaignForm(
            name: form.edited, segment: form.segment, template: "any", topic: form.topic,
            holdout: form.holdout)
        if plain.name.isEmpty { plain.name = form.name }
        guard let document = try? Self.document(plain),
            let campaign = try? Campaign(reading: DocumentReader(document))
        else { return nil }
        return try audience(campaign, try workspace.definitions())
    }

    func save(
        _ form: CampaignForm, by member: ID<Member>
    ) async throws -> CampaignSaveOutcome {
        var form = form
        if !form.edited.isEmpty { form.name = form.edited }
        if form.name.isEmpty { form.name = Self.name(from: form.title) }
        let document: DocumentNode
        let campaign: Campaign
        do throws(DocumentProblem) {
            document = try Self.document(form)
            campaign = try Campaign(reading: DocumentReader(document))
        } catch {
            return .refused(field: Self.field(of: error.path, form), reason: Self.reason(error))
        }
        let name = campaign.name
        let before = try await Blocking.run {
            try workspace.definitions().campaigns.first { $0.row.name == name }?.definition
        }
        if form.edited.isEmpty, before != nil {
            return .refused(field: "name", reason: "is one that there is already")
        }
        if !form.edited.isEmpty, before == nil {
            return .refused(field: "name", reason: "isn't in force any more")
        }
        if let at = campaign.startsAt(in: workspace.zone), at <= workspace.clock.now,
            before?.startsAt(in: workspace.zone) != at
        {
            return .refused(field: "at", reason: "is in the past")
        }
        do {
            let draft = DefinitionDraft(
                document: document, source: try document.yaml(), file: name + ".yaml")
            _ = try await workspace.apply([draft], by: member.description)
            return .saved(name: name)
        } catch let failure as DefinitionFailure {
            let problem = failure.problems.first?.problem
            return .refused(
                field: Self.field(of: problem?.path ?? "", form),
                reason: problem.map(Self.reason) ?? failure.description)
        }
    }

    /// The form's field that a place of the definition comes from.
    private static func field(of path: String, _ form: CampaignForm) -> String {
        let field = String(path.prefix { $0 != "." && $0 != "[" })
        guard field.isEmpty else { return field }
        return form.variants.isEmpty ? "template" : "variants"
    }

    /// Says of several variants which one is meant.
    private static func reason(_ problem: DocumentProblem) -> String {
        guard problem.path.hasPrefix("variants["), let end = problem.path.firstIndex(of: "]"),
            let index = Int(problem.path[..<end].dropFirst("variants[".count))
        else {
            guard problem.path.hasPrefix("test."),
                let part = problem.path.split(separator: ".").last
            else { return problem.reason }
            return "(\(part)) \(problem.reason)"
        }
        return "(\(index + 1)) \(problem.reason)"
    }

    static func document(_ form: CampaignForm) throws(DocumentProblem) -> DocumentNode {
        var members: [(String, DocumentNode)] = [
            ("kind", .text("campaign")), ("name", .text(form.name.isEmpty ? "new" : form.name)),
        ]
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { members.append((name, .text(text))) }
        }
        add("title", form.title)
        add("description", form.description)
        add("segment", form.segment)
        add("template", form.template)
        if !form.variants.isEmpty {
            var variants: [DocumentNode] = []
            for variant in form.variants {
                var parts: [(String, DocumentNode)] = [
                    ("name", .text(variant.name)), ("template", .text(variant.template)),
                ]
                if let data = try data(variant.data, path: "variants") {
                    parts.append(("data", data))
                }
                variants.append(.mapping(parts))
            }
            members.append(("variants", .list(variants)))
        }
        if !form.testShare.isEmpty || !form.testSpan.isEmpty {
            var parts: [(String, DocumentNode)] = []
            if !form.testShare.isEmpty { parts.append(("share", .text(form.testShare))) }
            if !form.testSpan.isEmpty { parts.append(("for", .text(form.testSpan))) }
            if !form.testGoal.isEmpty { parts.append(("by", .text(form.testGoal))) }
            members.append(("test", .mapping(parts)))
        }
        add("topic", form.topic)
        if let rate = Int64(form.rate) {
            members.append(("rate", .number(rate)))
        } else {
            add("rate", form.rate)
        }
        add("at", form.at)
        add("every", form.every)
        add("holdout", form.holdout)
        if let data = try data(form.data, path: "data") { members.append(("data", data)) }
        return .mapping(members)
    }

    /// Lines such as `headline: Spring is here`; nil for none.
    private static func data(
        _ text: String, path: String
    ) throws(DocumentProblem) -> DocumentNode? {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        let node: DocumentNode
        do throws(DocumentProblem) {
            node = try DocumentNode(yaml: text)
        } catch {
            throw DocumentProblem(path: path, reason: error.description)
        }
        guard case .mapping = node.value else {
            throw DocumentProblem(
                path: path, reason: "must be lines such as headline: Spring is here")
        }
        return node
    }

    /// A campaign as the form shows it.
    func form(of name: String) throws -> CampaignForm? {
        guard let item = try workspace.definitions().campaigns.first(where: { $0.row.name == name })
        else { return nil }
        let campaign = item.definition
        let document = try DefinitionSet.document(item.row)
        func text(_ node: DocumentNode?) -> String {
            switch node?.value {
            case .text(let text), .number(let text): text
            default: ""
            }
        }
        func lines(_ node: DocumentNode) -> String {
            guard case .mapping(let members) = node.value, !members.isEmpty else { return "" }
            // What was read can be written.
            return (try? node.yaml()) ?? ""
        }
        return CampaignForm(
            edited: name, name: name, title: campaign.title,
            description: campaign.description ?? "", segment: campaign.segment,
            template: campaign.variants.isEmpty ? campaign.template : "",
            variants: campaign.variants.map { variant in
                CampaignForm.Variant(
                    name: variant.name, template: variant.template, data: lines(variant.data))
            }, testShare: text(document["test"]?["share"]),
            testSpan: campaign.test?.span.description ?? "",
            testGoal: campaign.test?.goal.rawValue ?? "", topic: campaign.topic,
            data: lines(campaign.data), rate: text(document["rate"]),
            every: campaign.every?.description ?? "", holdout: text(document["holdout"]),
            at: text(document["at"]).replacing(" ", with: "T"))
    }

    /// `Spring sale, week 2` is `spring-sale-week-2`.
    private static func name(from title: String) -> String {
        let letters = title.lowercased().unicodeScalars.map { scalar -> Character in
            let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
            return isPlain ? Character(scalar) : "-"
        }
        let words = String(letters).split(separator: "-").joined(separator: "-")
        let name = String(words.prefix(60))
        return name.first?.isLetter == true ? name : "campaign-" + name
    }
}
