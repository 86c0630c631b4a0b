import Access
import HTTPTypes
import Kernel
import Synchronization
import Testing

@testable import Console

/// The page on which a second person looks at corrections.
struct ApprovalPageTests {
    private let path = "/loyalty/club/approvals"

    @Test func `what waits can be approved by another person, and what was decided is shown`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(path)
            for text in [
                "+500", "action=\"\(path)/3\"", "value=\"approve\"", "By ", "Declined",
                "/loyalty/club/members/cus_0000000000007",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            let none = try await browser.get("/loyalty/none/approvals")
            #expect(none.status == .notFound)
            let token = try await browser.token(on: path)
            let wrong = try await browser.post("\(path)/3", "token=\(token)&choice=maybe")
            #expect(wrong.html.contains("role=\"alert\""))
            let refused = try await browser.post("\(path)/4", "token=\(token)&choice=approve")
            #expect(refused.html.contains("you asked for it"))
            let done = try await browser.post(
                "\(path)/3", "token=\(token)&choice=approve&note=seen")
            #expect(done.status == .seeOther)
            #expect(fixture.asked.withLock { $0.decided.last } == "club 3 true seen")
        }
    }

    @Test func `who may not change customers decides nothing`() async throws {
        let fixture = ConsoleFixture(permissions: [.readCustomers])
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(path)
            #expect(!page.html.contains("value=\"approve\""))
            #expect(page.html.contains("+500"))
        }
        let blind = ConsoleFixture(permissions: [.readFigures])
        try await blind.run { client in
            let closed = try await Browser(client: client).get(path)
            #expect(closed.status == .forbidden)
        }
    }
}
