import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

struct MailPageTests {
    private static let campaign = "/campaigns/\(MailSample.campaign)"

    // MARK: Messages

    @Test func `a page of messages says why nothing goes out, and stops or starts it`() async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/messages")
            #expect(page.html.contains("<code>mail.smtp.host</code>"))
            #expect(page.html.contains("Held until 9 Dec 2010"))
            #expect(page.html.contains("paused all mail on 9 Dec 2010"))
            #expect(page.html.contains("3 messages wait."))
            #expect(page.html.contains("name=\"state\" value=\"on\""))
            let token = try await browser.token(on: "/messages")
            for state in ["on", "paused", "", "off"] {
                let answer = try await browser.post(
                    "/messages/lane", "token=\(token)&state=\(state)")
                #expect((answer.status == .seeOther) == (state == "on" || state == "paused"))
            }
        }
        #expect(fixture.log.mail.paused == [false, true])
    }

    @Test func `each receiving domain shows people's opens, with machines' beside`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/messages")
            for text in ["12,000", "11,000", "7.5%", "0.40%", "4,000", "+ 2,500 by machines"] {
                #expect(page.html.contains(text), "\(text)")
            }
            // Too many bounces and complaints are marked, a domain without them isn't.
            #expect(page.count("class=\"number problem\"") == 2)
            #expect(page.html.contains("href=\"/messages?domain=example.test\""))
        }
    }

    @Test func `messages in doubt come first, and are sent again after the question`() async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let again = "/messages/\(MailSample.message)/again"
            let page = try await browser.get("/messages")
            let doubt = try #require(page.html.firstRange(of: "id=\"doubt-title\""))
            let domains = try #require(page.html.firstRange(of: "id=\"domains-title\""))
            #expect(doubt.lowerBound < domains.lowerBound)
            #expect(page.html.contains("<a class=\"button small\" href=\"\(again)\""))
            #expect(!page.html.contains("action=\"\(again)\""))
            let question = try await browser.get(again)
            #expect(question.html.contains("they get it twice"))
            #expect(fixture.log.mail.again.isEmpty)
            let token = try await browser.token(on: again)
            let done = try await browser.post(again, "token=\(token)")
            #expect(done.headers[.location] == "/messages/\(MailSample.message)")
            // What is settled isn't asked for, and what is refused says why.
            #expect(try await browser.get("/messages/msg_settled/again").status == .notFound)
            let settled = try await browser.post("/messages/msg_settled/again", "token=\(token)")
            #expect(settled.status == .unprocessableContent)
            #expect(settled.html.contains("class=\"problem\" role=\"alert\""))
            let unknown = try await browser.post("/messages/msg_0/again", "token=\(token)")
            #expect(unknown.status == .notFound)
        }
        #expect(fixture.log.mail.again == [MailSample.message])
    }

    @Test func `the address holds what messages are filtered by`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let path =
                "/messages?state=bounced&domain=example.test&template=win-back-1&origin=spring"
            let page = try await browser.get(path + "&after=50")
            // Each filter's own chip takes it off again and leaves the others.
            #expect(page.count("class=\"chip\"") >= 4)
            #expect(
                page.html.contains(
                    "href=\"/messages?state=bounced&amp;template=win-back-1&amp;origin=spring\" aria-current"
                ))
            #expect(page.html.contains("href=\"\(path.replacing("&", with: "&amp;"))\">"))
            #expect(!page.html.contains("id=\"doubt-title\""))
            _ = try await browser.get(
                "/messages?state=gone&template=No%20Name&origin=%2F&domain=&after="
                    + String(repeating: "a", count: 513))
        }
        #expect(
            fixture.log.mail.queries.first
                == MessageQuery(
                    state: .bounced, domain: "example.test", template: "win-back-1",
                    origin: "spring", after: "50", limit: ConsoleRoutes.rowsPerPage))
        #expect(
            fixture.log.mail.queries.dropFirst().first
                == MessageQuery(limit: ConsoleRoutes.rowsPerPage))
    }

    @Test(arguments: [
        ("/messages", "/messages/msg_1"), ("/suppressions", "/suppressions/remove?address="),
    ])
    func `following older to the end shows everything once`(
        path: String, entry: String
    ) async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            var seen: [String] = []
            var next: String? = path
            while let path = next {
                let page = try await browser.get(path)
                seen += page.attributes("href").filter {
                    $0.hasPrefix(entry) && !$0.hasSuffix("/again")
                }
                next = page.tags("a").first { $0.contains("rel=\"next\"") }.flatMap { tag in
                    tag.firstMatch(of: /\shref="([^"]+)"/).map {
                        String($0.output.1).replacing("&amp;", with: "&")
                    }
                }
            }
            #expect(Set(seen).count == 120 && seen.count == 120)
        }
    }

    @Test func `a message's page says what it said, why, and what became of it`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/messages/\(MailSample.message)")
            #expect(page.html.contains("Message-ID"))
            #expect(page.html.contains("href=\"/journeys/win-back\""))
            #expect(page.html.contains("href=\"/templates/win-back-1\""))
            #expect(page.html.contains("href=\"/customers/\(SampleData.customer)\""))
            #expect(page.count("<li class=\"event-") == MessagePageData.EventKind.allCases.count)
            for path in ["/messages/none", "/messages/none/rendered", "/messages/a%2Fb"] {
                #expect(try await browser.get(path).status == .notFound)
            }
        }
    }

    @Test func `a customer's page shows messages and consent with their evidence`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(PageTests.customer)
            #expect(page.html.contains("id=\"mails\"") && page.html.contains("id=\"consent\""))
            #expect(page.html.contains("href=\"/messages/\(MailSample.message)\""))
            #expect(page.html.contains("consent-withdrawn"))
            #expect(page.html.contains("No marketing is sent there."))
        }
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get(PageTests.customer)
            #expect(!page.html.contains("id=\"mails\"") && !page.html.contains("id=\"consent\""))
        }
    }

    // MARK: Suppressions

    @Test func `an address is suppressed by hand, and taken off after the question`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/suppressions")
            func add(_ address: String) async throws -> Browser.Page {
                try await browser.post(
                    "/suppressions",
                    "token=\(token)&address=\(FormFields.encode(address))&note=asked")
            }
            #expect(try await add(" a@example.test ").headers[.location] == "/suppressions")
            let long = String(repeating: "a", count: 255)
            for address in ["", "x", "already@example.test", long] {
                let page = try await add(address)
                #expect(page.status == .unprocessableContent)
                #expect(page.html.contains("aria-invalid=\"true\""))
                #expect(page.html.contains("name=\"address\" type=\"email\" value=\"\(address)\""))
            }
            let question = try await browser.get("/suppressions/remove?address=c1%40example.test")
            #expect(question.html.contains("name=\"address\" value=\"c1@example.test\""))
            #expect(fixture.log.mail.unsuppressed.isEmpty)
            for address in ["c1%40example.test", "c2%40example.test", ""] {
                let page = try await browser.post(
                    "/suppressions/remove", "token=\(token)&address=\(address)")
                #expect((page.status == .seeOther) == address.hasPrefix("c1"))
            }
        }
        #expect(fixture.log.mail.suppressed == ["a@example.test asked"])
        #expect(fixture.log.mail.unsuppressed == ["c1@example.test"])
    }

    @Test func `suppressions are searched and filtered by the address`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/suppressions?q=%20a%26b%20&reason=manual&after=50")
            #expect(page.html.contains("value=\"a&amp;b\""))
            #expect(page.html.contains("name=\"reason\" value=\"manual\""))
            #expect(page.html.contains("/suppressions?q=a%26b&amp;reason=manual&amp;after=100"))
            let none = try await browser.get("/suppressions?q=nobody")
            #expect(none.html.contains("No such address is suppressed."))
        }
        #expect(
            fixture.log.mail.listed.first
                == SuppressionQuery(search: "a&b", reason: .manual, after: "50", limit: 50))
    }

    // MARK: Campaigns

    @Test func `a campaign's page shows who would get it and who would not, and why`() async throws
    {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(Self.campaign)
            #expect(
                page.html.contains("700 customers") && page.html.contains("of 1,000 in the segment")
            )
            for reason in CampaignAudience.WhyNot.Reason.allCases {
                let words = Words(file: ConsoleResources.text("en.words"))
                #expect(page.html.contains(words("whyNot.\(reason.rawValue)")), "\(reason)")
            }
            #expect(page.html.contains("500 an hour") && page.html.contains("Not approved yet"))
            #expect(page.html.contains("<code>mail.smtp.host</code>"))
        }
    }

    /// What can be done in each state, before and after approval.
    static let acts: [(CampaignRow.State, approved: Bool, acts: [CampaignAct], cancels: Bool)] = [
        (.draft, false, [.approve], true), (.draft, true, [.start], true),
        (.scheduled, true, [.start], true), (.running, true, [.pause], true),
        (.paused, true, [.resume], true), (.done, true, [], false), (.cancelled, true, [], false),
    ]

    @Test(arguments: acts)
    func `a campaign offers what can be done with it now`(
        state: CampaignRow.State, approved: Bool, acts: [CampaignAct], cancels: Bool
    ) async throws {
        var data = MailSample.campaignPage(state)
        data.approvedBy = approved ? SampleData.hostile : nil
        try await ConsoleFixture(campaign: data).run { client in
            let page = try await Browser(client: client).get(Self.campaign)
            let offered = page.html.matches(of: /name="act" value="([a-z]+)"/).map {
                String($0.output.1)
            }
            #expect(offered == acts.map(\.rawValue))
            #expect(page.html.contains("\(Self.campaign)/cancel\"") == cancels)
            let hasBegun = state != .draft && state != .scheduled
            #expect(page.html.contains("250 of 1,000 decided (25%)") == hasBegun)
        }
    }

    @Test(
        arguments: [
            (SampleData.member, false, false), (SampleData.member, true, true),
            (ID<Member>(rawValue: 99), false, true), (nil, false, true),
        ] as [(ID<Member>?, Bool, Bool)])
    func `who wrote a campaign doesn't approve it, unless nobody else could`(
        writer: ID<Member>?, isOnly: Bool, mayApprove: Bool
    ) async throws {
        var data = MailSample.campaignPage(.draft)
        data.writer = writer
        data.isOnlyMember = isOnly
        let fixture = ConsoleFixture(campaign: data)
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(Self.campaign)
            #expect(page.html.contains("value=\"approve\"") == mayApprove)
            let token = try await browser.token(on: Self.campaign)
            let answer = try await browser.post(
                "\(Self.campaign)/act", "token=\(token)&act=approve")
            #expect(answer.status == (mayApprove ? .seeOther : .forbidden))
        }
        #expect(fixture.log.mail.acts == (mayApprove ? [.approve] : []))
    }

    @Test func `a campaign is cancelled after the question, and refusals say why`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let question = try await browser.get("\(Self.campaign)/cancel")
            #expect(question.html.contains("stays sent"))
            #expect(fixture.log.mail.acts.isEmpty)
            let token = try await browser.token(on: "\(Self.campaign)/cancel")
            let done = try await browser.post("\(Self.campaign)/act", "token=\(token)&act=cancel")
            #expect(done.headers[.location] == Self.campaign)
            let refused = try await browser.post(
                "\(Self.campaign)/act", "token=\(token)&act=resume")
            #expect(refused.status == .unprocessableContent)
            #expect(refused.html.contains("class=\"problem\" role=\"alert\""))
            for act in ["", "gone"] {
                let odd = try await browser.post(
                    "\(Self.campaign)/act", "token=\(token)&act=\(act)")
                #expect(odd.status == .notFound)
            }
            let test = try await browser.post("\(Self.campaign)/test", "token=\(token)&address=")
            #expect(test.headers[.location] == "\(Self.campaign)?test=sent")
            for address in ["never%40example.test", "x"] {
                let page = try await browser.post(
                    "\(Self.campaign)/test", "token=\(token)&address=\(address)")
                #expect(page.status == .unprocessableContent)
            }
        }
        #expect(fixture.log.mail.acts == [.cancel])
        #expect(fixture.log.mail.campaignTests == ["ada@example.test"])
    }

    @Test func `a campaign's page asks whether anything changed and is told only if so`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(Self.campaign)
            #expect(page.html.contains("data-live hx-get=\"\(Self.campaign)/live?seen=7%268\""))
            let before = fixture.log.mail.pagesOfCampaigns
            let same = try await browser.get("\(Self.campaign)/live?seen=7%268", htmx: "live")
            #expect(same.status == .noContent)
            #expect(fixture.log.mail.pagesOfCampaigns == before)
            let changed = try await browser.get("\(Self.campaign)/live?seen=6", htmx: "live")
            #expect(trimmed(changed.html).hasPrefix("<div id=\"live\""))
            #expect(!changed.html.contains("<html"))
            let plain = try await browser.get("\(Self.campaign)/live?seen=6")
            #expect(plain.headers[.location] == Self.campaign)
            #expect(try await browser.get("/campaigns/none/live", htmx: "live").status == .notFound)
        }
    }

    @Test func `a new campaign is saved, or what was typed stays beside the reason why not`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/campaigns/new")
            let typed =
                "token=\(token)&title=Spring+%3Cb%3E&name=spring-2&template=win-back-1&topic=news"
                + "&rate=500&at=2026-03-01T09%3A00&segment="
            let refused = try await browser.post("/campaigns/new", typed + "gone")
            #expect(refused.status == .unprocessableContent)
            #expect(refused.html.contains("To whom isn&#39;t there"))
            #expect(refused.html.contains("value=\"Spring &lt;b&gt;\""))
            #expect(refused.count("aria-invalid=\"true\"") == 1)
            let counted = try await browser.post("/campaigns/new", typed + "at-risk&act=count")
            #expect(counted.html.contains("700 customers"))
            #expect(fixture.log.mail.campaigns.isEmpty)
            let part = try await browser.post("/campaigns/audience", typed + "at-risk")
            #expect(part.html.contains("700 customers") && !part.html.contains("<html"))
            let saved = try await browser.post("/campaigns/new", typed + "at-risk&act=save")
            #expect(saved.headers[.location] == "/campaigns/made")
        }
        #expect(
            fixture.log.mail.campaigns == [
                CampaignForm(
                    name: "spring-2", title: "Spring <b>", segment: "at-risk",
                    template: "win-back-1", topic: "news", rate: "500", at: "2026-03-01T09:00")
            ])
    }

    @Test(arguments: [
        "/templates", "/templates/win-back-1", "/templates/new", "/messages",
        "/messages/\(MailSample.message)", "/messages/\(MailSample.message)/again",
        "/messages/\(MailSample.message)/rendered", "/suppressions",
        "/suppressions/remove?address=c1%40example.test", "/campaigns", campaign,
        "\(campaign)/cancel", "/campaigns/new", "\(campaign)/act?act=start",
        "/messages/lane?state=paused",
    ])
    func `looking at a page changes nothing`(path: String) async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            _ = try await Browser(client: client).get(path)
        }
        #expect(fixture.log.mail.changes == 0)
    }

    @Test(arguments: [
        "/templates/None", "/templates/none", "/campaigns/none", "/campaigns/none/cancel",
    ])
    func `what isn't there is not found`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.status == .notFound)
        }
    }

    @Test(arguments: [
        ("/campaigns", "No campaigns yet"), ("/suppressions", "Nobody is suppressed"),
        ("/templates", "perennial apply Playbooks/win-back"),
        ("/messages", "perennial apply Playbooks/win-back"),
    ])
    func `an empty room of mail says what fills it`(path: String, text: String) async throws {
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.status == .ok && page.html.contains(text))
            #expect(!page.html.contains("<table"))
        }
    }
}
