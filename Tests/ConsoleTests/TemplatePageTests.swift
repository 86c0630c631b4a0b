import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

struct TemplatePageTests {
    private static let page = "/templates/\(MailSample.template)"
    private static let policy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

    private func form(_ token: String, _ fields: [(String, String)]) -> String {
        FormFields(([("token", token)] + fields).map { (name: $0.0, value: $0.1) }).encoded
    }

    /// The address of the page's frame, without the scheme.
    private func draft(_ page: Browser.Page) throws -> String {
        let source = try #require(page.tags("iframe").first?.firstMatch(of: /\ssrc="([^"?]+)/))
        return String(source.output.1)
    }

    @Test(arguments: [page, "/messages/\(MailSample.message)"])
    func `a mail lies in a frame of its own and never in a page`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(path)
            #expect(page.html.firstMatch(of: /<p>Hello<\/p>/) == nil)
            #expect(!page.html.contains("alert('mail')"))
            #expect(page.tags("iframe").count == 2)
            for tag in page.tags("iframe") {
                #expect(tag.contains(" sandbox ") && !tag.contains("allow"))
                #expect(!tag.contains("srcdoc"))
            }
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy == SecurityHeaders.contentSecurityPolicy + "; frame-src 'self'")
            let document = try await browser.get(try draft(page))
            #expect(document.status == .ok)
            #expect(document.headers[.contentSecurityPolicy] == Self.policy)
            #expect(document.headers[.frameOptions] == "SAMEORIGIN")
            #expect(document.headers[.cacheControl] == "no-store")
            #expect(document.html.contains("<p>Hello</p>"))
        }
    }

    @Test func `a draft is shown to who wrote it, for as long as there is room`() {
        let shelf = DraftShelf()
        let (mine, theirs) = (ID<Member>(rawValue: 1), ID<Member>(rawValue: 2))
        #expect(shelf.put("one", for: mine, token: "a") == "a")
        #expect(shelf.html("a", for: mine) == "one")
        #expect(shelf.html("a", for: theirs) == nil && shelf.html("b", for: mine) == nil)
        let long = String(repeating: "x", count: DraftShelf.draftBytesMax)
        #expect(shelf.put(long + "x", for: mine, token: "long") == nil)
        for number in 0..<DraftShelf.draftsMax {
            _ = shelf.put("", for: mine, token: "\(number)")
        }
        #expect(shelf.html("a", for: mine) == nil && shelf.html("0", for: mine) == "")
        for number in 0...(DraftShelf.bytesMax / DraftShelf.draftBytesMax) {
            _ = shelf.put(long, for: mine, token: "long\(number)")
        }
        #expect(shelf.html("long0", for: mine) == nil && shelf.html("long1", for: mine) != nil)
    }

    @Test func `a draft that is gone says so in its frame`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/templates/drafts/none")
            #expect(page.status == .notFound)
            #expect(page.headers[.contentSecurityPolicy] == Self.policy)
            #expect(page.html.contains("This preview is gone"))
        }
    }

    @Test(arguments: [
        (
            "@media (prefers-color-scheme: dark) {}", "@media (max-width: 0) {}",
            "@media (min-width: 0) {}"
        ),
        (
            "@media screen and ( PREFERS-COLOR-SCHEME :light ){}",
            "@media screen and (min-width: 0){}",
            "@media screen and (max-width: 0){}"
        ),
        (
            "@media (prefers-color-scheme){}", "@media (prefers-color-scheme){}",
            "@media (prefers-color-scheme){}"
        ),
    ])
    func `a mail is shown in the light and in the dark`(html: String, light: String, dark: String) {
        #expect(MailScheme.light.applied(to: html).hasPrefix(light))
        #expect(MailScheme.dark.applied(to: html).hasPrefix(dark))
    }

    @Test func `a mail that knows no dark scheme stays light in the dark`() {
        let plain = MailScheme.dark.applied(to: "<head></head><p>a</p>")
        #expect(plain == "<head><style>:root{color-scheme:light}</style></head><p>a</p>")
        let aware = MailScheme.dark.applied(
            to: "<meta name=\"color-scheme\" content=\"light dark\"><p>a</p>")
        #expect(aware.hasSuffix("<style>:root{color-scheme:dark}</style>"))
    }

    @Test func `the preview comes while one types, for whom one chooses`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: Self.page)
            for customer in ["", "c1@example.test", "nobody", SampleData.customer.description] {
                let part = try await browser.post(
                    "/templates/preview", form(token, [("yaml", "a"), ("customer", customer)]))
                #expect(part.status == .ok && !part.html.contains("<html"))
                #expect(part.tags("iframe").count == 2)
                #expect(part.html.contains("Nobody is found") == (customer == "nobody"))
            }
            let broken = try await browser.post(
                "/templates/preview", form(token, [("yaml", "broken")]))
            #expect(broken.html.contains("html: is &lt;script&gt;"))
            #expect(broken.tags("iframe").isEmpty)
            let huge = try await browser.post("/templates/preview", form(token, [("yaml", "huge")]))
            #expect(huge.tags("iframe").isEmpty && huge.html.contains("too long to be shown"))
        }
        let customer = SampleData.customer
        #expect(
            fixture.log.mail.previews.prefix(5) == [
                .recent, .recent, .customer(customer), .recent, .customer(customer),
            ])
        #expect(fixture.log.mail.changes == 0)
    }

    @Test func `who may not see customers looks at a made-up one`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures, .changeJourneys])
        try await fixture.run { client in
            let page = try await Browser(client: client).get(
                "\(Self.page)?customer=\(SampleData.customer)")
            #expect(page.html.contains("a made-up customer"))
            #expect(!page.html.contains("id=\"customer\""))
        }
        #expect(fixture.log.mail.previews == [.sample])
        #expect(fixture.log.queries.isEmpty)
    }

    @Test func `findings name the line, what stands in it, and what to do`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(Self.page)
            let start = try #require(page.html.firstRange(of: "<ul class=\"findings\">"))
            let list = page.html[start.upperBound...]
            let end = try #require(list.firstRange(of: "</ul>"))
            let found = list[..<end.lowerBound]
            #expect(found.contains("Line 3</span>") && found.contains("Line 99</span>"))
            #expect(found.contains("<code>subject: &lt;script&gt;"))
            // The source has no line 99: nothing stands in it.
            #expect(found.ranges(of: "<code>").count == 1)
            #expect(found.ranges(of: "<li>").count == 3)
        }
    }

    @Test func `a template is saved as it was typed, or the reason stands beside it`() async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: Self.page)
            let text = "a: <b>\n</textarea> é \(SampleData.combining)"
            let saved = try await browser.post(
                "/templates/editor", form(token, [("act", "save"), ("yaml", text)]))
            #expect(saved.headers[.location] == "\(Self.page)?saved=yes")
            #expect(fixture.log.mail.saved == [text])
            let page = try await browser.get("\(Self.page)?saved=yes")
            #expect(page.html.contains("Saved."))
            let refused = try await browser.post(
                "/templates/editor",
                form(
                    token,
                    [
                        ("act", "save"), ("yaml", "broken"), ("edited", MailSample.template),
                        ("look-width", "desktop"),
                    ]
                ))
            #expect(refused.status == .unprocessableContent)
            #expect(refused.html.contains("broken</textarea>"))
            #expect(refused.html.contains("class=\"problem\" role=\"alert\""))
            #expect(refused.html.contains("value=\"desktop\" checked"))
        }
        #expect(fixture.log.mail.changes == 1)
    }

    @Test func `a test goes to the member's own address where no other is typed`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: Self.page)
            func test(_ address: String) async throws -> Browser.Page {
                try await browser.post(
                    "/templates/editor",
                    form(token, [("act", "test"), ("yaml", "a"), ("address", address)]))
            }
            #expect(try await test("").html.contains("Sent to ada@example.test"))
            #expect(try await test("b@example.test").html.contains("Sent to b@example.test"))
            for address in ["b", "@b", "b@", "b c@example.test", "b@example.test\r\nBcc: c@d.test"]
            {
                let page = try await test(address)
                #expect(page.status == .unprocessableContent)
                #expect(page.html.contains("Type an e-mail address"))
            }
            let never = try await test("never@example.test")
            #expect(never.status == .unprocessableContent)
        }
        #expect(
            fixture.log.mail.tests == [
                TestMail(yaml: "a", person: .recent, address: "ada@example.test"),
                TestMail(yaml: "a", person: .recent, address: "b@example.test"),
            ])
    }

    @Test func `a long source is taken, one that is too long is refused`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: Self.page)
            let start = "token=\(token)&act=save&yaml="
            let rest = ConsoleRoutes.templateFormBytesMax - start.utf8.count
            func text(_ count: Int) -> String { start + String(repeating: "a", count: count) }
            let longest = try await browser.post("/templates/editor", text(rest))
            #expect(longest.status == .seeOther)
            let longer = try await browser.post("/templates/editor", text(rest + 1))
            #expect(longer.status == .contentTooLarge)
        }
        #expect(fixture.log.mail.saved.count == 1)
    }
}
