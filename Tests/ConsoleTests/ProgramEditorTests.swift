import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

/// The editor of loyalty programs: what a program would earn, as it is typed.
struct ProgramEditorTests {
    @Test func `a program is tried out as it is typed, and saved where nothing is wrong`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            for path in ["/loyalty/new", "/loyalty/club/edit"] {
                let page = try await browser.get(path)
                for text in ["hx-post=\"/loyalty/preview\"", "1,234 points", "49.90 GBP"] {
                    #expect(page.html.contains(text), "\(path) \(text)")
                }
                #expect(!page.html.contains(SampleData.hostile), "escaped")
            }
            let none = try await browser.get("/loyalty/none/edit")
            #expect(none.status == .notFound)
            let token = try await browser.token(on: "/loyalty/new")
            let part = try await browser.post(
                "/loyalty/preview", "token=\(token)&yaml=kind&amount=much")
            #expect(part.html.contains("1,234 points"))
            #expect(part.html.contains("An amount such as"))
            #expect(!part.html.contains("<main"))
            let wrong = try await browser.post("/loyalty/preview", "token=\(token)&yaml=wrong")
            #expect(wrong.html.contains("earn: is missing"))
            #expect(!wrong.html.contains(SampleData.hostile), "escaped")
            let refused = try await browser.post(
                "/loyalty/editor", "token=\(token)&act=save&yaml=wrong")
            #expect(refused.status == .unprocessableContent)
            let saved = try await browser.post(
                "/loyalty/editor", "token=\(token)&act=save&yaml=kind")
            #expect(saved.status == .seeOther)
        }
    }

    @Test func `who may not change programs has no editor`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures, .readCustomers])
        try await fixture.run { client in
            let browser = Browser(client: client)
            let closed = try await browser.get("/loyalty/new")
            #expect(closed.status == .forbidden)
            let page = try await browser.get("/loyalty/club")
            #expect(!page.html.contains("/loyalty/club/edit"))
        }
    }
}
