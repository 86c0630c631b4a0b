import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Console

/// What recipients and their mail programs do with signed links.
struct PublicMailTests {
    private static let link = "/m/u/\(MailSample.token)"
    private static let choices = "/m/p/\(MailSample.token)"
    static let pages = [link, choices, "/m/u/forged", "/m/p/forged", "/m/u/a%00b"]

    /// Sends a body as a mail program does: without cookies, tokens, or a word of where it comes from.
    private func send(
        _ body: String, type: String? = "application/x-www-form-urlencoded", to path: String,
        through client: any TestClientProtocol
    ) async throws -> Browser.Page {
        var headers = HTTPFields()
        if let type { headers[.contentType] = type }
        return try await client.execute(
            uri: path, method: .post, headers: headers, body: ByteBuffer(string: body)
        ) { response in
            Browser.Page(
                status: response.status, headers: response.headers,
                html: String(buffer: response.body))
        }
    }

    private static func multipart(_ line: String) -> String {
        ["--b7", "Content-Disposition: form-data; name=\"List-Unsubscribe\"", "", "One-Click"]
            .joined(separator: line) + "\(line)--b7--\(line)"
    }

    @Test(arguments: [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded; charset=UTF-8"),
        ("List-Unsubscribe=One%2DClick", nil),
        (multipart("\r\n"), "multipart/form-data; boundary=b7"),
        (multipart("\n"), "Multipart/Form-Data; boundary=\"b7\""),
        ("", nil), ("{}", "application/json"),
        // The page's button beside it doesn't make a page of it.
        ("List-Unsubscribe=One-Click&act=unsubscribe", "application/x-www-form-urlencoded"),
    ])
    func `a mail program unsubscribes with one request and is told so in plain text`(
        body: String, type: String?
    ) async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let answer = try await send(body, type: type, to: Self.link, through: client)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(answer.headers[.location] == nil)
            #expect(answer.headers[.setCookie] == nil)
            #expect(answer.html.utf8.count < 200 && !answer.html.isEmpty)
        }
        #expect(fixture.log.mail.unsubscribed == [.oneClick])
        #expect(fixture.log.mail.tokens == [MailSample.token])
    }

    @Test func `the page's button unsubscribes, and can be taken back`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let page = try await Browser(client: client, cookie: "").get(Self.link)
            #expect(page.html.contains("a…@example.test"))
            #expect(!page.html.contains("ada@example"))
            #expect(page.html.contains("action=\"\(Self.link)\""))
            #expect(page.html.contains("href=\"\(Self.choices)\""))
            let done = try await send("act=unsubscribe", to: Self.link, through: client)
            #expect(done.status == .ok)
            #expect(done.html.contains("<h1>You won&#39;t get these e-mails any more</h1>"))
            #expect(done.html.contains("value=\"resubscribe\""))
            #expect(!done.html.contains("value=\"unsubscribe\""))
            #expect(done.html.contains("href=\"\(Self.choices)\""))
            let back = try await send("act=resubscribe", to: Self.link, through: client)
            #expect(back.html.contains("You get these e-mails again."))
            #expect(back.html.contains("value=\"unsubscribe\""))
        }
        #expect(fixture.log.mail.unsubscribed == [.page])
        #expect(fixture.log.mail.resubscribed == 1)
    }

    @Test func `looking at a link changes nothing, whatever stands in its query`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client, cookie: "")
            for path in [Self.link, Self.choices] {
                for query in [
                    "", "?act=unsubscribe", "?List-Unsubscribe=One-Click",
                    "?all-off=yes&topic=news",
                ] {
                    let page = try await browser.get(path + query)
                    #expect(page.status == .ok)
                }
            }
            for method in [HTTPRequest.Method.head, .options] {
                _ = try await client.execute(uri: Self.link, method: method) { $0.status }
            }
        }
        #expect(fixture.log.mail.unsubscribed.isEmpty && fixture.log.mail.resubscribed == 0)
        #expect(fixture.log.mail.choices.isEmpty)
    }

    @Test func `choices are saved at once, and only of what was offered`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let page = try await Browser(client: client, cookie: "").get(Self.choices)
            #expect(page.count("checked") == 2)
            #expect(!page.html.contains("Saved."))
            let saved = try await send(
                "topic=news&topic=secret&topic=news", to: Self.choices, through: client)
            #expect(saved.status == .ok)
            #expect(saved.html.contains("Saved."))
            #expect(saved.count("checked") == 1)
            let off = try await send("all-off=yes", to: Self.choices, through: client)
            #expect(off.html.contains("value=\"yes\" checked"))
            let several = try await send(
                ["news", "offers\"&"].map { "topic=\(FormFields.encode($0))" }
                    .joined(separator: "&"), to: Self.choices, through: client)
            #expect(several.count("checked") == 2)
        }
        #expect(
            fixture.log.mail.choices == [
                PreferenceChoices(topics: ["news"], isAllOff: false),
                PreferenceChoices(topics: [], isAllOff: true),
                PreferenceChoices(topics: ["news", "offers\"&"], isAllOff: false),
            ])
    }

    @Test(arguments: ["/m/u/", "/m/p/"])
    func `a forged or damaged token gets a calm page and changes nothing`(path: String)
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client, cookie: "")
            let long = String(repeating: "a", count: PublicVisit.tokenBytesMax + 1)
            for token in ["forged", "a%00b", "%3Cscript%3E", long] {
                let page = try await browser.get(path + token)
                #expect(page.status == .notFound)
                #expect(page.html.contains("This link doesn&#39;t work"))
                #expect(page.html.contains("newest e-mail"))
                for body in ["List-Unsubscribe=One-Click", "act=unsubscribe", "act=resubscribe"] {
                    let answer = try await send(body, to: path + token, through: client)
                    #expect(answer.status == .notFound)
                }
            }
        }
        let log = fixture.log.mail
        #expect(log.unsubscribed.isEmpty && log.resubscribed == 0 && log.choices.isEmpty)
        // What can't be a token isn't looked up.
        #expect(Set(log.tokens) == ["forged"])
    }

    @Test(arguments: [link, choices]) func `an over-long body is refused`(path: String) async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let start = "List-Unsubscribe=One-Click&a="
            let rest = PublicVisit.formBytesMax - start.utf8.count
            func body(_ count: Int) -> String { start + String(repeating: "b", count: count) }
            let longer = try await send(body(rest + 1), to: path, through: client)
            #expect(longer.status == .contentTooLarge)
            #expect(
                fixture.log.mail.unsubscribed.isEmpty && fixture.log.mail.choices.isEmpty)
            let longest = try await send(body(rest), to: path, through: client)
            #expect(longest.status == .ok)
        }
    }

    @Test(arguments: pages) func `a public page tells nothing to others and runs nothing`(
        path: String
    ) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path)
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; form-action 'self'"))
            #expect(!policy.contains("script"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(page.headers[.frameOptions] == "DENY")
            #expect(page.headers[.referrerPolicy] == "no-referrer")
            #expect(page.headers[.robotsTag] == "noindex, nofollow")
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(page.headers[.setCookie] == nil)
            #expect(page.tags("script").isEmpty)
            #expect(page.attributes("style").isEmpty)
            // Who came to be signed in sees no more of the console than others.
            #expect(!page.html.contains("class=\"menu\"") && !page.html.contains("/customers"))
        }
    }

    @Test(arguments: pages) func `a public page is whole, and shows hostile text as text`(
        path: String
    ) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client, cookie: "").get(path)
            #expect(page.html.contains("&lt;script&gt;") && !page.html.contains("<script>"))
            #expect(!page.html.contains("⟦") && !page.html.utf8.contains(0))
            #expect(page.count("<h1") == 1 && page.count("<main id=\"main\"") == 1)
            let labelled = Set(page.attributes("for"))
            for id in page.tags("input").compactMap({ $0.firstMatch(of: /\sid="([^"]+)"/) }) {
                #expect(labelled.contains(String(id.output.1)))
            }
            let ids = page.attributes("id")
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test func `what fails says so and tells nothing more`() async throws {
        try await ConsoleFixture(.failing).run { client in
            let page = try await Browser(client: client, cookie: "").get(Self.link)
            #expect(page.status == .internalServerError)
            #expect(page.html.contains("try again") && !page.html.contains("Failure"))
        }
    }

    @Test(arguments: [
        ("ada@example.test", "a…@example.test"), ("a@b", "a…@b"),
        ("\"x@y\"@example.test", "\"…@example.test"), ("éa@example.test", "é…@example.test"),
        ("ada", "…"), ("@example.test", "…"), ("", "…"),
    ])
    func `an address is hidden but for what its owner knows it by`(address: String, shown: String) {
        #expect(HiddenAddress.text(address) == shown)
    }

    @Test(arguments: [
        ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n2\r\n--b--", "a=1%0A2"),
        (
            "--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\n\r\nx\r\n--b--",
            "a=1"
        ),
        (
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n1\r\n--b--",
            ""
        ),
        ("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", ""), ("--b--", ""), ("", ""),
    ])
    func `a multipart body is read part by part, and what is broken is left out`(
        body: String, fields: String
    ) {
        let read = PostedForm.fields(
            ByteBuffer(string: body), contentType: "multipart/form-data; boundary=b")
        #expect(read.encoded == fields)
    }
}
