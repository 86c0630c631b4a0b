import HTTPTypes
import Kernel
import Testing

@testable import Console

/// A campaign's variants on its page, and its form.
struct CampaignVariantPageTests {
    private static let campaign = "/campaigns/\(MailSample.campaign)"

    @Test(arguments: [
        ("filling", "Those who try them out are being written to", true),
        ("waiting", "The others wait until", true),
        ("evidence", "as it was proven to bring more clicks", false),
        ("time", "That it is better was not proven then", false),
        ("hand", "B was chosen on", false),
        ("split", "Everybody gets one of them", false),
    ])
    func `what was decided stands in plain words`(
        shape: String, words: String, offers: Bool
    ) async throws {
        var data = MailSample.campaignPage(.running)
        data.variants = MailSample.variants(shape)
        let isChosen = data.variants?.winner != nil
        try await ConsoleFixture(campaign: data).run { client in
            let page = try await Browser(client: client).get(Self.campaign)
            #expect(page.html.contains(words))
            #expect(page.html.contains("B is proven to bring more clicks than each other one"))
            #expect(page.html.contains("70 (17.1%)"))
            #expect(
                page.html.contains("When it was chosen: A 12 of 400; B 70 of 410.") == isChosen)
            #expect(page.html.contains("/winner?variant=A\"") == offers)
            #expect(!page.html.contains("<b>"))
        }
    }

    @Test func `with nothing proven the page says so, and how far apart they may be`() async throws
    {
        var data = MailSample.campaignPage(.running)
        data.variants = MailSample.variants("waiting")
        data.variants?.rows[1].clicked = 15
        try await ConsoleFixture(campaign: data).run { client in
            let page = try await Browser(client: client).get(Self.campaign)
            #expect(page.html.contains("No difference in clicks is proven"))
            #expect(page.html.contains("Against the best other, in clicks: −"))
            #expect(!page.html.contains("counts as proof"))
        }
    }

    @Test func `a winner is chosen after the question, and refusals say why`() async throws {
        var data = MailSample.campaignPage(.running)
        data.variants = MailSample.variants("waiting")
        let fixture = ConsoleFixture(campaign: data)
        try await fixture.run { client in
            let browser = Browser(client: client)
            let question = try await browser.get("\(Self.campaign)/winner?variant=A")
            #expect(question.html.contains("Send A to everybody who waits?"))
            #expect(fixture.log.mail.chosen.isEmpty)
            #expect(
                try await browser.get("\(Self.campaign)/winner?variant=C").status == .notFound)
            let token = try await browser.token(on: "\(Self.campaign)/winner?variant=A")
            let done = try await browser.post(
                "\(Self.campaign)/winner", "token=\(token)&variant=A")
            #expect(done.headers[.location] == Self.campaign)
            let refused = try await browser.post(
                "\(Self.campaign)/winner", "token=\(token)&variant=B")
            #expect(refused.status == .unprocessableContent)
        }
        #expect(fixture.log.mail.chosen == ["A"])
    }

    @Test func `the form shows all that a campaign has, and hands it back as it is`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("\(Self.campaign)/edit")
            #expect(page.html.contains("<h1>Edit this campaign</h1>"))
            #expect(page.html.contains("value=\"calm\""))
            #expect(page.html.contains("name=\"edited\" value=\"spring\""))
            #expect(page.html.contains("<details class=\"table\" open>"))
            #expect(page.html.contains("<option value=\"opens\" selected>"))
            #expect(page.html.contains("a: &lt;b&gt;</textarea>"))
            #expect(!page.html.contains("<b>"))
            let token = try await browser.token(on: "\(Self.campaign)/edit")
            let saved = try await browser.post(
                "/campaigns/new",
                "token=\(token)&edited=spring&name=other&title=T&segment=at-risk&topic=news"
                    + "&variant-name-0=A&variant-template-0=calm&variant-data-0=h%3A+1%0D%0Ai%3A+2"
                    + "&variant-name-1=B&variant-template-1=loud&variant-name-2=C&variant-template-2="
                    + "&test-share=20%25&test-for=4h&test-by=orders&every=7+days&holdout=10%25&act=save"
            )
            #expect(saved.headers[.location] == "/campaigns/made")
        }
        #expect(
            fixture.log.mail.campaigns == [
                CampaignForm(
                    edited: "spring", name: "spring", title: "T", segment: "at-risk",
                    variants: [
                        CampaignForm.Variant(name: "A", template: "calm", data: "h: 1\ni: 2"),
                        CampaignForm.Variant(name: "B", template: "loud"),
                    ], testShare: "20%", testSpan: "4h", testGoal: "orders", topic: "news",
                    every: "7 days", holdout: "10%")
            ])
    }
}
