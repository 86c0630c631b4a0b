import Console
import Documents
import Kernel

/// The rooms of mail with hostile names in every place where text from outside is shown.
extension MailSample {
    static let template = "win-back-1"
    static let campaign = "spring"
    static let message = "msg_0000000000042"
    /// What others wrote, as it lies in a template: none of it may reach a page of the console as it is.
    static let html =
        "<html><head><meta name=\"color-scheme\" content=\"light dark\"><style>@media ( Prefers-Color-Scheme:dark ) "
        + "{ p { color: red } }</style></head><body onload=\"alert(1)\"><script>alert('mail')</script><p>Hello</p></body></html>"
    static let yaml =
        "kind: template\nname: \(template)\nsubject: \(hostile)\n</textarea>\(combining)"

    static func link(_ kind: DefinitionLink.Kind, _ name: String) -> DefinitionLink {
        DefinitionLink(kind, name: name, title: hostile)
    }

    static func templates() -> [TemplateRow] {
        [
            TemplateRow(
                name: template, title: hostile, purpose: combining, subject: hostile,
                topic: combining, version: 3, appliedAt: SampleData.asOf,
                usedBy: [link(.journey, "win-back"), link(.campaign, campaign)], errors: 1,
                warnings: 2),
            TemplateRow(name: "receipt", title: "", isTransactional: true, warnings: 1),
            TemplateRow(name: "plain", title: combining),
        ]
    }

    static func templatePage() -> TemplatePageData {
        TemplatePageData(row: templates()[0], yaml: yaml)
    }

    static func preview(_ person: PreviewPerson) -> TemplatePreview {
        TemplatePreview(
            subject: hostile, preheader: combining, html: html, text: hostile,
            customer: person == .sample ? nil : SampleData.customer,
            customerLabel: person == .sample ? "" : "Label of \(hostile)",
            findings: [
                TemplateFinding(
                    severity: .error, line: 3, text: hostile, advice: combining),
                TemplateFinding(severity: .warning, line: 99, text: combining),
                TemplateFinding(severity: .advice, text: hostile),
            ])
    }

    static func row(_ state: MessageRow.State, _ number: Int = 42) -> MessageRow {
        MessageRow(
            message: number == 42 ? message : "msg_\(number)", state: state, subject: hostile,
            customer: state == .failed ? nil : SampleData.customer,
            customerLabel: "Label of \(hostile)", address: "c\(number)@example.test",
            template: template, templateTitle: combining,
            origin: .init(kind: .journey, name: "win-back", title: hostile, step: "second-mail"),
            decidedAt: SampleData.asOf, sentAt: SampleData.asOf,
            dueAt: state == .deferred ? SampleData.asOf : nil, note: combining,
            isComplained: state == .accepted, opens: 2, clicks: 1,
            maySendAgain: state == .inDoubt || state == .refused)
    }

    static func domains() -> [MailDomainRow] {
        [
            MailDomainRow(
                domain: "example.test", sent: 12_000, accepted: 11_000, deferred: 5, bounced: 900,
                complained: 44, opened: 4000, machineOpened: 2500, clicked: 700,
                machineClicked: 1300, answer: hostile, answerAt: SampleData.asOf),
            MailDomainRow(domain: hostile, sent: 1),
        ]
    }

    static let standing = MailStanding(
        missing: ["mail.smtp.host", hostile],
        hold: .init(reason: combining, until: SampleData.asOf), pausedBy: hostile,
        pausedAt: SampleData.asOf, waiting: 3)

    static func messagePage(_ state: MessageRow.State) -> MessagePageData {
        MessagePageData(
            row: row(state), from: hostile, messageID: "<\(combining)@example.test>",
            topic: hostile, version: 3, preheader: combining, html: html, text: hostile,
            why: hostile,
            events: MessagePageData.EventKind.allCases.map {
                MessagePageData.Event(kind: $0, at: SampleData.asOf, note: hostile)
            },
            answers: [
                MessagePageData.Answer(at: SampleData.asOf, text: hostile, words: combining),
                MessagePageData.Answer(at: SampleData.asOf, text: combining),
            ])
    }

    static func suppression(_ reason: SuppressionRow.Reason, _ number: Int = 1) -> SuppressionRow {
        SuppressionRow(
            address: "\(hostile)\(number)@example.test", reason: reason, evidence: combining,
            since: SampleData.asOf, customer: reason == .manual ? nil : SampleData.customer)
    }

    static func customerMail() -> CustomerMail {
        CustomerMail(
            messages: MessageRow.State.allCases.map { row($0) },
            consent: [
                ConsentRow(
                    channel: "email", topic: hostile, state: .withdrawn, since: SampleData.asOf,
                    evidence: combining),
                ConsentRow(channel: hostile, state: .given),
                ConsentRow(channel: "sms", state: .unknown),
            ], suppressions: [suppression(.complained)])
    }

    static func campaigns(_ state: CampaignRow.State = .draft) -> [CampaignRow] {
        [
            CampaignRow(
                name: campaign, title: hostile, state: state,
                segment: link(.segment, "at-risk"), template: link(.template, template),
                audience: 1000, settled: 250, sent: 200, startsAt: SampleData.asOf),
            CampaignRow(name: "other", title: "", state: .cancelled),
        ]
    }

    static func audience() -> CampaignAudience {
        CampaignAudience(
            size: 1000, reached: 700,
            whyNot: CampaignAudience.WhyNot.Reason.allCases.map {
                CampaignAudience.WhyNot(reason: $0, people: 50)
            })
    }

    static func campaignPage(_ state: CampaignRow.State) -> CampaignPageData {
        CampaignPageData(
            row: campaigns(state)[0], audience: audience(), topic: combining, ratePerHour: 500,
            holdout: 0.1, every: hostile,
            progress: Dictionary(
                uniqueKeysWithValues: MessageRow.State.allCases.map { ($0, 7) }),
            left: audience().whyNot, writerName: hostile, version: 2,
            appliedAt: SampleData.asOf, yaml: yaml, revision: "7&8")
    }

    static func variants(_ shape: String) -> CampaignVariants {
        var data = CampaignVariants(
            rows: [
                CampaignVariants.Row(
                    name: "A", template: link(.template, template), sent: 400, opened: 90,
                    clicked: 12, ordered: 2),
                CampaignVariants.Row(
                    name: "B", template: link(.template, template), sent: 410, opened: 99,
                    clicked: 70, ordered: 4),
            ], test: CampaignVariants.Test(share: 0.2, span: "4 hours"), mayChoose: true)
        switch shape {
        case "waiting": data.test?.endsAt = SampleData.asOf
        case "evidence": data.winner = ("B", SampleData.asOf, .evidence)
        case "time": data.winner = ("B", SampleData.asOf, .time)
        case "hand": data.winner = ("B", SampleData.asOf, .hand(by: hostile))
        case "split": data.test = nil
        default: break
        }
        data.mayChoose = data.test != nil && data.winner == nil
        data.rowsAtChoice = data.winner == nil ? [] : data.rows
        return data
    }

    static let form = CampaignForm(
        edited: campaign, name: campaign, title: hostile, description: hostile, segment: "at-risk",
        variants: [
            CampaignForm.Variant(name: "calm", template: template, data: "headline: \(hostile)"),
            CampaignForm.Variant(name: "loud", template: template),
        ], testShare: "20%", testSpan: "4 hours", testGoal: "opens", topic: "news",
        data: "a: <b>", rate: "500", every: "7 days", holdout: "10%", at: "2026-03-01T09:00")

    static let choices = CampaignChoices(
        segments: [link(.segment, "at-risk")], templates: [link(.template, template)],
        topics: [CampaignChoices.Topic(name: "news", title: hostile)])
}
