import HTTPTypes
import Kernel
import Testing

@testable import Console

struct DoorTests {
    static let undo = "/customers/\(SampleData.customer)/merges/\(SampleData.merge)/undo"

    @Test(arguments: [
        ("/", "/sign-in"), ("/customers?q=a", "/sign-in?next=%2Fcustomers%3Fq%3Da"),
        ("/customers.csv", "/sign-in?next=%2Fcustomers.csv"),
        ("/settings", "/sign-in?next=%2Fsettings"), ("/account", "/sign-in?next=%2Faccount"),
        (undo, "/sign-in?next=" + FormFields.encode(undo)),
    ])
    func `who isn't signed in is sent to sign in`(path: String, to: String) async throws {
        try await ConsoleFixture().run { client in
            for cookie in ["", "perennial_session=wrong"] {
                let page = try await Browser(client: client, cookie: cookie).get(path)
                #expect(page.status == .seeOther)
                #expect(page.headers[.location] == to)
            }
        }
    }

    @Test func `signing in sets the session's cookie and goes on`() async throws {
        try await ConsoleFixture().run { client in
            var browser = Browser(client: client, cookie: "")
            let form = try await browser.get("/sign-in?next=/customers")
            let visit = try #require(
                form.headers[values: .setCookie].first?.split(separator: ";").first)
            browser.cookie = String(visit)
            let token = try await browser.token(on: "/sign-in")
            let body = "token=\(token)&email=ada%40example.test&next=%2Fcustomers&password="

            let wrong = try await browser.post("/sign-in", body + "guess")
            #expect(wrong.status == .unprocessableContent)
            #expect(wrong.html.contains("value=\"ada@example.test\""))
            #expect(!wrong.html.contains("guess"))

            let often = try await browser.post("/sign-in", body + "often")
            #expect(often.status == .tooManyRequests)
            #expect(often.headers[.retryAfter] == "61")
            #expect(often.html.contains("2 minutes"))

            let right = try await browser.post("/sign-in", body + "correct+horse")
            #expect(right.status == .seeOther)
            #expect(right.headers[.location] == "/customers")
            let cookie = try #require(right.headers[values: .setCookie].first)
            #expect(cookie.hasPrefix("perennial_session=\(SampleData.token); Path=/;"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
        }
    }

    @Test func `over HTTPS cookies are bound to the host`() async throws {
        try await ConsoleFixture().run(isSecure: true) { client in
            var browser = Browser(client: client, cookie: "perennial_session=\(SampleData.token)")
            let unbound = try await browser.get("/")
            #expect(unbound.status == .seeOther)
            browser.cookie = "__Host-perennial_session=\(SampleData.token)"
            let page = try await browser.get("/")
            #expect(page.status == .ok)
            #expect(page.headers[.strictTransportSecurity] != nil)
            browser.cookie = ""
            let cookie = try await browser.get("/sign-in").headers[values: .setCookie].first
            #expect(cookie?.hasPrefix("__Host-perennial_visit=") == true)
            #expect(cookie?.contains("; Secure") == true)
        }
    }

    @Test(arguments: [
        "/sign-out", undo, "/preferences", "/sign-in", "/account/password", "/segments/builder",
        "/segments/preview", "/journeys/win-back/state", "/tasks/task-1/done", "/tasks/new",
        "/outbox/letter-dead/replay", "/outbox/receivers/crm/replay", "/templates/editor",
        "/templates/preview", "/messages/lane", "/messages/\(MailSample.message)/again",
        "/suppressions", "/suppressions/remove", "/campaigns/spring/act",
        "/campaigns/spring/test", "/campaigns/spring/winner", "/campaigns/new",
        "/campaigns/audience",
    ])
    func `a form without its token changes nothing`(path: String) async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/")
            for form in ["", "token=", "token=\(token)0", "token=\(String(token.reversed()))"] {
                let page = try await browser.post(path, form)
                #expect(page.status == .forbidden, "\(form)")
            }
            for site in ["cross-site", "same-site", "none"] {
                let page = try await browser.post(path, "token=\(token)", site: site)
                #expect(page.status == .forbidden, "\(site)")
            }
            var stranger = browser
            stranger.cookie = ""
            let page = try await stranger.post(path, "token=\(token)")
            #expect(page.status == .forbidden || page.headers[.location] == "/sign-in")
        }
        #expect(fixture.log.undone.isEmpty)
        #expect(fixture.log.signedOut.isEmpty)
        #expect(fixture.log.passwords.isEmpty)
        #expect(fixture.log.saved.isEmpty && fixture.log.previews.isEmpty)
        #expect(
            fixture.log.turned.isEmpty && fixture.log.completed.isEmpty && fixture.log.added.isEmpty
        )
        #expect(fixture.log.replayed.isEmpty && fixture.log.mail.changes == 0)
    }

    @Test func `every form that changes something carries the token`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            for path in PageTests.pages {
                let page = try await browser.get(path)
                let forms = page.tags("form").filter { $0.contains("method=\"post\"") }
                #expect(page.count("name=\"token\" value=\"") == forms.count)
            }
        }
    }

    @Test func `a merge is undone after the question`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let question = try await browser.get(Self.undo)
            #expect(question.status == .ok)
            #expect(fixture.log.undone.isEmpty)
            let token = try await browser.token(on: Self.undo)
            let page = try await browser.post(Self.undo, "token=\(token)")
            #expect(page.status == .seeOther)
            #expect(page.headers[.location] == "/customers/\(SampleData.customer)")
        }
        #expect(fixture.log.undone == [SampleData.merge])
    }

    @Test func `signing out ends the session`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/")
            let page = try await browser.post("/sign-out", "token=\(token)")
            #expect(page.headers[values: .setCookie].first?.contains("Max-Age=0") == true)
        }
        #expect(fixture.log.signedOut == [SampleData.token])
    }

    @Test(arguments: [
        ("dark", "data-theme=\"dark\""), ("light", "data-theme=\"light\""),
        ("\"><b>", "data-theme=\"\""),
    ])
    func `the chosen theme is in the page from its first byte`(choice: String, shown: String)
        async throws
    {
        try await ConsoleFixture().run { client in
            var browser = Browser(client: client)
            browser.cookie += "; perennial_theme=\(choice)"
            let page = try await browser.get("/")
            #expect(page.html.contains(shown))
        }
    }

    @Test(arguments: [
        ("/customers", "/customers"), ("//evil.example", "/"), ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: x=y", "/"), ("/a\tb", "/"), ("", "/"),
        ("/sign-in", "/"), ("/a?b=c", "/a?b=c"),
    ])
    func `after signing in one stays on this server`(next: String, path: String) {
        #expect(ConsoleRoutes.localPath(next) == path)
    }

    @Test func `a form that is too long is refused`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/")
            let rest = ConsoleRoutes.formBytesMax - "token=\(token)&a=".utf8.count
            func form(_ count: Int) -> String {
                "token=\(token)&a=" + String(repeating: "b", count: count)
            }
            let longest = try await browser.post("/preferences", form(rest))
            #expect(longest.status == .seeOther)
            let longer = try await browser.post("/preferences", form(rest + 1))
            #expect(longer.status == .contentTooLarge)
        }
    }
}
