import Documents
import Kernel
import Synchronization

@testable import Console

/// What the pages about mail asked for.
struct MailAsked: Sendable {
    var unsubscribed: [UnsubscribeManner] = []
    var resubscribed = 0
    var choices: [PreferenceChoices] = []
    /// Every call that a token was handed to.
    var tokens: [String] = []
    var previews: [PreviewPerson] = []
    var saved: [String] = []
    var tests: [TestMail] = []
    var queries: [MessageQuery] = []
    var paused: [Bool] = []
    var again: [String] = []
    var suppressed: [String] = []
    var unsuppressed: [String] = []
    var listed: [SuppressionQuery] = []
    var acts: [CampaignAct] = []
    var campaignTests: [String] = []
    var chosen: [String] = []
    var counted: [CampaignForm] = []
    var campaigns: [CampaignForm] = []
    var pagesOfCampaigns = 0

    /// How many things were changed or sent.
    var changes: Int {
        saved.count + tests.count + paused.count + again.count + suppressed.count
            + unsuppressed.count + acts.count + campaignTests.count + chosen.count + campaigns.count
    }
}

extension ConsoleFixture {
    var mail: MailData {
        var mail = MailData()
        mail.company = PublicCompany(
            name: SampleData.hostile, url: "https://shop.example.test/",
            address: SampleData.combining)
        addPublicPages(to: &mail)
        guard mood != .empty else { return mail }
        addTemplates(to: &mail)
        addMessages(to: &mail)
        addSuppressions(to: &mail)
        addCampaigns(to: &mail)
        return mail
    }

    private func addPublicPages(to mail: inout MailData) {
        @Sendable func page(_ token: String, isOff: Bool) throws -> UnsubscribePageData? {
            asked.withLock { $0.mail.tokens.append(token) }
            if mood == .failing { throw Failure() }
            guard token == MailSample.token else { return nil }
            return MailSample.unsubscribePage(isOff: isOff)
        }
        mail.unsubscribePage = { token in try page(token, isOff: false) }
        mail.unsubscribe = { token, how in
            guard let page = try page(token, isOff: true) else { return nil }
            self.asked.withLock { $0.mail.unsubscribed.append(how) }
            return page
        }
        mail.resubscribe = { token in
            guard let page = try page(token, isOff: false) else { return nil }
            self.asked.withLock { $0.mail.resubscribed += 1 }
            return page
        }
        mail.preferences = { token in
            self.asked.withLock { $0.mail.tokens.append(token) }
            return token == MailSample.token ? MailSample.preferences(self.log.mail.choices) : nil
        }
        mail.savePreferences = { token, choices in
            guard token == MailSample.token else { return nil }
            self.asked.withLock { $0.mail.choices.append(choices) }
            return MailSample.preferences([choices])
        }
    }

    private func addTemplates(to mail: inout MailData) {
        mail.templates = { MailSample.templates() }
        mail.template = { $0 == MailSample.template ? MailSample.templatePage() : nil }
        mail.templateStarter = { MailSample.yaml }
        mail.previewTemplate = { yaml, person in
            self.asked.withLock { $0.mail.previews.append(person) }
            if yaml.contains("broken") {
                return TemplatePreview(
                    problem: DocumentProblem(path: "html", reason: "is \(SampleData.hostile)"))
            }
            var preview = MailSample.preview(person)
            if yaml.contains("huge") {
                preview.html = String(repeating: "a", count: DraftShelf.draftBytesMax + 1)
            }
            return preview
        }
        mail.saveTemplate = { yaml, _ in
            if yaml.contains("broken") {
                return .refused(DocumentProblem(path: "html", reason: SampleData.hostile))
            }
            self.asked.withLock { $0.mail.saved.append(yaml) }
            return .saved(name: MailSample.template)
        }
        mail.sendTest = { test, _ in
            if test.address.hasPrefix("never") { return .refused(reason: SampleData.hostile) }
            self.asked.withLock { $0.mail.tests.append(test) }
            return .sent("Sent to \(test.address)")
        }
    }

    private func addMessages(to mail: inout MailData) {
        mail.standing = { MailSample.standing }
        mail.setPaused = { isPaused, _ in
            self.asked.withLock { $0.mail.paused.append(isPaused) }
            return .done
        }
        mail.domains = { MailSample.domains() }
        mail.messages = { query in
            self.asked.withLock { $0.mail.queries.append(query) }
            if query.state == .inDoubt {
                return MessagePage(messages: [MailSample.row(.inDoubt)], counts: [.inDoubt: 1])
            }
            // 120 messages in pages of `limit`; a cursor is the number of messages before it.
            let start = query.after.flatMap { Int($0) } ?? 0
            let end = min(120, start + query.limit)
            let states = MessageRow.State.allCases
            return MessagePage(
                messages: start < end
                    ? (start..<end).map {
                        MailSample.row(states[$0 % states.count], 1000 + $0)
                    } : [], counts: [.accepted: 100, .bounced: 20],
                templates: [MailSample.link(.template, MailSample.template)],
                next: end < 120 ? "\(end)" : nil)
        }
        mail.message = { name in
            switch name {
            case MailSample.message: MailSample.messagePage(.inDoubt)
            case "msg_settled": MailSample.messagePage(.accepted)
            default: nil
            }
        }
        mail.sendAgain = { name, _ in
            switch name {
            case MailSample.message:
                self.asked.withLock { $0.mail.again.append(name) }
                return .done
            case "msg_settled": return .refused(reason: SampleData.hostile)
            default: return .unknown
            }
        }
        mail.customerMail = { _ in MailSample.customerMail() }
    }

    private func addSuppressions(to mail: inout MailData) {
        mail.suppressions = { query in
            self.asked.withLock { $0.mail.listed.append(query) }
            let start = query.after.flatMap { Int($0) } ?? 0
            let end = min(120, start + query.limit)
            let reasons = SuppressionRow.Reason.allCases
            guard query.search != "nobody", start < end else { return SuppressionPage() }
            return SuppressionPage(
                rows: (start..<end).map {
                    MailSample.suppression(reasons[$0 % reasons.count], $0)
                }, counts: [.bounced: 100, .manual: 20], next: end < 120 ? "\(end)" : nil)
        }
        mail.suppress = { address, note, _ in
            if address == "already@example.test" { return .already }
            guard address.hasSuffix("@example.test") else {
                return .refused(reason: SampleData.hostile)
            }
            self.asked.withLock { $0.mail.suppressed.append("\(address) \(note)") }
            return .done
        }
        mail.unsuppress = { address, _ in
            guard address == "c1@example.test" else { return .unknown }
            self.asked.withLock { $0.mail.unsuppressed.append(address) }
            return .done
        }
    }

    private func addCampaigns(to mail: inout MailData) {
        mail.campaigns = { MailSample.campaigns() }
        mail.campaign = { name in
            guard name == MailSample.campaign else { return nil }
            self.asked.withLock { $0.mail.pagesOfCampaigns += 1 }
            return self.campaign
        }
        mail.campaignRevision = { $0 == MailSample.campaign ? "7&8" : nil }
        mail.changeCampaign = { name, act, _ in
            if act == .resume { return .refused(reason: SampleData.hostile) }
            self.asked.withLock { $0.mail.acts.append(act) }
            return .done
        }
        mail.chooseVariant = { _, variant, _ in
            if variant == "B" { return .refused(reason: SampleData.hostile) }
            self.asked.withLock { $0.mail.chosen.append(variant) }
            return .done
        }
        mail.campaignForm = { $0 == MailSample.campaign ? MailSample.form : nil }
        mail.testCampaign = { _, address, _ in
            if address.hasPrefix("never") { return .refused(reason: SampleData.hostile) }
            self.asked.withLock { $0.mail.campaignTests.append(address) }
            return .sent("Sent")
        }
        mail.campaignChoices = { MailSample.choices }
        mail.campaignAudience = { form in
            self.asked.withLock { $0.mail.counted.append(form) }
            return form.segment == "at-risk" ? MailSample.audience() : nil
        }
        mail.saveCampaign = { form, _ in
            guard form.segment == "at-risk" else {
                return .refused(field: "segment", reason: "isn't there \(SampleData.hostile)")
            }
            self.asked.withLock { $0.mail.campaigns.append(form) }
            return .saved(name: "made")
        }
    }
}
