import HTTPTypes
import Kernel
import Testing

@testable import Console

struct PageTests {
    static let customer = "/customers/\(SampleData.customer)"
    static let pages = [
        "/", "/customers",
        "/customers?state=active&first=2010-09&ordered=2010-10&orders=2&churn=50",
        customer, "\(customer)/timeline?before=x", "\(customer)/merges/\(SampleData.merge)/undo",
        "\(customer)/offers", "/insights/models/recommendations",
        "/insights/retention", "/insights/retention?show=counts", "/insights/models", "/settings",
        "/definitions", "/find?q=a", "/find", "/segments",
        "/segments/at-risk", "/segments/at-risk?after=50", "/segments/new",
        "/segments/at-risk/edit", "/journeys", "/journeys/win-back",
        "/journeys/win-back/steps/second-mail", "/journeys/win-back/decisions",
        "/journeys/win-back/decisions?kind=sent&step=second-mail&before=x", "/tasks",
        "/tasks?show=done&owner=x", "/outbox", "/outbox?state=dead&kind=webhook&after=x",
        "/templates", "/templates/win-back-1", "/templates/new", "/messages",
        "/messages?state=bounced&domain=%3Cscript%3E&template=win-back-1&origin=spring&after=50",
        "/messages/\(MailSample.message)", "/messages/\(MailSample.message)/again",
        "/suppressions", "/suppressions?q=%3Cscript%3E&reason=manual&after=50",
        "/suppressions/remove?address=%3Cscript%3E", "/campaigns", "/campaigns/spring",
        "/campaigns/spring?test=sent", "/campaigns/spring/cancel", "/campaigns/new",
        "/account", "/account?changed=1", "/nowhere",
    ]

    @Test(arguments: pages) func `a page shows hostile text as text`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            #expect(!page.html.contains("<script>"))
            #expect(!page.html.utf8.contains(0))
            // A quotation mark under a combining mark must not end an attribute.
            let scalars = Array(page.html.unicodeScalars)
            for (index, scalar) in scalars.enumerated().dropLast()
            where scalars[index + 1] == "\u{301}" || scalars[index + 1] == "\u{338}" {
                #expect(scalar != "\"" && scalar != "<")
            }
            #expect(page.html.contains("&lt;script&gt;") || path == "/definitions")
        }
    }

    @Test(arguments: pages) func `a page has nothing inline and a strict policy`(path: String)
        async throws
    {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            #expect(page.headers[.contentSecurityPolicy]?.contains("unsafe") == false)
            #expect(
                page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
            #expect(page.headers[.xContentTypeOptions] == "nosniff")
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(!page.html.contains("<style"))
            #expect(page.attributes("style").isEmpty)
            for tag in page.tags("script") {
                #expect(
                    tag.contains(" src=\"/assets/") || tag.contains("type=\"application/json\""))
            }
            let handlers = page.html.matches(of: /\son[a-z]+="/)
            #expect(handlers.isEmpty)
        }
    }

    @Test(arguments: pages) func `a page can be used without seeing or pointing`(path: String)
        async throws
    {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.count("<h1") == 1)
            #expect(page.html.contains("<html lang=\"en\""))
            #expect(page.count("<main id=\"main\"") == 1)
            #expect(page.count("<title>") == 1)
            let labelled = Set(page.attributes("for"))
            for tag in page.tags("input") where !tag.contains("type=\"hidden\"") {
                let id = tag.split(separator: " id=\"", omittingEmptySubsequences: false)
                    .dropFirst().first?.prefix { $0 != "\"" }
                #expect(id.map { labelled.contains(String($0)) } == true, "unlabelled: \(tag)")
            }
            let ids = page.attributes("id")
            #expect(Set(ids).count == ids.count, "an id twice")
            for tag in page.tags("nav") { #expect(tag.contains("aria-label=")) }
            if path != "/nowhere" {
                #expect(page.html.contains("class=\"skip\" href=\"#main\""))
                #expect(page.html.contains("<nav class=\"menu\""))
            }
        }
    }

    @Test(arguments: pages) func `every word is in the file of words`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            #expect(!page.html.contains("⟦"))
            #expect(page.html.firstMatch(of: /\{\d\}/) == nil)
        }
    }

    @Test(arguments: ["/", "/insights/retention", "/insights/models", customer])
    func `every figure links to its definition`(path: String) async throws {
        let anchors = try await definitionAnchors()
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            let links = page.attributes("href").filter { $0.hasPrefix("/definitions#") }
            #expect(!links.isEmpty)
            #expect(links.count >= page.count("class=\"figure\""))
            for link in links { #expect(anchors.contains(String(link.dropFirst(13))), "\(link)") }
        }
    }

    @Test func `every definition has its heading`() async throws {
        let anchors = try await definitionAnchors()
        for definition in Definition.allCases { #expect(anchors.contains(definition.rawValue)) }
    }

    private func definitionAnchors() async throws -> Set<String> {
        let page = MarkdownPage(ConsoleResources.text("metrics.md"))
        let anchors = Set(page.headings.map(\.anchor))
        try await ConsoleFixture().run { client in
            let shown = try await Browser(client: client).get("/definitions").attributes("id")
            #expect(anchors.subtracting(shown) == ["definitions"])
        }
        return anchors
    }

    @Test(arguments: ["/", "/customers", "/insights/retention"])
    func `an empty room says which command fills it`(path: String) async throws {
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.status == .ok)
            #expect(page.html.contains("perennial import orders FILE"))
        }
    }

    @Test(arguments: [
        ("/segments", "perennial apply Playbooks/segments"),
        ("/journeys", "perennial apply Playbooks/win-back"),
        ("/tasks", "perennial apply Playbooks/win-back"),
        ("/outbox", "perennial apply Playbooks/win-back"),
    ])
    func `an empty room of automation says which command fills it`(
        path: String, command: String
    ) async throws {
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.status == .ok)
            #expect(page.html.contains(command))
            #expect(!page.html.contains("<table"))
        }
    }

    @Test func `without a model the models page says how to run one`() async throws {
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get("/insights/models")
            #expect(page.html.contains("perennial score"))
        }
    }

    @Test func `offers are asked for once the page is there`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(Self.customer)
            #expect(page.html.contains("hx-get=\"\(Self.customer)/offers\""))
            #expect(!page.html.contains("Because they bought"))
            let whole = try await browser.get("\(Self.customer)/offers")
            #expect(whole.html.contains("Because they bought"))
            #expect(whole.html.contains("A best seller"))
            #expect(whole.html.contains("Around 11 Dec 2010"))
            #expect(whole.html.contains("judged by 1 interval of their own"))
            #expect(whole.html.contains("Of ten such offers, 0.90 were bought in the 84 days"))
            let models = try await browser.get("/insights/models")
            #expect(models.html.contains("hx-get=\"/insights/models/recommendations\""))
            let card = try await browser.get("/insights/models/recommendations")
            #expect(card.html.contains("0.060 ± 0.010"))
        }
        try await ConsoleFixture(.empty).run { client in
            let browser = Browser(client: client)
            let part = try await browser.get("\(Self.customer)/offers", htmx: "")
            #expect(part.html.contains("The orders here don&#39;t name their products"))
            #expect(!part.html.contains("<html"))
        }
    }

    @Test func `why is said once, and what was foretold before is drawn`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(Self.customer)
            #expect(page.count("Ordered on 3 days, and last") == 1)
            #expect(page.html.contains("chart-risk"))
        }
    }

    @Test func `the home page shows the figures`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/")
            for text in [
                "61.8%", "3.9 points more", "59.8%", "67.3%", "£10,284,299", "20,951", "£490.88",
                "4,314", "4.45", "3 rows of",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            #expect(page.html.contains("/customers?first=2010-09&amp;ordered=2010-10"))
            #expect(page.html.contains("class=\"heat-all\""))
        }
    }

    @Test func `numbers and dates follow the viewer's language`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let german = try await browser.get("/", language: "de-AT,de;q=0.9")
            #expect(german.html.contains("10.284.299\u{00A0}£"))
            let american = try await browser.get("/", language: "en-US")
            #expect(american.html.contains("Dec 9, 2010"))
            let british = try await browser.get("/", language: "xx")
            #expect(british.html.contains("9 Dec 2010"))
        }
    }

    @Test func `what isn't there is not found, what fails says so and tells nothing more`()
        async throws
    {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            for path in ["/customers/cus_0000000000001", "/customers/x", "/assets/none.js", "/no"] {
                let page = try await browser.get(path)
                #expect(page.status == .notFound)
            }
        }
        try await ConsoleFixture(.failing).run { client in
            let page = try await Browser(client: client).get("/")
            #expect(page.status == .internalServerError)
            #expect(page.html.contains("Reference:"))
            #expect(!page.html.contains("Failure"))
        }
    }

    @Test func `a merged customer's address leads to the one that remains`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/customers/\(SampleData.mergedAway)")
            #expect(page.status == .seeOther)
            #expect(page.headers[.location] == "/customers/\(SampleData.customer)")
        }
    }

    @Test func `assets are kept for a year under a name with their digest`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client, cookie: "")
            let page = try await browser.get("/sign-in")
            let paths = Set(
                page.attributes("href").filter { $0.hasPrefix("/assets/") }.compactMap {
                    $0.split(separator: "#").first.map(String.init)
                })
            #expect(paths.count == 4)
            for path in paths {
                let asset = try await browser.get(path)
                #expect(asset.status == .ok)
                #expect(asset.headers[.cacheControl] == "public, max-age=31536000, immutable")
                #expect(path.firstMatch(of: /\.[0-9a-f]{16}\.(css|js|svg)$/) != nil)
            }
        }
    }

    @Test func `our own styles and scripts stay under 50 KB`() {
        let names = ["tokens.css", "app.css", "app.js", "charts.js"]
        let total = names.reduce(0) { $0 + ConsoleResources.bytes($1).count }
        #expect(total < 50_000)
    }
}
