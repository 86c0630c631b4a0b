import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

/// The pages of loyalty programs.
struct LoyaltyPageTests {
    private let member = "/loyalty/club/members/cus_0000000000007"

    @Test func `a program says what is owed, in which tiers, and what a basket would earn`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let list = try await browser.get("/loyalty")
            #expect(list.html.contains("href=\"/loyalty/club\""))
            #expect(list.html.contains("8,508 points"))
            let page = try await browser.get("/loyalty/club?amount=49.90")
            for text in [
                "8,508", "chart-liability", "Gold", "1 point for each", "+49", "49 points",
                "4,000 points", "3,456", "789",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            let wrong = try await browser.get("/loyalty/club?amount=much")
            #expect(wrong.html.contains("aria-invalid"))
            let none = try await browser.get("/loyalty/none")
            #expect(none.status == .notFound)
        }
    }

    @Test func `who sees no names sees no movements, and no member`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures])
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/loyalty/club")
            #expect(!page.html.contains("newest-title"))
            let closed = try await browser.get(member)
            #expect(closed.status == .forbidden)
        }
    }

    @Test
    func `a member's balance is explained, and corrected once however often the form is sent`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(member)
            for text in [
                "49 points for order A-1", "order A-1", "382.80", "action=\"\(member)/adjust\"",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            let token = try await browser.token(on: member)
            for _ in 0..<2 {
                let answer = try await browser.post(
                    member + "/adjust", "token=\(token)&id=form-1&points=5&reason=sorry")
                #expect(answer.headers[.location] == member)
            }
            #expect(fixture.log.adjusted.map(\.id) == ["form-1", "form-1"])
            let refused = try await browser.post(
                member + "/adjust", "token=\(token)&id=form-2&points=x&reason=sorry")
            #expect(refused.html.contains("x is not a whole number"))
            #expect(!refused.html.contains("form-2"), "what is corrected is another operation")
            let silent = try await browser.post(
                member + "/adjust", "token=\(token)&id=form-3&points=5&reason=%20")
            #expect(silent.html.contains("role=\"alert\""))
            #expect(fixture.log.adjusted.count == 3)
        }
    }
}
