import Access
import Kernel
import Testing

@testable import Console

/// What is shown of each state is there: its word, and its colour and shape.
struct MailWordsTests {
    private let words = Words(file: ConsoleResources.text("en.words"))
    private let styles = ConsoleResources.text("app.css")

    private static let keys: [String] =
        MessageRow.State.allCases.map { "mail.state.\($0.rawValue)" }
        + MessagePageData.EventKind.allCases.map { "mail.event.\($0.rawValue)" }
        + MessageRow.Origin.Kind.allCases.map { "message.origin.\($0.rawValue)" }
        + SuppressionRow.Reason.allCases.map { "suppression.\($0.rawValue)" }
        + ConsentRow.State.allCases.map { "consent.\($0.rawValue)" }
        + CampaignRow.State.allCases.map { "campaign.state.\($0.rawValue)" }
        + CampaignAct.allCases.filter { $0 != .cancel }.map { "campaign.act.\($0.rawValue)" }
        + CampaignAudience.WhyNot.Reason.allCases.map { "whyNot.\($0.rawValue)" }
        + TemplateFinding.Severity.allCases.map { "finding.\($0.rawValue)" }
        + DefinitionLink.Kind.allCases.map { "definition.\($0.rawValue)" }
        + PreviewLook.groups.flatMap(\.1).map { "look.\($0)" }

    @Test(arguments: keys) func `each state has its word`(key: String) {
        #expect(words.keys.contains(key))
    }

    private static let marks: [String] =
        MessageRow.State.allCases.map { "mail-\($0.rawValue)" }
        + ConsentRow.State.allCases.map { "consent-\($0.rawValue)" }
        + CampaignRow.State.allCases.map { "campaign-\($0.rawValue)" }
        + TemplateFinding.Severity.allCases.map { "finding-\($0.rawValue)" }

    @Test(arguments: marks) func `each state has its colour`(mark: String) {
        #expect(
            styles.contains(".\(mark) {") || styles.contains(".\(mark),"), "\(mark) has no colour")
    }

    @Test func `campaigns and templates are found by name, where they are open`() async throws {
        for isAllowed in [true, false] {
            let permissions: Set<Permission> = isAllowed ? [.readFigures] : [.readCustomers]
            try await ConsoleFixture(permissions: permissions).run { client in
                let browser = Browser(client: client)
                let campaign = try await browser.get("/find?q=sprin")
                #expect(campaign.html.contains("href=\"/campaigns/spring\"") == isAllowed)
                let template = try await browser.get("/find?q=back-1")
                #expect(template.html.contains("href=\"/templates/win-back-1\"") == isAllowed)
            }
        }
    }

    @Test func `Enter in a field of the editor shows the preview and saves nothing`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/templates/win-back-1")
            let form = try #require(page.html.firstRange(of: "<form id=\"editor\""))
            let rest = page.html[form.upperBound...]
            // Browsers press a form's first button.
            let first = try #require(rest.firstRange(of: "<button"))
            let button = rest[first.upperBound...].prefix { $0 != ">" }
            #expect(button.contains("name=\"act\" value=\"preview\""))
        }
    }

    @Test func `a link without a topic is about all marketing mail`() {
        let data = UnsubscribePageData(address: "ada@example.test", preferencesToken: "a/b")
        let view = UnsubscribeView(data, token: "t", words)
        #expect(view.what == "All marketing e-mails")
        // What can't be a token makes no address.
        #expect(view.preferencesPath == nil && view.done == nil)
    }
}
