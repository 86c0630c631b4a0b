import Analytics
import Console
import Customers
import Documents
import Insights
import Kernel
import Messaging
import Records
import Runtime
import Settings
import Templates
import YAMLText

/// A template, saved or not, as it is filled in for somebody.
struct FilledTemplate: Sendable {
    var template: CompiledMail
    var rendered: RenderedMessage
    var sample: MailSample
    /// Nil for a made-up one.
    var customer: ID<Customer>?
    var findings: [TemplateFinding]
}

/// What came of filling one in.
enum TemplateFilling: Sendable {
    case filled(FilledTemplate)
    case failed(DocumentProblem, [TemplateFinding])
}

/// Templates filled in while somebody writes them.
extension ConsoleMail {
    func preview(_ yaml: String, _ person: PreviewPerson) async throws -> TemplatePreview {
        switch try await fill(yaml, person) {
        case .failed(let problem, let findings):
            return TemplatePreview(findings: findings, problem: problem)
        case .filled(let made):
            let label = try await Blocking.run {
                try made.customer.map { try automation.names().label($0.rawValue) }
            }
            return TemplatePreview(
                subject: made.rendered.subject,
                preheader: made.rendered.preheader.isEmpty
                    ? made.rendered.url : made.rendered.preheader,
                html: made.rendered.html.map { String(decoding: $0, as: UTF8.self) } ?? "",
                text: String(decoding: made.rendered.text, as: UTF8.self),
                customer: made.customer, customerLabel: label ?? "", findings: made.findings)
        }
    }

    func fill(_ yaml: String, _ person: PreviewPerson) async throws -> TemplateFilling {
        let document: DocumentNode
        let source: MessageSource
        do throws(DocumentProblem) {
            document = try DocumentNode(yaml: yaml)
            source = try MessageSource(DocumentReader(document))
        } catch {
            return .failed(error, [])
        }
        let lines = TemplateLines(document, of: source.name, yaml: yaml)
        let found = try await Blocking.run {
            try findings(of: source, try workspace.definitions())
        }
        let notes = found.map(lines.finding)
        let template: CompiledMail
        do throws(TemplateProblem) {
            template = CompiledMail(
                version: 0, message: try TemplateSet.ofWorkspace().compile(source))
        } catch {
            return .failed(lines.problem(error.place, error.reason), notes)
        }
        guard let maker else {
            return .failed(
                DocumentProblem(path: "", reason: "the workspace's keys are damaged"), notes)
        }
        var (values, customer, sample) = try await Blocking.run {
            try filling(template, for: person)
        }
        if template.wantsOffers {
            values.offers =
                if let customer {
                    await MailRoom.offers(to: customer, in: workspace)
                } else {
                    Self.sampleOffers
                }
        }
        do throws(RenderFailure) {
            let rendered = try maker.rendered(
                template, values, data: sample.data, coupon: sample.coupon)
            // What was found at a place needs not be said twice.
            let seen = TemplateLint.findings(in: rendered, source: source).filter { late in
                !found.contains { $0.place == late.place && $0.part != .message }
            }
            return .filled(
                FilledTemplate(
                    template: template, rendered: rendered, sample: sample, customer: customer,
                    findings: notes + seen.map(lines.finding) + Self.findings(in: values)
                        + Self.lengthNotes(rendered, source, most: settings.sms.segmentsMax)))
        } catch {
            return .failed(DocumentProblem(path: "", reason: error.description), notes)
        }
    }

    /// How many segments an SMS takes.
    private static func lengthNotes(
        _ rendered: RenderedMessage, _ source: MessageSource, most: Int
    ) -> [TemplateFinding] {
        guard source.channel == .sms else { return [] }
        let length = SMSLength(String(decoding: rendered.text, as: UTF8.self))
        let isLong = length.segments > most
        let alphabet =
            length.alphabet == .gsm7
            ? "the alphabet of SMS" : "Unicode, as it has letters that the alphabet of SMS hasn't"
        return [
            TemplateFinding(
                severity: isLong ? .error : .advice, line: nil,
                text: "the text takes \(length.segments) "
                    + "segment\(length.segments == 1 ? "" : "s"): \(length.units) places in "
                    + alphabet,
                advice: isLong ? "Shorten it: sms.segmentsMax allows \(most)." : "")
        ]
    }

    /// What of the customer is kept in a form that nothing can be filled in with.
    private static func findings(in values: MailValues) -> [TemplateFinding] {
        values.unreadable.map { name in
            TemplateFinding(
                severity: .warning,
                text:
                    "the trait \(name) of this customer can't be read, and is filled in as if there were none",
                advice: "Send the trait again, or give the template a default for it.")
        }
    }

    // MARK: For whom

    /// Whose values fill it in, and what a journey's step gives with them.
    private func filling(
        _ template: CompiledMail, for person: PreviewPerson
    ) throws -> (MailValues, ID<Customer>?, MailSample) {
        var chosen: ID<Customer>?
        switch person {
        case .sample: break
        case .recent: chosen = try recents.value(0, recent)
        case .customer(let id): chosen = try records.root(of: id)
        }
        guard let customer = chosen else {
            var values = MailValues(now: now)
            values.customer = [
                .init("id", .text(ID<Customer>(rawValue: 0).description)),
                .init("email", .text("somebody@example.com")),
            ]
            return (values, nil, MailSample.madeUp(in: workspace))
        }
        let name = template.message.source.name
        return (
            try workspace.mailValues(of: customer, for: template), customer,
            try MailSample.likeTheLast(of: name, in: workspace)
        )
    }

    /// Some customer who was here lately, if possible one who can be written to; nil where there is none.
    private func recent() throws -> ID<Customer>? {
        var query = CustomerQuery()
        query.sort = .lastSeen
        query.limit = Self.recentsLookedAt
        let rows = try workspace.archive.customers(
            query, asOf: try workspace.figuresAsOf(), activeDays: workspace.options.activeDays
        ).rows
        return (rows.first { !$0.email.isEmpty } ?? rows.first)?.customer
    }

    private static let recentsLookedAt = 20
    private static let sampleOffers = [
        MailOffer(id: "sample-1", name: "A product"), MailOffer(id: "sample-2", name: "Another"),
    ]
}
