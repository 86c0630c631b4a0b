import Console
import Documents
import Journeys
import Kernel
import Messaging
import Records
import Runtime
import Segments
import Settings
import Templates
import YAMLText

/// The list of templates and what is done with one.
extension ConsoleMail {
    func fillTemplates(_ data: inout MailData) {
        data.templates = { try await Blocking.run { try templateRows() } }
        data.template = { name in try await Blocking.run { try template(name) } }
        data.templateStarter = { Self.starter }
        data.previewTemplate = { yaml, person in try await preview(yaml, person) }
        data.saveTemplate = { yaml, member in try await save(yaml, by: member) }
        data.sendTest = { test, member in try await send(test, by: member) }
    }

    /// A template that can be sent as it is.
    private static let starter = """
        kind: template
        name: new-message
        purpose: marketing
        subject: '{{ customer.firstName | default: "Hello" }}, there is news'
        preheader: What is new this week.
        html: |
          {% extends "base" %}
          {% block content %}
          {% include "title", title: "There is news" %}
          <p>Hello {{ customer.firstName | default: "there" }},</p>
          <p>write here what there is to say.</p>
          {% include "button", url: links.shop, label: "To the shop" %}
          {% endblock %}

        """

    // MARK: The list

    private func templateRows() throws -> [TemplateRow] {
        let set = try workspace.definitions()
        return try set.templates.map { try row($0, set) }.sorted { $0.name < $1.name }
    }

    private func template(_ name: String) throws -> TemplatePageData? {
        let set = try workspace.definitions()
        guard let item = set.templates.first(where: { $0.row.name == name }) else { return nil }
        return TemplatePageData(row: try row(item, set), yaml: Self.yaml(item))
    }

    /// As it was written; of one that came as JSON, what YAML makes of it.
    private static func yaml(_ item: DefinitionSet.Item<MessageSource>) -> String {
        guard item.row.source.hasPrefix("{") else { return item.row.source }
        return (try? item.definition.document.yaml()) ?? item.row.source
    }

    private func row(
        _ item: DefinitionSet.Item<MessageSource>, _ set: DefinitionSet
    ) throws -> TemplateRow {
        let source = item.definition
        let users = set.journeys.filter { $0.definition.sends(template: source.name) }
        let topics = users.flatMap { $0.definition.topics(ofTemplate: source.name) }
        let key = "\(item.row.name)/\(item.row.version)"
        let counts = try lints.value(key) {
            let found = try findings(of: source, set)
            return LintCounts(
                errors: found.count { $0.severity == .error },
                warnings: found.count { $0.severity == .warning })
        }
        return TemplateRow(
            name: source.name, title: Self.title(source.name),
            subject: source.subject.isEmpty ? source.text ?? "" : source.subject,
            topic: topics.first.map(Self.title) ?? "",
            isTransactional: source.purpose == .transactional, version: Int(item.row.version),
            appliedAt: item.row.appliedAt,
            usedBy: users.map {
                DefinitionLink(.journey, name: $0.row.name, title: $0.definition.title)
            }, errors: counts.errors, warnings: counts.warnings)
    }

    // MARK: Looking it over

    /// What the lint says, asked for the names that there are.
    func findings(of source: MessageSource, _ set: DefinitionSet) throws -> [LintFinding] {
        TemplateLint(set: try TemplateSet.ofWorkspace(), schema: try schema(source.name, set))
            .findings(in: source)
    }

    /// Names that a template may use: customers' attributes, and what its senders give it.
    private func schema(_ name: String, _ set: DefinitionSet) throws -> TemplateSchema {
        let attributes = try automation.keptHints.value(0, automation.hints).attributes
        let given = set.journeys.flatMap { $0.definition.dataNames(ofTemplate: name) }
        return TemplateSchema(
            Self.names + attributes.map { "customer.\($0).*" } + given.map { "\($0).*" })
    }

    private static let names =
        ["id", "email", "firstName", "language"].map { "customer." + $0 }
        + ["unsubscribe", "preferences", "shop"].map { "links." + $0 }
        + ["name", "address", "url", "logo", "colour", "buttonText", "footer"].map {
            "company." + $0
        } + ["labels.unsubscribe", "labels.preferences"].map { "company." + $0 }
        + ["coupon.code", "coupon.expires"]
        + ["id", "name", "price", "url"].map { "offers[]." + $0 } + ["loyalty.*"]

    // MARK: Saving

    private func save(_ yaml: String, by member: ID<Member>) async throws -> DefinitionOutcome {
        let drafts: [DefinitionDraft]
        do throws(DocumentProblem) {
            drafts = try DefinitionFiles.drafts(of: yaml, isJSON: false, file: "console")
            guard drafts.count == 1 else {
                throw DocumentProblem(path: "", reason: "must be one definition")
            }
            // This is where templates are made: nothing else comes in by the way.
            _ = try MessageSource(DocumentReader(drafts[0].document))
        } catch {
            return .refused(error)
        }
        do {
            let changes = try await workspace.apply(
                drafts, by: try await automation.actor(member))
            return .saved(name: changes.first?.name ?? "")
        } catch let failure as DefinitionFailure {
            let problem = failure.problems.first?.problem
            return .refused(problem ?? DocumentProblem(path: "", reason: failure.description))
        }
    }

    // MARK: Trying it out

    private static let waits = 40
    private static let waitMs = 50

    private func send(_ test: TestMail, by member: ID<Member>) async throws -> TestMailOutcome {
        let filled: FilledTemplate
        switch try await fill(test.yaml, test.person) {
        case .filled(let made): filled = made
        case .failed(let problem, _): return .refused(reason: problem.description)
        }
        let channel = filled.template.message.source.channel
        let address: String
        do throws(TestAddress.Refusal) {
            address = try TestAddress.checked(test.address, filled.template.message.source)
        } catch {
            return .refused(reason: error.reason)
        }
        if channel == .email, filled.rendered.subject.isEmpty {
            return .refused(reason: "The subject is empty")
        }
        guard tests.take(member) else {
            return .refused(
                reason: "\(TestTurns.most) tests in ten minutes are enough; wait a little")
        }
        let id = try await workspace.sendTest(
            of: filled.template.message.source.name,
            source: filled.template.message.source.document, sample: filled.sample,
            to: address, as: filled.customer ?? ID(rawValue: 0),
            number: workspace.newID(OutboxItem.self), channel: channel)
        return try await outcome(of: id, to: address)
    }

    /// What the provider says of it, where that is soon known.
    private func outcome(
        of id: ID<OutboxItem>, to address: String
    ) async throws -> TestMailOutcome {
        for _ in 0..<Self.waits {
            let message = try await Blocking.run { try records.message(id) }
            switch message?.state {
            case .accepted: return .sent("The provider took the test to \(address)")
            case .sending, nil: try await Task.sleep(for: .milliseconds(Self.waitMs))
            case .deferred:
                return .sent(
                    "The provider doesn't take the test to \(address) yet: "
                        + (message?.reply ?? ""))
            case .refused, .bounced, .inDoubt, .suppressed, .expired, .failed:
                return .refused(
                    reason: "The test to \(address) wasn't sent: \(message?.reply ?? "")")
            }
        }
        return .sent("The test to \(address) waits to be sent; Messages says what became of it")
    }
}

/// How many things the lint finds in a template.
struct LintCounts: Sendable {
    var errors: Int
    var warnings: Int
}

extension Journey {
    private func terms(ofTemplate name: String) -> [SendTerms] {
        steps.compactMap { step in
            guard case .send(let terms) = step.action, SendTerms.templated.contains(terms.channel),
                terms.template == name
            else { return nil }
            return terms
        }
    }

    fileprivate func sends(template name: String) -> Bool { !terms(ofTemplate: name).isEmpty }

    fileprivate func topics(ofTemplate name: String) -> [String] {
        terms(ofTemplate: name).map(\.topic).filter { !$0.isEmpty }
    }

    /// What its steps give to a template, at the top.
    fileprivate func dataNames(ofTemplate name: String) -> [String] {
        terms(ofTemplate: name).flatMap { terms -> [String] in
            guard case .mapping(let members) = terms.data else { return [] }
            return members.map(\.name)
        }
    }
}
