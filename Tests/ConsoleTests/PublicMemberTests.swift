import Access
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Console

/// The page on which a member sees their own points.
struct PublicMemberTests {
    static let pages = ["/club/good", "/club/full", "/club/old", "/club/forged", "/club/a%00b"]

    @Test func `a member sees what there is, what ends when, and why`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client, cookie: "").get("/club/good")
            #expect(page.status == .ok)
            for text in [
                "49 points</bdi>", "3 points more are pending", "9123 4567 8901 2348",
                "before 13 Sep 2011, 13:20",
                "until the end of 31 Dec 2010", "those of UTC", "382.80 GBP more to Gold",
                "23% reached",
                "Free shipping", "+49", "49 points for order A-1", "8,508 points after it",
                "href=\"/club/good?before=7\"",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            for text in ["rewards-title", "referral-title", "/customers", "cus_", "/loyalty"] {
                #expect(!page.html.contains(text), "\(text)")
            }
        }
    }

    @Test func `the card's code is drawn in the page, dark on light in any theme`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client, cookie: "").get("/club/good")
            #expect(page.html.contains("viewBox=\"0 0 33 33\" role=\"img\" aria-label=\"Code of"))
            #expect(page.html.contains("<rect width=\"33\" height=\"33\" fill=\"#fff\"/>"))
            #expect(page.html.contains("<path d=\"M4 4h7v1h-7z"))
        }
    }

    @Test func `rewards, a friend's link and all else that is there are shown as text`()
        async throws
    {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client, cookie: "").get("/club/full")
            for text in [
                "4 points are reserved", "5 points are owed", "Early access", "Held until",
                "16 points more end later", "rewards-title",
                "href=\"https://shop.example.test/r/&quot;&gt;&lt;script&gt;\"",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            // What the tier brings already isn't promised again.
            #expect(page.count("<li><bdi>Early access</bdi></li>") == 1)
        }
    }

    @Test(arguments: [
        ("/club/old", 410, "This link is too old"), ("/club/forged", 404, "This link doesn&#39;t"),
        ("/club/a%00b", 404, "This link doesn&#39;t"),
        ("/club/\(String(repeating: "a", count: 2049))", 404, "This link doesn&#39;t"),
    ])
    func `a link that is wrong or too old says so, and shows nothing`(
        path: String, status: Int, title: String
    ) async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let page = try await Browser(client: client, cookie: "").get(path)
            #expect(page.status.code == status)
            #expect(page.html.contains("<h1>\(title)"))
            #expect(!page.html.contains("points</bdi>"))
        }
        // What can't be a token isn't looked up.
        #expect(fixture.log.memberPages.allSatisfy { $0 == "old –" || $0 == "forged –" })
    }

    @Test(arguments: [
        ("", "–"), ("?before=7", "7"), ("?before=", "–"), ("?before=x", "–"), ("?before=0", "–"),
        ("?before=-1", "–"), ("?before=7%3B--", "–"), ("?before=99999999999999999999", "–"),
    ])
    func `the history is read in pages`(query: String, before: String) async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let page = try await Browser(client: client, cookie: "").get("/club/good" + query)
            #expect(page.status == .ok)
            // From a later page a link leads back to the newest.
            #expect(page.html.contains("href=\"/club/good\"") == (before != "–"))
        }
        #expect(fixture.log.memberPages == ["good \(before)"])
    }

    @Test(arguments: pages) func `a member's page tells nothing to others and runs nothing`(
        path: String
    ) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; form-action 'self'"))
            #expect(!policy.contains("script") && policy.contains("frame-ancestors 'none'"))
            #expect(page.headers[.referrerPolicy] == "no-referrer")
            #expect(page.headers[.robotsTag] == "noindex, nofollow")
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(page.headers[.setCookie] == nil)
            #expect(page.tags("script").isEmpty && page.attributes("style").isEmpty)
            #expect(!page.html.contains("<script>") && !page.html.contains("class=\"menu\""))
            #expect(!page.html.contains("⟦") && !page.html.utf8.contains(0))
            #expect(page.count("<h1") == 1 && page.count("<main id=\"main\"") == 1)
            let ids = page.attributes("id")
            #expect(Set(ids).count == ids.count)
            for title in page.attributes("aria-labelledby") { #expect(ids.contains(title)) }
        }
    }

    @Test func `the page brings its own style, which is there, beside the console's`() async throws
    {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client, cookie: "")
            let page = try await browser.get("/club/good")
            let styles = page.attributes("href").filter { $0.hasPrefix("/assets/") }
            #expect(styles.count == 3)
            for style in styles {
                let asset = try await browser.get(style)
                #expect(asset.status == .ok)
            }
        }
        #expect(ConsoleResources.bytes("club.css").count < 4_000)
    }

    @Test func `only the path opens the page, and only by looking`() async throws {
        try await ConsoleFixture().run { client in
            for method in [HTTPRequest.Method.post, .put, .delete] {
                let status = try await client.execute(uri: "/club/good", method: method) {
                    $0.status
                }
                #expect(status == .notFound || status == .methodNotAllowed)
            }
        }
    }

    @Test func `what fails says so and tells nothing more`() async throws {
        let fixture = ConsoleFixture(.failing)
        try await fixture.run { client in
            let page = try await Browser(client: client, cookie: "").get("/club/good")
            #expect(page.status == .internalServerError)
            #expect(page.html.contains("try again") && !page.html.contains("Failure"))
        }
    }

    @Test func `who may see customers opens a member's page from the console`() async throws {
        let member = "/loyalty/club/members/cus_0000000000007"
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(member)
            #expect(page.html.contains("href=\"\(member)/page\""))
            let opened = try await browser.get(member + "/page")
            #expect(opened.headers[.location] == "/club/fresh")
            let none = try await browser.get("/loyalty/tea/members/cus_0000000000007/page")
            #expect(none.status == .notFound)
        }
        try await ConsoleFixture(permissions: [.readFigures]).run { client in
            let closed = try await Browser(client: client).get(member + "/page")
            #expect(closed.status == .forbidden)
        }
    }

    @Test(arguments: [
        ("ann@example.test", "a…@example.test"), ("Ann Lee", "Ann Lee"),
        (LoyaltySample.customer.description, nil),
    ])
    func `an address is hidden but for what its owner knows it by, and no id is shown`(
        name: String, shown: String?
    ) {
        var data = LoyaltySample.page()
        data.standing.name = name
        let formats = Formats(
            numbers: .preferred(acceptLanguage: nil), zone: .utc,
            words: Words(file: ConsoleResources.text("en.words")))
        let view = PublicMemberView(data, path: "/club/t", isFirstPage: true, formats: formats)
        #expect(view.name == shown)
    }

    @Test(arguments: [
        ("https://cdn.shop.example/logo.png", "https://cdn.shop.example"),
        ("https://cdn.shop.example:8443", "https://cdn.shop.example:8443"),
        ("http://cdn.shop.example/logo.png", nil), ("", nil), ("https://", nil),
        ("https://a;script-src *", nil), ("https://a,b/x", nil), ("https://a'b/x", nil),
        ("https://u@a.example/x", nil), ("https://a.example/\u{E9}.png", nil),
        ("javascript:alert(1)", nil), ("https://127.0.0.1/x", nil),
    ])
    func `a logo is taken from a plain origin only, for the policy names it`(
        url: String, origin: String?
    ) {
        #expect(PublicBrand.origin(of: url) == origin)
    }

    @Test(arguments: [
        ("#1a6f4b", true), ("#FFF", true), ("#fffff", false), ("1a6f4b", false), ("red", false),
        ("#1a6f4g", false), ("", false), ("#\" onload=\"", false),
    ])
    func `a colour is a colour`(text: String, isOne: Bool) {
        #expect(PublicBrand.isColour(text) == isOne)
        #expect((PublicBrand(PublicCompany(colour: text)).colour != nil) == isOne)
    }
}
