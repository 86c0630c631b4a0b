import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

struct AccountTests {
    private static let good = "tangerine-lorry-17"

    private func change(
        _ current: String, _ new: String, _ check: @escaping @Sendable (Browser.Page) -> Void
    ) async throws -> [PasswordChange] {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/account")
            let form = FormFields([
                (name: "token", value: token), (name: "current", value: current),
                (name: "new", value: new),
            ])
            check(try await browser.post("/account/password", form.encoded))
        }
        return fixture.log.passwords
    }

    @Test func `a password is changed for who is signed in, and this session goes on`()
        async throws
    {
        let changes = try await change(SampleData.password, Self.good) { page in
            #expect(page.status == .seeOther)
            #expect(page.headers[.location] == "/account?changed=1")
        }
        #expect(changes.count == 1)
        #expect(changes.first?.member == SampleData.member)
        #expect(changes.first?.token == SampleData.token)
        #expect(changes.first?.new == Self.good)
    }

    @Test(arguments: [
        ("wrong", good, HTTPResponse.Status.unprocessableContent, "Check it and try again"),
        ("often", good, .tooManyRequests, "2 minutes"),
        (SampleData.password, "short", .unprocessableContent, "12 characters or more"),
        (SampleData.password, String(repeating: "ox e", count: 65), .unprocessableContent, "256"),
        (SampleData.password, "password1234", .unprocessableContent, "among the first"),
        (SampleData.password, "ada@example.test1", .unprocessableContent, "your own address"),
    ])
    func `a change that isn't made says why, and repeats no password`(
        current: String, new: String, status: HTTPResponse.Status, text: String
    ) async throws {
        _ = try await change(current, new) { page in
            #expect(page.status == status)
            #expect(page.html.contains(text))
            #expect(!page.html.contains("value=\"\(new)\""))
            #expect(page.status != .tooManyRequests || page.headers[.retryAfter] == "61")
        }
    }

    @Test func `the account's page says what the role allows`() async throws {
        for permission in Permission.allCases {
            try await ConsoleFixture(permissions: [permission]).run { client in
                let browser = Browser(client: client)
                let page = try await browser.get("/account")
                #expect(page.html.contains("<li>"))
                #expect(!page.html.contains("⟦"))
                #expect(!page.html.contains("signed out"))
                let changed = try await browser.get("/account?changed=1")
                #expect(changed.html.contains("signed out"))
            }
        }
    }

    @Test func `the sign-in page says what to do when a password is forgotten`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client, cookie: "").get("/sign-in")
            #expect(page.html.contains("Password forgotten?"))
            #expect(page.html.contains("perennial member password EMAIL"))
            #expect(page.html.contains("perennial member add EMAIL"))
        }
    }
}
